//! What a method is: a line of data and a function.

use crate::Range;

/// A way of finding primes.
#[derive(Debug)]
pub struct Method {
    /// Its name.
    pub name: &'static str,
    /// In a few words, how it tells a prime.
    pub about: &'static str,
    /// Whether it tries divisors one after another. The laboratory's baseline must; a sieve and a test by
    /// a theorem do not.
    pub is_brute_force: bool,
    /// What it counts: `divisions`, `multiplications`, …
    pub step: &'static str,
    /// The file to read.
    pub file: &'static str,
    /// Prepares for numbers up to the greatest that will be asked for.
    pub prepare: fn(u64) -> Box<dyn Search>,
    /// About how much work a number near this one is, in any unit: what pieces are cut by.
    pub weight: fn(u64) -> f64,
    /// How many numbers a piece near this one should have at least, so that what every piece costs beside its
    /// numbers does not show. Shorter pieces are searched all the same.
    pub least_piece: fn(u64) -> u64,
}

/// A prepared method; workers share it.
pub trait Search: Send + Sync {
    /// Appends the primes of a piece, ascending.
    fn find(&self, piece: Range, primes: &mut Vec<u64>) -> Steps;

    /// How many primes there are in a piece.
    fn count(&self, piece: Range) -> (u64, Steps);
}

/// How many steps a method took, of the kind that it names; exact.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Steps(pub u64);

//! The sieve over a piece.

use super::buckets::Buckets;
use super::presieve::{self, Patterns};
use super::walker::{Walker, walk_all};
use super::wheel::{RESIDUES, place, spokes};
use crate::Range;
use crate::root::root;

/// What all pieces share: the patterns, and primes up to the greatest root, but not above [`KEPT`].
#[derive(Debug)]
pub(crate) struct Sieve {
    patterns: Patterns,
    /// By class, the place of their residue; each ascending.
    primes: [Vec<u32>; 8],
}

impl Sieve {
    pub(crate) fn new(greatest: u64) -> Self {
        let mut sieve = Self {
            patterns: Patterns::new(),
            primes: Default::default(),
        };
        // Each list of primes is enough to sieve for the next, up to the square of its last.
        let wanted = root(greatest).min(KEPT);
        for last in [wanted.min(presieve::LAST * presieve::LAST), wanted] {
            let mut longer: [Vec<u32>; 8] = Default::default();
            if let Some(range) = Range::new(presieve::LAST + 1, last) {
                sieve.search(range, &mut |prime| {
                    longer[place((prime % 30) as usize)].push(prime as u32);
                });
            }
            sieve.primes = longer;
        }
        sieve
    }

    /// Tells of the primes of a piece, 2, 3 and 5 left out, ascending; returns how many multiples were crossed off.
    pub(crate) fn search(&self, piece: Range, found: &mut dyn FnMut(u64)) -> u64 {
        self.sieve(piece, &mut |bytes, first| {
            for (index, word) in bytes.chunks(8).enumerate() {
                let mut padded = [0; 8];
                padded[..word.len()].copy_from_slice(word);
                let mut bits = u64::from_le_bytes(padded);
                let number = 30 * (first + 8 * index as u64);
                while bits != 0 {
                    let bit = bits.trailing_zeros() as usize;
                    found(number + 30 * (bit / 8) as u64 + u64::from(RESIDUES[bit % 8]));
                    bits &= bits - 1;
                }
            }
        })
    }

    /// How many primes there are in a piece, 2, 3 and 5 left out, and how many multiples were crossed off.
    pub(crate) fn count(&self, piece: Range) -> (u64, u64) {
        let mut count = 0;
        let crossed = self.sieve(piece, &mut |bytes, _| count += ones(bytes));
        (count, crossed)
    }

    /// Hands over the sieved bytes, with the place of the first among all.
    fn sieve(&self, piece: Range, take: &mut dyn FnMut(&[u8], u64)) -> u64 {
        let last_root = root(piece.last());
        let (first, last) = (piece.first() / 30, piece.last() / 30);
        let (mut small, mut medium) = (Walkers::default(), Walkers::default());
        let mut crossed = self.line_up(piece, &mut small, &mut medium);
        let longest = if last_root > KEPT { WITH_BIG } else { STRETCH } as u64;
        let mut bytes = vec![0; longest.min(last - first + 1) as usize];
        let mut at = first;
        loop {
            let count = longest.min(last - at + 1) as usize;
            let bytes = &mut bytes[..count];
            for (index, stretch) in bytes.chunks_mut(STRETCH).enumerate() {
                self.patterns
                    .copy_to(stretch, at + (index * STRETCH) as u64);
                for part in stretch.chunks_mut(PART) {
                    small.walk(part);
                }
                medium.walk(stretch);
            }
            if last_root > KEPT {
                crossed += self.cross_off_big(piece, at, bytes);
            }
            trim(bytes, at, piece);
            take(bytes, at);
            match at.checked_add(count as u64).filter(|next| *next <= last) {
                Some(next) => at = next,
                None => return crossed,
            }
        }
    }

    /// Puts the kept primes before their first multiples in the piece; returns how many multiples those will be.
    fn line_up(&self, piece: Range, small: &mut Walkers, medium: &mut Walkers) -> u64 {
        let (first, last_root) = (piece.first() / 30, root(piece.last()));
        let mut crossed = 0;
        for (class, primes) in self.primes.iter().enumerate() {
            for prime in primes.iter().map(|prime| u64::from(*prime)) {
                if prime > last_root {
                    break;
                }
                let Some(factors) = factors(prime, piece) else {
                    continue;
                };
                crossed += spokes(factors.last()) - spokes(factors.first() - 1);
                let walkers = if prime < SMALL {
                    &mut *small
                } else {
                    &mut *medium
                };
                walkers.0[class].push(Walker::new(prime, class, first, factors.first()));
            }
        }
        crossed
    }

    /// Crosses off the multiples of primes above [`KEPT`] in the bytes from `at` on; returns how many lie in the piece.
    /// There are up to 203 million such primes, so they are not kept, but sieved for.
    fn cross_off_big(&self, piece: Range, at: u64, bytes: &mut [u8]) -> u64 {
        let end = at + bytes.len() as u64 - 1;
        let here = Range::new(30 * at, (30 * end).saturating_add(29)).expect("not empty");
        let roots = Range::new(KEPT + 1, root(here.last()).max(KEPT + 1)).expect("not empty");
        let (mut crossed, mut buckets) = (0, Buckets::new(bytes.len()));
        self.search(roots, &mut |prime| {
            let Some(factors) = factors(prime, here) else {
                return;
            };
            let class = usize::from(CLASS_OF[(prime % 30) as usize]);
            let walker = Walker::new(prime, class, at, factors.first());
            walker.step_through(class, bytes.len() as u64, |offset, bit| {
                buckets.put(bytes, offset as usize, bit);
                let number = u128::from(at + offset) * 30 + u128::from(RESIDUES[bit as usize]);
                let is_inside = number >= piece.first().into() && number <= piece.last().into();
                crossed += u64::from(is_inside);
            });
        });
        buckets.empty_all(bytes);
        crossed
    }
}

/// Primes on their way, by class.
#[derive(Default)]
struct Walkers([Vec<Walker>; 8]);

impl Walkers {
    fn walk(&mut self, bytes: &mut [u8]) {
        for (class, walkers) in self.0.iter_mut().enumerate() {
            walk_all(class, walkers, bytes);
        }
    }
}

/// The factors of a prime's multiples in a piece, from the prime itself on: lesser ones have lesser primes in them.
#[inline(always)]
fn factors(prime: u64, piece: Range) -> Option<Range> {
    // Few primes above the piece's length have a multiple in it: for the others one division must do.
    let last = piece.last() / prime;
    if last < prime || last * prime < piece.first() {
        return None;
    }
    Range::new(piece.first().div_ceil(prime).max(prime), last)
}

/// Takes out numbers before and behind the piece.
fn trim(bytes: &mut [u8], at: u64, piece: Range) {
    let end = bytes.len() - 1;
    for (index, residue) in RESIDUES.into_iter().enumerate() {
        let residue = u64::from(residue);
        if at == piece.first() / 30 && residue < piece.first() % 30 {
            bytes[0] &= !(1 << index);
        }
        if at + end as u64 == piece.last() / 30 && residue > piece.last() % 30 {
            bytes[end] &= !(1 << index);
        }
    }
}

fn ones(bytes: &[u8]) -> u64 {
    let (words, rest) = bytes.as_chunks::<8>();
    let of_words: u64 = words
        .iter()
        .map(|word| u64::from(u64::from_ne_bytes(*word).count_ones()))
        .sum();
    of_words
        + rest
            .iter()
            .map(|byte| u64::from(byte.count_ones()))
            .sum::<u64>()
}

/// The greatest prime that is kept, about; 82,025 are below. They do for numbers up to 2^40.
const KEPT: u64 = 1 << 20;

/// Bytes that are sieved at a time: they stay in the second-level cache.
pub(super) const STRETCH: usize = 1 << 18;

/// Bytes that primes with many multiples walk through at a time: they stay in the first-level cache.
const PART: usize = 1 << 15;

/// Primes below this walk through parts.
const SMALL: u64 = 6_000;

/// Bytes at a time where primes above those kept are needed. The more, the less often those must be looked up.
const WITH_BIG: usize = 1 << 25;

const CLASS_OF: [u8; 30] = {
    let mut class_of = [0; 30];
    let mut class = 0;
    while class < 8 {
        class_of[RESIDUES[class] as usize] = class as u8;
        class += 1;
    }
    class_of
};

//! `sieve`: no number is tested at all; the multiples of primes are crossed off, and what is left is prime.
//!
//! The sieve of Eratosthenes is what the laboratory forbids for its baseline, because it is no search: it has nothing
//! to do with how work is shared out, and to 1,000,000 it takes less time than to start a process. It is here to show
//! what an algorithm is worth beside cores and vectors, and as a check on the others. `eratosthenes/` has the parts.
//!
//! Memory is bounded wherever the numbers lie: at most 40 MiB a worker, and about a megabyte that workers share.
//! Steps are multiples that were crossed off by primes above 163; those of the smaller ones are copied from patterns.

use crate::eratosthenes::Sieve;
use crate::root::root;
use crate::{Method, Range, Search, Steps};

pub(super) const METHOD: Method = Method {
    name: "sieve",
    about: "Eratosthenes: multiples are crossed off; not a search, and forbidden for the laboratory's baseline",
    is_brute_force: false,
    step: "crossings",
    file: file!(),
    prepare: |greatest| Box::new(Sieving(Sieve::new(greatest))),
    // The primes p up to the root cross off n / p each: together n ln ln root.
    weight: |number| (number.max(100) as f64).ln().ln(),
    // Every piece begins with a look at all primes up to the root.
    least_piece: |number| (256 * root(number)).clamp(1 << 18, 1 << 30),
};

struct Sieving(Sieve);

impl Search for Sieving {
    fn find(&self, piece: Range, primes: &mut Vec<u64>) -> Steps {
        primes.extend(of_the_wheel(piece));
        Steps(self.0.search(piece, &mut |prime| primes.push(prime)))
    }

    fn count(&self, piece: Range) -> (u64, Steps) {
        let (count, steps) = self.0.count(piece);
        (count + of_the_wheel(piece).count() as u64, Steps(steps))
    }
}

/// The primes that have no bit.
fn of_the_wheel(piece: Range) -> impl Iterator<Item = u64> {
    let inside = move |prime: &u64| (piece.first()..=piece.last()).contains(prime);
    [2, 3, 5].into_iter().filter(inside)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(first: u64, last: u64) {
        let search = (METHOD.prepare)(last);
        let range = Range::new(first, last).expect("numbers");
        let mut primes = Vec::new();
        search.find(range, &mut primes);
        assert!(primes.is_sorted());
        assert_eq!(search.count(range).0, primes.len() as u64);
        for number in first..=last {
            let expected = machine_prime::is_prime(number);
            assert_eq!(primes.binary_search(&number).is_ok(), expected, "{number}");
        }
    }

    #[test]
    fn the_crate_machine_prime_says_the_same() {
        for (first, last) in [(0, 0), (1, 2), (5, 7), (29, 31), (150, 210), (0, 300_000)] {
            check(first, last);
        }
        // Beside squares of primes at the ends of the lists.
        for prime in [163_u64, 167, 5_987, 6_007, 26_573, 1_048_573, 1_048_583] {
            check(prime * prime - 1_000, prime * prime + 1_000);
        }
        check(1_000_000_000_000, 1_000_000_100_000);
        check((1 << 44) - 5_000, (1 << 44) + 5_000);
    }

    #[test]
    fn primes_are_counted_over_many_stretches() {
        let range = Range::new(0, 20_000_000).expect("numbers");
        assert_eq!((METHOD.prepare)(20_000_000).count(range).0, 1_270_607);
    }
}

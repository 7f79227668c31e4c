//! What every method owes its caller, asked of all that are listed.

use primes::{METHODS, Method, Range, Search, Steps};

/// Above these numbers a method takes too long for a test.
fn is_quick_at(method: &Method, last: u64) -> bool {
    let limit = match method.name {
        "naive" => 20_000,
        "trial" | "trial-odd" | "wheel" => 1_000_000_100_000,
        "trial-fast" => 1 << 44,
        _ => u64::MAX,
    };
    last <= limit
}

fn range(first: u64, last: u64) -> Range {
    Range::new(first, last).expect("numbers")
}

fn prepare(name: &str, greatest: u64) -> Box<dyn Search> {
    let method = METHODS.iter().find(|method| method.name == name);
    (method.expect("listed").prepare)(greatest)
}

#[track_caller]
fn all_agree(first: u64, last: u64) {
    let mut expected: Option<Vec<u64>> = None;
    for method in METHODS.iter().filter(|method| is_quick_at(method, last)) {
        let search = (method.prepare)(last);
        let mut primes = vec![7];
        let steps = search.find(range(first, last), &mut primes);
        assert_eq!(primes.remove(0), 7, "{}: what was there stays", method.name);
        let counted = search.count(range(first, last));
        assert_eq!(counted, (primes.len() as u64, steps), "{}", method.name);
        let expected = expected.get_or_insert_with(|| primes.clone());
        assert!(
            primes == *expected,
            "{} differs from {first} to {last}",
            method.name
        );
    }
}

#[test]
fn all_methods_find_the_same_primes() {
    all_agree(0, 20_000);
    all_agree(0, 100_000);
    for (first, last) in [
        (0, 0),
        (0, 1),
        (1, 1),
        (2, 2),
        (1, 2),
        (2, 3),
        (3, 3),
        (4, 4),
        (4, 9),
        (24, 25),
    ] {
        all_agree(first, last);
    }
    all_agree((1 << 16) - 300, (1 << 16) + 300);
    all_agree((1 << 32) - 40, (1 << 32) + 40);
    all_agree((1 << 32) - 3_000, (1 << 32) - 2_990);
    all_agree(65_521 * 65_521 - 3, 65_521 * 65_521 + 3);
    all_agree(1_000_000_000_000, 1_000_000_000_063);
    all_agree((1 << 43) - 10, (1 << 43) + 60);
}

#[test]
fn at_the_end_of_all_numbers_the_last_primes_are_found() {
    // OEIS A013603: 2^64 - k is prime for k = 59, 83, 95, 179, 189, 257, 279, 323, …
    let expected = [323, 279, 257, 189, 179, 95, 83, 59].map(|k| u64::MAX - (k - 1));
    let mut primes = Vec::new();
    prepare("miller-rabin", u64::MAX).find(range(u64::MAX - 330, u64::MAX), &mut primes);
    assert_eq!(primes, expected);
    for method in METHODS {
        let number = range(u64::MAX, u64::MAX);
        if method.name != "sieve" {
            // 2^64 - 1 is divided by 3.
            assert_eq!(
                (method.prepare)(u64::MAX).count(number).0,
                0,
                "{}",
                method.name
            );
        }
    }
}

#[test]
fn around_two_to_the_63_the_primes_are_known() {
    let mut primes = Vec::new();
    prepare("miller-rabin", u64::MAX).find(range((1 << 63) - 30, (1 << 63) + 30), &mut primes);
    assert_eq!(primes, [(1 << 63) - 25, (1 << 63) + 29]);
}

#[test]
fn steps_are_the_same_however_a_range_is_cut() {
    for method in METHODS {
        let starts: &[u64] = match method.name {
            "naive" => &[0, 9_000],
            "trial" | "trial-odd" | "wheel" => &[0, 70_000, (1 << 32) - 50],
            "trial-fast" => &[0, 70_000, (1 << 32) - 3_000, 1 << 34],
            "sieve" => &[0, 70_000, (1 << 32) - 3_000, (1 << 42) - 4_000],
            _ => &[0, 70_000, (1 << 32) - 3_000, u64::MAX - 8_000],
        };
        for &first in starts {
            let length = if first >> 31 == 0 || starts.len() > 3 {
                6_000
            } else {
                100
            };
            check_cuts(method, range(first, first + length));
        }
    }
}

#[track_caller]
fn check_cuts(method: &Method, whole: Range) {
    let search = (method.prepare)(whole.last());
    let expected = search.count(whole);
    for lengths in [[1, 29, 7], [100, 31, 1_024], [2_999, 3, 450]] {
        let mut sum = (0, Steps(0));
        let mut rest = Some(whole);
        for length in lengths.into_iter().cycle() {
            let Some(left) = rest else { break };
            let (piece, after) = left.split_at(length);
            let (count, steps) = search.count(piece);
            sum = (sum.0 + count, Steps(sum.1.0 + steps.0));
            rest = after;
        }
        assert_eq!(sum, expected, "{} from {}", method.name, whole.first());
    }
}

#[test]
fn a_search_prepared_for_more_takes_the_same_steps() {
    for method in METHODS {
        let whole = range(0, 9_000);
        let expected = (method.prepare)(9_000).count(whole);
        assert_eq!(
            (method.prepare)(1 << 33).count(whole),
            expected,
            "{}",
            method.name
        );
    }
}

#[test]
fn the_laboratory_s_list_has_its_bytes() {
    // 538,467 bytes, one prime a line, none at the end: the digits, and 78,497 line feeds.
    for name in ["trial-fast", "miller-rabin", "sieve"] {
        let mut primes = Vec::new();
        prepare(name, 1_000_000).find(range(1, 1_000_000), &mut primes);
        assert_eq!((primes.len(), primes.last()), (78_498, Some(&999_983)));
        assert_eq!(primes.iter().sum::<u64>(), 37_550_402_023);
        let digits: u32 = primes.iter().map(|prime| prime.ilog10() + 1).sum();
        assert_eq!(digits + 78_497, 538_467);
    }
}

#[test]
fn quick_methods_count_to_ten_million() {
    for name in ["trial-fast", "miller-rabin", "sieve"] {
        let last = if cfg!(debug_assertions) && name == "trial-fast" {
            3_000_000
        } else {
            10_000_000
        };
        let expected = if last == 3_000_000 { 216_816 } else { 664_579 };
        assert_eq!(
            prepare(name, last).count(range(0, last)).0,
            expected,
            "{name}"
        );
    }
}

#[test]
fn weights_tell_how_much_work_there_is() {
    // Of the steps of two stretches far apart, the share that the weights promise, within a third.
    for method in METHODS
        .iter()
        .filter(|method| method.step.starts_with("divis"))
    {
        let (low, high) = match method.name {
            "naive" => (2_000, 16_000),
            _ => (60_000, 6_000_000),
        };
        let steps = [low, high].map(|first| {
            let piece = range(first, first + 4_000);
            (method.prepare)(piece.last()).count(piece).1.0 as f64
        });
        let measured = steps[1] / steps[0];
        let promised = (method.weight)(high + 2_000) / (method.weight)(low + 2_000);
        let ratio = promised / measured;
        // The weight of trial-fast tells time: for short roots, what a number costs beside its divisors.
        let expected = if method.name == "trial-fast" {
            0.1..1.34
        } else {
            0.75..1.34
        };
        assert!(
            expected.contains(&ratio),
            "{}: {promised} for {measured}",
            method.name
        );
    }
}

#[test]
fn every_method_says_what_it_is() {
    for (index, method) in METHODS.iter().enumerate() {
        assert!(
            METHODS[..index]
                .iter()
                .all(|other| other.name != method.name)
        );
        assert!(!method.about.is_empty() && !method.step.is_empty());
        assert!(
            method
                .file
                .ends_with(&format!("{}.rs", method.name.replace('-', "_")))
        );
        for number in [0, 1, 2, 30, 1 << 20, 1 << 40, u64::MAX] {
            assert!((method.weight)(number) > 0.0 && (method.weight)(number).is_finite());
            assert!((method.least_piece)(number) > 0);
        }
        let is_brute_force = !["miller-rabin", "sieve"].contains(&method.name);
        assert_eq!(method.is_brute_force, is_brute_force, "{}", method.name);
    }
}

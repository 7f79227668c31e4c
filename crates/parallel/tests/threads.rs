//! `single` and `threads`: the same result under every split; stops, full disks and sinks that have enough.

mod support;

use std::{
    sync::{Arc, Condvar, Mutex},
    thread,
};

use parallel::{SPLITS, SearchError, Want};
use primes::{Method, Range, Search, Steps};
use run::Stop;
use support::{Answer, Kept, check_same, job, method, range, search};

const PARALLEL: [&str; 2] = ["single", "threads"];

#[test]
fn threads_give_what_one_worker_gives() {
    check_same("threads", |_| true);
}

#[test]
fn more_workers_than_numbers_are_not_made() {
    let stop = Stop::new().expect("descriptors");
    for split in SPLITS {
        let mut kept = Kept::new();
        let job = job(range(1, 3), 1_000, split, Want::Primes);
        let outcome = search("threads", &job, &stop, &mut kept).expect("a search");
        assert_eq!((kept.primes, outcome.count), (vec![2, 3], 2));
    }
}

#[test]
fn a_sink_that_has_enough_ends_the_search() {
    let stop = Stop::new().expect("descriptors");
    for mode in PARALLEL {
        for split in SPLITS {
            let mut kept = Kept::answering(|_| Answer::Enough);
            let job = job(range(1, 1 << 40), 3, split, Want::Primes);
            let outcome = search(mode, &job, &stop, &mut kept).expect("a search");
            assert!(outcome.is_whole, "enough is known");
            assert_eq!(outcome.reached, kept.next.map(|next| next - 1));
            assert_eq!(outcome.count, kept.count);
        }
    }
}

#[test]
fn a_sink_that_fails_ends_the_search_with_its_error() {
    let stop = Stop::new().expect("descriptors");
    for mode in PARALLEL {
        for split in SPLITS {
            let mut kept = Kept::answering(|_| Answer::Full);
            let job = job(range(1, 1 << 40), 3, split, Want::Primes);
            let result = search(mode, &job, &stop, &mut kept);
            assert!(matches!(result, Err(SearchError::Sink(_))), "{result:?}");
            assert_eq!(kept.next, None);
        }
    }
}

#[test]
fn a_search_that_is_stopped_keeps_what_the_sink_has() {
    for mode in PARALLEL {
        for split in SPLITS {
            let stop = Arc::new(Stop::new().expect("descriptors"));
            let bell = Arc::clone(&stop);
            let mut kept = Kept::answering(move |_| {
                bell.request();
                Answer::Go
            });
            let job = job(range(1, 1 << 40), 2, split, Want::Primes);
            let outcome = search(mode, &job, &stop, &mut kept).expect("a search");
            assert!(!outcome.is_whole);
            assert_eq!(outcome.reached, kept.next.map(|next| next - 1));
            assert_eq!(outcome.count, kept.primes.len() as u64);
        }
    }
}

#[test]
fn a_number_that_takes_for_ever_does_not_keep_a_search_from_stopping() {
    for (index, mode) in (1..).zip(PARALLEL) {
        let stop = Arc::new(Stop::new().expect("descriptors"));
        let bell = Arc::clone(&stop);
        let asks = thread::spawn(move || {
            let (arrived, is_there) = (AT_IT.0.lock().expect("no panic"), &AT_IT.1);
            let arrived = is_there.wait_while(arrived, |arrived| *arrived < index);
            drop(arrived.expect("no panic"));
            bell.request();
        });
        // The greatest prime below 2^64: by every divisor thousands of years.
        let mut endless = job(
            range(u64::MAX - 58, u64::MAX - 58),
            1,
            &SPLITS[0],
            Want::Count,
        );
        endless.method = &FOR_EVER;
        let outcome = search(mode, &endless, &stop, &mut Kept::new()).expect("a search");
        assert_eq!((outcome.is_whole, outcome.reached), (false, None));
        asks.join().expect("no panic");
    }
}

#[test]
fn threads_that_find_ahead_of_their_turn_are_told_in_bytes() {
    let stop = Stop::new().expect("descriptors");
    let mut blocks = job(range(1, 40_000), 2, support::split("static"), Want::Primes);
    blocks.method = method("trial");
    let outcome = search("threads", &blocks, &stop, &mut Kept::new()).expect("a search");
    // 1,941 primes are in the second block, a byte each, and each piece has an entry; as numbers they would be more.
    assert!(outcome.waiting_bytes_max < 1_941 * 8, "{outcome:?}");
}

/// Small numbers are quick, as the estimate expects it, and greater ones never end.
const FOR_EVER: Method = Method {
    name: "for ever",
    about: "a test",
    is_brute_force: true,
    step: "pauses",
    file: file!(),
    prepare: |_| Box::new(ForEver),
    weight: |number| number as f64,
    least_piece: |_| 1,
};

/// How many workers have come to a number that never ends.
static AT_IT: (Mutex<u32>, Condvar) = (Mutex::new(0), Condvar::new());

struct ForEver;

impl Search for ForEver {
    fn find(&self, piece: Range, _: &mut Vec<u64>) -> Steps {
        self.count(piece).1
    }

    fn count(&self, piece: Range) -> (u64, Steps) {
        if piece.last() > 1 << 32 {
            *AT_IT.0.lock().expect("no panic") += 1;
            AT_IT.1.notify_all();
            loop {
                thread::park();
            }
        }
        let sum = (piece.first()..=piece.last())
            .fold(0, |sum, number| std::hint::black_box(sum ^ number));
        (sum & 1, Steps(0))
    }
}

//! A sink that remembers, and a search with everything around it.

#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::{cell::RefCell, io, ops::ControlFlow};

use parallel::{Control, Job, MODES, Outcome, Progress, SPLITS, SearchError, Sink, Split, Want};
use primes::{METHODS, Method, Range};
use run::Stop;
use timing::SystemClock;

/// What a sink does at a piece.
pub enum Answer {
    Go,
    Enough,
    Full,
}

/// Remembers what it is given; checks that it is given it in order.
pub struct Kept {
    pub next: Option<u64>,
    pub primes: Vec<u64>,
    pub count: u64,
    pub answer: Box<dyn FnMut(Range) -> Answer>,
}

impl Kept {
    pub fn new() -> Self {
        Self::answering(|_| Answer::Go)
    }

    pub fn answering(answer: impl FnMut(Range) -> Answer + 'static) -> Self {
        Self {
            next: None,
            primes: Vec::new(),
            count: 0,
            answer: Box::new(answer),
        }
    }
}

impl Sink for Kept {
    fn take(&mut self, piece: Range, count: u64, primes: &[u64]) -> io::Result<ControlFlow<()>> {
        if let Some(next) = self.next {
            assert_eq!(piece.first(), next, "pieces follow on each other");
        }
        let inside = |prime: &u64| piece.first() <= *prime && *prime <= piece.last();
        assert!(primes.iter().all(inside), "primes lie in their piece");
        let answer = (self.answer)(piece);
        if matches!(answer, Answer::Full) {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.next = piece.last().checked_add(1);
        self.primes.extend(primes);
        self.count += count;
        Ok(match answer {
            Answer::Enough => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        })
    }
}

#[track_caller]
pub fn range(first: u64, last: u64) -> Range {
    Range::new(first, last).expect("numbers")
}

#[track_caller]
pub fn method(name: &str) -> &'static Method {
    let found = METHODS.iter().find(|method| method.name == name);
    found.expect("a method of that name")
}

#[track_caller]
pub fn split(name: &str) -> &'static Split {
    let found = SPLITS.iter().find(|split| split.name == name);
    found.expect("a split of that name")
}

pub fn job(range: Range, workers: usize, split: &'static Split, want: Want) -> Job {
    Job {
        range,
        method: method("trial"),
        workers,
        split,
        want,
    }
}

pub fn search(
    mode: &str,
    job: &Job,
    stop: &Stop,
    sink: &mut dyn Sink,
) -> Result<Outcome, SearchError> {
    let mode = MODES.iter().find(|candidate| candidate.name == mode);
    let told = RefCell::new(Vec::<Progress>::new());
    let control = Control {
        clock: &SystemClock::start(),
        stop,
        progress: &|progress| told.borrow_mut().push(progress),
    };
    let result = (mode.expect("a mode of that name").search)(job, &control, sink);
    let told = told.into_inner();
    assert!(told.iter().all(|told| (0.0..=1.0).contains(&told.share)));
    assert!(told.is_sorted_by_key(|told| told.numbers));
    if result.as_ref().is_ok_and(|outcome| outcome.is_whole) {
        assert_eq!(told.last().map(|told| told.share), Some(1.0));
    }
    result
}

/// The mode gives what `single` gives, whatever the split and the number of workers.
#[track_caller]
pub fn check_same(mode: &str, is_fit: fn(&Split) -> bool) {
    let stop = Stop::new().expect("descriptors");
    let ranges = [
        (1, 1),
        (2, 30),
        (1, 20_000),
        (999_000, 1_010_000),
        (u64::from(u32::MAX) - 50, (1 << 32) + 50),
    ];
    for (first, last) in ranges {
        for want in [Want::Primes, Want::Count] {
            let numbers = range(first, last);
            let mut expected = Kept::new();
            let single = job(numbers, 1, &SPLITS[0], want);
            let baseline = search("single", &single, &stop, &mut expected).expect("a search");
            for split in SPLITS.iter().filter(|split| is_fit(split)) {
                for workers in [1, 2, 3, 7] {
                    let job = job(numbers, workers, split, want);
                    let mut kept = Kept::new();
                    let outcome = search(mode, &job, &stop, &mut kept).expect("a search");
                    let what = format!("{mode} {} {workers} {first}..{last}", split.name);
                    assert_eq!(kept.primes, expected.primes, "{what}");
                    assert_eq!(kept.count, expected.count, "{what}");
                    assert_eq!(outcome.count, baseline.count, "{what}");
                    assert_eq!(outcome.steps, baseline.steps, "{what}");
                    assert_eq!(outcome.reached, Some(last), "{what}");
                    assert!(outcome.is_whole && outcome.redone == 0, "{what}");
                    let primes: u64 = outcome.stints.iter().map(|stint| stint.primes).sum();
                    assert_eq!(primes, outcome.count, "{what}");
                    let worked = outcome.stints.iter().map(|stint| stint.worker).max();
                    assert!(
                        worked.is_some_and(|most| (most as usize) < workers),
                        "{what}"
                    );
                }
            }
        }
    }
}

//! When each request of a worker is intended.
//!
//! In an open loop the instants are absolute: the k-th is the origin plus the sum of the first k gaps
//! (a gap precedes every request, the first included), so no delay of any kind shifts those after it.
//! In a closed loop a gap begins with an answer; as many requests are outstanding or waiting for the end of
//! their gap as the pipeline is deep.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use rand_core::SeedableRng;
use rand_pcg::Pcg64;
use stats::{Law, gap_from, nanos_of, split_mix};
use timing::Tick;

use crate::Loop;

/// The intended instants of one worker: a function of the law, the seed and the worker, and in a
/// closed loop of the instants of the answers.
#[derive(Debug)]
pub(crate) struct Schedule {
    law: Arc<dyn Law + Send + Sync>,
    loop_kind: Loop,
    random: Pcg64,
    begun: bool,
    /// In ascending order: one in an open loop, at most `depth` in a closed one.
    next: VecDeque<Tick>,
    /// How many begin at once.
    depth: u32,
}

impl Schedule {
    /// A schedule that has not begun.
    pub(crate) fn new(
        law: Arc<dyn Law + Send + Sync>,
        loop_kind: Loop,
        depth: u32,
        seed: u64,
        worker: u32,
    ) -> Self {
        Self {
            law,
            loop_kind,
            random: Pcg64::seed_from_u64(split_mix(seed, worker)),
            begun: false,
            next: VecDeque::new(),
            depth,
        }
    }

    /// Whether there has been an origin to count from.
    pub(crate) const fn has_begun(&self) -> bool {
        self.begun
    }

    /// The next request's instant; none before the beginning, and in a closed loop none while all the
    /// answers that it could count from are outstanding.
    pub(crate) fn next(&self) -> Option<Tick> {
        self.next.front().copied()
    }

    /// The first gap begins at `origin`.
    pub(crate) fn begin(&mut self, origin: Tick) {
        self.begun = true;
        for _ in 0..self.depth {
            self.add(origin);
        }
    }

    /// The next request has been taken up.
    pub(crate) fn advance(&mut self) {
        let taken = self.next.pop_front();
        if let (Loop::Open, Some(intended)) = (self.loop_kind, taken) {
            self.add(intended);
        }
    }

    /// A request that was taken up has ended `at`.
    pub(crate) fn resume(&mut self, at: Tick) {
        if self.loop_kind == Loop::Closed {
            self.add(at);
        }
    }

    fn add(&mut self, origin: Tick) {
        let intended = origin + self.gap();
        let place = self.next.partition_point(|&other| other <= intended);
        self.next.insert(place, intended);
    }

    fn gap(&mut self) -> Duration {
        Duration::from_nanos(nanos_of(gap_from(&*self.law, &mut self.random)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORIGIN: Tick = Tick::from_nanos(5_000_000_000);

    fn schedule(law: &str, parameter: f64, loop_kind: Loop, seed: u64, worker: u32) -> Schedule {
        let law = (stats::by_name(law).expect("a law").build)(parameter).expect("in range");
        Schedule::new(Arc::from(law), loop_kind, 1, seed, worker)
    }

    /// The first instants of an open loop, in nanoseconds.
    fn instants(law: &str, parameter: f64, seed: u64, worker: u32) -> Vec<u64> {
        let mut schedule = schedule(law, parameter, Loop::Open, seed, worker);
        schedule.begin(ORIGIN);
        let mut instants = Vec::new();
        for _ in 0..100 {
            instants.push(schedule.next().expect("an open loop goes on").as_nanos());
            schedule.advance();
        }
        instants
    }

    #[test]
    fn the_instants_are_a_function_of_the_seed_and_the_worker() {
        for seed in [0, 1, u64::MAX] {
            let first = instants("exponential", 100.0, seed, 3);
            assert_eq!(
                first,
                instants("exponential", 100.0, seed, 3),
                "seed {seed}"
            );
            assert_ne!(
                first,
                instants("exponential", 100.0, seed, 4),
                "seed {seed}"
            );
            assert_ne!(
                first,
                instants("exponential", 100.0, seed ^ 2, 3),
                "seed {seed}"
            );
        }
    }

    #[test]
    fn a_gap_precedes_the_first_request_and_gaps_add_up() {
        let expected: Vec<u64> = (1..=100).map(|k| ORIGIN.as_nanos() + k * 250_000).collect();
        assert_eq!(instants("deterministic", 0.000_25, 0, 0), expected);
    }

    #[test]
    fn a_gap_of_zero_is_all_at_once() {
        assert_eq!(
            instants("deterministic", 0.0, 0, 0),
            vec![ORIGIN.as_nanos(); 100]
        );
    }

    #[test]
    fn a_closed_loop_waits_for_the_answer() {
        let mut schedule = schedule("deterministic", 2.0, Loop::Closed, 0, 0);
        schedule.begin(ORIGIN);
        assert_eq!(schedule.next(), Some(ORIGIN + Duration::from_secs(2)));
        schedule.advance();
        assert_eq!(schedule.next(), None);
        let answered = ORIGIN + Duration::from_secs(10);
        schedule.resume(answered);
        assert_eq!(schedule.next(), Some(answered + Duration::from_secs(2)));
    }

    #[test]
    fn answers_do_not_move_an_open_loop() {
        let mut schedule = schedule("deterministic", 2.0, Loop::Open, 0, 0);
        schedule.begin(ORIGIN);
        schedule.advance();
        schedule.resume(ORIGIN + Duration::from_secs(100));
        assert_eq!(schedule.next(), Some(ORIGIN + Duration::from_secs(4)));
    }

    #[test]
    fn a_pipeline_begins_as_deep_as_it_is_and_stays_so() {
        let law = (stats::by_name("uniform").expect("a law").build)(2.0).expect("in range");
        let mut schedule = Schedule::new(Arc::from(law), Loop::Closed, 4, 7, 0);
        assert!(!schedule.has_begun());
        schedule.begin(ORIGIN);
        let mut last = ORIGIN;
        for _ in 0..4 {
            let next = schedule.next().expect("four of them");
            assert!(next >= last);
            last = next;
            schedule.advance();
        }
        assert_eq!(schedule.next(), None);
        schedule.resume(last);
        assert!(schedule.next() >= Some(last));
        schedule.advance();
        assert_eq!(schedule.next(), None);
    }
}

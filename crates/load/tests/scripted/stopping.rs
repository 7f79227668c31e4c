//! A stop keeps what there is, and is over soon.

use std::time::Duration;

use history::{Outcome, Sample, Verdict};
use load::{Plan, Report, Watcher, drive};
use machine::Answer;
use run::Stop;
use timing::SystemClock;

use crate::{
    echo::{Echo, ONE_SHOT, Recorder, SESSION, plan},
    server::{Peer, serve},
};

/// Asks to stop so many times, when a request is sent or when it is answered.
struct Stopper<'a> {
    stop: &'a Stop,
    when: When,
    times: usize,
    recorder: Recorder,
}

#[derive(PartialEq)]
enum When {
    Sending(u64),
    Answered(u64),
}

impl Stopper<'_> {
    fn consider(&self, now: &When) {
        if *now == self.when {
            (0..self.times).for_each(|_| self.stop.request());
        }
    }
}

impl Watcher for Stopper<'_> {
    fn on_sending(&self, _: u32, number: u64, _: &[u8]) {
        self.consider(&When::Sending(number));
    }

    fn on_answer(&self, _: u32, number: u64, _: &Answer) {
        self.consider(&When::Answered(number));
    }

    fn on_samples(&self, samples: &[Sample]) {
        self.recorder.on_samples(samples);
    }
}

#[track_caller]
fn check(plan: &Plan, echo: &Echo, when: When, times: usize) -> (Report, Vec<Sample>) {
    let (clock, stop) = (SystemClock::start(), Stop::new().expect("descriptors"));
    let recorder = Recorder::default();
    let stopper = Stopper {
        stop: &stop,
        when,
        times,
        recorder,
    };
    let report = drive(plan, echo, &clock, &stop, &stopper).expect("the run took place");
    let samples = stopper.recorder.samples.into_inner().expect("whole");
    assert_eq!(samples.len() as u64, plan.asked());
    let cut = report
        .findings
        .iter()
        .find(|f| f.text.contains("it was stopped"));
    assert_eq!(cut.map(|finding| finding.verdict), Some(Verdict::Unknown));
    (report, samples)
}

#[test]
fn after_a_stop_nothing_is_sent_and_results_are_kept() {
    let plan = plan(serve(|mut peer| peer.echo(1000)), 1, 1_000_000, 0.001);
    let (report, samples) = check(&plan, &SESSION, When::Answered(4), 1);
    let right = report.summary.outcomes[Outcome::Ok.name()];
    assert!((5..1000).contains(&right), "{right}");
    let sent = samples
        .iter()
        .filter(|sample| sample.sent_ns.is_some())
        .count();
    assert_eq!(sent as u64, right);
}

#[test]
fn the_answer_under_way_is_waited_for() {
    let slow = |mut peer: Peer| {
        std::thread::sleep(Duration::from_millis(50));
        peer.echo(1000);
    };
    for echo in [&SESSION, &ONE_SHOT] {
        let plan = Plan {
            loop_kind: load::Loop::Closed,
            grace: Duration::from_secs(60),
            ..plan(serve(slow), 1, 10, 0.0)
        };
        let (report, _) = check(&plan, echo, When::Sending(0), 1);
        assert_eq!(report.summary.outcomes[Outcome::Ok.name()], 1);
        assert_eq!(report.summary.outcomes[Outcome::Stopped.name()], 9);
    }
}

#[test]
fn a_silent_server_is_left_after_the_grace() {
    let plan = Plan {
        grace: Duration::from_millis(50),
        reply_timeout: Duration::from_secs(3600),
        ..plan(serve(|mut peer| peer.outlast()), 2, 3, 0.0)
    };
    let (report, _) = check(&plan, &SESSION, When::Sending(2), 1);
    assert_eq!(report.summary.outcomes[Outcome::Stopped.name()], 6);
}

#[test]
fn a_second_request_to_stop_does_not_wait() {
    let plan = Plan {
        grace: Duration::from_secs(3600),
        reply_timeout: Duration::from_secs(3600),
        ..plan(serve(|mut peer| peer.outlast()), 3, 1, 0.0)
    };
    let (report, _) = check(&plan, &SESSION, When::Sending(0), 2);
    assert_eq!(report.summary.outcomes[Outcome::Stopped.name()], 3);
}

//! What a watcher is told, and in which order.

use std::{net::SocketAddr, sync::Mutex};

use history::Sample;
use load::{Watcher, drive};
use machine::Answer;
use run::Stop;
use timing::SystemClock;

use crate::{
    echo::{Echo, SESSION, plan},
    server::{Peer, serve},
};

#[derive(Default)]
struct Diary(Mutex<Vec<String>>);

impl Diary {
    fn write(&self, line: String) {
        self.0.lock().expect("whole").push(line);
    }
}

impl Watcher for Diary {
    fn on_start(&self, workers: u32, _: SocketAddr) {
        self.write(format!("start {workers}"));
    }

    fn on_connected(&self, worker: u32) {
        self.write(format!("{worker} connected"));
    }

    fn on_note(&self, worker: u32, text: &str) {
        self.write(format!("{worker} note {}", text.trim()));
    }

    fn on_sending(&self, worker: u32, number: u64, bytes: &[u8]) {
        self.write(format!("{worker} sends {number} {}", bytes.escape_ascii()));
    }

    fn on_answer(&self, worker: u32, number: u64, answer: &Answer) {
        let right = matches!(answer, Answer::Right { .. });
        self.write(format!("{worker} answered {number} {right}"));
    }

    fn on_samples(&self, samples: &[Sample]) {
        self.write(format!("samples {}", samples.len()));
    }

    fn on_worker_done(&self, worker: u32) {
        self.write(format!("{worker} done"));
    }
}

#[test]
fn a_watcher_is_told_in_order() {
    let polite = |mut peer: Peer| {
        peer.send(b"welcome\n");
        peer.echo(10);
    };
    let echo = Echo {
        greeting: true,
        ..SESSION
    };
    let (clock, stop) = (SystemClock::start(), Stop::new().expect("descriptors"));
    let diary = Diary::default();
    let mut plan = plan(serve(polite), 1, 2, 0.0);
    plan.loop_kind = load::Loop::Closed;
    drive(&plan, &echo, &clock, &stop, &diary).expect("the run took place");
    let expected = [
        "start 1",
        "0 connected",
        "0 note welcome",
        r"0 sends 0 0:0:0\n",
        "0 answered 0 true",
        r"0 sends 1 0:0:1\n",
        "0 answered 1 true",
        "samples 2",
        "0 done",
    ];
    assert_eq!(diary.0.into_inner().expect("whole"), expected);
}

#[test]
fn samples_come_by_the_batch() {
    let (clock, stop) = (SystemClock::start(), Stop::new().expect("descriptors"));
    let diary = Diary::default();
    let plan = plan(serve(|mut peer| peer.echo(1000)), 1, 600, 0.0);
    drive(&plan, &SESSION, &clock, &stop, &diary).expect("the run took place");
    let lines = diary.0.into_inner().expect("whole");
    let batches: Vec<_> = lines
        .iter()
        .filter(|line| line.starts_with("samples"))
        .collect();
    assert_eq!(batches, ["samples 256", "samples 256", "samples 88"]);
}

/// Breaks down in one of several workers.
struct Breakable;

impl Watcher for Breakable {
    fn on_connected(&self, worker: u32) {
        assert_ne!(worker, 1, "this worker breaks down");
    }
}

#[test]
#[should_panic(expected = "a scoped thread panicked")]
fn a_panic_in_a_worker_ends_the_run_and_is_handed_on() {
    let (clock, stop) = (SystemClock::start(), Stop::new().expect("descriptors"));
    let plan = plan(serve(|mut peer| peer.echo(1000)), 3, 10, 0.001);
    let _ = drive(&plan, &SESSION, &clock, &stop, &Breakable);
}

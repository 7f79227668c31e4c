//! When requests leave: at their instants in an open loop, after the answers in a closed one.

use std::{
    sync::mpsc::{Sender, channel},
    thread,
    time::Duration,
};

use history::Outcome;
use load::{Loop, Plan};

use crate::{
    echo::{Echo, ONE_SHOT, Played, SESSION, plan, play},
    server::{Peer, serve},
};

const STALL: Duration = Duration::from_millis(300);

/// Answers the fourth request late by [`STALL`], and tells how many had come by then behind it.
fn stalling(mut peer: Peer, told: &Sender<usize>) {
    peer.echo(3);
    let fourth = peer.line().expect("a fourth request");
    thread::sleep(STALL);
    told.send(peer.waiting()).expect("the test waits");
    peer.send(&fourth);
    peer.echo(1000);
}

/// A run against a server that stalls, and how many requests came during the stall.
fn play_with_stall(loop_kind: Loop) -> (Played, usize) {
    let (tell, told) = channel();
    let address = serve(move |peer| stalling(peer, &tell));
    let plan = Plan {
        loop_kind,
        ..plan(address, 1, 50, 0.01)
    };
    let played = play(&plan, &SESSION);
    played.check_outcomes(&[(Outcome::Ok, 50)]);
    (played, told.recv().expect("it stalled"))
}

#[test]
fn an_open_loop_sends_on_while_the_server_stalls() {
    let (played, during) = play_with_stall(Loop::Open);
    assert!(during > 0);
    let response = &played.report().summary.response_time;
    assert!(
        response.max_ns >= Some(STALL.as_nanos() as f64),
        "{response:?}"
    );
    // Those sent during the stall have waited too.
    let waited = |ns: Option<u64>| ns >= Some(STALL.as_nanos() as u64 / 3);
    let late = played
        .samples
        .iter()
        .filter(|s| waited(s.response_ns()))
        .count();
    assert!(late > 1, "{late}");
}

#[test]
fn a_closed_loop_waits_with_the_server() {
    let (played, during) = play_with_stall(Loop::Closed);
    assert_eq!(during, 0);
    for pair in played.samples.windows(2) {
        assert!(pair[1].intended_ns >= pair[0].done_ns.expect("answered") + 10_000_000);
    }
}

#[test]
fn an_open_loop_intends_every_request_by_the_gaps_alone() {
    let played = play(
        &plan(serve(|mut peer| peer.echo(1000)), 2, 20, 0.002),
        &SESSION,
    );
    for pair in played
        .samples
        .windows(2)
        .filter(|p| p[0].worker == p[1].worker)
    {
        assert_eq!(pair[1].intended_ns - pair[0].intended_ns, 2_000_000);
    }
    for sample in &played.samples {
        assert!(sample.sent_ns >= Some(sample.intended_ns));
        assert!(sample.done_ns >= sample.sent_ns);
    }
}

#[test]
fn one_shots_count_from_the_common_start() {
    let played = play(
        &plan(serve(|mut peer| peer.echo(1)), 3, 5, 0.004),
        &ONE_SHOT,
    );
    let start_ns = played.report().start.as_nanos();
    for sample in &played.samples {
        assert_eq!(
            sample.intended_ns,
            start_ns + (sample.number + 1) * 4_000_000
        );
        assert!(sample.connect_ns >= Some(sample.intended_ns));
    }
}

#[test]
fn a_session_counts_from_its_greeting() {
    let polite = |mut peer: Peer| {
        thread::sleep(Duration::from_millis(50));
        peer.send(b"welcome\n");
        peer.echo(1000);
    };
    let echo = Echo {
        greeting: true,
        ..SESSION
    };
    let played = play(&plan(serve(polite), 2, 3, 0.0), &echo);
    played.check_outcomes(&[(Outcome::Ok, 6)]);
    for sample in &played.samples {
        assert!(sample.intended_ns >= sample.connected_ns.expect("connected") + 40_000_000);
    }
}

#[test]
fn a_thousand_clients_at_once_are_all_answered() {
    let played = play(
        &plan(serve(|mut peer| peer.echo(1)), 1000, 1, 0.0),
        &ONE_SHOT,
    );
    played.check_outcomes(&[(Outcome::Ok, 1000)]);
    let start_ns = played.report().start.as_nanos();
    assert!(
        played
            .samples
            .iter()
            .all(|sample| sample.intended_ns == start_ns)
    );
}

#[test]
fn requests_past_the_limit_of_connections_wait_and_that_counts() {
    let slow = |mut peer: Peer| {
        thread::sleep(Duration::from_millis(20));
        peer.echo(1);
    };
    let plan = Plan {
        open_limit: 2,
        ..plan(serve(slow), 1, 10, 0.001)
    };
    let played = play(&plan, &ONE_SHOT);
    played.check_outcomes(&[(Outcome::Ok, 10)]);
    for sample in &played.samples {
        let began = sample.connect_ns.expect("connected");
        let open = |other: &&history::Sample| {
            other.connect_ns <= Some(began) && other.done_ns > Some(began)
        };
        assert!(played.samples.iter().filter(open).count() <= 2);
    }
    let findings = &played.report().findings;
    let told = findings
        .iter()
        .any(|f| f.text.contains("holds at most 2 connections"));
    assert!(told, "{findings:?}");
}

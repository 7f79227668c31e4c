//! Each way in which a server fails has its own outcome, and every request has one.

use std::{thread, time::Duration};

use history::Outcome;
use load::{LoadError, Loop, Plan};

use crate::{
    echo::{Echo, ONE_SHOT, Played, SESSION, closed_plan, plan, play},
    server::{Peer, nobody, serve},
};

#[track_caller]
fn check(
    script: impl Fn(Peer) + Send + Sync + 'static,
    echo: &Echo,
    workers: u32,
    expected: &[(Outcome, u64)],
) -> Played {
    let played = play(&closed_plan(serve(script), workers, 10), echo);
    played.check_outcomes(expected);
    played
}

#[test]
fn every_request_is_answered_by_every_exchange_and_loop() {
    for echo in [&SESSION, &ONE_SHOT] {
        for loop_kind in [Loop::Open, Loop::Closed] {
            let address = serve(|mut peer| peer.echo(1000));
            let plan = Plan {
                loop_kind,
                ..plan(address, 3, 300, 0.0)
            };
            let played = play(&plan, echo);
            played.check_outcomes(&[(Outcome::Ok, 900)]);
            assert_eq!(played.grave(), []);
            let summary = &played.report().summary;
            assert_eq!(summary.response_time.count, 900);
            assert_eq!(summary.lateness.count, 900);
            assert_eq!(summary.sent_gaps.count, 897);
            assert_eq!(played.report().response.count(), 900);
        }
    }
}

#[test]
fn a_session_has_one_connection_and_one_shots_have_one_each() {
    for (echo, connects) in [(&SESSION, 2), (&ONE_SHOT, 20)] {
        let played = check(|mut peer| peer.echo(1000), echo, 2, &[(Outcome::Ok, 20)]);
        assert_eq!(played.report().summary.connect.count, connects);
        let mut ports: Vec<_> = played
            .samples
            .iter()
            .map(|sample| sample.local_port)
            .collect();
        ports.sort_unstable();
        ports.dedup();
        assert_eq!(ports.len() as u64, connects);
    }
}

#[test]
fn wrong_answers_are_counted_and_the_first_are_kept() {
    let mutter = |mut peer: Peer| {
        while peer.line().is_some() {
            peer.send(b"0:0:?\n");
        }
    };
    let played = check(mutter, &SESSION, 3, &[(Outcome::Wrong, 30)]);
    let summary = &played.report().summary;
    assert_eq!(summary.wrong.len(), 10);
    assert!(
        summary.wrong[0].contains("found b\"0:0:?\\n\""),
        "{}",
        summary.wrong[0]
    );
    assert_eq!(summary.response_time.count, 0);
}

#[test]
fn an_answer_that_nobody_asked_for_is_no_success() {
    let hasty = |mut peer: Peer| {
        peer.send(b"welcome\n0:0:0\n");
        peer.outlast();
    };
    let echo = Echo {
        greeting: true,
        ..SESSION
    };
    let expected = [(Outcome::Timeout, 1), (Outcome::Stopped, 9)];
    let played = check(hasty, &echo, 1, &expected);
    let texts: Vec<_> = played.grave().into_iter().map(|(_, text)| text).collect();
    assert!(
        texts[0].starts_with("1 answers came that nobody"),
        "{texts:?}"
    );
}

#[test]
fn a_session_closed_midway_ends_the_request_under_way_and_stops_the_rest() {
    let expected = [
        (Outcome::Ok, 3),
        (Outcome::Closed, 1),
        (Outcome::Stopped, 6),
    ];
    let curt = |mut peer: Peer| {
        peer.echo(3);
        peer.line();
    };
    let played = check(curt, &SESSION, 1, &expected);
    assert!(played.samples[3].sent_ns.is_some());
    assert!(played.samples[4].sent_ns.is_none());
}

#[test]
fn a_session_closed_at_once_tells_its_first_request() {
    let expected = [(Outcome::Closed, 2), (Outcome::Stopped, 18)];
    let echo = Echo {
        greeting: true,
        ..SESSION
    };
    check(drop, &echo, 2, &expected);
}

#[test]
fn one_shots_closed_unanswered_are_closed_each() {
    let deaf = |mut peer: Peer| drop(peer.line());
    check(deaf, &ONE_SHOT, 2, &[(Outcome::Closed, 20)]);
}

#[test]
fn a_silent_server_times_out() {
    let expected = [(Outcome::Timeout, 2), (Outcome::Stopped, 18)];
    check(|mut peer| peer.outlast(), &SESSION, 2, &expected);
}

#[test]
fn one_shots_of_an_open_loop_time_out_side_by_side() {
    let plan = Plan {
        loop_kind: Loop::Open,
        ..closed_plan(serve(|mut peer| peer.outlast()), 1, 50)
    };
    play(&plan, &ONE_SHOT).check_outcomes(&[(Outcome::Timeout, 50)]);
}

#[test]
fn a_greeting_that_never_comes_times_out() {
    let expected = [(Outcome::Timeout, 1), (Outcome::Stopped, 9)];
    let echo = Echo {
        greeting: true,
        ..SESSION
    };
    check(|mut peer| peer.outlast(), &echo, 1, &expected);
}

#[test]
fn a_reset_comes_after_the_answers_before_it() {
    let expected = [(Outcome::Ok, 2), (Outcome::Reset, 1), (Outcome::Stopped, 7)];
    let rude = |mut peer: Peer| {
        peer.echo(2);
        peer.line();
        peer.reset();
    };
    check(rude, &SESSION, 1, &expected);
}

#[test]
fn answers_may_come_byte_by_byte() {
    let slow = |mut peer: Peer| {
        while let Some(line) = peer.line() {
            line.iter().for_each(|&byte| peer.send(&[byte]));
        }
    };
    check(slow, &SESSION, 2, &[(Outcome::Ok, 20)]);
}

#[test]
fn answers_may_come_many_at_once() {
    let lazy = |mut peer: Peer| {
        let lines: Vec<_> = (0..10).filter_map(|_| peer.line()).collect();
        peer.send(&lines.concat());
    };
    let plan = plan(serve(lazy), 1, 10, 0.0);
    play(&plan, &SESSION).check_outcomes(&[(Outcome::Ok, 10)]);
}

#[test]
fn a_request_larger_than_the_kernels_buffer_is_sent_whole() {
    let late = |mut peer: Peer| {
        thread::sleep(Duration::from_millis(100));
        peer.echo(1000);
    };
    let echo = Echo {
        padding: 3_000_000,
        ..SESSION
    };
    let played = play(&plan(serve(late), 1, 3, 0.001), &echo);
    played.check_outcomes(&[(Outcome::Ok, 3)]);
    assert!(
        played
            .samples
            .iter()
            .all(|sample| sample.request_bytes == 3_000_006)
    );
}

#[test]
fn nobody_listening_is_an_error_that_says_so() {
    for echo in [&SESSION, &ONE_SHOT] {
        let target = nobody();
        let played = play(&plan(target, 3, 5, 0.01), echo);
        let refused = played
            .samples
            .iter()
            .filter(|s| s.outcome == Outcome::Refused);
        assert_eq!(refused.count(), 3);
        let error = played.result.expect_err("nobody listens");
        assert!(matches!(error, LoadError::Unreachable { .. }));
        let begin = format!("cannot connect to {target}: connection refused; start");
        assert!(error.to_string().starts_with(&begin), "{error}");
    }
}

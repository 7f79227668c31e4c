//! What a run against a failing server amounts to.

use history::Verdict;
use machine::Exchange;

use crate::{
    echo::{Echo, ONE_SHOT, SESSION, closed_plan, play},
    server::{Peer, serve, serve_once},
};

#[track_caller]
fn check(found: &[(Verdict, String)], verdict: Verdict, part: &str) {
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].0, verdict);
    assert!(found[0].1.contains(part), "{found:?}");
}

fn echo_three_then_close(mut peer: Peer) {
    peer.echo(3);
    peer.line();
}

#[test]
fn a_server_that_breaks_off_a_session_and_listens_on_is_invalid() {
    let played = play(&closed_plan(serve(echo_three_then_close), 1, 10), &SESSION);
    let expected = "1 of 10 requests failed: closed 1; 6 more were never sent";
    check(&played.grave(), Verdict::Invalid, expected);
}

#[test]
fn a_server_that_went_away_cut_the_run_short() {
    let played = play(
        &closed_plan(serve_once(echo_three_then_close), 1, 10),
        &SESSION,
    );
    check(
        &played.grave(),
        Verdict::Unknown,
        "the server went away, and 7 of 10",
    );
}

#[test]
fn a_server_that_went_away_between_one_shots_cut_the_run_short() {
    let echo = Echo {
        exchange: Exchange::OneShot,
        ..ONE_SHOT
    };
    let played = play(
        &closed_plan(serve_once(|mut peer| peer.echo(1)), 1, 10),
        &echo,
    );
    check(
        &played.grave(),
        Verdict::Unknown,
        "9 of 10 requests came to nothing (refused 9)",
    );
}

#[test]
fn wrong_answers_are_invalid_whatever_else_happens() {
    let mutter = |mut peer: Peer| {
        while peer.line().is_some() {
            peer.send(b"?\n");
        }
    };
    let played = play(&closed_plan(serve(mutter), 1, 10), &SESSION);
    check(
        &played.grave(),
        Verdict::Invalid,
        "10 of 10 answers were wrong; the first: worker 1, request 1",
    );
}

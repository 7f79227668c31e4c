//! `wharf sim group`: what groups promise is kept in virtual time whatever goes wrong, and a promise that is broken is shown.

use std::path::PathBuf;

use group::ORDERS;
use history::{SimSummary, Verdict};

use crate::support::{Ran, check_refused, run};

/// Runs groups, and gives the numbers.
fn simulated(args: &[&str]) -> (Ran, SimSummary) {
    let args = [&["sim", "group", "--format", "json"], args].concat();
    let ran = run(&args);
    let summary: history::Summary = serde_json::from_str(&ran.stdout)
        .unwrap_or_else(|error| panic!("{error}: {} {}", ran.stdout, ran.stderr));
    (ran, summary.sim.expect("a simulation's"))
}

/// 200 seeds with everything going wrong.
#[track_caller]
fn check_kept(args: &[&str]) {
    let (ran, sim) = simulated(&[&["--seeds", "200"], args].concat());
    assert_eq!(ran.status, Some(0), "{args:?}: {}", ran.stdout);
    assert_eq!(sim.runs, 200);
    assert!(sim.conditions.len() > 3 && sim.conditions.iter().all(|one| one.kept == 200));
    let count = |what: &str| {
        sim.counts
            .iter()
            .find(|one| one.what == what)
            .map(|one| one.count)
    };
    for what in [
        "members expelled and back",
        "copies lost",
        "copies that a cut stopped",
    ] {
        assert!(count(what).is_some_and(|count| count > 0), "{what}");
    }
}

#[test]
fn every_order_keeps_its_promises() {
    for order in ORDERS {
        check_kept(&["--order", order.name]);
    }
}

#[test]
fn every_order_keeps_its_promises_when_only_safe_messages_are_delivered() {
    for order in ORDERS {
        check_kept(&["--order", order.name, "--deliver", "safe"]);
    }
}

#[test]
fn every_order_keeps_its_promises_where_all_parts_go_on() {
    for order in ORDERS {
        check_kept(&["--order", order.name, "--partitions", "partitionable"]);
    }
}

#[test]
fn without_repair_what_is_left_is_still_in_order() {
    for order in ["none", "fifo"] {
        check_kept(&["--order", order, "--reliability", "none"]);
    }
}

#[test]
fn a_seed_is_the_same_run_again() {
    let args = ["--seed", "7", "--order", "causal"];
    let (one, other) = (simulated(&args).1, simulated(&args).1);
    assert_eq!(one, other);
    assert_ne!(one, simulated(&["--seed", "8", "--order", "causal"]).1);
}

#[test]
fn threads_make_no_difference() {
    let args = ["--seeds", "20", "--order", "total-lamport"];
    let alone = simulated(&[&args[..], &["--jobs", "1"]].concat()).1;
    let together = simulated(&[&args[..], &["--jobs", "4"]].concat()).1;
    assert_eq!(alone, together);
}

/// The file of a run's folder.
fn kept(ran: &Ran, name: &str) -> PathBuf {
    ran.runs.path().join("latest").join(name)
}

#[test]
fn a_broken_promise_is_made_small_and_shown() {
    let (ran, sim) = simulated(&[
        "--order",
        "causal",
        "--break",
        "causal-no-wait",
        "--seeds",
        "20",
    ]);
    assert_eq!(ran.status, Some(1));
    let failure = sim.failure.expect("a promise was broken");
    assert_eq!(failure.condition, "causal");
    assert!(
        failure
            .again
            .contains(&format!("--seed {}", failure.seed.expect("a seed")))
    );
    assert!(!failure.again.contains("--seeds"));
    let sends = failure
        .schedule
        .lines()
        .filter(|line| line.starts_with("send "))
        .count();
    assert!((2..=4).contains(&sends), "{}", failure.schedule);
    // What was kept breaks it again, and its history is read.
    let schedule = kept(&ran, "schedule.txt");
    let again = run(&[
        "sim",
        "group",
        "--schedule",
        &schedule.display().to_string(),
    ]);
    assert_eq!(again.status, Some(1), "{}", again.stdout);
    assert!(
        again.stdout.contains("causal was broken"),
        "{}",
        again.stdout
    );
    let log = kept(&ran, "trace.jsonl");
    let drawn = run(&["clock", "order", &log.display().to_string()]);
    assert_eq!(drawn.status, Some(0), "{}{}", drawn.stdout, drawn.stderr);
}

#[test]
fn the_result_is_for_people_too() {
    let ran = run(&["sim", "group", "--order", "fifo", "--seeds", "3"]);
    let verdict = ran.summary().verdict;
    assert_eq!(
        (ran.status, verdict),
        (Some(0), Verdict::Valid),
        "{}",
        ran.stdout
    );
    for words in ["promise", "fifo", "in virtual time", "datagrams a message"] {
        assert!(ran.stdout.contains(words), "no `{words}` in {}", ran.stdout);
    }
}

#[test]
fn what_makes_no_sense_is_refused() {
    check_refused(
        &["sim", "group", "--order", "best"],
        &["best", "total-lamport"],
    );
    check_refused(&["sim", "group", "--loss", "2"], &["`2` is no share"]);
    check_refused(
        &["sim", "group", "--delay", "never"],
        &["`never` is no delay"],
    );
    check_refused(&["sim", "group", "--schedule", "/nowhere"], &["/nowhere"]);
    check_refused(
        &["sim", "group", "--order", "causal", "--reliability", "none"],
        &["causal", "--reliability nak"],
    );
}

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

/// A member that alone had not heard of a decision, and heard of it from a newcomer alone: seeds that once broke promises.
#[test]
fn what_once_was_broken_is_kept() {
    for (order, seed) in [
        ("total-sequencer", "7136"),
        ("fifo", "9275"),
        ("none", "9275"),
    ] {
        let (ran, sim) = simulated(&["--order", order, "--deliver", "safe", "--seed", seed]);
        assert_eq!(ran.status, Some(0), "{order} {seed}: {}", ran.stdout);
        assert_eq!(sim.runs, 1);
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
    // Of 200 that were drawn.
    assert!((2..=24).contains(&sends), "{}", failure.schedule);
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
fn a_broken_promise_has_its_picture_on_the_page_and_on_the_page_that_is_drawn_again() {
    let args = "--order causal --break causal-no-wait --seeds 20";
    let (ran, sim) = simulated(&args.split(' ').collect::<Vec<_>>());
    assert!(sim.failure.is_some(), "{}", ran.stdout);
    let page = || std::fs::read_to_string(kept(&ran, "report.html")).expect("a page");
    let first = page();
    assert!(first.contains("What breaks “causal”?") && first.contains("class=\"sp-witness\""));
    let runs = ran.runs.path().display().to_string();
    let drawn = run(&["report", "--runs", &runs]);
    assert_eq!(drawn.status, Some(1), "{}", drawn.stderr);
    assert_eq!(page(), first);
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
    let seeds = ["--seeds", "1", "--break"];
    for (rule, flags, needed) in [
        ("lamport-no-wait", "--order fifo", "--order total-lamport"),
        ("fifo-by-arrival", "--order none", "--order fifo"),
        ("safe-early", "--deliver agreed", "--deliver safe"),
        ("no-cut", "--reliability none", "--reliability nak"),
    ] {
        let flags: Vec<&str> = flags.split(' ').collect();
        let args = [&["sim", "group"][..], &seeds, &[rule], &flags].concat();
        check_refused(&args, &[rule, needed]);
    }
    for flag in [
        "--order=causal",
        "--loss=0.1",
        "--break=no-cut",
        "--seed=1",
        "--seeds=2",
    ] {
        let flag_alone = flag.split('=').next().expect("a flag");
        check_refused(
            &["sim", "group", "--schedule", "schedule.txt", flag],
            &["--schedule", flag_alone],
        );
    }
}

/// A schedule says who is who, and what it says of nobody is refused.
#[test]
fn a_single_run_is_kept_and_its_schedule_is_the_same_run_again() {
    let (ran, first) = simulated(&["--seed", "3", "--order", "fifo", "--messages", "5"]);
    assert_eq!(ran.status, Some(0), "{}", ran.stdout);
    let schedule = kept(&ran, "schedule.txt");
    let text = std::fs::read_to_string(&schedule).expect("a schedule");
    assert!(text.contains("\n# 0 alice, 1 bob, "), "{text}");
    assert!(kept(&ran, "trace.jsonl").exists());
    let (_, again) = simulated(&["--schedule", &schedule.display().to_string()]);
    assert_eq!((first.counts, first.times), (again.counts, again.times));
    let other = ran.runs.path().join("other.txt");
    std::fs::write(&other, text + "send 1s 40 0\n").expect("written");
    check_refused(
        &["sim", "group", "--schedule", &other.display().to_string()],
        &["`send 1s 40 0`", "never"],
    );
}

/// What a stranger sends is counted by the reason for which it was refused; where it forges, nothing is judged but that all stand.
#[test]
fn strangers_are_counted_by_what_they_sent() {
    let args = ["--seeds", "20", "--order", "fifo", "--garbled", "3"];
    let (ran, sim) = simulated(&args);
    assert_eq!(ran.status, Some(0), "{}", ran.stdout);
    let what: Vec<&str> = sim.counts.iter().map(|one| one.what.as_str()).collect();
    for reason in ["foreign", "checksum", "truncated", "group", "settings"] {
        let line = format!("datagrams refused: {reason}");
        assert!(what.contains(&line.as_str()), "no `{line}` in {what:?}");
    }
    let (ran, sim) = simulated(&["--seeds", "20", "--forged", "3", "--order", "causal"]);
    assert_eq!(ran.status, Some(0), "{}", ran.stdout);
    let judged: Vec<&str> = sim.conditions.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(judged, ["panic", "livelock"]);
}

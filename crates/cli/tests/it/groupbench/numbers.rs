//! Short runs: what was sent is what every member was given.

use group::ORDERS;
use history::{GroupPoint, GroupRun, GroupSummary, Summary, Verdict};

use crate::support::{Ran, run};

/// A run on a machine that may have been too busy for it, but was otherwise as it should be.
#[track_caller]
fn bench(flags: &[&str]) -> (Ran, GroupSummary) {
    let args = ["group", "bench", "--for", "50ms", "--format", "json"];
    // On a busy machine nobody is to be suspected because nothing ran.
    let patient = ["--suspect-after", "2s"];
    let ran = run(&[&args[..], &patient, flags].concat());
    let summary: Summary = serde_json::from_str(&ran.stdout)
        .unwrap_or_else(|error| panic!("{error}: {} {}", ran.stdout, ran.stderr));
    assert_ne!(summary.verdict, Verdict::Invalid, "{:?}", summary.findings);
    let status = match summary.verdict {
        Verdict::Valid => 0,
        _ => 2,
    };
    assert_eq!(ran.status, Some(status), "{}", ran.stderr);
    (ran, summary.group.expect("groups"))
}

fn runs(point: &GroupPoint) -> impl Iterator<Item = &GroupRun> {
    point.flat.iter().chain(&point.paced)
}

#[track_caller]
fn check_whole(run: &GroupRun, members: usize, senders: usize) {
    assert_eq!(run.members.len(), members);
    assert!(run.flaws.is_empty(), "{run:?}");
    if run.disturbed.is_some() {
        return;
    }
    assert!(run.sent > 0);
    for member in &run.members {
        assert_eq!(
            (member.delivered_all, member.lost),
            (run.sent, 0),
            "{run:?}"
        );
        let silent = &member.delivered[senders..];
        assert!(silent.iter().all(|count| *count == 0), "{run:?}");
    }
    let packets = run.sum(|one| one.packets + one.statuses + one.naks + one.repairs);
    assert!(run.sum(|one| one.datagrams) >= packets.min(1), "{run:?}");
}

#[test]
fn every_order_gives_all_members_what_all_have_sent() {
    let (ran, group) = bench(&["--crashes", "0", "--rate", "200"]);
    let names: Vec<&str> = group.orders.iter().map(|one| one.order.as_str()).collect();
    assert_eq!(names, ORDERS.iter().map(|one| one.name).collect::<Vec<_>>());
    for point in &group.orders {
        assert!(!point.flat.is_empty() && !point.paced.is_empty());
        runs(point).for_each(|run| check_whole(run, 3, 3));
        assert!(point.crashes.is_empty() && point.view.is_none());
        for run in point.paced.iter().filter(|run| run.disturbed.is_none()) {
            let count = |of: &Option<history::Series>| of.as_ref().map(|series| series.count);
            // 50 ms of 200 a second.
            assert_eq!(
                count(&run.last),
                Some(run.members[0].delivered.iter().sum())
            );
            assert_eq!(count(&run.own), count(&run.last));
            assert!((8..=12).contains(&count(&run.last).unwrap_or(0)), "{run:?}");
        }
    }
    let written = ran.summary();
    assert_eq!(written.group, Some(group));
    assert!(ran.folder().join("report.html").exists());
}

#[test]
fn members_that_only_listen_are_given_all() {
    let flags = ["--order", "fifo,total-sequencer", "--members", "4"];
    let more = ["--senders", "1", "--cast", "unicast", "--crashes", "0"];
    let (_, group) = bench(&[&flags[..], &more].concat());
    assert_eq!(
        (group.members, group.senders, group.orders.len()),
        (4, 1, 2)
    );
    for point in &group.orders {
        runs(point).for_each(|run| check_whole(run, 4, 1));
    }
}

#[test]
fn the_others_go_on_without_a_member_that_died() {
    let flags = ["--order", "total-sequencer", "--phase", "paced"];
    // Later flags count: here a death is waited for.
    let args = ["group", "bench", "--for", "50ms", "--format", "json"];
    let ran = run(&[&args[..], &flags, &["--crashes", "2"]].concat());
    let summary: Summary = serde_json::from_str(&ran.stdout).expect("a summary");
    assert_ne!(summary.verdict, Verdict::Invalid, "{:?}", summary.findings);
    let group = summary.group.expect("groups");
    let point = &group.orders[0];
    assert_eq!(point.crashes.len(), 2);
    assert_eq!([point.crashes[0].rank, point.crashes[1].rank], [0, 1]);
    for death in point.crashes.iter().filter(|one| one.disturbed.is_none()) {
        assert_eq!(death.installed_ns.len(), 2, "{death:?}");
        // Nobody is suspected earlier than that, by less than one sign of life.
        assert!(death.installed_ns[0] > 150_000_000, "{death:?}");
        assert!(death.view_ns() >= Some(death.installed_ns[0]));
    }
}

#[test]
fn safe_delivery_and_no_repair_are_measured_too() {
    let flags = ["--order", "total-lamport", "--deliver", "safe"];
    let (_, group) = bench(&[&flags[..], &["--crashes", "0", "--members", "2"]].concat());
    assert!(group.promises.contains("safe"), "{}", group.promises);
    runs(&group.orders[0]).for_each(|run| check_whole(run, 2, 2));
    let flags = ["--order", "none,fifo", "--reliability", "none"];
    let (_, group) = bench(&[&flags[..], &["--crashes", "0"]].concat());
    assert_eq!(group.orders.len(), 2);
    for run in group.orders.iter().flat_map(runs) {
        assert!(
            run.flaws.is_empty() && run.sum(|one| one.repairs) == 0,
            "{run:?}"
        );
    }
}

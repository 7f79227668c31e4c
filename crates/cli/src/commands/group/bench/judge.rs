//! What a benchmark of groups may conclude.
//!
//! | finding | verdict |
//! |---|---|
//! | something delivered that was not promised so, or not delivered | invalid |
//! | stopped early; an order that could not be measured, or of which no run counts | unknown |
//! | everything else | valid |

use history::{Finding, GroupCrash, GroupPoint, GroupRun, GroupSummary, Verdict};

/// The findings, in no order.
pub fn findings(group: &GroupSummary, is_whole: bool) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut say = |verdict, text: String| findings.push(Finding::new(verdict, text));
    if !is_whole {
        let text = "stopped before all runs were made";
        say(Verdict::Unknown, text.to_owned());
    }
    for point in &group.orders {
        for text in flaws(point) {
            say(Verdict::Invalid, format!("{}: {text}", point.order));
        }
        if let Some(obstacle) = &point.obstacle {
            say(Verdict::Unknown, format!("{}: {obstacle}", point.order));
        }
        for text in nothing_counts(point) {
            say(Verdict::Unknown, format!("{}: {text}", point.order));
        }
    }
    for text in remarks(group) {
        say(Verdict::Valid, text);
    }
    findings
}

fn flaws(point: &GroupPoint) -> Vec<&String> {
    let runs = point.flat.iter().chain(&point.paced);
    let of_runs = runs.flat_map(|run| &run.flaws);
    let of_deaths = point.crashes.iter().flat_map(|death| &death.flaws);
    of_runs.chain(of_deaths).take(FLAWS_MAX).collect()
}

/// Loads of which no run counts, and deaths of which none does.
fn nothing_counts(point: &GroupPoint) -> Vec<String> {
    let mut texts = Vec::new();
    for (what, runs) in [("full load", &point.flat), ("low load", &point.paced)] {
        let spoilt = |run: &GroupRun| run.flaws.is_empty() && !run.counts();
        if !runs.is_empty() && runs.iter().all(spoilt) {
            let why = runs.iter().find_map(|run| run.disturbed.as_deref());
            let why = why.unwrap_or(
                "the senders were later than 1 ms with more than 1 % of the messages; give a lower --rate, fewer \
                 members or a calmer machine",
            );
            texts.push(format!("no run under {what} counts: {why}"));
        }
    }
    let failed = |death: &GroupCrash| death.flaws.is_empty() && death.view_ns().is_none();
    if !point.crashes.is_empty() && point.crashes.iter().all(failed) {
        let why = point.crashes[0].disturbed.as_deref();
        texts.push(format!(
            "no death counts: {}",
            why.unwrap_or("nobody noticed it")
        ));
    }
    texts
}

fn remarks(group: &GroupSummary) -> Vec<String> {
    let mut remarks = Vec::new();
    if group.members > group.cores {
        remarks.push(format!(
            "{} members shared {} processors: what they cost is also that they wait for each other",
            group.members, group.cores
        ));
    }
    let flat = || group.orders.iter().flat_map(|point| &point.flat);
    let busy = flat().map(|run| run.busy).fold(0.0, f64::max);
    if busy >= BUSY {
        remarks.push(format!(
            "under full load the members used up to {:.0} % of the machine's processors: these were what held them up",
            busy * 100.0
        ));
    }
    let waited = flat().map(|run| run.waited).fold(0.0, f64::max);
    if waited >= WAITED {
        remarks.push(format!(
            "under full load a member was ready to run and had no processor for up to {:.0} % of its time: it is also the \
             processors that are measured, and whatever else ran on them",
            waited * 100.0
        ));
    }
    let all = || {
        let points = group.orders.iter();
        points.flat_map(|point| point.flat.iter().chain(&point.paced))
    };
    let drops: u64 = all().map(|run| run.sum(|one| one.kernel_drops)).sum();
    if drops > 0 {
        remarks.push(format!(
            "{} datagrams were dropped by the kernel because they came faster than they were read; they were {}",
            report::count(drops),
            match all().any(|run| run.sum(|one| one.lost) > 0) {
                true => "not all sent again",
                false => "sent again",
            }
        ));
    }
    let spoilt = all().filter(|run| run.flaws.is_empty() && !run.counts());
    match spoilt.count() {
        0 => {}
        many => remarks.push(format!(
            "{} left out: the machine did not give the members the time they needed",
            match many {
                1 => "1 run was".to_owned(),
                many => format!("{many} runs were"),
            }
        )),
    }
    remarks
}

/// From here on it is the processors that are measured.
const BUSY: f64 = 0.85;
/// So much waiting is no accident.
const WAITED: f64 = 0.2;
const FLAWS_MAX: usize = 5;

#[cfg(test)]
mod tests {
    use history::GroupMember;

    use super::*;

    fn group(run: GroupRun, death: GroupCrash) -> GroupSummary {
        let point = GroupPoint {
            order: "fifo".to_owned(),
            paced: vec![run],
            crashes: vec![death],
            ..GroupPoint::default()
        };
        GroupSummary {
            members: 2,
            cores: 2,
            orders: vec![point],
            ..GroupSummary::default()
        }
    }

    fn noticed() -> GroupCrash {
        GroupCrash {
            installed_ns: vec![1],
            ..GroupCrash::default()
        }
    }

    #[track_caller]
    fn check(group: &GroupSummary, is_whole: bool, expected: &[(Verdict, &str)]) {
        let found = findings(group, is_whole);
        assert_eq!(found.len(), expected.len(), "{found:?}");
        for (finding, (verdict, words)) in found.iter().zip(expected) {
            assert_eq!(finding.verdict, *verdict, "{found:?}");
            assert!(finding.text.contains(words), "{found:?}");
        }
    }

    #[test]
    fn what_was_delivered_wrongly_is_invalid() {
        check(&group(GroupRun::default(), noticed()), true, &[]);
        let wrong = GroupRun {
            flaws: vec!["twice".to_owned()],
            ..GroupRun::default()
        };
        check(
            &group(wrong, noticed()),
            true,
            &[(Verdict::Invalid, "fifo: twice")],
        );
    }

    #[test]
    fn what_does_not_count_leaves_it_open() {
        let late = GroupRun {
            is_late: true,
            ..GroupRun::default()
        };
        let unnoticed = GroupCrash {
            disturbed: Some("nobody went on".to_owned()),
            ..GroupCrash::default()
        };
        let expected = [
            (Verdict::Unknown, "stopped before all"),
            (Verdict::Unknown, "low load counts: the senders were later"),
            (Verdict::Unknown, "no death counts: nobody went on"),
            (Verdict::Valid, "1 run was left out"),
        ];
        check(&group(late, unnoticed), false, &expected);
    }

    #[test]
    fn what_a_reader_should_know_is_said() {
        let member = GroupMember {
            kernel_drops: 7,
            ..GroupMember::default()
        };
        let run = GroupRun {
            members: vec![member],
            ..GroupRun::default()
        };
        let mut group = group(run, noticed());
        group.orders[0].flat.push(GroupRun {
            busy: 0.93,
            waited: 0.5,
            ..GroupRun::default()
        });
        group.members = 3;
        let expected = [
            (Verdict::Valid, "3 members shared 2 processors"),
            (Verdict::Valid, "up to 93 %"),
            (Verdict::Valid, "no processor for up to 50 %"),
            (Verdict::Valid, "7 datagrams were dropped"),
        ];
        check(&group, true, &expected);
    }
}

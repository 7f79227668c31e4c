//! What a benchmark of datagrams may conclude.
//!
//! | finding | verdict |
//! |---|---|
//! | bytes that are not those that were sent | invalid |
//! | stopped early; a point that could not be measured; a sender that was late in all of a point's runs | unknown |
//! | everything else: loss is an outcome | valid |

use cast::trial::LATE_NS;
use history::{CastPoint, CastReceiver, CastRun, CastSummary, Finding, Verdict};

/// The findings, in no order.
pub fn findings(cast: &CastSummary, is_whole: bool) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut say = |verdict, text: String| findings.push(Finding::new(verdict, text));
    if !is_whole {
        let text = "stopped before all runs were made";
        say(Verdict::Unknown, text.to_owned());
    }
    for point in &cast.points {
        let (name, corrupt) = (name(point), sum(point, |one| one.corrupt));
        if corrupt > 0 {
            let many = report::count(corrupt);
            say(
                Verdict::Invalid,
                format!("{name}: {many} datagrams came with other bytes than were sent"),
            );
        }
        if let Some(obstacle) = &point.obstacle {
            say(Verdict::Unknown, format!("{name}: {obstacle}"));
        }
    }
    if let Some(text) = late(cast) {
        say(Verdict::Unknown, text);
    }
    for text in remarks(cast) {
        say(Verdict::Valid, text);
    }
    findings
}

/// Points of which no paced run counts.
fn late(cast: &CastSummary) -> Option<String> {
    let is_late =
        |point: &&CastPoint| !point.paced.is_empty() && point.paced.iter().all(|run| run.is_late);
    let late: Vec<&CastPoint> = cast.points.iter().filter(is_late).collect();
    let first = late.first()?;
    let p99 = first
        .paced
        .iter()
        .filter_map(|run| run.lateness.as_ref()?.p99_ns);
    let least = p99.fold(f64::INFINITY, f64::min);
    let others = match late.len() - 1 {
        0 => String::new(),
        others => format!(" (and {others} other points)"),
    };
    Some(format!(
        "{}{others}: the sender was late in every run: at best 1 % of the datagrams left {} late or later, where \
         {} is allowed. Their latencies are not told; give it fewer receivers, a lower --rate, or a calmer \
         machine",
        name(first),
        report::duration(least),
        report::duration(LATE_NS)
    ))
}

fn remarks(cast: &CastSummary) -> Vec<String> {
    let mut remarks = Vec::new();
    let (asked, granted) = (cast.buffer_asked_bytes, cast.buffer_granted_bytes);
    if let Some(granted) = granted.filter(|granted| *granted < asked) {
        remarks.push(format!(
            "of {} bytes of receive buffer that were asked for, {} were granted: raise net.core.rmem_max, or \
             run as the administrator",
            report::count(asked),
            report::count(granted)
        ));
    }
    let all = |of: fn(&CastReceiver) -> u64| cast.points.iter().map(|point| sum(point, of)).sum();
    let told: [(u64, &str); 2] = [
        (
            all(|one| one.strays),
            "datagrams of other programs were passed over",
        ),
        (
            all(|one| one.duplicates),
            "datagrams came more than once, and were counted once",
        ),
    ];
    for (number, what) in told {
        if number > 0 {
            remarks.push(format!("{} {what}", report::count(number)));
        }
    }
    let elsewhere: u64 = cast.points.iter().map(lost_elsewhere).sum();
    if elsewhere > 0 {
        remarks.push(format!(
            "{} datagrams were lost elsewhere than in the receivers' buffers, which the kernel counts: on their \
             way, or before they were delivered",
            report::count(elsewhere)
        ));
    }
    let most = cast.points.iter().map(|point| point.receivers + 1).max();
    if let Some(most) = most.filter(|most| *most > cast.cores) {
        remarks.push(format!(
            "up to {most} threads shared {} processors: what many receivers cost is also that they wait for \
             each other",
            cast.cores
        ));
    }
    remarks
}

/// What did not arrive and was not dropped at a full buffer. Segments that the kernel holds together are
/// dropped together and counted as one, so of these nothing can be said.
fn lost_elsewhere(point: &CastPoint) -> u64 {
    match point.way.as_str() {
        "segments" => 0,
        _ => receivers(point)
            .map(|one| one.lost.saturating_sub(one.kernel_drops))
            .sum(),
    }
}

fn sum(point: &CastPoint, of: fn(&CastReceiver) -> u64) -> u64 {
    receivers(point).map(of).sum()
}

fn receivers(point: &CastPoint) -> impl Iterator<Item = &CastReceiver> {
    let runs = point.flat.iter().chain(&point.paced);
    runs.flat_map(|run: &CastRun| &run.receivers)
}

/// A point in words.
pub fn name(point: &CastPoint) -> String {
    let receivers = report::counted(point.receivers, "receiver");
    format!(
        "{}, {} B, {receivers}, {}",
        point.cast, point.payload_bytes, point.way
    )
}

#[cfg(test)]
mod tests {
    use history::Series;

    use super::*;

    fn cast(receiver: CastReceiver, is_late: bool) -> CastSummary {
        let run = CastRun {
            sent: 10,
            is_late,
            lateness: Some(Series {
                p99_ns: Some(3e6),
                ..Series::default()
            }),
            receivers: vec![receiver],
            ..CastRun::default()
        };
        let point = CastPoint {
            cast: "unicast".to_owned(),
            payload_bytes: 64,
            receivers: 1,
            way: "one".to_owned(),
            paced: vec![run],
            ..CastPoint::default()
        };
        CastSummary {
            cores: 2,
            points: vec![point],
            ..CastSummary::default()
        }
    }

    #[track_caller]
    fn check(cast: &CastSummary, is_whole: bool, expected: &[(Verdict, &str)]) {
        let found = findings(cast, is_whole);
        assert_eq!(found.len(), expected.len(), "{found:?}");
        for (finding, (verdict, words)) in found.iter().zip(expected) {
            assert_eq!(finding.verdict, *verdict, "{found:?}");
            assert!(finding.text.contains(words), "{found:?}");
        }
    }

    #[test]
    fn loss_is_an_outcome() {
        let lost = CastReceiver {
            lost: 5,
            kernel_drops: 5,
            ..CastReceiver::default()
        };
        check(&cast(lost, false), true, &[]);
    }

    #[test]
    fn other_bytes_are_wrong() {
        let corrupt = CastReceiver {
            corrupt: 1,
            ..CastReceiver::default()
        };
        check(
            &cast(corrupt, false),
            true,
            &[(
                Verdict::Invalid,
                "unicast, 64 B, 1 receiver, one: 1 datagrams",
            )],
        );
    }

    #[test]
    fn a_late_sender_an_obstacle_and_a_stop_leave_it_open() {
        let late = cast(CastReceiver::default(), true);
        check(
            &late,
            true,
            &[(
                Verdict::Unknown,
                "left 3.00 ms late or later, where 1.00 ms",
            )],
        );
        let mut refused = cast(CastReceiver::default(), false);
        refused.points[0].obstacle = Some("no such device".to_owned());
        let expected = [
            (Verdict::Unknown, "stopped before all runs"),
            (Verdict::Unknown, "one: no such device"),
        ];
        check(&refused, false, &expected);
    }

    #[test]
    fn what_a_reader_should_know_is_said() {
        let odd = CastReceiver {
            lost: 7,
            kernel_drops: 3,
            strays: 2,
            duplicates: 1,
            ..CastReceiver::default()
        };
        let mut odd = cast(odd, false);
        (odd.cores, odd.buffer_asked_bytes) = (1, 1000);
        odd.buffer_granted_bytes = Some(500);
        let expected = [
            (
                Verdict::Valid,
                "1000 bytes of receive buffer that were asked for, 500",
            ),
            (Verdict::Valid, "2 datagrams of other programs"),
            (Verdict::Valid, "1 datagrams came more than once"),
            (Verdict::Valid, "4 datagrams were lost elsewhere"),
            (Verdict::Valid, "up to 2 threads shared 1 processors"),
        ];
        check(&odd, true, &expected);
        odd.points[0].way = "segments".to_owned();
        assert_eq!(findings(&odd, true).len(), 4);
    }
}

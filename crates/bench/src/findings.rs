//! What a reader of an experiment should know.

use history::{BenchKind, BenchSummary, Finding, Point, Verdict};

use crate::choices::holds_all;

/// The findings; `steps` is how many steps of `work` were taken for a task, 0 where none were.
pub(crate) fn findings(summary: &BenchSummary, finished: bool, steps: u64) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut say = |verdict, text: String| findings.push(Finding::new(verdict, text));
    if !finished {
        let text = "the experiment was stopped; what had been measured is kept";
        say(Verdict::Unknown, text.to_owned());
    }
    let runs = summary.points.iter().flat_map(|point| &point.runs);
    let late = runs.filter(|run| run.generator_late && run.is_whole());
    match late.count() {
        0 => {}
        count => say(
            Verdict::Valid,
            format!("{count} runs were made again because the clients themselves were late"),
        ),
    }
    for point in &summary.points {
        let at = in_words(point);
        let counts = point.runs.iter().map(|run| run.outcomes.get("wrong"));
        let wrong: u64 = counts.flatten().sum();
        if wrong > 0 {
            say(Verdict::Invalid, format!("{at}: {wrong} wrong answers"));
        }
        if let Some(not) = &point.not_reached {
            let text = format!("{at}: not reached, {}: {}", not.obstacle.name(), not.text);
            say(Verdict::Valid, text);
        }
        for doubt in &point.doubts {
            say(Verdict::Unknown, format!("{at}: {doubt}"));
        }
        if let Some(held) = held_less(summary, point) {
            let text = format!(
                "{at}: the server had at most {held} connections open at once: its descriptors, or a \
                 limit of its own; the others waited in the kernel's queue, or to connect"
            );
            say(Verdict::Valid, text);
        }
        if !holds_all(summary.kind, point) {
            let held = point.at_once.unwrap_or(0);
            let text =
                format!("{at}: it takes up {held} at once; the others stand in the kernel's queue");
            say(Verdict::Valid, text);
        }
        if let Some(text) = tcp(point) {
            say(Verdict::Valid, format!("{at}: {text}"));
        }
    }
    if steps > 0 {
        let text = format!(
            "a request that calculates makes {steps} steps, which take this machine {:.1} ms when it \
             does nothing else; the proportion is that of the clients that calculate",
            summary.task_ns as f64 / 1e6
        );
        say(Verdict::Valid, text);
    }
    if summary.kind == BenchKind::Idle {
        let text = "the kernel's memory is told for the whole machine and in pages, so what it says of a \
                    connection is worth something from about a thousand connections on";
        say(Verdict::Valid, text.to_owned());
    }
    findings
}

/// How many connections a server without a bound of its own had open at once, when it should have had
/// them all.
fn held_less(summary: &BenchSummary, point: &Point) -> Option<u64> {
    let all_stand = match summary.kind {
        BenchKind::Burst => summary.task_ns > 0,
        BenchKind::Throughput | BenchKind::Idle | BenchKind::Mixed => true,
        BenchKind::Churn => false,
    };
    let most = point
        .runs
        .iter()
        .filter_map(|run| run.server_open_max)
        .max()?;
    let is_bound = point.at_once.is_some();
    (all_stand && !is_bound && most < point.clients).then_some(most)
}

/// What the kernel's TCP had to do twice or could not do, over all runs of a point; `None` when every
/// connection was made at the first try.
fn tcp(point: &Point) -> Option<String> {
    let sum = |of: fn(&history::TcpCounters) -> u64| -> u64 {
        point.runs.iter().map(|run| of(&run.tcp)).sum()
    };
    let counts = [
        (sum(|tcp| tcp.listen_overflows), "ListenOverflows"),
        (sum(|tcp| tcp.listen_drops), "ListenDrops"),
        (sum(|tcp| tcp.syn_retransmits), "SYN retransmits"),
        (sum(|tcp| tcp.timeouts), "TCP timeouts"),
        (sum(|tcp| tcp.retransmitted_segments), "segments sent again"),
    ];
    let some: Vec<String> = counts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, name)| format!("{count} {name}"))
        .collect();
    let runs = point.runs.len();
    // A segment sent again now and then is the kernel probing for a lost tail, and nobody's fault.
    let is_notable = counts[..3].iter().any(|(count, _)| *count > 0);
    is_notable.then(|| {
        format!(
            "the kernel counted {} in {runs} runs, on the whole machine",
            some.join(", ")
        )
    })
}

fn in_words(point: &Point) -> String {
    let share = match point.cpu_share {
        Some(share) => format!(", {:.0} % of them calculating", share * 100.0),
        None => String::new(),
    };
    format!("{} with {} clients{share}", point.model, point.clients)
}

#[cfg(test)]
mod tests {
    use super::*;
    use history::{Measured, NotReached, Obstacle, TcpCounters};

    #[test]
    fn a_point_that_was_not_reached_is_a_remark_with_its_reason() {
        let point = Point {
            model: "iterative".to_owned(),
            clients: 10_000,
            not_reached: Some(NotReached {
                obstacle: Obstacle::TooLong,
                text: "not tried".to_owned(),
            }),
            ..Point::default()
        };
        let summary = BenchSummary {
            points: vec![point],
            ..BenchSummary::default()
        };
        let found = findings(&summary, true, 0);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].verdict, Verdict::Valid);
        let text = "iterative with 10000 clients: not reached, too long: not tried";
        assert_eq!(found[0].text, text);
    }

    #[test]
    fn a_server_that_never_held_all_is_told_with_how_many_it_held() {
        let point = |at_once| Point {
            clients: 50_000,
            at_once,
            runs: vec![Measured {
                server_open_max: Some(19_900),
                ..Measured::default()
            }],
            ..Point::default()
        };
        let of = |kind| BenchSummary {
            kind,
            ..BenchSummary::default()
        };
        let throughput = of(BenchKind::Throughput);
        assert_eq!(held_less(&throughput, &point(None)), Some(19_900));
        assert_eq!(held_less(&throughput, &point(Some(64))), None);
        assert_eq!(held_less(&of(BenchKind::Churn), &point(None)), None);
    }

    #[test]
    fn the_kernels_counters_are_summed_over_the_runs() {
        let run = Measured {
            tcp: TcpCounters {
                listen_overflows: 3,
                syn_retransmits: 2,
                ..TcpCounters::default()
            },
            ..Measured::default()
        };
        let point = Point {
            runs: vec![run.clone(), run],
            ..Point::default()
        };
        let text = "the kernel counted 6 ListenOverflows, 4 SYN retransmits in 2 runs, on the whole \
                    machine";
        assert_eq!(tcp(&point).as_deref(), Some(text));
        assert_eq!(tcp(&Point::default()), None);
    }
}

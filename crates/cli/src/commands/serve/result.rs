//! What a server's counters come to: the summary, the averages of the lab, the findings.

use std::collections::BTreeMap;

use history::{ArrivalClocks, Connections, Finding, Series, ServeSummary, Verdict};
use machine::Service;
use run::{CloseReason, Counter, Gap, Totals, TurnedAway};
use serve::Model;
use timing::SystemClock;

/// The summary of a server's run.
pub fn summarise(
    totals: &Totals,
    service: &dyn Service,
    model: &Model,
    address: &str,
    clock: &SystemClock,
) -> ServeSummary {
    let gaps = |gap| Series::with_histogram(&totals.gaps(gap));
    ServeSummary {
        service: service.name().to_owned(),
        model: model.name.to_owned(),
        address: address.to_owned(),
        connections: connections(totals),
        requests: totals.counter(Counter::Requests),
        received_bytes: totals.counter(Counter::ReceivedBytes),
        sent_bytes: totals.counter(Counter::SentBytes),
        endings: endings(totals),
        connection_gaps: ArrivalClocks {
            connect: gaps(Gap::Connect),
            connect_note: connect_note(totals),
            accept: gaps(Gap::Accept),
            first_byte: gaps(Gap::FirstByte),
        },
        data_gaps: gaps(Gap::Data),
        origin_monotonic_ns: clock.origin_nanos(),
    }
}

/// The two lines that the lab's server prints at its end; a line is absent when there was no gap.
pub fn averages(summary: &ServeSummary) -> String {
    let line = |what: &str, series: &Series| {
        series.mean_ns.map_or_else(String::new, |mean| {
            format!("Average {what} inter-arrival time: {:.2} ms\n", mean / 1e6)
        })
    };
    line("connection", &summary.connection_gaps.accept) + &line("data", &summary.data_gaps)
}

/// What a reader should know.
pub fn findings(summary: &ServeSummary) -> Vec<Finding> {
    let ended = |reason: CloseReason| summary.connections.ended.get(reason.name()).copied();
    let mut findings = Vec::new();
    let mut remark = |count: Option<u64>, text: &str| {
        if let Some(count) = count.filter(|&count| count > 0) {
            findings.push(Finding::new(Verdict::Valid, format!("{count} {text}")));
        }
    };
    remark(
        ended(CloseReason::Killed),
        "connections were lost with worker processes that were killed; what those had counted is kept",
    );
    remark(
        ended(CloseReason::NoWorker),
        "connections were closed unserved: the system gave no thread or process (`ulimit -u`; lower --max-workers)",
    );
    remark(
        ended(CloseReason::Panicked),
        "sessions panicked; each lost its own connection only",
    );
    remark(
        ended(CloseReason::GraceOver),
        "sessions still owed an answer when the grace period ended",
    );
    for limit in TurnedAway::ALL {
        let count = summary.connections.turned_away.get(limit.name()).copied();
        remark(
            count,
            &format!("connections were turned away: limit of {}", limit.name()),
        );
    }
    findings
}

fn connections(totals: &Totals) -> Connections {
    let counted = |counter| Some(totals.counter(counter)).filter(|&count| count > 0);
    let ended = CloseReason::ALL
        .into_iter()
        .filter_map(|reason| Some((reason.name().to_owned(), counted(Counter::Ended(reason))?)));
    let turned_away = TurnedAway::ALL.into_iter().filter_map(|limit| {
        Some((
            limit.name().to_owned(),
            counted(Counter::TurnedAway(limit))?,
        ))
    });
    Connections {
        accepted: totals.counter(Counter::Accepted),
        ended: ended.collect(),
        turned_away: turned_away.collect(),
        open_max: totals.open_max(),
    }
}

fn endings(totals: &Totals) -> BTreeMap<String, u64> {
    let endings = [
        ("bare", Counter::EndedBare),
        ("lf", Counter::EndedLf),
        ("crlf", Counter::EndedCrLf),
    ];
    let counted = endings.map(|(name, counter)| (name.to_owned(), totals.counter(counter)));
    counted
        .into_iter()
        .filter(|(_, count)| *count > 0)
        .collect()
}

fn connect_note(totals: &Totals) -> String {
    let bounds = totals.counter(Counter::ConnectBounds);
    let unknown = totals.counter(Counter::ConnectUnknown);
    let mut note =
        "read from the kernel's TCP_INFO when accepted, in whole milliseconds".to_owned();
    if bounds > 0 {
        note += &format!("; {bounds} are upper bounds, because the client had already sent data");
    }
    if unknown > 0 {
        note += &format!("; {unknown} could not be had, because the client was gone already");
    }
    note
}

//! The figures of a benchmark of datagrams: rates and losses flat out, latencies on schedule.

use history::{CastPoint, CastRun, CastSummary, Series};

use super::{
    figure::{Figure, Width},
    table::Table,
};
use crate::{
    chart, conclusion, datagrams,
    number::{DASH, count, duration, maybe_duration, percent, tick_rate},
    sweep::Spread,
};

/// All figures.
pub(super) fn figures(cast: &CastSummary) -> String {
    if cast.points.is_empty() {
        return String::new();
    }
    let mut html = String::new();
    if cast.points.iter().any(|point| !point.flat.is_empty()) {
        html += &rates(cast);
        html += &losses(cast);
        html += &costs(cast);
    }
    if cast.points.iter().any(|point| !point.paced.is_empty()) {
        html += &latencies(cast);
    }
    html += &obstacles(cast);
    html += &flat_table(cast);
    html += &paced_table(cast);
    html + &receivers_table(cast)
}

fn rates(cast: &CastSummary) -> String {
    let mut notes = datagrams::rates(cast);
    notes.extend(datagrams::caveats(cast));
    let card = Figure::new(Width::Full, "How many datagrams a second?").caption(
        "Flat out: the sender sends as fast as the kernel takes it. A mark is what a receiver got: the \
         median over receivers and runs, whiskers the least and the greatest. Where a thin line leads on \
         from it, more was sent in the same time: what was not lost lay in the receiver's buffer until it \
         was taken.",
    );
    with_key(cast, card)
        .picture(&chart::dots(cast, &chart::RATES))
        .notes(&unbroken(&notes))
        .html()
}

fn losses(cast: &CastSummary) -> String {
    let card = Figure::new(Width::Half, "What was lost?").caption(
        "Flat out: of all datagrams to all receivers the share that did not arrive, told by their numbers.",
    );
    with_key(cast, card)
        .picture(&chart::dots(cast, &chart::LOSSES))
        .html()
}

fn costs(cast: &CastSummary) -> String {
    let card = Figure::new(Width::Half, "What does sending cost?").caption(
        "Flat out: processor time of the sender's thread over datagrams times receivers; the table has the \
         receivers'.",
    );
    with_key(cast, card)
        .picture(&chart::dots(cast, &chart::COSTS_OF_SENDING))
        .html()
}

fn latencies(cast: &CastSummary) -> String {
    let rate = tick_rate(cast.rate_hz);
    let card = Figure::new(Width::Full, "How long does a datagram take?").caption(&format!(
        "On schedule: {rate} datagrams a second to each receiver, each with an intended instant, whether the \
         one before it has arrived or not. Latency is from that instant until the receiver's call returned, \
         by the same clock of the same machine; so the sender's own lateness is part of it. Marks: medians, \
         thin lines: to the 99th percentile. A call takes along what is due, and never waits for more: the \
         ways differ only in how they catch up.",
    ));
    let card = with_key(cast, card)
        .picture(&chart::dots(cast, &chart::LATENCIES))
        .notes(&unbroken(&datagrams::latencies(cast)));
    card.html() + &by_percentile(cast)
}

/// The casts by percentile, at the first size and way and the fewest receivers; beside them the ways of
/// the first cast.
fn by_percentile(cast: &CastSummary) -> String {
    let Some(first) = cast.points.iter().find(|point| point.latency.is_some()) else {
        return String::new();
    };
    let is_like = |point: &&CastPoint| {
        point.latency.is_some()
            && point.payload_bytes == first.payload_bytes
            && point.receivers == first.receivers
    };
    let like = || cast.points.iter().filter(is_like);
    let casts: Vec<_> = like().filter(|point| point.way == first.way).collect();
    let ways: Vec<_> = like().filter(|point| point.cast == first.cast).collect();
    let load = datagrams::load_name(first);
    let card = |heading: &str, points: &[&CastPoint], of: fn(&CastPoint) -> &str, what: &str| {
        let named = points
            .iter()
            .take(MOST_CURVES)
            .filter_map(|point| Some((of(point), point.latency.as_ref()?)));
        let named: Vec<(&str, &Series)> = named.collect();
        Figure::new(Width::Half, heading)
            .caption(&format!(
                "{what}, {load}; all receivers and runs that count."
            ))
            .picture(&chart::percentiles(&named, "datagrams"))
            .html()
    };
    let mut html = card(
        "Latency by percentile: casts",
        &casts,
        |point| &point.cast,
        datagrams::way_in_words(&first.way),
    );
    html += &card(
        "Latency by percentile: ways",
        &ways,
        |point| &point.way,
        &first.cast,
    );
    html
}

fn with_key(cast: &CastSummary, card: Figure) -> Figure {
    let ways = datagrams::ways(cast);
    let entries: Vec<(String, &str)> = ways
        .iter()
        .enumerate()
        .take(MARKS.len())
        .map(|(index, way)| {
            (
                format!("s-mark {}", MARKS[index]),
                datagrams::way_in_words(way),
            )
        })
        .collect();
    let entries: Vec<(&str, &str)> = entries
        .iter()
        .map(|(class, name)| (class.as_str(), *name))
        .collect();
    card.key(&entries)
}

/// What could not be measured, and why.
fn obstacles(cast: &CastSummary) -> String {
    let mut table = Table::new(["point", "why"]);
    let mut number = 0;
    for point in &cast.points {
        if let Some(why) = &point.obstacle {
            table.row_with_words(&datagrams::name(point), [], why);
            number += 1;
        }
    }
    match number {
        0 => String::new(),
        _ => Figure::new(Width::Full, "What could not be measured")
            .part(table.html("Points without figures"))
            .html(),
    }
}

fn flat_table(cast: &CastSummary) -> String {
    let mut table = Table::new([
        "point",
        "runs",
        "a call, at most",
        "sent/s",
        "received/s",
        "loss",
        "kernel drops",
        "sender CPU a datagram",
        "receiver CPU a datagram",
        "sender's core",
        "busiest receiver's",
        "bottleneck",
    ]);
    let mut rows = 0;
    for point in cast.points.iter().filter(|point| !point.flat.is_empty()) {
        let words = |spread: Option<Spread>, show: fn(f64) -> String| {
            spread.map_or(DASH.to_owned(), |spread| spread.in_words(show))
        };
        let bottleneck = datagrams::bottleneck(cast, point);
        table.row(
            &datagrams::name(point),
            [
                count(point.flat.len() as u64),
                count(point.most_a_call),
                words(datagrams::sent(point), datagrams::rate),
                words(datagrams::received(point), datagrams::rate),
                words(datagrams::loss(point), datagrams::loss_in_words),
                count(drops(&point.flat)),
                words(datagrams::sender_cpu(point), duration),
                words(datagrams::receiver_cpu(point), duration),
                words(datagrams::sender_share(point), percent),
                words(datagrams::receiver_share(point), percent),
                bottleneck.map_or(DASH, |which| which.name()).to_owned(),
            ],
        );
        rows += 1;
    }
    match rows {
        0 => String::new(),
        _ => table.details("Numbers: every point, flat out"),
    }
}

fn drops(runs: &[CastRun]) -> u64 {
    let receivers = runs.iter().flat_map(|run| &run.receivers);
    receivers.fold(0, |sum, one| sum.saturating_add(one.kernel_drops))
}

fn paced_table(cast: &CastSummary) -> String {
    let mut table = Table::new([
        "point",
        "runs that count",
        "datagrams",
        "p50",
        "p90",
        "p99",
        "max",
        "loss",
        "lateness p50",
        "lateness p99",
    ]);
    let mut rows = 0;
    for point in cast.points.iter().filter(|point| !point.paced.is_empty()) {
        let words = |spread: Option<Spread>| {
            spread.map_or(DASH.to_owned(), |spread| spread.in_words(duration))
        };
        let number = point.paced.iter().filter(|run| !run.is_late).count();
        let loss = datagrams::paced_loss(point);
        let all = point.latency.as_ref().map_or(0, |series| series.count);
        table.row(
            &datagrams::name(point),
            [
                format!(
                    "{} of {}",
                    count(number as u64),
                    count(point.paced.len() as u64)
                ),
                count(all),
                words(datagrams::latency(point, |series| series.p50_ns)),
                words(datagrams::latency(point, |series| series.p90_ns)),
                words(datagrams::latency(point, |series| series.p99_ns)),
                words(datagrams::latency(point, |series| series.max_ns)),
                loss.map_or(DASH.to_owned(), |l| l.in_words(datagrams::loss_in_words)),
                words(datagrams::lateness(point, |series| series.p50_ns)),
                words(datagrams::lateness(point, |series| series.p99_ns)),
            ],
        );
        rows += 1;
    }
    match rows {
        0 => String::new(),
        _ => table.details("Numbers: every point, on schedule"),
    }
}

/// Each receiver of each run; of very many, the first.
fn receivers_table(cast: &CastSummary) -> String {
    let mut table = Table::new([
        "point",
        "phase",
        "run",
        "receiver",
        "size",
        "sent",
        "received",
        "lost",
        "kernel drops",
        "twice",
        "out of order",
        "corrupt",
        "calls",
        "CPU",
        "p50",
        "p99",
        "max",
    ]);
    let mut rows = 0;
    for point in &cast.points {
        let flat = point.flat.iter().enumerate().map(|run| ("flat", run));
        let paced = point.paced.iter().enumerate().map(|run| ("paced", run));
        for (phase, (index, run)) in flat.chain(paced) {
            for (number, one) in run.receivers.iter().enumerate() {
                if rows == MOST_ROWS {
                    break;
                }
                let quantile = |of: fn(&Series) -> Option<f64>| {
                    maybe_duration(one.latency.as_ref().and_then(of))
                };
                let cells = [
                    phase.to_owned(),
                    count(index as u64 + 1),
                    count(number as u64 + 1),
                    datagrams::size(point.payload_bytes),
                    count(run.sent),
                    count(one.received),
                    count(one.lost),
                    count(one.kernel_drops),
                    count(one.duplicates),
                    count(one.out_of_order),
                    count(one.corrupt),
                    count(one.calls),
                    duration(one.cpu_ns as f64),
                    quantile(|series| series.p50_ns),
                    quantile(|series| series.p99_ns),
                    quantile(|series| series.max_ns),
                ];
                table.row(&datagrams::name(point), cells);
                rows += 1;
            }
        }
    }
    match rows {
        0 => String::new(),
        MOST_ROWS => table.details(&format!(
            "Numbers: the first {MOST_ROWS} receivers of all runs"
        )),
        _ => table.details("Numbers: every receiver of every run"),
    }
}

fn unbroken(notes: &[String]) -> Vec<String> {
    notes
        .iter()
        .map(|note| conclusion::unbroken(note))
        .collect()
}

/// The classes of the samples of the key: as the markers of the first ways.
const MARKS: [&str; 4] = ["c0", "c1", "c2", "c3"];
/// More curves would cover each other.
const MOST_CURVES: usize = 4;
/// More rows than this are read by programs, from `summary.json`.
const MOST_ROWS: usize = 300;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[track_caller]
    fn check(summary: &history::Summary, wanted: &[&str], absent: &[&str]) {
        let html = figures(summary.cast.as_ref().expect("datagrams"));
        for part in wanted {
            assert!(html.contains(part), "{part:?} is missing");
        }
        for part in absent {
            assert!(!html.contains(part), "{part:?} is there");
        }
    }

    #[test]
    fn a_benchmark_has_rates_losses_costs_latencies_and_numbers() {
        let wanted = [
            "<title>Datagrams a second, sent and received</title>",
            "<title>Loss, flat out</title>",
            "<title>Processor time of the sender for a datagram</title>",
            "<title>Latency on schedule</title>",
            "Latency by percentile: casts",
            "Latency by percentile: ways",
            "never cut",
            "Numbers: every point, flat out",
            "Numbers: every point, on schedule",
            "Numbers: the first 300 receivers of all runs",
        ];
        check(&fixture::cast(), &wanted, &["could not be measured"]);
    }

    #[test]
    fn one_phase_alone_has_its_figures_and_no_others() {
        let wanted = ["How many datagrams a second?", "every point, flat out"];
        let absent = ["How long does a datagram take?", "on schedule"];
        check(&fixture::cast_flat(), &wanted, &absent);
    }

    #[test]
    fn what_could_not_be_measured_says_why() {
        let wanted = ["What could not be measured", "cannot join 239.255.0.1"];
        check(&fixture::cast_flat(), &wanted, &[]);
    }

    #[test]
    fn a_benchmark_of_nothing_has_no_figures() {
        check(&fixture::cast_empty(), &[], &["<figure"]);
    }
}

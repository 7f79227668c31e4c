//! What went wrong in a benchmark short of a wrong answer: points that were not reached, connections
//! that the kernel lost or asked for again.

use history::{BenchSummary, Measured, Point};

use super::{
    figure::{Figure, Width},
    table::Table,
};
use crate::{
    number::{self, count},
    sweep::{self, Spread},
    wording,
};

/// The cards; empty when there is nothing to say.
pub(super) fn trouble(bench: &BenchSummary) -> String {
    not_reached(bench) + &tcp(bench)
}

fn not_reached(bench: &BenchSummary) -> String {
    let mut table = Table::new(["model", "clients", "what happened", "in full"]);
    let mut rows = 0;
    for model in sweep::models(bench) {
        // Points of which the same is to be said share a row.
        let mut told: Vec<(Vec<String>, (&str, String))> = Vec::new();
        for point in &model.points {
            if sweep::is_reached(point) {
                continue;
            }
            let why = sweep::obstacle(point);
            match told.last_mut().filter(|last| last.1 == why) {
                Some((loads, _)) => loads.push(load(point)),
                None => told.push((vec![load(point)], why)),
            }
        }
        rows += told.len();
        for (loads, (word, text)) in told {
            let cells = [loads.join(", "), word.to_owned()];
            table.row_with_words(model.name, cells, &wording::sentence(&text, &[]));
        }
    }
    if rows == 0 {
        return String::new();
    }
    Figure::new(Width::Full, "Points that were not reached")
        .caption(
            "Such a point has no figures; in the charts it is a cross in the strip at the edge.",
        )
        .part(table.html("Points that were not reached"))
        .html()
}

fn tcp(bench: &BenchSummary) -> String {
    let names = TCP.map(|counter| counter.0);
    let mut table = Table::new(["model", "clients"].into_iter().chain(names));
    let mut rows = 0;
    for model in sweep::models(bench) {
        for point in &model.points {
            let counters = TCP.map(|(_, of)| Spread::of(&point.runs, |run| Some(of(run) as f64)));
            if counters.iter().flatten().all(|spread| spread.max == 0.0) {
                continue;
            }
            let show = |value: f64| count(value.round() as u64);
            let cell = |spread: Option<Spread>| {
                spread.map_or(number::DASH.to_owned(), |spread| spread.in_words(show))
            };
            table.row(
                model.name,
                std::iter::once(load(point)).chain(counters.map(cell)),
            );
            rows += 1;
        }
    }
    if rows == 0 {
        return String::new();
    }
    Figure::new(Width::Full, "What the kernel's TCP counted")
        .caption(
            "On the whole machine during a run, median (least–greatest) over runs; points where all \
             were 0 are left out. A request for a connection that is sent again costs a second.",
        )
        .part(table.html("What the kernel's TCP counted"))
        .html()
}

/// The number of clients, with the share of calculation where there is one.
pub(super) fn load(point: &Point) -> String {
    match point.cpu_share {
        Some(share) => format!("{}, {} calc.", count(point.clients), number::share(share)),
        None => count(point.clients),
    }
}

/// A counter: its name and how it is read off a run.
type Counter = (&'static str, fn(&Measured) -> u64);

const TCP: [Counter; 5] = [
    ("listen overflows", |run| run.tcp.listen_overflows),
    ("listen drops", |run| run.tcp.listen_drops),
    ("SYN sent again", |run| run.tcp.syn_retransmits),
    ("timeouts", |run| run.tcp.timeouts),
    ("segments sent again", |run| run.tcp.retransmitted_segments),
];

//! The figures of a benchmark, in the order of the argument: who waits for whom, what that does to
//! the completion time, what the models cost, whether the load was what it claims to be.

use history::{BenchSummary, GapPanel, Point};

use super::{
    bench_numbers,
    figure::{Figure, Width},
    gaps::{GapFigures, gap_figures},
};
use crate::{
    chart::{self, MOST_LANES},
    number::{counted, duration},
    sweep::{self, failures},
    wording,
};

/// All figures.
pub(super) fn figures(bench: &BenchSummary) -> String {
    let mut html = String::new();
    if bench.lanes.iter().any(|set| !set.lanes.is_empty()) {
        html += &lanes(bench);
    }
    if !bench.points.is_empty() {
        html += &completion(bench);
        html += &overhead(bench);
        html += &costs(bench);
    }
    html += &bench.gaps.iter().map(gap_panel).collect::<String>();
    html += &bench_numbers::costs_table(bench);
    html + &bench_numbers::points_table(bench)
}

fn lanes(bench: &BenchSummary) -> String {
    let most = bench
        .lanes
        .iter()
        .map(|set| set.lanes.len())
        .max()
        .unwrap_or(0);
    let caption = match most {
        0..=MOST_LANES => {
            "One lane a connection, all begun at once, one run of each model on one time axis."
        }
        _ => "One lane a percentile of the connections, from connecting to the close.",
    };
    Figure::new(Width::Full, "Who waits for whom")
        .caption(caption)
        .key(&[
            ("s-wait", "waiting"),
            ("s-serve", "being served"),
            ("s-close", "closed"),
        ])
        .picture(&chart::lanes(&bench.lanes))
        .html()
}

fn completion(bench: &BenchSummary) -> String {
    let ours = Figure::new(Width::Half, "Completion time against clients")
        .caption(&format!(
            "Measured here, {}. Marks: median of {}; whiskers: fastest and slowest; dotted: \
             the least the arithmetic allows.",
            wording::scale(bench),
            counted(bench.runs, "run")
        ))
        .picture(&chart::completion(bench))
        .notes(&reservations(bench));
    let seed = Figure::new(Width::Half, "The seed experiment, as published")
        .caption(
            "The same picture from the CS331 tutorial's README: Python servers, a task of 3 s, \
             median of 3 runs (single-process: 1).",
        )
        .picture(&chart::seed());
    ours.html() + &seed.html()
}

fn overhead(bench: &BenchSummary) -> String {
    let slope = |model: &sweep::ModelPoints<'_>| {
        let slope = model.line()?.slope;
        let is_concurrent = !model.is_serial(bench.task_ns);
        is_concurrent.then(|| format!("{} {}", model.name, duration(slope)))
    };
    let slopes: Vec<String> = sweep::models(bench).iter().filter_map(slope).collect();
    let caption = match slopes.is_empty() {
        true => "Completion time of the concurrent models, linear.".to_owned(),
        false => format!("A further client costs: {} (slope).", slopes.join(", ")),
    };
    let zoom = match chart::zoom(bench) {
        Some(svg) => {
            let card = Figure::new(Width::Half, "The price of each client");
            card.caption(&caption).picture(&svg).html()
        }
        None => String::new(),
    };
    let above = Figure::new(Width::Half, "Overhead above the floor, here and there")
        .caption(
            "Absolute time beyond the task, so that tasks of different length compare. Dashed and \
             hollow: published, where every client is a Python interpreter.",
        )
        .picture(&chart::overhead(bench));
    zoom + &above.html()
}

fn costs(bench: &BenchSummary) -> String {
    let clients = sweep::client_counts(bench).last().copied().unwrap_or(0);
    let caption = format!(
        "The server with its children at {}. Bars: median over {}; whiskers: \
         least and greatest.",
        counted(clients, "client"),
        counted(bench.runs, "run")
    );
    let card = Figure::new(Width::Full, "What each model cost").caption(&caption);
    card.picture(&chart::costs(bench)).html()
}

/// The points that a reader should not take at face value, one a line.
fn reservations(bench: &BenchSummary) -> Vec<String> {
    let of = |point: &Point| {
        let mut why: Vec<String> = failures(point)
            .iter()
            .map(|(name, count)| format!("{count} {name}"))
            .collect();
        let sign = if why.is_empty() && point.wall_ns_median.is_some() {
            '○'
        } else {
            '×'
        };
        why.extend(point.doubts.iter().cloned());
        if point.wall_ns_median.is_none() {
            why.push("no run counts".to_owned());
        }
        let (model, clients) = (&point.model, point.clients);
        (!why.is_empty()).then(|| format!("{sign} {model}, {clients} clients: {}", why.join("; ")))
    };
    let mut notes: Vec<String> = bench.points.iter().filter_map(of).collect();
    if notes.len() > MOST_NOTES {
        let rest = notes.len() - MOST_NOTES;
        notes.truncate(MOST_NOTES);
        notes.push(format!("and {rest} more, marked in the same way"));
    }
    notes.extend(wording::not_counted(bench));
    notes
}

fn gap_panel(panel: &GapPanel) -> String {
    gap_figures(&GapFigures {
        heading: &format!(
            "Gaps between requests: {}, {}",
            panel.model,
            counted(panel.workers, "worker")
        ),
        bars_name: "received by the server",
        bars: &panel.received,
        bars_fit: panel.received_fit.as_ref(),
        steps: Some((
            "sent by the generator",
            &panel.sent,
            panel.sent_fit.as_ref(),
        )),
        law: Some(&panel.law),
    })
}

/// More would be a table, and that is further down.
const MOST_NOTES: usize = 12;

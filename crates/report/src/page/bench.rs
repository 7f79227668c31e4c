//! The figures of a benchmark, in the order of the argument: who waits for whom, what that does to
//! the completion time, what the models cost, whether the load was what it claims to be.

use history::{BenchKind, BenchSummary, GapPanel, Point};

use super::{
    bench_kinds, bench_numbers, bench_trouble,
    figure::{Figure, Width},
    gaps::{GapFigures, gap_figures},
};
use crate::{
    chart::{self, FULL, HALF, MOST_LANES},
    number::{self, counted, duration},
    sweep::{self, failures, is_reached},
    wording,
};

/// All figures.
pub(super) fn figures(bench: &BenchSummary) -> String {
    let mut html = bench_kinds::figures(bench);
    if bench.lanes.iter().any(|set| !set.lanes.is_empty()) {
        html += &lanes(bench);
    }
    if !bench.points.is_empty() {
        if bench.kind == BenchKind::Burst {
            html += &completion(bench);
        }
        html += &bench_trouble::trouble(bench);
        if bench.kind == BenchKind::Burst {
            html += &costs(bench);
        }
    }
    html += &bench.gaps.iter().map(gap_panel).collect::<String>();
    html += &bench_numbers::figures_table(bench);
    if bench.kind == BenchKind::Burst {
        html += &bench_numbers::costs_table(bench);
    }
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

/// Completion times and what they are made of. Over several decades of clients the first picture has
/// the row to itself, and a linear zoom would show its last point only.
fn completion(bench: &BenchSummary) -> String {
    let is_wide = chart::is_wide(&sweep::client_counts(bench));
    let has_seed = bench.scale > 0.0;
    let (width, units) = match is_wide || !has_seed {
        true => (Width::Full, FULL),
        false => (Width::Half, HALF),
    };
    let ours = Figure::new(width, "Completion time against clients")
        .caption(&format!(
            "Measured here, {}. Marks: median of {}; whiskers: fastest and slowest; dotted: \
             the least the arithmetic allows.",
            wording::subject(bench),
            counted(bench.runs, "run")
        ))
        .models(bench)
        .picture(&chart::completion(bench, units))
        .notes(&reservations(bench));
    let seed = Figure::new(Width::Half, "The seed experiment, as published")
        .caption(
            "The same picture from the CS331 tutorial's README: Python servers, a task of 3 s, \
             median of 3 runs (single-process: 1).",
        )
        .picture(&chart::seed());
    let zoom = match is_wide {
        true => None,
        false => zoom(bench),
    };
    let is_beside = zoom.is_some() || (is_wide && has_seed);
    let mut html = ours.html();
    if has_seed && !is_wide {
        html += &seed.html();
    }
    html += &zoom.unwrap_or_default();
    html += &overhead(bench, is_beside);
    if has_seed && is_wide {
        html += &seed.html();
    }
    html
}

/// The concurrent models alone; `None` when there is none.
fn zoom(bench: &BenchSummary) -> Option<String> {
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
    let card = Figure::new(Width::Half, "The price of each client");
    Some(
        card.caption(&caption)
            .models(bench)
            .picture(&chart::zoom(bench)?)
            .html(),
    )
}

fn overhead(bench: &BenchSummary, is_beside: bool) -> String {
    let (heading, caption) = match bench.scale > 0.0 {
        true => (
            "Overhead above the floor, here and there",
            "Absolute time beyond the task, so that tasks of different length compare. Dashed and \
             hollow: published, where every client is a Python interpreter.",
        ),
        false => (
            "Overhead above the floor",
            "Completion time less the least that the arithmetic allows.",
        ),
    };
    let (width, units) = match is_beside {
        true => (Width::Half, HALF),
        false => (Width::Full, FULL),
    };
    let card = Figure::new(width, heading).caption(caption);
    card.models(bench)
        .picture(&chart::overhead(bench, units))
        .html()
}

fn costs(bench: &BenchSummary) -> String {
    let clients = sweep::telling_clients(bench);
    let caption = format!(
        "The server with its children at {}, the most that at least half of the models reached. \
         Bars: median over {}; whiskers: least and greatest.",
        counted(clients, "client"),
        counted(bench.runs, "run")
    );
    let card = Figure::new(Width::Full, "What each model cost").caption(&caption);
    card.picture(&chart::costs(bench)).html()
}

/// The points that a reader should not take at face value, one a line. Those that were not reached
/// have a table of their own.
pub(super) fn reservations(bench: &BenchSummary) -> Vec<String> {
    let of = |point: &Point| {
        if !is_reached(point) {
            return None;
        }
        let mut why: Vec<String> = failures(point)
            .iter()
            .map(|(name, count)| format!("{count} {name}"))
            .collect();
        let sign = if why.is_empty() { '○' } else { '×' };
        why.extend(point.doubts.iter().cloned());
        let load = match point.cpu_share {
            Some(share) => format!(
                "{} clients, {} calculation",
                point.clients,
                number::share(share)
            ),
            None => format!("{} clients", point.clients),
        };
        (!why.is_empty()).then(|| format!("{sign} {}, {load}: {}", point.model, why.join("; ")))
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

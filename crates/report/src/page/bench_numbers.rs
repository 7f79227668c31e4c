//! The numbers behind a benchmark's pictures.

use history::{BenchSummary, Measured};

use super::{bench_trouble::load, table::Table};
use crate::{
    chart::{COSTS, Cost},
    measure,
    number::{self, bytes, count, duration, maybe_duration},
    sweep, wording,
};

/// What the kind of benchmark is about, at every point that was reached: median and range over runs.
pub(super) fn figures_table(bench: &BenchSummary) -> String {
    let quantities = bench.kind.quantities();
    let names = quantities.iter().map(|quantity| quantity.name());
    let mut table = Table::new(
        ["model", "clients"]
            .into_iter()
            .chain(names)
            .chain(["runs", "clients in"]),
    );
    let mut rows = 0;
    for model in sweep::models(bench) {
        let reached = model
            .points
            .iter()
            .filter(|point| !point.figures.is_empty());
        for point in reached {
            let cells = quantities
                .iter()
                .map(|quantity| measure::in_words(point.figure(*quantity)));
            let runs = point.figures.iter().map(|figure| figure.count).max();
            let ends = [count(runs.unwrap_or(0)), point.client.clone()];
            table.row(
                model.name,
                std::iter::once(load(point)).chain(cells).chain(ends),
            );
            rows += 1;
        }
    }
    match rows {
        0 => String::new(),
        _ => table.details("Numbers: every point, median (least–greatest)"),
    }
}

/// What each model cost at the largest number of clients, median and range over runs.
pub(super) fn costs_table(bench: &BenchSummary) -> String {
    let columns = COSTS.iter().map(|cost| cost.name);
    let mut table = Table::new(
        ["model", "clients"]
            .into_iter()
            .chain(columns)
            .chain(["runs"]),
    );
    for model in sweep::models(bench) {
        let Some(point) = model.largest() else {
            continue;
        };
        let words = |cost: &Cost| cost.in_words(&model);
        let cells = COSTS.iter().map(words);
        let runs = point.runs.len() as u64;
        table.row(
            model.name,
            [count(point.clients)]
                .into_iter()
                .chain(cells)
                .chain([count(runs)]),
        );
    }
    table.details("Numbers: costs at the largest number of clients that a model reached")
}

/// Every run of every point.
pub(super) fn points_table(bench: &BenchSummary) -> String {
    let mut table = Table::new(COLUMNS);
    for model in sweep::models(bench) {
        for point in &model.points {
            for (index, run) in point.runs.iter().enumerate() {
                let first = [load(point), count(index as u64 + 1)];
                let floor = match point.floor_ns {
                    0 => number::DASH.to_owned(),
                    ns => duration(ns as f64),
                };
                table.row(
                    model.name,
                    first.into_iter().chain([floor]).chain(cells(run)),
                );
            }
        }
    }
    table.details("Numbers: every run of every point")
}

fn cells(run: &Measured) -> [String; 13] {
    let maybe = |value: Option<u64>| value.map_or(number::DASH.to_owned(), count);
    let late = if run.generator_late {
        ", clients late: not counted"
    } else {
        ""
    };
    [
        duration(run.wall_ns as f64),
        wording::outcomes(&run.outcomes) + late,
        maybe_duration(run.response_time.p50_ns),
        maybe_duration(run.response_time.p99_ns),
        maybe_duration(run.response_time.max_ns),
        maybe_duration(run.connect.p99_ns),
        maybe_duration(run.lateness.max_ns),
        duration(run.server_cpu_ns as f64),
        duration(run.client_cpu_ns as f64),
        run.server_memory_bytes
            .map_or(number::DASH.to_owned(), |b| bytes(b as f64)),
        maybe(run.server_threads),
        maybe(run.server_processes),
        format!(
            "{} + {}",
            count(run.voluntary_switches),
            count(run.involuntary_switches)
        ),
    ]
}

const COLUMNS: [&str; 17] = [
    "model",
    "clients",
    "run",
    "floor",
    "completion",
    "outcomes",
    "response p50",
    "response p99",
    "response max",
    "connect p99",
    "lateness max",
    "server CPU",
    "client CPU",
    "memory",
    "threads",
    "processes",
    "switches, own + forced",
];

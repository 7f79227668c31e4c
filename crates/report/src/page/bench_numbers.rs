//! The numbers behind a benchmark's pictures.

use history::{BenchSummary, Measured};

use super::table::Table;
use crate::{
    chart::{COSTS, Cost},
    number::{self, bytes, count, duration, maybe_duration},
    sweep, wording,
};

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
        let spread = |cost: &Cost| match cost.spread(&model) {
            Some(spread) => spread.in_words(cost.show),
            None => number::DASH.to_owned(),
        };
        let cells = COSTS.iter().map(spread);
        let runs = point.runs.len() as u64;
        table.row(
            model.name,
            [count(point.clients)]
                .into_iter()
                .chain(cells)
                .chain([count(runs)]),
        );
    }
    table.details("Numbers: costs at the largest number of clients")
}

/// Every run of every point.
pub(super) fn points_table(bench: &BenchSummary) -> String {
    let mut table = Table::new(COLUMNS);
    for model in sweep::models(bench) {
        for point in &model.points {
            for (index, run) in point.runs.iter().enumerate() {
                let first = [count(point.clients), count(index as u64 + 1)];
                let floor = duration(point.floor_ns as f64);
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

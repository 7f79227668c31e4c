//! A benchmark's tables.

use history::{BenchKind, BenchSummary, Point};

use super::{columns::Columns, kinds, paragraph::paragraph};
use crate::{
    chart::{COSTS, Cost},
    escape::{shortened, visible},
    number::{self, count, counted, duration},
    sweep::{self, ModelPoints, failures, overhead_ns},
    wording,
};

/// What the kind is about; for every kind, which model for this load.
pub(super) fn text(bench: &BenchSummary) -> String {
    let tables = match bench.kind {
        BenchKind::Burst => burst(bench),
        _ => kinds::table(bench) + &marked(bench) + &kinds::not_reached(bench),
    };
    tables + &kinds::choices(bench) + "\n"
}

/// Completion times by clients, slopes, costs.
fn burst(bench: &BenchSummary) -> String {
    let models = sweep::models(bench);
    let subject = format!(
        "Completion time, {}, {} a point: median (least–greatest) and how far above the floor.",
        wording::scale(bench),
        counted(bench.runs, "run")
    );
    let mut out = paragraph("", &subject) + "\n";
    out += &completion(bench, &models);
    out += &marked(bench);
    out += &kinds::not_reached(bench);
    out += "\nA further client costs (a line through the medians):\n\n";
    out += &slopes(&models);
    out += "\nThe server with its children at the largest number of clients, median over runs:\n\n";
    out += &costs(&models);
    if !bench.gaps.is_empty() {
        out += "\nGaps between requests:\n\n";
    }
    for panel in &bench.gaps {
        let sides = [
            ("sent", &panel.sent, &panel.sent_fit),
            ("received", &panel.received, &panel.received_fit),
        ];
        for (side, series, fit) in sides {
            let mean = number::maybe_duration(series.mean_ns);
            let fit = fit.as_ref().map_or("not tested".to_owned(), wording::fit);
            let words = format!("{}, {side}: mean {mean}; {fit}", panel.model);
            out += &paragraph("  - ", &words);
        }
    }
    out
}

/// One row a number of clients, one column a model.
fn completion(bench: &BenchSummary, models: &[ModelPoints<'_>]) -> String {
    let heads = models
        .iter()
        .flat_map(|model| [name_of(model.name), "above".to_owned()]);
    let mut table = Columns::grouped(std::iter::once("clients".to_owned()).chain(heads), 2);
    for clients in sweep::client_counts(bench) {
        let cell = |model: &ModelPoints<'_>| {
            let point = model.points.iter().find(|point| point.clients == clients);
            point.map_or([String::new(), String::new()], |point| in_cells(point))
        };
        table.row(std::iter::once(count(clients)).chain(models.iter().flat_map(cell)));
    }
    table.finish()
}

fn in_cells(point: &Point) -> [String; 2] {
    let Some(median) = point.wall_ns_median else {
        if let Some(not) = &point.not_reached {
            return [
                format!("× {}", not.obstacle.name()),
                number::DASH.to_owned(),
            ];
        }
        return ["no run counts ×".to_owned(), number::DASH.to_owned()];
    };
    let sign = match (failures(point).is_empty(), point.doubts.is_empty()) {
        (false, _) => " ×",
        (true, false) => " ?",
        (true, true) => "",
    };
    let range = match (point.wall_ns_min, point.wall_ns_max) {
        (Some(min), Some(max)) if point.runs.len() > 1 => {
            format!(
                " ({})",
                number::between(&duration(min as f64), &duration(max as f64))
            )
        }
        _ => String::new(),
    };
    let above = overhead_ns(point).map_or(number::DASH.to_owned(), signed);
    [format!("{}{range}{sign}", duration(median as f64)), above]
}

fn signed(ns: f64) -> String {
    let sign = if ns >= 0.0 { "+" } else { "" };
    format!("{sign}{}", duration(ns))
}

/// What the signs behind figures mean, and for which points.
fn marked(bench: &BenchSummary) -> String {
    let mut out = String::new();
    for point in &bench.points {
        let at = format!("{}, {} clients", point.model, point.clients);
        let failed = failures(point);
        if !failed.is_empty() {
            let words: Vec<String> = failed
                .iter()
                .map(|(name, n)| format!("{n} {name}"))
                .collect();
            out += &paragraph("  × ", &format!("{at}: {}", words.join(", ")));
        }
        for doubt in &point.doubts {
            out += &paragraph("  ? ", &format!("{at}: {doubt}"));
        }
    }
    if let Some(late) = wording::not_counted(bench) {
        out += &paragraph("  · ", &late);
    }
    if out.is_empty() {
        out
    } else {
        format!("\n{out}")
    }
}

fn slopes(models: &[ModelPoints<'_>]) -> String {
    let heads = ["model", "slope", "floor", "above", "r²"];
    let mut table = Columns::new(heads.map(str::to_owned));
    for model in models {
        let Some(line) = model.line() else { continue };
        let floor = model.floor_line().map_or(0.0, |line| line.slope);
        let times = [line.slope, floor, line.slope - floor].map(duration);
        let first = std::iter::once(name_of(model.name)).chain(times);
        table.row(first.chain([number::figure(line.r_squared)]));
    }
    table.finish()
}

fn costs(models: &[ModelPoints<'_>]) -> String {
    let heads = ["model", "clients"].map(str::to_owned).into_iter();
    let mut table = Columns::new(heads.chain(COSTS.iter().map(|cost| cost.name.to_owned())));
    for model in models {
        let Some(point) = model.largest() else {
            continue;
        };
        let cell = |cost: &Cost| match cost.spread(model) {
            Some(spread) => (cost.show)(spread.median),
            None => number::DASH.to_owned(),
        };
        let first = [name_of(model.name), count(point.clients)].into_iter();
        table.row(first.chain(COSTS.iter().map(cell)));
    }
    table.finish()
}

fn name_of(model: &str) -> String {
    shortened(&visible(model), 30)
}

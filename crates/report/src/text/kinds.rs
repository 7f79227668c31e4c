//! A benchmark's tables for the kinds that go by the quantities of their points, and what every kind
//! ends with: what was not reached, and which model for this load.

use history::{BenchSummary, Point};

use super::{columns::Columns, comparison::show, paragraph::paragraph};
use crate::{
    escape::{shortened, visible},
    number::{DASH, between, count, counted, duration},
};

/// One row a point, one column a quantity.
pub(super) fn table(bench: &BenchSummary) -> String {
    let mut out = paragraph("", &subject(bench)) + "\n";
    let quantities = bench.kind.quantities();
    let head = std::iter::once("model × clients");
    let names = quantities.iter().map(|quantity| quantity.name());
    let mut table = Columns::new(head.chain(names).map(str::to_owned));
    for point in in_order(bench) {
        let figures = quantities.iter().enumerate().map(|(index, &quantity)| {
            let Some(figure) = point.figure(quantity) else {
                return match (&point.not_reached, index) {
                    (Some(not), 0) => format!("× {}", not.obstacle.name()),
                    (None, 0) => "no run counts ×".to_owned(),
                    _ => DASH.to_owned(),
                };
            };
            let median = show(quantity, figure.median);
            match index == 0 && figure.count > 1 {
                true => {
                    let ends = [figure.min, figure.max].map(|end| show(quantity, end));
                    format!("{median} ({})", between(&ends[0], &ends[1]))
                }
                false => median,
            }
        });
        table.row(std::iter::once(name_of(point)).chain(figures));
    }
    out += &table.finish();
    out
}

/// In one cell, as a table that is too wide repeats only its first column.
fn name_of(point: &Point) -> String {
    let share = match point.cpu_share {
        Some(share) => format!(", {:.0} % calculating", share * 100.0),
        None => String::new(),
    };
    let model = shortened(&visible(&point.model), 30);
    format!("{model} × {}{share}", count(point.clients))
}

/// Model by model, so that a model's rows stand together.
fn in_order(bench: &BenchSummary) -> impl Iterator<Item = &Point> {
    let of = |model| {
        bench
            .points
            .iter()
            .filter(move |point| &point.model == model)
    };
    bench.models.iter().flat_map(of)
}

fn subject(bench: &BenchSummary) -> String {
    let lasting = match bench.lasting_ns {
        Some(ns) => format!(" of {}", duration(ns as f64)),
        None => String::new(),
    };
    let pipeline = match bench.pipeline {
        0 | 1 => String::new(),
        depth => format!(", {} requests under way on each connection", count(depth)),
    };
    let payload = match bench.payload_bytes {
        0 => String::new(),
        bytes => format!(", {} B a request", count(bytes)),
    };
    format!(
        "{} of {}{payload}{pipeline}, {}{lasting} a point: median (least–greatest).",
        bench.kind.name(),
        visible(&bench.service),
        counted(bench.runs, "run")
    )
}

/// Why points have no figures.
pub(super) fn not_reached(bench: &BenchSummary) -> String {
    let of = |point: &Point| {
        let not = point.not_reached.as_ref()?;
        let (model, clients) = (visible(&point.model), count(point.clients));
        let text = format!(
            "{model}, {clients} clients: not reached, {}: {}",
            not.obstacle.name(),
            visible(&not.text)
        );
        Some(paragraph("  × ", &text))
    };
    let list: String = bench.points.iter().filter_map(of).collect();
    match list.is_empty() {
        true => list,
        false => format!("\n{list}"),
    }
}

/// Which model for this load.
pub(super) fn choices(bench: &BenchSummary) -> String {
    let mut out = String::new();
    if !bench.choices.is_empty() {
        out += "\nWhich model for this load, as measured:\n\n";
    }
    for choice in &bench.choices {
        let share = match choice.cpu_share {
            Some(share) => format!(", {:.0} % calculating", share * 100.0),
            None => String::new(),
        };
        let clients = counted(choice.clients, "client");
        let text = format!("{clients}{share}: {}", visible(&choice.reason));
        out += &paragraph("  - ", &text);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use history::{BenchKind, Choice, Figure, NotReached, Obstacle, Quantity};

    #[test]
    fn a_point_is_a_row_and_one_that_was_not_reached_says_what_stood_in_the_way() {
        let point = |model: &str| Point {
            model: model.to_owned(),
            clients: 10_000,
            ..Point::default()
        };
        let figure = Figure {
            quantity: Quantity::AnswersPerSecond,
            count: 3,
            median: 174e3,
            min: 170e3,
            max: 180e3,
        };
        let not_reached_text = NotReached {
            obstacle: Obstacle::OutOfProcesses,
            text: "4000 of 10000".to_owned(),
        };
        let bench = BenchSummary {
            kind: BenchKind::Throughput,
            service: "echo".to_owned(),
            runs: 3,
            models: vec!["thread".to_owned(), "process".to_owned()],
            points: vec![
                Point {
                    figures: vec![figure],
                    ..point("thread")
                },
                Point {
                    not_reached: Some(not_reached_text),
                    ..point("process")
                },
            ],
            choices: vec![Choice {
                clients: 10_000,
                reason: "thread: 174 k answers/s".to_owned(),
                ..Choice::default()
            }],
            ..BenchSummary::default()
        };
        let text = table(&bench) + &not_reached(&bench) + &choices(&bench);
        for part in [
            "174 k/s (170–180 k/s)",
            "× out of processes",
            "not reached, out of processes: 4000 of 10000",
            "clients: thread: 174 k answers/s",
        ] {
            assert!(text.contains(part), "{part} is missing:\n{text}");
        }
    }
}

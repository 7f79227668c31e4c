//! What each model cost at a number of clients that most of them reached: small bars, one panel a quantity.

use history::{BenchSummary, Measured, Point};

use super::shape;
use crate::{
    escape::shortened,
    number::{DASH, bytes, count, duration},
    svg::{Canvas, Margin, SERIES, Scale, px, width_of},
    sweep::{self, ModelPoints, Spread},
};

/// A quantity of a run, how it is called and how it is shown.
pub(crate) struct Cost {
    /// Its name, for a heading.
    pub(crate) name: &'static str,
    /// Reads it off a run; `None` where it was not measured.
    pub(crate) of: fn(&Measured) -> Option<f64>,
    /// Shows a value with its unit.
    pub(crate) show: fn(f64) -> String,
}

impl Cost {
    /// Over the runs of a model at the largest number of clients that it reached.
    pub(crate) fn spread(&self, model: &ModelPoints<'_>) -> Option<Spread> {
        self.spread_at(model.largest()?)
    }

    /// Over the runs of a point.
    fn spread_at(&self, point: &Point) -> Option<Spread> {
        Spread::of(&point.runs, self.of)
    }

    /// At the largest number of clients that a model reached, or where it is not known there, at the
    /// largest at which it is: what takes time to look at is looked at once for each model. In words,
    /// with that number.
    pub(crate) fn in_words(&self, model: &ModelPoints<'_>) -> String {
        if let Some(spread) = self.spread(model) {
            return spread.in_words(self.show);
        }
        match self.anywhere(model) {
            Some((clients, spread)) => {
                format!("{} at {}", spread.in_words(self.show), count(clients))
            }
            None => DASH.to_owned(),
        }
    }

    fn anywhere(&self, model: &ModelPoints<'_>) -> Option<(u64, Spread)> {
        let known = |point: &&Point| Some((point.clients, self.spread_at(point)?));
        model.points.iter().rev().find_map(known)
    }
}

/// What is shown, here and in tables.
pub(crate) const COSTS: [Cost; 8] = [
    Cost {
        name: "server CPU",
        of: |run| Some(run.server_cpu_ns as f64),
        show: duration,
    },
    Cost {
        name: "server memory",
        of: |run| run.server_memory_bytes.map(|b| b as f64),
        show: bytes,
    },
    Cost {
        name: "threads",
        of: |run| run.server_threads.map(|n| n as f64),
        show: whole,
    },
    Cost {
        name: "processes",
        of: |run| run.server_processes.map(|n| n as f64),
        show: whole,
    },
    Cost {
        name: "switches, own",
        of: |run| Some(run.voluntary_switches as f64),
        show: whole,
    },
    Cost {
        name: "switches, forced",
        of: |run| Some(run.involuntary_switches as f64),
        show: whole,
    },
    Cost {
        name: "response p50",
        of: |run| run.response_time.p50_ns,
        show: duration,
    },
    Cost {
        name: "response p99",
        of: |run| run.response_time.p99_ns,
        show: duration,
    },
];

/// The picture: bars are medians over runs, whiskers the least and the greatest.
pub(crate) fn costs(bench: &BenchSummary) -> String {
    let models = sweep::models(bench);
    let height = 34.0 + models.len() as f64 * ROW + 18.0;
    let margin = Margin {
        left: 0.0,
        right: 0.0,
        top: 0.0,
        bottom: 0.0,
    };
    let telling = sweep::telling_clients(bench);
    let rows = COSTS.len().div_ceil(COLUMNS);
    let mut canvas = Canvas::new(shape::FULL, height * rows as f64, margin);
    let width = shape::FULL / COLUMNS as f64;
    for (index, cost) in COSTS.iter().enumerate() {
        let left = (index % COLUMNS) as f64 * width;
        let top = (index / COLUMNS) as f64 * height;
        let panel = Panel {
            cost,
            clients: clients_for(cost, &models, telling),
            telling,
            at: (left, top),
            width: width - 20.0,
        };
        draw_panel(&mut canvas, &models, &panel);
    }
    canvas.finish(
        "What each model cost",
        "One panel a quantity, one bar a model: the median over runs, with the range. The table of \
         all points has the figures.",
    )
}

/// Where a quantity is drawn.
struct Panel<'a> {
    cost: &'a Cost,
    /// The number of clients at which models are compared here, and in most panels.
    clients: u64,
    telling: u64,
    at: (f64, f64),
    width: f64,
}

/// The number of clients at which to compare models by `cost`: `telling`, unless fewer than half of
/// those that have it anywhere have it there.
fn clients_for(cost: &Cost, models: &[ModelPoints<'_>], telling: u64) -> u64 {
    let has = |model: &&ModelPoints<'_>, clients: u64| {
        model
            .at(clients)
            .and_then(|point| cost.spread_at(point))
            .is_some()
    };
    let number = |clients: u64| models.iter().filter(|model| has(model, clients)).count();
    let points = || models.iter().flat_map(|model| &model.points);
    let anywhere = |model: &&ModelPoints<'_>| cost.anywhere(model).is_some();
    if 2 * number(telling) >= models.iter().filter(anywhere).count() {
        return telling;
    }
    let best = points().map(|point| (number(point.clients), point.clients));
    best.max().map_or(telling, |(_, clients)| clients)
}

fn draw_panel(canvas: &mut Canvas, models: &[ModelPoints<'_>], panel: &Panel<'_>) {
    let (cost, (left, top)) = (panel.cost, panel.at);
    canvas.text((left, top + 16.0), "label", cost.name);
    if panel.clients != panel.telling {
        let at = (left + width_of(cost.name) + 6.0, top + 16.0);
        canvas.text(at, "note", &format!("at {}", count(panel.clients)));
    }
    let reached = |model: &ModelPoints<'_>| {
        let point = model.at(panel.clients);
        let point = point.filter(|point| sweep::is_reached(point))?;
        cost.spread_at(point)
    };
    let spreads: Vec<Option<Spread>> = models.iter().map(reached).collect();
    let values = spreads.iter().flatten().map(|spread| spread.max);
    let most = values.fold(0.0, f64::max);
    let (start, room) = (left + NAMES, panel.width - NAMES - 66.0);
    let scale = Scale::linear((0.0, most), (start, start + room));
    let bottom = top + 26.0 + models.len() as f64 * ROW;
    canvas.line("axis", (start, top + 26.0), (start, bottom));
    for (row, (model, spread)) in models.iter().zip(&spreads).enumerate() {
        let y = top + 26.0 + (row as f64 + 0.5) * ROW;
        let name = shortened(model.name, 13);
        canvas.text((start - 8.0, y + 4.0), "tick end", &name);
        match spread {
            Some(spread) => draw_bar(canvas, &scale, (model, y), (cost, spread)),
            None => {
                let why = absent(cost, model, panel.clients);
                canvas.text((start + 8.0, y + 4.0), "tick", &why);
            }
        }
    }
}

/// Why a model has no bar: what happened there, or what is known from elsewhere.
fn absent(cost: &Cost, model: &ModelPoints<'_>, clients: u64) -> String {
    let here = model.at(clients);
    let lost = here.filter(|point| !sweep::is_reached(point));
    if let Some(point) = lost {
        return sweep::obstacle(point).0.to_owned();
    }
    match cost.anywhere(model) {
        Some((clients, spread)) => format!("{} at {}", (cost.show)(spread.median), count(clients)),
        None => "not measured".to_owned(),
    }
}

fn draw_bar(
    canvas: &mut Canvas,
    scale: &Scale,
    (model, y): (&ModelPoints<'_>, f64),
    (cost, spread): (&Cost, &Spread),
) {
    let (start, end) = (scale.at(0.0), scale.at(spread.median));
    let long = px(end - start);
    let bar = format!("M{} {}h{long}v11h-{long}z", px(start), px(y - 5.5));
    let words = spread.in_words(cost.show);
    let tip = format!("{}: {words} over {} runs", model.name, spread.count);
    canvas.told(&format!("cost c{}", model.index % SERIES), &bar, &tip);
    let (low, high) = (scale.at(spread.min), scale.at(spread.max));
    if high - low > 1.5 {
        let (low, high, y) = (px(low), px(high), px(y - 3.0));
        canvas.path("range", &format!("M{low} {y}v6m0 -3H{high}m0 -3v6"));
    }
    let x = high.max(end) + 7.0;
    canvas.text((x, y + 4.0), "value", &(cost.show)(spread.median));
}

fn whole(value: f64) -> String {
    count(value.max(0.0).round() as u64)
}

const COLUMNS: usize = 4;
const ROW: f64 = 21.0;
/// The room for a model's name.
const NAMES: f64 = 100.0;

#[cfg(test)]
mod tests {
    use super::*;

    fn bench(memory: &[(&str, u64, Option<u64>)]) -> BenchSummary {
        let point = |(model, clients, bytes): &(&str, u64, Option<u64>)| Point {
            model: (*model).to_owned(),
            clients: *clients,
            wall_ns_median: Some(1),
            runs: vec![Measured {
                server_memory_bytes: *bytes,
                ..Measured::default()
            }],
            ..Point::default()
        };
        BenchSummary {
            points: memory.iter().map(point).collect(),
            ..BenchSummary::default()
        }
    }

    #[test]
    fn models_are_compared_where_most_were_looked_at() {
        let bench = bench(&[
            ("a", 10, None),
            ("a", 100, Some(1024)),
            ("b", 10, None),
            ("b", 100, Some(2048)),
            ("c", 10, Some(512)),
        ]);
        let models = sweep::models(&bench);
        assert_eq!(clients_for(&COSTS[1], &models, 10), 100);
        assert_eq!(clients_for(&COSTS[0], &models, 10), 10);
        assert_eq!(absent(&COSTS[1], &models[2], 100), "512 B at 10");
    }

    #[test]
    fn what_was_looked_at_elsewhere_is_told_with_its_number() {
        let bench = bench(&[("a", 10, Some(512)), ("a", 100, None), ("b", 100, None)]);
        let models = sweep::models(&bench);
        assert_eq!(COSTS[1].in_words(&models[0]), "512 B at 10");
        assert_eq!(COSTS[1].in_words(&models[1]), DASH);
        assert_eq!(absent(&COSTS[1], &models[1], 100), "not measured");
    }
}

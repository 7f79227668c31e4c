//! What each model cost at the largest number of clients: small bars, one panel a quantity.

use std::fmt::Write as _;

use history::{BenchSummary, Measured};

use super::shape;
use crate::{
    escape::shortened,
    number::{bytes, count, duration},
    svg::{Canvas, Margin, px},
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
    /// Over the runs of a model at its largest number of clients.
    pub(crate) fn spread(&self, model: &ModelPoints<'_>) -> Option<Spread> {
        Spread::of(&model.largest()?.runs, self.of)
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
    let panels = COSTS.len();
    let rows = panels.div_ceil(COLUMNS);
    let mut canvas = Canvas::new(shape::FULL, height * rows as f64, margin);
    let width = shape::FULL / COLUMNS as f64;
    for (index, cost) in COSTS.iter().enumerate() {
        let left = (index % COLUMNS) as f64 * width;
        let top = (index / COLUMNS) as f64 * height;
        draw_panel(&mut canvas, &models, cost, (left, top), width - 24.0);
    }
    canvas.finish(
        "What each model cost at the largest number of clients",
        "One panel a quantity, one bar a model: the median over runs, with the range. The table of \
         all points has the figures.",
    )
}

fn draw_panel(
    canvas: &mut Canvas,
    models: &[ModelPoints<'_>],
    cost: &Cost,
    (left, top): (f64, f64),
    width: f64,
) {
    canvas.text((left, top + 16.0), "label", cost.name);
    let spreads: Vec<Option<Spread>> = models.iter().map(|model| cost.spread(model)).collect();
    let most = spreads
        .iter()
        .flatten()
        .map(|spread| spread.max)
        .fold(0.0, f64::max);
    let (start, room) = (left + 92.0, width - 92.0 - 66.0);
    let at = |value: f64| if most > 0.0 { value / most * room } else { 0.0 };
    let bottom = top + 26.0 + models.len() as f64 * ROW;
    canvas.line("axis", (start, top + 26.0), (start, bottom));
    for (row, (model, spread)) in models.iter().zip(&spreads).enumerate() {
        let y = top + 26.0 + (row as f64 + 0.5) * ROW;
        canvas.text(
            (start - 8.0, y + 4.0),
            "tick end",
            &shortened(model.name, 11),
        );
        let Some(spread) = spread else {
            canvas.text((start + 8.0, y + 4.0), "tick", "not measured");
            continue;
        };
        let end = at(spread.median);
        let bar = format!(
            "M{} {}h{}v11h-{}z",
            px(start),
            px(y - 5.5),
            px(end),
            px(end)
        );
        let tip = format!(
            "{}: {} over {} runs",
            model.name,
            spread.in_words(cost.show),
            spread.count
        );
        canvas.told(&format!("cost c{}", model.index % 8), &bar, &tip);
        let mut whisker = String::new();
        if at(spread.max) - at(spread.min) > 1.5 {
            let (low, high) = (px(start + at(spread.min)), px(start + at(spread.max)));
            let _ = write!(whisker, "M{low} {0}v6m0 -3H{high}m0 -3v6", px(y - 3.0));
        }
        canvas.path("range", &whisker);
        let x = start + at(spread.max).max(end) + 7.0;
        canvas.text((x, y + 4.0), "value", &(cost.show)(spread.median));
    }
}

fn whole(value: f64) -> String {
    count(value.max(0.0).round() as u64)
}

const COLUMNS: usize = 4;
const ROW: f64 = 21.0;

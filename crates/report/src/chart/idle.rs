//! Memory an idle connection: one row a model with a marker for each share of it, and the figures.
//!
//! Markers and not stacked bars: the models span decades, and on a logarithmic axis the length of a
//! bar says nothing.

use std::fmt::Write as _;

use history::{BenchSummary, Quantity};

use super::shape;
use crate::{
    escape::shortened,
    measure::{self, Axis},
    number::{bytes, count},
    svg::{Canvas, Margin, Mark, px},
    sweep::{self, ModelPoints},
};

/// The shares: what, its place among the columns, its marker and its class.
const SHARES: [(Quantity, f64, usize, &str); 3] = [
    (Quantity::IdlePss, 885.0, 0, "mark c1"),
    (Quantity::IdleKernel, 970.0, 1, "mark c4"),
    (Quantity::IdleRss, 1150.0, 2, "mark hollow c6"),
];

/// The picture: each model at the largest number of connections that it reached.
pub(crate) fn idle(bench: &BenchSummary) -> String {
    let models = sweep::models(bench);
    let margin = Margin {
        left: 124.0,
        right: shape::FULL - 724.0,
        top: 50.0,
        bottom: 46.0,
    };
    let height = 104.0 + models.len() as f64 * ROW;
    let mut canvas = Canvas::new(shape::FULL, height, margin);
    let of = |model: &ModelPoints<'_>| SHARES.map(|share| spread(model, share.0));
    let values: Vec<f64> = models
        .iter()
        .flat_map(of)
        .flatten()
        .flat_map(|(_, low, high)| [low, high])
        .collect();
    let axis = Axis::over(Quantity::IdlePss, &values, canvas.across());
    draw_frame(&mut canvas, &axis);
    for (row, model) in models.iter().enumerate() {
        let y = 54.0 + (row as f64 + 0.5) * ROW;
        draw_row(&mut canvas, &axis, model, y);
    }
    canvas.finish(
        "Memory an idle connection",
        "One row a model: proportional set size, the kernel's share and resident set size a \
         connection, the median over runs with the least and the greatest. The figures stand beside \
         it and in the table of all points.",
    )
}

fn draw_frame(canvas: &mut Canvas, axis: &Axis) {
    let (left, right) = canvas.across();
    let (bottom, top) = canvas.upward();
    let mut grid = String::new();
    for tick in axis.scale.ticks(6) {
        let _ = write!(
            grid,
            "M{} {}V{}",
            px(axis.scale.at(tick)),
            px(bottom),
            px(top)
        );
    }
    canvas.path("grid", &grid);
    let title = match axis.is_logarithmic {
        true => "memory a connection (log scale; less is better)",
        false => "memory a connection (less is better)",
    };
    canvas.x_axis(&axis.scale, 6, |value| axis.tick(value), title);
    canvas.line("axis", (left, bottom), (left, top));
    for (text, x) in [
        ("connections", right + 80.0),
        ("PSS", SHARES[0].1),
        ("kernel", SHARES[1].1),
        ("together", TOGETHER),
        ("RSS", SHARES[2].1),
    ] {
        canvas.text((x, top - 12.0), "title end", text);
    }
}

fn draw_row(canvas: &mut Canvas, axis: &Axis, model: &ModelPoints<'_>, y: f64) {
    let (left, right) = canvas.across();
    let name = shortened(model.name, 15);
    canvas.text((left - 10.0, y + 4.0), "value end", &name);
    let Some(point) = model.largest() else {
        return;
    };
    if !sweep::is_reached(point) {
        let (word, _) = sweep::obstacle(point);
        canvas.text((left + 10.0, y + 4.0), "note", word);
        return;
    }
    let clients = count(point.clients);
    canvas.text((right + 80.0, y + 4.0), "tick end", &clients);
    let at = |value: f64| axis.scale.at(value.max(0.0) / axis.unit);
    let shares = SHARES.map(|share| spread(model, share.0));
    let medians: Vec<f64> = shares.iter().flatten().map(|share| at(share.0)).collect();
    if let Some((from, to)) = stats::range(&medians) {
        canvas.line("grid", (from, y), (to, y));
    }
    for ((quantity, column, shape, class), share) in SHARES.iter().zip(shares).rev() {
        let Some((median, low, high)) = share else {
            continue;
        };
        if at(high) - at(low) > 1.5 {
            let d = format!("M{} {}H{}", px(at(low)), px(y), px(at(high)));
            canvas.path(&class.replace("mark", "whisker"), &d);
        }
        let words = measure::in_words(point.figure(*quantity));
        let tip = format!(
            "{}, {clients} connections: {} {words}",
            model.name,
            quantity.name()
        );
        canvas.told(class, &Mark::Sure.path((at(median), y), *shape), &tip);
        canvas.text((*column, y + 4.0), "value end", &bytes(median));
    }
    if let [Some((pss, ..)), Some((kernel, ..)), _] = shares {
        canvas.text((TOGETHER, y + 4.0), "label end", &bytes(pss + kernel));
    }
}

/// Median, least and greatest of a share at the largest number that a model reached.
fn spread(model: &ModelPoints<'_>, quantity: Quantity) -> Option<(f64, f64, f64)> {
    let point = model.largest().filter(|point| sweep::is_reached(point))?;
    let figure = point.figure(quantity)?;
    Some((figure.median, figure.min, figure.max))
}

const ROW: f64 = 26.0;
/// Where the column of the sum ends.
const TOGETHER: f64 = 1062.0;

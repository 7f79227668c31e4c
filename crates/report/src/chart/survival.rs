//! The share of gaps longer than t, on a logarithmic axis: where tails show.
//!
//! An exponential law is a straight line here, and a generator that sends late lifts the tail.

use history::Series;

use super::{GapChart, shape};
use crate::{
    bins::survival as points_of,
    number::{axis_unit, tick},
    svg::{Canvas, Scale, path},
};

/// The picture, of the same gaps as the histogram's.
pub(crate) fn survival(chart: &GapChart<'_>) -> String {
    let mut canvas = Canvas::new(shape::HALF, 330.0, shape::margin(20.0));
    let mut bars = points_of(chart.bars, POINTS);
    let mut steps = chart
        .steps
        .map_or_else(Vec::new, |series| points_of(series, POINTS));
    let least = bars
        .iter()
        .chain(&steps)
        .map(|point| point.1)
        .fold(0.5, f64::min);
    fall(&mut bars, chart.bars);
    if let Some(series) = chart.steps {
        fall(&mut steps, series);
    }
    let longest = bars
        .iter()
        .chain(&steps)
        .map(|point| point.0)
        .fold(0.0, f64::max);
    let longest = chart
        .asked_ns
        .map_or(longest, |asked| longest.max(asked * 1.05));
    let x = Scale::linear((0.0, longest * 1.03), canvas.across());
    let y = Scale::logarithmic((least * 0.6, 1.0), canvas.upward());
    let (unit, size) = axis_unit(longest);
    canvas.y_axis(&y, 0, tick, "share of gaps longer than t (log scale)");
    canvas.x_axis(&x, 6, |ns| tick(ns / size), &format!("t ({unit})"));
    let place = |point: &(f64, f64)| (x.at(point.0), y.at(point.1));
    let drawn = |points: &[(f64, f64)]| path(&points.iter().map(place).collect::<Vec<_>>());
    canvas.path("step", &drawn(&steps));
    canvas.path("line observed", &drawn(&bars));
    if let Some(law) = chart.law {
        let end = law.quantile(1.0 - y.domain().0).min(x.domain().1);
        let curve = (0..=120).map(|step| end * f64::from(step) / 120.0);
        let curve: Vec<_> = curve
            .map(|ns| (ns, law.survival(ns).max(y.domain().0)))
            .collect();
        canvas.path("law", &drawn(&curve));
    }
    canvas.finish(
        &format!("{}: the tail", chart.title),
        "Share of gaps longer than t, on a logarithmic scale.",
    )
}

/// Beyond the longest gap there is none: the curve falls to the bottom.
fn fall(points: &mut Vec<(f64, f64)>, series: &Series) {
    if let (Some(&(_, share)), Some(last)) = (points.last(), series.histogram_ns.last()) {
        let end = last.1 as f64 + 1.0;
        points.extend([(end, share), (end, 0.0)]);
    }
}

const POINTS: usize = 160;

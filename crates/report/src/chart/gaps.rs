//! A histogram of gaps, with the density of the law that was asked for over it.

use std::fmt::Write as _;

use history::Series;

use super::shape;
use crate::{
    bins::{Bins, range_of},
    curve::Curve,
    number::{axis_unit, count, duration, figure, tick},
    svg::{Canvas, Scale, path, px},
};

/// What to draw.
#[derive(Clone, Copy, Debug)]
pub(crate) struct GapChart<'a> {
    /// The gaps drawn as bars.
    pub(crate) bars: &'a Series,
    /// Others of the same kind, drawn as a stepped line over them.
    pub(crate) steps: Option<&'a Series>,
    /// The law whose density is drawn, dashed.
    pub(crate) law: Option<&'a Curve>,
    /// The mean that was asked for.
    pub(crate) asked_ns: Option<f64>,
    /// What the picture is of, for who cannot see it.
    pub(crate) title: &'a str,
}

/// The picture: 60 bins as one path.
pub(crate) fn gaps(chart: &GapChart<'_>) -> String {
    let mut canvas = Canvas::new(shape::HALF, 330.0, shape::margin(20.0));
    let all: Vec<&Series> = [Some(chart.bars), chart.steps]
        .into_iter()
        .flatten()
        .collect();
    let range = range_of(&all, chart.asked_ns);
    let bars = Bins::of(chart.bars, range, BINS);
    let steps = chart.steps.map(|series| Bins::of(series, range, BINS));
    let density = |step: usize| {
        let ns = range.0 + (range.1 - range.0) * step as f64 / 120.0;
        Some((ns, chart.law?.density(ns)?))
    };
    let law: Vec<(f64, f64)> = (0..=120).map_while(density).collect();
    let heights = bars.densities();
    let tops = heights
        .iter()
        .copied()
        .chain(law.iter().map(|point| point.1));
    let highest = tops.fold(0.0, f64::max);
    // One spike would press the law flat: bars may be four times as high, the rest is said in words.
    // Where only a part of the gaps' range is shown the spike is the subject, and stays whole.
    let most = law.iter().map(|point| point.1).fold(0.0, f64::max) * 4.0;
    let shown = if most > 0.0 && range.0 == 0.0 {
        highest.min(most)
    } else {
        highest
    };
    let (unit, size) = axis_unit(range.1);
    let x = Scale::linear(range, canvas.across());
    let y = Scale::linear((0.0, shown * size * 1.12), canvas.upward());
    canvas.y_axis(&y, 5, tick, &format!("density (1/{unit})"));
    canvas.path("bar", &outline(&bars, &heights, &x, &y, size));
    if let Some(steps) = &steps {
        canvas.path("step", &stairs(steps, &x, &y, size));
    }
    let curve: Vec<_> = law
        .iter()
        .map(|(ns, share)| (x.at(*ns), y.at(share * size)))
        .collect();
    canvas.path("law", &path(&curve));
    draw_means(&mut canvas, &x, chart, range);
    if shown < highest {
        let (middle, _) = canvas.upward();
        let words = format!(
            "cut off: the highest bar reaches {}/{unit}",
            figure(highest * size)
        );
        canvas.text((canvas.across().1, middle * 0.42), "note halo end", &words);
    }
    let beyond = match bars.beyond.round() as u64 {
        0 => format!("{} gaps", count(chart.bars.count)),
        more => format!("{} gaps, {} beyond", count(chart.bars.count), count(more)),
    };
    let (_, right) = canvas.across();
    let (_, top) = canvas.upward();
    canvas.text((right, top - 14.0), "tick end", &beyond);
    canvas.x_axis(&x, 6, |ns| tick(ns / size), &format!("gap ({unit})"));
    canvas.finish(
        chart.title,
        "Histogram of gaps as a density, with the mean that was observed.",
    )
}

/// The bars as one path, a hair apart; bins of nothing are left out.
fn outline(bins: &Bins, heights: &[f64], x: &Scale, y: &Scale, size: f64) -> String {
    let mut d = String::new();
    let floor = px(y.at(0.0));
    for (index, height) in heights
        .iter()
        .enumerate()
        .filter(|(_, height)| **height > 0.0)
    {
        let from = bins.start_ns + index as f64 * bins.width_ns;
        let (left, right) = (px(x.at(from) + 0.5), px(x.at(from + bins.width_ns) - 0.5));
        let _ = write!(
            d,
            "M{left} {floor}V{}H{right}V{floor}",
            px(y.at((height * size).min(y.domain().1)))
        );
    }
    d
}

fn stairs(bins: &Bins, x: &Scale, y: &Scale, size: f64) -> String {
    let mut d = format!("M{} {}", px(x.at(bins.start_ns)), px(y.at(0.0)));
    for (index, height) in bins.densities().iter().enumerate() {
        let end = x.at(bins.start_ns + (index + 1) as f64 * bins.width_ns);
        // The line may leave the plot at its top, where the bars and the law decide the scale.
        let top = y.at((height * size).min(y.domain().1));
        let _ = write!(d, "V{}H{}", px(top), px(end));
    }
    d
}

/// The observed mean with its 95 % interval as a band, and the mean that was asked for.
fn draw_means(canvas: &mut Canvas, x: &Scale, chart: &GapChart<'_>, range: (f64, f64)) {
    let (bottom, top) = canvas.upward();
    let (left, right) = canvas.across();
    let within = |ns: &f64| (range.0..=range.1).contains(ns);
    let tell = |canvas: &mut Canvas, at: f64, y: f64, words: &str| {
        let (x, class) = match at > (left + right) / 2.0 {
            true => (at - 8.0, "note halo end"),
            false => (at + 8.0, "note halo"),
        };
        canvas.text((x, y), class, words);
    };
    if let Some(mean) = chart.bars.mean_ns.filter(within) {
        let half = chart.bars.mean_half_width_ns.unwrap_or(0.0);
        let (from, to) = (x.at(mean - half).max(left), x.at(mean + half).min(right));
        let band = format!(
            "M{} {}V{}H{}V{}z",
            px(from),
            px(bottom),
            px(top),
            px(to),
            px(bottom)
        );
        canvas.path("band", &band);
        canvas.line("done", (x.at(mean), bottom), (x.at(mean), top));
        let words = format!("observed mean {} ± {}", duration(mean), duration(half));
        tell(canvas, x.at(mean), top + 12.0, &words);
    }
    if let Some(asked) = chart.asked_ns.filter(within) {
        canvas.line("asked", (x.at(asked), bottom), (x.at(asked), top + 22.0));
        tell(
            canvas,
            x.at(asked),
            top + 30.0,
            &format!("asked mean {}", duration(asked)),
        );
    }
}

const BINS: usize = 60;

//! How long something took, by a few percentiles: a row each, on a logarithmic axis.

use super::shape;
use crate::{
    number::{duration, tick_duration},
    svg::{Canvas, Margin, Mark, Scale, px},
};

/// The picture of some durations in nanoseconds, each with its name. `of` is what they are.
pub(crate) fn latencies(known: &[(&str, f64)], of: &str) -> String {
    let margin = Margin {
        left: 52.0,
        right: 84.0,
        top: 8.0,
        bottom: 46.0,
    };
    let height = known.len().max(1) as f64 * ROW + margin.top + margin.bottom;
    let mut canvas = Canvas::new(shape::HALF, height, margin);
    let (least, most) = known
        .iter()
        .fold((f64::INFINITY, 0.0_f64), |(least, most), (_, ns)| {
            (least.min(*ns), most.max(*ns))
        });
    let x = Scale::logarithmic((least * 0.7, most * 1.1), canvas.across());
    let (bottom, top) = canvas.upward();
    let ticks = x.ticks(0);
    let line = |ns: &f64| format!("M{} {}V{}", px(x.at(*ns)), px(top), px(bottom));
    canvas.path("grid", &ticks.iter().map(line).collect::<String>());
    canvas.x_axis_at(
        &x,
        &ticks,
        tick_duration,
        "duration (log scale; less is better)",
    );
    let (left, _) = canvas.across();
    for (index, (name, ns)) in known.iter().enumerate() {
        let y = top + (index as f64 + 0.5) * ROW;
        canvas.text((left - 10.0, y + 4.0), "name end", name);
        canvas.line("reach c1", (left, y), (x.at(*ns), y));
        let tip = format!("{name}: {}", duration(*ns));
        canvas.told(
            &Mark::Sure.class(1),
            &Mark::Sure.path((x.at(*ns), y), 1),
            &tip,
        );
        canvas.text((x.at(*ns) + 10.0, y + 4.0), "value", &duration(*ns));
    }
    canvas.finish(of, "One row a percentile; the table has the figures.")
}

/// The height of a row.
const ROW: f64 = 29.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_figure_has_a_mark_and_its_value() {
        let svg = latencies(&[("p50", 1e6), ("max", 2e7)], "a write");
        assert!(svg.contains("<title>p50: 1.00 ms</title>") && svg.contains(">20.0 ms</text>"));
    }

    #[test]
    fn nothing_and_zero_have_a_place() {
        for known in [&[][..], &[("p50", 0.0), ("max", 0.0)]] {
            let svg = latencies(known, "a write");
            assert!(!svg.contains("NaN") && !svg.contains("inf"));
        }
    }
}

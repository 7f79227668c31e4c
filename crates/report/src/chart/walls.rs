//! Wall times: every run of every variant, and the median as a bar.

use history::{PrimesSummary, PrimesVariant};

use super::shape;
use crate::{
    escape::shortened,
    number::{axis_unit, count, duration, tick},
    search,
    svg::{Canvas, Margin, Mark, SERIES, Scale, px, width_of},
};

/// The picture.
pub(crate) fn walls(primes: &PrimesSummary) -> String {
    let all = search::series(primes);
    let names: Vec<String> = primes.variants.iter().map(search::name).collect();
    let names: Vec<String> = names.iter().map(|name| shortened(name, 26)).collect();
    let widest = names
        .iter()
        .map(|name| width_of(name) * 0.86)
        .fold(60.0, f64::max);
    let margin = Margin {
        left: widest + 14.0,
        right: 74.0,
        top: 14.0,
        bottom: 46.0,
    };
    let rows = primes.variants.len().max(1) as f64;
    let height = rows * ROW + margin.top + margin.bottom;
    let mut canvas = Canvas::new(shape::FULL, height, margin);
    let walls = || primes.variants.iter().flat_map(|variant| &variant.runs);
    let longest = walls().map(|run| run.wall_ns).max().unwrap_or(0) as f64;
    let x = Scale::linear((0.0, longest * 1.02), canvas.across());
    let (unit, size) = axis_unit(longest);
    let (bottom, top) = canvas.upward();
    let line = |ns: &f64| format!("M{} {}V{}", px(x.at(*ns)), px(top), px(bottom));
    canvas.path("grid", &x.ticks(10).iter().map(line).collect::<String>());
    canvas.x_axis(
        &x,
        10,
        |ns| tick(ns / size),
        &format!("wall time ({unit}; less is better)"),
    );
    for (index, (variant, name)) in primes.variants.iter().zip(&names).enumerate() {
        let y = top + (index as f64 + 0.5) * ROW;
        canvas.text((margin.left - 10.0, y + 4.0), "name end", name);
        let is_own = |v: &&PrimesVariant| std::ptr::eq(*v, variant);
        let series = all.iter().find(|series| series.variants.iter().any(is_own));
        draw_row(
            &mut canvas,
            &x,
            y,
            variant,
            series.map_or(0, |series| series.index),
        );
    }
    canvas.finish(
        "Wall times of all runs",
        "One row a variant: a bar as long as the median wall time, a mark for every run. The tables have \
         the figures.",
    )
}

fn draw_row(canvas: &mut Canvas, x: &Scale, y: f64, variant: &PrimesVariant, index: usize) {
    let Some(wall) = search::wall(variant) else {
        let (left, _) = canvas.across();
        canvas.text((left + 6.0, y + 4.0), "note", "no run");
        return;
    };
    let (left, end) = (canvas.across().0, x.at(wall.median));
    let bar = format!("M{} {}H{}v16H{}z", px(left), px(y - 8.0), px(end), px(left));
    let tip = format!(
        "{}: median {}",
        search::name(variant),
        wall.in_words(duration)
    );
    canvas.told(&format!("length c{}", index % SERIES), &bar, &tip);
    let mut runs: Vec<(usize, u64, u64)> = Vec::new();
    for (number, run) in variant.runs.iter().enumerate() {
        runs.push((number + 1, run.wall_ns, run.cpu_ns));
    }
    runs.sort_by_key(|run| run.1);
    let step = runs.len().div_ceil(MOST_RUNS).max(1);
    for (place, (number, wall_ns, cpu_ns)) in runs.iter().enumerate() {
        // The least and the greatest are always drawn.
        if place % step == 0 || place + 1 == runs.len() {
            let d = Mark::Sure.path((x.at(*wall_ns as f64), y), index);
            let tip = format!(
                "{}, run {}: {}, processor time {}",
                search::name(variant),
                count(*number as u64),
                duration(*wall_ns as f64),
                duration(*cpu_ns as f64)
            );
            canvas.told(&Mark::Sure.class(index), &d, &tip);
        }
    }
    let after = x.at(wall.max).max(end) + 10.0;
    canvas.text((after, y + 4.0), "value", &duration(wall.median));
}

/// The height of a row.
const ROW: f64 = 27.0;
/// More marks would cover each other.
const MOST_RUNS: usize = 40;

#[cfg(test)]
mod tests {
    use history::PrimesRun;

    use super::*;
    use crate::fixture;

    #[test]
    fn every_run_has_a_mark_and_says_its_time() {
        let primes = fixture::primes().primes.expect("a search");
        let runs: usize = primes.variants.iter().map(|v| v.runs.len()).sum();
        assert_eq!(walls(&primes).matches("class=\"mark c").count(), runs);
        assert!(walls(&primes).contains("single, run 1: "));
    }

    #[test]
    fn the_picture_does_not_grow_with_the_runs() {
        let mut primes = fixture::primes().primes.expect("a search");
        primes.variants.truncate(1);
        let run = |wall_ns| PrimesRun {
            wall_ns,
            ..PrimesRun::default()
        };
        primes.variants[0].runs = (1..=10_000).map(run).collect();
        let svg = walls(&primes);
        assert!(svg.matches("class=\"mark").count() <= MOST_RUNS + 1);
        assert!(svg.contains("run 1: 1.00 ns") && svg.contains(": 10.0 µs, "));
    }

    #[test]
    fn a_variant_without_runs_says_so() {
        let mut primes = fixture::primes().primes.expect("a search");
        primes.variants[1].runs.clear();
        assert!(walls(&primes).contains(">no run</text>"));
        primes.variants.clear();
        assert!(walls(&primes).starts_with("<svg"));
    }
}

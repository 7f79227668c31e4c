//! Response times over the run: a heat map, with the median and the 99th percentile of each column.
//!
//! One pass over the samples fills a grid of fixed size, so a million of them cost no more of the
//! page than a hundred. Its rows are finer than what is drawn: the quantiles are read off them.

use std::fmt::Write as _;

use history::{Outcome, Sample};

use super::shape;
use crate::{
    number::{axis_unit, count, tick, tick_duration},
    svg::{Canvas, Scale, path, px},
};

/// Response times counted by when they were to be sent and how long they took.
#[derive(Clone, Debug)]
pub(crate) struct Heat {
    /// Right answers, column by column.
    cells: Vec<u64>,
    /// Requests of each column that did not end well.
    failed: Vec<u64>,
    end_ns: f64,
    range_ns: (f64, f64),
    answered: u64,
}

impl Heat {
    /// Counts `samples`; `None` when there are too few right answers to see a shape.
    pub(crate) fn of(samples: &[Sample]) -> Option<Self> {
        let times = || {
            samples
                .iter()
                .filter_map(|s| Some((s.intended_ns, s.response_ns()?)))
        };
        let answered = times().count() as u64;
        if answered < FEWEST {
            return None;
        }
        let least = times().map(|(_, ns)| ns).min().unwrap_or(1).max(1) as f64;
        let most = times().map(|(_, ns)| ns).max().unwrap_or(1).max(1) as f64;
        let end = samples
            .iter()
            .map(|sample| sample.intended_ns)
            .max()
            .unwrap_or(0);
        let mut heat = Self {
            cells: vec![0; COLUMNS * FINE_ROWS],
            failed: vec![0; COLUMNS],
            end_ns: end as f64 + 1.0,
            range_ns: (least * 0.9, (most * 1.1).max(least * 2.0)),
            answered,
        };
        for (intended, response) in times() {
            let place = (heat.column(intended), heat.row(response));
            heat.cells[place.0 * FINE_ROWS + place.1] += 1;
        }
        let failed = |sample: &&Sample| !matches!(sample.outcome, Outcome::Ok | Outcome::Stopped);
        for sample in samples.iter().filter(failed) {
            let column = heat.column(sample.intended_ns);
            heat.failed[column] += 1;
        }
        Some(heat)
    }

    /// How many right answers it shows.
    pub(crate) fn answered(&self) -> u64 {
        self.answered
    }

    fn column(&self, intended_ns: u64) -> usize {
        ((intended_ns as f64 / self.end_ns * COLUMNS as f64) as usize).min(COLUMNS - 1)
    }

    fn row(&self, response_ns: u64) -> usize {
        let (low, high) = self.range_ns;
        let share = (response_ns.max(1) as f64 / low).ln() / (high / low).ln();
        ((share * FINE_ROWS as f64).max(0.0) as usize).min(FINE_ROWS - 1)
    }

    /// The count of a drawn cell.
    fn cell(&self, column: usize, row: usize) -> u64 {
        let start = column * FINE_ROWS + row * FINE;
        self.cells[start..start + FINE].iter().sum()
    }

    /// The response time in nanoseconds that a share of a column does not exceed, to a fine row.
    fn quantile(&self, column: usize, share: f64) -> Option<f64> {
        let rows = &self.cells[column * FINE_ROWS..(column + 1) * FINE_ROWS];
        let total: u64 = rows.iter().sum();
        let wanted = (share * total as f64).ceil().max(1.0) as u64;
        let mut seen = 0;
        let found = rows.iter().position(|cell| {
            seen += cell;
            seen >= wanted
        })?;
        let (low, high) = self.range_ns;
        Some(low * (high / low).powf((found as f64 + 0.5) / FINE_ROWS as f64))
    }
}

/// The picture.
pub(crate) fn heat(heat: &Heat) -> String {
    let mut canvas = Canvas::new(shape::FULL, 320.0, shape::margin(60.0));
    let x = Scale::linear((0.0, heat.end_ns), canvas.across());
    let y = Scale::logarithmic(heat.range_ns, canvas.upward());
    let (unit, size) = axis_unit(heat.end_ns);
    canvas.y_axis(&y, 0, tick_duration, "response time (log scale)");
    draw_cells(&mut canvas, heat);
    for (share, name, class) in [(0.5, "p50", "q50"), (0.99, "p99", "q99")] {
        let middle = |column: usize| (column as f64 + 0.5) / COLUMNS as f64 * heat.end_ns;
        let place = |column| Some((x.at(middle(column)), y.at(heat.quantile(column, share)?)));
        let places: Vec<(f64, f64)> = (0..COLUMNS).filter_map(place).collect();
        canvas.path(&format!("under {class}"), &path(&places));
        canvas.path(class, &path(&places));
        if let Some(end) = places.last() {
            canvas.text((canvas.across().1 + 10.0, end.1 + 4.0), "label", name);
        }
    }
    draw_failures(&mut canvas, heat, &x);
    let title = format!("intended time of the request ({unit})");
    canvas.x_axis(&x, 10, |ns| tick(ns / size), &title);
    canvas.finish(
        "Response times over the run",
        "Heat map on a logarithmic scale: the stronger the colour, the more requests. Lines: the median and the \
         99th percentile of each column. Crosses above: columns in which requests failed.",
    )
}

/// One path a level of darkness, equal neighbours in a row merged.
fn draw_cells(canvas: &mut Canvas, heat: &Heat) {
    let ((left, right), (bottom, top)) = (canvas.across(), canvas.upward());
    let (width, height) = (
        (right - left) / COLUMNS as f64,
        (bottom - top) / ROWS as f64,
    );
    let cells = (0..COLUMNS).flat_map(|column| (0..ROWS).map(move |row| heat.cell(column, row)));
    let most = cells.max().unwrap_or(0) as f64;
    let level = |column, row| match heat.cell(column, row) {
        0 => 0,
        value => {
            let share = (value as f64).ln() / (most + 1.0).ln();
            1 + ((share * LEVELS as f64) as usize).min(LEVELS - 1)
        }
    };
    let mut paths = vec![String::new(); LEVELS];
    for row in 0..ROWS {
        let y = px(bottom - (row as f64 + 0.5) * height);
        let mut from = 0;
        while from < COLUMNS {
            let here = level(from, row);
            let to = (from..COLUMNS)
                .find(|to| level(*to, row) != here)
                .unwrap_or(COLUMNS);
            if here > 0 {
                let (x, run) = (left + from as f64 * width, (to - from) as f64 * width);
                let _ = write!(paths[here - 1], "M{} {y}h{}", px(x), px(run));
            }
            from = to;
        }
    }
    for (index, d) in paths.iter().enumerate() {
        canvas.stroke(&format!("heat heat{index}"), height + 0.3, d);
    }
}

fn draw_failures(canvas: &mut Canvas, heat: &Heat, x: &Scale) {
    let (_, top) = canvas.upward();
    for (column, failed) in heat
        .failed
        .iter()
        .enumerate()
        .filter(|(_, failed)| **failed > 0)
    {
        let at = x.at((column as f64 + 0.5) / COLUMNS as f64 * heat.end_ns);
        let d = format!("M{} {}l7 7m0 -7l-7 7", px(at - 3.5), px(top - 10.0));
        canvas.told(
            "cross failed",
            &d,
            &format!("{} failed here", count(*failed)),
        );
    }
}

const COLUMNS: usize = 108;
const ROWS: usize = 24;
/// Rows counted for each row drawn.
const FINE: usize = 20;
const FINE_ROWS: usize = ROWS * FINE;
/// Shades, by the logarithm of the count.
const LEVELS: usize = 7;
/// Two for each column.
const FEWEST: u64 = 216;

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(index: u64, response_ns: u64, outcome: Outcome) -> Sample {
        Sample {
            worker: 0,
            number: index,
            intended_ns: index * 1000,
            connect_ns: None,
            connected_ns: None,
            ready_ns: None,
            sent_ns: Some(index * 1000),
            done_ns: Some(index * 1000 + response_ns),
            outcome,
            request_bytes: 1,
            reply_bytes: 1,
            local_port: None,
        }
    }

    #[test]
    fn few_samples_have_no_shape() {
        assert!(Heat::of(&[]).is_none());
        let wrong: Vec<Sample> = (0..1000).map(|i| sample(i, 5, Outcome::Wrong)).collect();
        assert!(Heat::of(&wrong).is_none());
    }

    #[test]
    fn quantiles_of_a_column_are_close() {
        let samples: Vec<Sample> = (0..100_000)
            .map(|i| sample(i, 1_000_000 + i % 100 * 10_000, Outcome::Ok))
            .collect();
        let heat = Heat::of(&samples).expect("enough");
        let (p50, p99) = (heat.quantile(5, 0.5), heat.quantile(5, 0.99));
        assert!((p50.expect("a column") / 1_490_000.0 - 1.0).abs() < 0.02);
        assert!((p99.expect("a column") / 1_980_000.0 - 1.0).abs() < 0.02);
        assert_eq!(heat.answered(), 100_000);
    }

    #[test]
    fn equal_times_have_a_place() {
        let samples: Vec<Sample> = (0..1000).map(|_| sample(0, 0, Outcome::Ok)).collect();
        let svg = super::heat(&Heat::of(&samples).expect("enough"));
        assert!(!svg.contains("NaN") && !svg.contains("inf"));
    }

    #[test]
    fn failures_are_crosses() {
        let mut samples: Vec<Sample> = (0..1000).map(|i| sample(i, 500, Outcome::Ok)).collect();
        samples.push(sample(500, 500, Outcome::Timeout));
        let svg = super::heat(&Heat::of(&samples).expect("enough"));
        assert_eq!(svg.matches("1 failed here").count(), 1);
    }
}

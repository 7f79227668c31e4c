//! Points that a model did not reach: a strip at the edge of a plot, one row a model, a cross where
//! the point would be, and in words what happened.
//!
//! Left out they would look like points that nobody asked for, and at the height of some value like
//! measurements.

use std::fmt::Write as _;

use history::Point;

use super::trace::{BESIDE, DISTANCE, LONGEST, Trace};
use crate::{
    escape::shortened,
    number::counted,
    svg::{Canvas, Mark, Scale, px},
    sweep,
};

/// A point that was not reached.
#[derive(Clone, Debug)]
pub(crate) struct Missed {
    /// Where on the x axis.
    pub(crate) x: f64,
    /// What happened, in two or three words.
    pub(crate) word: String,
    /// What it says when pointed at.
    pub(crate) tip: String,
}

/// Where the strip lies: where the values would be bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Edge {
    /// Above the plot: less would be better.
    Top,
    /// Below it: more would be better.
    Bottom,
}

/// A row of the strip as drawn.
pub(super) struct Row<'a> {
    /// Whose it is.
    pub(super) trace: &'a Trace,
    /// The first point that was not reached, on the x axis.
    pub(super) x: f64,
    /// Where that is, from the left.
    pub(super) at: f64,
    /// Where the row is, from the top.
    pub(super) y: f64,
}

impl Missed {
    /// What became of `point`, which stands at `x`; `None` when it was reached.
    pub(crate) fn of(point: &Point, x: f64) -> Option<Self> {
        if sweep::is_reached(point) {
            return None;
        }
        let (word, text) = sweep::obstacle(point);
        let clients = counted(point.clients, "client");
        Some(Self {
            x,
            word: word.to_owned(),
            tip: format!("{}, {clients}, {word}: {text}", point.model),
        })
    }
}

/// How high the strip is; 0 when everything was reached.
pub(super) fn height(traces: &[Trace]) -> f64 {
    match traces
        .iter()
        .filter(|trace| !trace.missed.is_empty())
        .count()
    {
        0 => 0.0,
        rows => rows as f64 * DISTANCE + 10.0,
    }
}

/// Whether the curve ends in the strip, and so has its label there.
pub(super) fn is_lost(trace: &Trace) -> bool {
    let end = trace.points.last().map(|point| point.x);
    let missed = trace.missed.last().map(|missed| missed.x);
    missed.is_some() && missed > end
}

/// The rows of the strip. The model that was lost first stands next to the plot, so that the lines of
/// those lost later do not cross its words.
pub(super) fn rows<'a>(
    canvas: &Canvas,
    x: &Scale,
    traces: &'a [Trace],
    edge: Edge,
) -> Vec<Row<'a>> {
    let mut lost: Vec<&Trace> = traces
        .iter()
        .filter(|trace| !trace.missed.is_empty())
        .collect();
    lost.sort_by(|one, other| one.missed[0].x.total_cmp(&other.missed[0].x));
    let (ceiling, strip) = (ceiling(canvas, traces, edge), height(traces));
    let (from, step) = match edge {
        Edge::Top => (ceiling + strip - 6.0 - DISTANCE / 2.0, -DISTANCE),
        Edge::Bottom => (ceiling + 6.0 + DISTANCE / 2.0, DISTANCE),
    };
    let row = |(index, trace): (usize, &'a Trace)| {
        let first = trace.missed[0].x;
        Row {
            trace,
            x: first,
            at: x.at(first),
            y: from + step * index as f64,
        }
    };
    lost.into_iter().enumerate().map(row).collect()
}

/// Draws the ground of the strip, and its name where no row has words; nothing where there is none.
pub(super) fn draw_ground(canvas: &mut Canvas, rows: &[Row<'_>], traces: &[Trace], edge: Edge) {
    let strip = height(traces);
    if rows.is_empty() {
        return;
    }
    let (left, right) = canvas.across();
    let ceiling = ceiling(canvas, traces, edge);
    let (top, down) = (px(ceiling), px(strip - 2.0));
    let d = format!("M{0} {top}H{1}v{down}H{0}z", px(left), px(right));
    canvas.path("strip", &d);
    if rows.iter().all(|row| row.at > left + ROOM_FOR_NAME) {
        canvas.text((left + 8.0, ceiling + 18.0), "note", "not reached");
    }
}

/// Draws a row: its crosses, what happened, and the label of a curve that ends there.
pub(super) fn draw_row(canvas: &mut Canvas, x: &Scale, row: &Row<'_>) {
    let (trace, y) = (row.trace, row.y);
    for missed in &trace.missed {
        let at = x.at(missed.x);
        let d = format!("M{} {}l8 8m0 -8l-8 8", px(at - 4.0), px(y - 4.0));
        canvas.told(&trace.class("cross"), &d, &missed.tip);
    }
    let mut words = String::new();
    for (index, missed) in trace.missed.iter().enumerate() {
        let known = &trace.missed[..index];
        if !known.iter().any(|other| other.word == missed.word) {
            let comma = if words.is_empty() { "" } else { ", " };
            let _ = write!(words, "{comma}{}", missed.word);
        }
    }
    let (left, right) = canvas.across();
    if row.at - left - 10.0 > words.chars().count() as f64 * 7.0 {
        canvas.text((row.at - 9.0, y + 4.0), "note halo end", &words);
    } else {
        canvas.text((row.at + 9.0, y + 4.0), "note halo", &words);
    }
    if is_lost(trace) {
        let column = right + BESIDE;
        let d = Mark::Sure.path((column + 4.0, y), trace.index);
        canvas.path(&Mark::Sure.class(trace.index), &d);
        let name = shortened(&trace.name, LONGEST);
        canvas.text((column + 13.0, y + 4.0), &trace.class("label"), &name);
    }
}

/// Where the strip begins, from the top.
fn ceiling(canvas: &Canvas, traces: &[Trace], edge: Edge) -> f64 {
    let (bottom, top) = canvas.upward();
    match edge {
        Edge::Top => top,
        Edge::Bottom => bottom - height(traces) + 2.0,
    }
}

/// For the strip's name and the longest words of a row.
const ROOM_FOR_NAME: f64 = 220.0;

#[cfg(test)]
mod tests {
    use history::{NotReached, Obstacle};

    use super::*;
    use crate::{chart::trace::Origin, svg::Margin};

    fn trace(name: &str, missed: &[f64]) -> Trace {
        let missed = missed.iter().map(|x| Missed {
            x: *x,
            word: "too long".to_owned(),
            tip: String::new(),
        });
        Trace {
            name: name.to_owned(),
            index: 0,
            origin: Origin::Measured,
            points: Vec::new(),
            missed: missed.collect(),
        }
    }

    fn canvas() -> Canvas {
        let margin = Margin {
            left: 0.0,
            right: 100.0,
            top: 0.0,
            bottom: 0.0,
        };
        Canvas::new(500.0, 300.0, margin)
    }

    #[test]
    fn who_was_lost_first_stands_next_to_the_plot() {
        let traces = [
            trace("late", &[30.0]),
            trace("early", &[20.0, 30.0]),
            trace("never", &[]),
        ];
        let canvas = canvas();
        let x = Scale::linear((0.0, 30.0), canvas.across());
        let above = rows(&canvas, &x, &traces, Edge::Top);
        assert_eq!(above.len(), 2);
        assert!(above[0].trace.name == "early" && above[0].y > above[1].y);
        let below = rows(&canvas, &x, &traces, Edge::Bottom);
        assert!(below[0].trace.name == "early" && below[0].y < below[1].y);
    }

    #[test]
    fn the_same_words_are_said_once() {
        let traces = [trace("a", &[20.0, 30.0])];
        let mut canvas = canvas();
        let x = Scale::linear((0.0, 30.0), canvas.across());
        for row in rows(&canvas, &x, &traces, Edge::Top) {
            draw_row(&mut canvas, &x, &row);
        }
        let svg = canvas.finish("", "");
        assert_eq!(svg.matches("too long</text>").count(), 1);
        assert_eq!(svg.matches("class=\"cross c0\"").count(), 2);
    }

    #[test]
    fn a_point_without_figures_is_missed_with_its_obstacle() {
        let mut point = Point {
            model: "pool".to_owned(),
            clients: 10,
            ..Point::default()
        };
        let missed = Missed::of(&point, 10.0).expect("no figures");
        assert_eq!(missed.word, "not measured");
        point.runs = vec![history::Measured::default()];
        let missed = Missed::of(&point, 10.0).expect("no figures");
        assert_eq!(missed.word, "no run counts");
        point.not_reached = Some(NotReached {
            obstacle: Obstacle::Refused,
            text: "3 of 10".to_owned(),
        });
        let missed = Missed::of(&point, 10.0).expect("not reached");
        assert_eq!(missed.tip, "pool, 10 clients, refused: 3 of 10");
        point.not_reached = None;
        point.wall_ns_median = Some(1);
        assert!(Missed::of(&point, 10.0).is_none());
    }
}

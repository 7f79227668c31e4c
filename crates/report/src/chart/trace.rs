//! Measured points joined to curves, with whiskers, markers and a label at the end of each.

use std::fmt::Write as _;

use super::missed::{self, Edge, Missed};
use crate::{
    escape::shortened,
    svg::{Canvas, Label, Mark, SERIES, Scale, path, push_apart, px, width_of},
};

/// One curve.
#[derive(Clone, Debug)]
pub(crate) struct Trace {
    /// What its label says.
    pub(crate) name: String,
    /// Which colour and marker.
    pub(crate) index: usize,
    /// Measured here, or read elsewhere.
    pub(crate) origin: Origin,
    /// Its points, from left to right.
    pub(crate) points: Vec<TracePoint>,
    /// The points that it did not reach, from left to right.
    pub(crate) missed: Vec<Missed>,
}

/// Where the figures of a curve come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// This run.
    Measured,
    /// A publication: dashed, muted, hollow.
    Published,
}

/// One point of a curve, in the units of the axes.
#[derive(Clone, Debug)]
pub(crate) struct TracePoint {
    /// Where on the x axis.
    pub(crate) x: f64,
    /// Where on the y axis.
    pub(crate) y: f64,
    /// Least and greatest of the values behind it.
    pub(crate) range: (f64, f64),
    /// How far it can be believed.
    pub(crate) mark: Mark,
    /// What it says when pointed at.
    pub(crate) tip: String,
}

impl Trace {
    /// The class of this trace's colour behind `role`.
    pub(super) fn class(&self, role: &str) -> String {
        match self.origin {
            Origin::Measured => format!("{role} c{}", self.index % SERIES),
            Origin::Published => format!("{role} published"),
        }
    }

    fn mark_class(&self, mark: Mark) -> String {
        match self.origin {
            Origin::Measured => mark.class(self.index),
            Origin::Published => "mark hollow published".to_owned(),
        }
    }

    /// Its last point that can be believed.
    fn end(&self) -> Option<&TracePoint> {
        let mut points = self.points.iter().rev();
        points.find(|point| point.mark != Mark::Failed)
    }
}

/// The room that the labels of `names` need right of the plot.
pub(crate) fn label_room<'a>(names: impl Iterator<Item = &'a str>) -> f64 {
    let widest = names
        .map(|name| width_of(&shortened(name, LONGEST)))
        .fold(40.0, f64::max);
    widest + BESIDE + 26.0
}

/// The height of a picture in which the labels of these curves have room beside the plot, and what
/// was not reached has a strip.
pub(crate) fn height_for(traces: &[Trace]) -> f64 {
    (traces.len() as f64 * DISTANCE + 90.0).max(380.0) + missed::height(traces)
}

/// Where values have their place: the plot without the strip for what was not reached, which lies
/// at `edge`.
pub(crate) fn upward(canvas: &Canvas, traces: &[Trace], edge: Edge) -> (f64, f64) {
    let (bottom, top) = canvas.upward();
    let strip = missed::height(traces);
    match edge {
        Edge::Top => (bottom, top + strip),
        Edge::Bottom => (bottom - strip, top),
    }
}

/// Draws all curves, then all whiskers and markers over them, then the labels, and what was not
/// reached at `edge`.
pub(crate) fn draw(canvas: &mut Canvas, x: &Scale, y: &Scale, traces: &[Trace], edge: Edge) {
    let place = |point: &TracePoint| (x.at(point.x), y.at(point.y));
    let within = upward(canvas, traces, edge);
    let column = canvas.across().1 + BESIDE;
    let rows = missed::rows(canvas, x, traces, edge);
    missed::draw_ground(canvas, &rows, traces, edge);
    for row in &rows {
        // From where the curve ends to where it would have gone on.
        let reached = row.trace.points.iter().rfind(|point| point.x < row.x);
        if let Some(last) = reached {
            let lost = [place(last), (row.at, row.y)];
            canvas.path(&row.trace.class("lost"), &path(&lost));
        }
    }
    for trace in traces {
        let sure = trace
            .points
            .iter()
            .filter(|point| point.mark != Mark::Failed);
        canvas.path(
            &trace.class("line"),
            &path(&sure.map(place).collect::<Vec<_>>()),
        );
    }
    for trace in traces {
        draw_points(canvas, x, y, trace);
    }
    for row in &rows {
        missed::draw_row(canvas, x, row);
    }
    let labelled = traces.iter().filter(|trace| !missed::is_lost(trace));
    let label = |trace: &Trace| {
        let (x, y) = trace.end().map(place)?;
        Some(Label {
            x,
            y,
            wanted: y,
            text: shortened(&trace.name, LONGEST),
            index: trace.index,
            class: match trace.origin {
                Origin::Measured => trace.class("label"),
                Origin::Published => "note".to_owned(),
            },
        })
    };
    let mut labels: Vec<Label> = labelled.filter_map(label).collect();
    push_apart(&mut labels, DISTANCE, (within.1, within.0 - 2.0));
    for label in labels {
        write_label(canvas, column, &label);
    }
}

fn draw_points(canvas: &mut Canvas, x: &Scale, y: &Scale, trace: &Trace) {
    let mut whiskers = String::new();
    for point in &trace.points {
        let (low, high) = (y.at(point.range.0), y.at(point.range.1));
        if (low - high).abs() > 1.5 {
            let x = x.at(point.x);
            let _ = write!(
                whiskers,
                "M{} {}h6m-3 0V{}m-3 0h6",
                px(x - 3.0),
                px(low),
                px(high)
            );
        }
    }
    canvas.path(&trace.class("whisker"), &whiskers);
    for point in &trace.points {
        let d = point.mark.path((x.at(point.x), y.at(point.y)), trace.index);
        canvas.told(&trace.mark_class(point.mark), &d, &point.tip);
    }
}

/// The name behind its marker, with a thin line to the end of the curve where that is elsewhere.
fn write_label(canvas: &mut Canvas, column: f64, label: &Label) {
    let is_published = label.class == "note";
    let of = |role: &str| match is_published {
        true => format!("{role} published"),
        false => format!("{role} c{}", label.index % SERIES),
    };
    let (from, to) = ((label.x + 6.0, label.wanted), (column - 3.0, label.y));
    if (label.y - label.wanted).abs() > 3.0 || to.0 - from.0 > 12.0 {
        let corner = (from.0.max(column - BESIDE + 3.0), label.wanted);
        if corner.0 - from.0 > 12.0 {
            canvas.path(&of("lost"), &path(&[from, corner]));
            canvas.path(&of("leader"), &path(&[corner, to]));
        } else {
            canvas.path(&of("leader"), &path(&[from, corner, to]));
        }
    }
    let class = match is_published {
        true => "mark hollow published".to_owned(),
        false => Mark::Sure.class(label.index),
    };
    let d = Mark::Sure.path((column + 4.0, label.y), label.index);
    canvas.path(&class, &d);
    canvas.text((column + 13.0, label.y + 4.0), &label.class, &label.text);
}

/// How many characters of a name a label shows.
pub(super) const LONGEST: usize = 22;

/// Between the lines of two labels.
pub(super) const DISTANCE: f64 = 16.0;

/// Between the plot and its labels: room for the lines from a curve's end to its label.
pub(super) const BESIDE: f64 = 20.0;

//! Measured points joined to curves, with whiskers, markers and a label at the end of each.

use std::fmt::Write as _;

use crate::{
    escape::shortened,
    svg::{Canvas, Label, Mark, Scale, path, push_apart, px, width_of},
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
    fn line_class(&self) -> String {
        match self.origin {
            Origin::Measured => format!("line c{}", self.index % 8),
            Origin::Published => "line published".to_owned(),
        }
    }

    fn mark_class(&self, mark: Mark) -> String {
        match self.origin {
            Origin::Measured => mark.class(self.index),
            Origin::Published => "mark hollow published".to_owned(),
        }
    }

    fn label_class(&self) -> String {
        match self.origin {
            Origin::Measured => format!("label c{}", self.index % 8),
            Origin::Published => "note".to_owned(),
        }
    }
}

/// The room that the labels of `names` need right of the plot.
pub(crate) fn label_room<'a>(names: impl Iterator<Item = &'a str>) -> f64 {
    let widest = names
        .map(|name| width_of(&shortened(name, LONGEST)))
        .fold(40.0, f64::max);
    widest + 22.0
}

/// Draws all curves, then all whiskers and markers over them, then the labels.
pub(crate) fn draw(canvas: &mut Canvas, x: &Scale, y: &Scale, traces: &[Trace]) {
    let place = |point: &TracePoint| (x.at(point.x), y.at(point.y));
    for trace in traces {
        let sure = trace
            .points
            .iter()
            .filter(|point| point.mark != Mark::Failed);
        canvas.path(
            &trace.line_class(),
            &path(&sure.map(place).collect::<Vec<_>>()),
        );
    }
    for trace in traces {
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
        canvas.path(&trace.line_class().replace("line", "whisker"), &whiskers);
        for point in &trace.points {
            let d = point.mark.path(place(point), trace.index);
            canvas.told(&trace.mark_class(point.mark), &d, &point.tip);
        }
    }
    let label = |trace: &Trace| {
        let (x, y) = trace
            .points
            .iter()
            .rev()
            .find(|p| p.mark != Mark::Failed)
            .map(place)?;
        let text = shortened(&trace.name, LONGEST);
        Some(Label {
            x,
            y,
            text,
            class: trace.label_class(),
        })
    };
    let mut labels: Vec<Label> = traces.iter().filter_map(label).collect();
    let (bottom, top) = canvas.upward();
    push_apart(&mut labels, 16.0, (top, bottom - 2.0));
    let column = labels.iter().map(|label| label.x).fold(0.0, f64::max) + 12.0;
    for label in labels {
        canvas.text((column, label.y + 4.0), &label.class, &label.text);
    }
}

/// How many characters of a name a label shows.
const LONGEST: usize = 22;

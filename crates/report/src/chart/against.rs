//! One quantity of a benchmark against the load, a curve a model.

use history::{BenchKind, BenchSummary, Better, Point, Quantity};

use super::{
    completion::mark_of,
    missed::{Edge, Missed},
    shape,
    trace::{self, Origin, Trace, TracePoint},
};
use crate::{
    measure::{self, Axis},
    number::{counted, share, tick},
    svg::{Canvas, Scale},
    sweep::{self, ModelPoints},
};

/// What the load is counted by, on the x axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Over {
    /// The number of clients.
    Clients,
    /// The proportion of calculation, at this number of clients.
    CpuShare(u64),
}

impl Over {
    /// Where a point stands; `None` when it belongs to another picture.
    fn of(self, point: &Point) -> Option<f64> {
        match self {
            Self::Clients => Some(point.clients as f64),
            Self::CpuShare(clients) if clients == point.clients => {
                Some(point.cpu_share? * 100.0).filter(|share| share.is_finite())
            }
            Self::CpuShare(_) => None,
        }
    }
}

/// What is to be seen in a picture.
#[derive(Clone, Copy, Debug)]
pub(crate) struct View {
    /// The quantity, on the y axis.
    pub(crate) quantity: Quantity,
    /// The load, on the x axis.
    pub(crate) over: Over,
    /// How wide the picture is.
    pub(crate) width: f64,
    /// Whether there is a strip for the points that were not reached: one picture of several over
    /// the same points is enough.
    pub(crate) has_strip: bool,
}

/// The picture: marks are medians over runs, whiskers the least and the greatest.
pub(crate) fn against(bench: &BenchSummary, view: View) -> String {
    let (quantity, over) = (view.quantity, view.over);
    let models = sweep::models(bench);
    let traces: Vec<Trace> = models
        .iter()
        .map(|model| of_model(model, view))
        .filter(|trace| !trace.points.is_empty() || !trace.missed.is_empty())
        .collect();
    let room = trace::label_room(traces.iter().map(|trace| trace.name.as_str()));
    let height = trace::height_for(&traces);
    let mut canvas = Canvas::new(view.width, height, shape::margin(room));
    let edge = match quantity.better() {
        Better::More => Edge::Bottom,
        Better::Less => Edge::Top,
    };
    let points = traces.iter().flat_map(|trace| &trace.points);
    let values: Vec<f64> = points
        .flat_map(|point| [point.y, point.range.0, point.range.1])
        .collect();
    let upward = trace::upward(&canvas, &traces, edge);
    let axis = Axis::over(quantity, &values, upward);
    let x = x_axis(&mut canvas, bench, over);
    let title = axis.title(quantity);
    match values.is_empty() {
        // Ticks would be of nothing.
        true => canvas.text((2.0, canvas.upward().1 - 14.0), "title", &title),
        false => canvas.y_axis(&axis.scale, 6, |value| axis.tick(value), &title),
    }
    let traces: Vec<Trace> = traces
        .into_iter()
        .map(|trace| in_unit(trace, axis.unit))
        .collect();
    trace::draw(&mut canvas, &x, &axis.scale, &traces, edge);
    let against = match over {
        Over::Clients => "number of clients".to_owned(),
        Over::CpuShare(clients) => {
            format!("share of calculation, {}", counted(clients, "client"))
        }
    };
    canvas.finish(
        &format!("{} against {against}", measure::title(quantity)),
        "One curve a model: the median over runs with the least and the greatest. Points that a \
         model did not reach are crosses in a strip at the edge, with what happened. The table of \
         all points has the figures.",
    )
}

fn of_model(model: &ModelPoints<'_>, view: View) -> Trace {
    let (quantity, over) = (view.quantity, view.over);
    let point = |point: &&Point| {
        let x = over.of(point).filter(|_| sweep::is_reached(point))?;
        let figure = point.figure(quantity)?;
        let calculation = point
            .cpu_share
            .map(|of| format!(", {} calculation", share(of)));
        Some(TracePoint {
            x,
            y: figure.median,
            range: (figure.min, figure.max),
            mark: mark_of(point),
            tip: format!(
                "{}, {}{}: {} {} over {}",
                point.model,
                counted(point.clients, "client"),
                calculation.unwrap_or_default(),
                quantity.name(),
                measure::in_words(Some(figure)),
                counted(figure.count, "run")
            ),
        })
    };
    let missed = |point: &&Point| Missed::of(point, over.of(point).filter(|_| view.has_strip)?);
    Trace {
        name: model.name.to_owned(),
        index: model.index,
        origin: Origin::Measured,
        points: model.points.iter().filter_map(point).collect(),
        missed: model.points.iter().filter_map(missed).collect(),
    }
}

fn in_unit(mut trace: Trace, unit: f64) -> Trace {
    for point in &mut trace.points {
        point.y /= unit;
        point.range = (point.range.0 / unit, point.range.1 / unit);
    }
    trace
}

fn x_axis(canvas: &mut Canvas, bench: &BenchSummary, over: Over) -> Scale {
    if over == Over::Clients {
        let counts = sweep::client_counts(bench);
        let x = shape::clients_scale(&counts, canvas.across());
        let title = match bench.kind {
            BenchKind::Idle => "silent connections",
            _ => "clients at once",
        };
        shape::clients_axis(canvas, &x, &counts, title);
        return x;
    }
    let most = sweep::cpu_shares(bench).last().copied().unwrap_or(1.0);
    let x = Scale::linear((0.0, most * 100.0), canvas.across());
    let show = |share: f64| format!("{} %", tick(share));
    canvas.x_axis(&x, 6, show, "share of calculation");
    x
}

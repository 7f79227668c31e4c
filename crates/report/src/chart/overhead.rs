//! What serving cost beyond the task itself: ours and the published, in absolute time.
//!
//! Overheads can be compared across tasks of different length, completion times cannot: starting a
//! thread takes as long before a task of 25 ms as before one of 3 s. One thing differs: the
//! published clients are Python interpreters, whose starting is part of what was measured.

use history::{BenchSummary, Point};

use super::{
    completion::mark_of,
    shape,
    trace::{self, Origin, Trace, TracePoint},
};
use crate::{
    number::{self, duration, tick_duration},
    published::{CLIENTS, PUBLISHED, Published},
    svg::Mark,
    svg::{Canvas, Scale},
    sweep::{self, ModelPoints, client_counts, overhead_ns},
};

/// The picture. Points that were not above their floor have no place on a logarithmic axis and are
/// left out.
pub(crate) fn overhead(bench: &BenchSummary) -> String {
    let models = sweep::models(bench);
    let measured = models
        .iter()
        .map(of_model)
        .filter(|trace| !trace.points.is_empty());
    let traces: Vec<Trace> = measured.chain(PUBLISHED.iter().map(of_published)).collect();
    let room = trace::label_room(traces.iter().map(|trace| trace.name.as_str()));
    let mut canvas = Canvas::new(shape::HALF, 380.0, shape::margin(room));
    let mut counts = client_counts(bench);
    counts.extend(CLIENTS);
    let x = shape::clients_scale(&counts, canvas.across());
    let points = || traces.iter().flat_map(|trace| &trace.points);
    let least = points()
        .map(|point| point.range.0)
        .fold(f64::INFINITY, f64::min);
    let most = points().map(|point| point.range.1).fold(0.0, f64::max);
    let y = Scale::logarithmic((least * 0.7, most * 1.4), canvas.upward());
    canvas.x_axis(&x, 6, number::tick, "clients at once");
    canvas.y_axis(
        &y,
        0,
        tick_duration,
        "completion time above the floor (log scale)",
    );
    trace::draw(&mut canvas, &x, &y, &traces);
    canvas.finish(
        "Overhead above the floor, measured and published",
        "Completion time less the least possible time. Solid curves were measured in this run, \
         dashed ones with hollow marks are those of the seed experiment's README.",
    )
}

fn of_model(model: &ModelPoints<'_>) -> Trace {
    let point = |point: &&Point| {
        let above = overhead_ns(point).filter(|ns| *ns > 0.0)?;
        let floor = point.floor_ns as f64;
        let low = point.wall_ns_min.map_or(above, |ns| ns as f64 - floor);
        let high = point.wall_ns_max.map_or(above, |ns| ns as f64 - floor);
        Some(TracePoint {
            x: point.clients as f64,
            y: above,
            range: (if low > 0.0 { low } else { above }, high.max(above)),
            mark: mark_of(point),
            tip: format!(
                "{}, {} clients: {} above {}",
                point.model,
                point.clients,
                duration(above),
                duration(floor)
            ),
        })
    };
    Trace {
        name: model.name.to_owned(),
        index: model.index,
        origin: Origin::Measured,
        points: model.points.iter().filter_map(point).collect(),
    }
}

fn of_published(published: &Published) -> Trace {
    let point = |place: usize| {
        let (min, median, max) = published.completion_ns(place);
        let floor = published.floor_ns(place);
        let (name, clients) = (published.name, CLIENTS[place]);
        TracePoint {
            x: clients as f64,
            y: median - floor,
            range: (min - floor, max - floor),
            mark: Mark::Sure,
            tip: format!(
                "published: {name}, {clients} clients: {}",
                duration(median - floor)
            ),
        }
    };
    Trace {
        name: format!("seed: {}", published.name),
        index: published.index,
        origin: Origin::Published,
        points: (0..CLIENTS.len()).map(point).collect(),
    }
}

//! What serving cost beyond the task itself: ours and the published, in absolute time.
//!
//! Overheads can be compared across tasks of different length, completion times cannot: starting a
//! thread takes as long before a task of 25 ms as before one of 3 s. One thing differs: the
//! published clients are Python interpreters, whose starting is part of what was measured.

use history::{BenchSummary, Point};

use super::{
    completion::mark_of,
    missed::Edge,
    shape,
    trace::{self, Origin, Trace, TracePoint},
};
use crate::{
    number::{duration, tick_duration},
    published::{CLIENTS, PUBLISHED, Published},
    svg::Mark,
    svg::{Canvas, Scale},
    sweep::{self, ModelPoints, client_counts, overhead_ns},
};

/// The picture. Points that were not above their floor have no place on a logarithmic axis and are
/// left out, as are the published curves where there is no task to compare.
pub(crate) fn overhead(bench: &BenchSummary, width: f64) -> String {
    let models = sweep::models(bench);
    let measured = models
        .iter()
        .map(of_model)
        .filter(|trace| !trace.points.is_empty());
    let seed = PUBLISHED.iter().filter(|_| bench.scale > 0.0);
    let traces: Vec<Trace> = measured.chain(seed.map(of_published)).collect();
    let room = trace::label_room(traces.iter().map(|trace| trace.name.as_str()));
    let height = trace::height_for(&traces);
    let mut canvas = Canvas::new(width, height, shape::margin(room));
    let mut counts = client_counts(bench);
    if bench.scale > 0.0 && !shape::is_wide(&counts) {
        counts.extend(CLIENTS);
    }
    let x = shape::clients_scale(&counts, canvas.across());
    let points = || traces.iter().flat_map(|trace| &trace.points);
    let least = points()
        .map(|point| point.range.0)
        .fold(f64::INFINITY, f64::min);
    let most = points().map(|point| point.range.1).fold(0.0, f64::max);
    let y = Scale::logarithmic((least * 0.7, most * 1.4), canvas.upward());
    shape::clients_axis(&mut canvas, &x, &counts, "clients at once");
    canvas.y_axis(
        &y,
        0,
        tick_duration,
        "completion time above the floor (log scale)",
    );
    trace::draw(&mut canvas, &x, &y, &traces, Edge::Top);
    canvas.finish(
        "Overhead above the floor, measured and published",
        "Completion time less the least possible time. Solid curves were measured in this run, \
         dashed ones with hollow marks are those of the seed experiment's README.",
    )
}

fn of_model(model: &ModelPoints<'_>) -> Trace {
    let point = |point: &&Point| {
        let above = overhead_ns(point).filter(|ns| *ns > 0.0 && sweep::is_reached(point))?;
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
        missed: Vec::new(),
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
        missed: Vec::new(),
    }
}

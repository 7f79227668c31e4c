//! Completion time against clients, all models, on a logarithmic axis with the floors.

use history::{BenchSummary, Point};

use super::{
    shape,
    trace::{self, Origin, Trace, TracePoint},
};
use crate::{
    number::{self, duration, tick_duration},
    svg::{Canvas, Mark, Scale, path},
    sweep::{self, ModelPoints, client_counts, failures},
};

/// The picture. Marks are medians, whiskers the fastest and the slowest run, dotted lines the floors.
pub(crate) fn completion(bench: &BenchSummary) -> String {
    let models = sweep::models(bench);
    let room = trace::label_room(models.iter().map(|model| model.name));
    let mut canvas = Canvas::new(shape::HALF, 380.0, shape::margin(room));
    let x = shape::clients_scale(&client_counts(bench), canvas.across());
    let traces: Vec<Trace> = models.iter().map(of_model).collect();
    let values = traces.iter().flat_map(|trace| &trace.points);
    let most = values.map(|point| point.range.1).fold(0.0, f64::max);
    let floors = bench.points.iter().map(|point| point.floor_ns as f64);
    let least = floors.fold(f64::INFINITY, f64::min);
    let y = Scale::logarithmic((least * 0.55, most * 1.3), canvas.upward());
    canvas.x_axis(&x, 6, number::tick, "clients at once");
    canvas.y_axis(&y, 0, tick_duration, "completion time (log scale)");
    draw_floors(&mut canvas, &x, &y, &models, bench.task_ns);
    trace::draw(&mut canvas, &x, &y, &traces);
    canvas.finish(
        "Completion time against number of clients",
        "One curve a model, on a logarithmic scale: the median over runs with the fastest and the \
         slowest. Dotted lines are the least times that the arithmetic allows. The table of all \
         points has the figures.",
    )
}

/// The curve of one model in nanoseconds over clients. A point of which no run counts stands as a
/// cross on its floor.
pub(super) fn of_model(model: &ModelPoints<'_>) -> Trace {
    let point = |point: &&Point| {
        let floor = point.floor_ns as f64;
        let y = point.wall_ns_median.map_or(floor, |ns| ns as f64);
        let or = |ns: Option<u64>| ns.map_or(y, |ns| ns as f64);
        TracePoint {
            x: point.clients as f64,
            y,
            range: (or(point.wall_ns_min), or(point.wall_ns_max)),
            mark: mark_of(point),
            tip: tip(point),
        }
    };
    Trace {
        name: model.name.to_owned(),
        index: model.index,
        origin: Origin::Measured,
        points: model.points.iter().map(point).collect(),
    }
}

/// How far a point can be believed.
pub(super) fn mark_of(point: &Point) -> Mark {
    if point.wall_ns_median.is_none() || !failures(point).is_empty() {
        Mark::Failed
    } else if point.doubts.is_empty() {
        Mark::Sure
    } else {
        Mark::Doubted
    }
}

fn tip(point: &Point) -> String {
    let ns = |ns: Option<u64>| number::maybe_duration(ns.map(|ns| ns as f64));
    format!(
        "{}, {} clients: median {} ({}) of {} runs, floor {}",
        point.model,
        point.clients,
        ns(point.wall_ns_median),
        number::between(&ns(point.wall_ns_min), &ns(point.wall_ns_max)),
        point.runs.iter().filter(|run| !run.generator_late).count(),
        duration(point.floor_ns as f64)
    )
}

/// Each different floor once, with its formula.
fn draw_floors(
    canvas: &mut Canvas,
    x: &Scale,
    y: &Scale,
    models: &[ModelPoints<'_>],
    task_ns: u64,
) {
    let mut drawn: Vec<Vec<(u64, u64)>> = Vec::new();
    for model in models {
        let floor: Vec<_> = model
            .points
            .iter()
            .map(|p| (p.clients, p.floor_ns))
            .collect();
        if floor.is_empty() || drawn.contains(&floor) {
            continue;
        }
        let place = |(clients, ns): &(u64, u64)| (x.at(*clients as f64), y.at(*ns as f64));
        let places: Vec<(f64, f64)> = floor.iter().map(place).collect();
        canvas.path("floor", &path(&places));
        let task = duration(task_ns as f64);
        let (left, right) = canvas.across();
        if floor.iter().all(|(_, ns)| *ns == task_ns) {
            let at = (left + 4.0, places[0].1 + 18.0);
            canvas.text(at, "note", &format!("floor: one task, {task}"));
        } else {
            let middle = (left + right) / 2.0;
            let near = places
                .iter()
                .find(|place| place.0 >= middle)
                .unwrap_or(&places[0]);
            let formula = match floor.iter().all(|(clients, ns)| *ns == clients * task_ns) {
                true => format!("floor: clients × {task}"),
                false => "floor".to_owned(),
            };
            let at = (near.0.min(right - 150.0), near.1 + 28.0);
            canvas.text(at, "note", &formula);
        }
        drawn.push(floor);
    }
}

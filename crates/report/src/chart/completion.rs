//! Completion time against clients, all models, on a logarithmic axis with the floors.

use history::{BenchSummary, Point};

use super::{
    missed::{Edge, Missed},
    shape,
    trace::{self, Origin, Trace, TracePoint},
};
use crate::{
    number::{self, count, duration, tick_duration},
    svg::{Canvas, Mark, Scale, path},
    sweep::{self, ModelPoints, client_counts, failures},
};

/// The picture, `width` wide. Marks are medians, whiskers the fastest and the slowest run, dotted
/// lines the floors; points that were not reached are in the strip above.
pub(crate) fn completion(bench: &BenchSummary, width: f64) -> String {
    let models = sweep::models(bench);
    let room = trace::label_room(models.iter().map(|model| model.name));
    let traces: Vec<Trace> = models.iter().map(of_model).collect();
    let height = trace::height_for(&traces);
    let mut canvas = Canvas::new(width, height, shape::margin(room));
    let counts = client_counts(bench);
    let x = shape::clients_scale(&counts, canvas.across());
    let points = || traces.iter().flat_map(|trace| &trace.points);
    let most = points().map(|point| point.range.1).fold(0.0, f64::max);
    let floors = bench.points.iter().filter(|point| sweep::is_reached(point));
    let floors = floors.map(|point| point.floor_ns as f64);
    let known = floors.chain(points().map(|point| point.range.0));
    let least = known.filter(|ns| *ns > 0.0).fold(f64::INFINITY, f64::min);
    let upward = trace::upward(&canvas, &traces, Edge::Top);
    // Room for the words below the lowest floor, which is more of a value the more decades there are.
    let below = (most / least).powf(0.1).max(1.8);
    let y = Scale::logarithmic((least / below, most * 1.3), upward);
    shape::clients_axis(&mut canvas, &x, &counts, "clients at once");
    canvas.y_axis(&y, 0, tick_duration, "completion time (log scale)");
    trace::draw(&mut canvas, &x, &y, &traces, Edge::Top);
    draw_floors(&mut canvas, &x, &y, &models, bench.task_ns);
    canvas.finish(
        "Completion time against number of clients",
        "One curve a model, on a logarithmic scale: the median over runs with the fastest and the \
         slowest. Dotted lines are the least times that the arithmetic allows. The table of all \
         points has the figures.",
    )
}

/// The curve of one model in nanoseconds over clients.
pub(super) fn of_model(model: &ModelPoints<'_>) -> Trace {
    let point = |point: &&Point| {
        let y = point.wall_ns_median.filter(|_| sweep::is_reached(point))? as f64;
        let or = |ns: Option<u64>| ns.map_or(y, |ns| ns as f64);
        Some(TracePoint {
            x: point.clients as f64,
            y,
            range: (or(point.wall_ns_min), or(point.wall_ns_max)),
            mark: mark_of(point),
            tip: tip(point),
        })
    };
    let missed = |point: &&Point| Missed::of(point, point.clients as f64);
    Trace {
        name: model.name.to_owned(),
        index: model.index,
        origin: Origin::Measured,
        points: model.points.iter().filter_map(point).collect(),
        missed: model.points.iter().filter_map(missed).collect(),
    }
}

/// How far a point can be believed.
pub(super) fn mark_of(point: &Point) -> Mark {
    if !sweep::is_reached(point) || !failures(point).is_empty() {
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
            .filter(|point| sweep::is_reached(point) && point.floor_ns > 0)
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
            canvas.text(at, "note halo", &format!("floor: one task, {task}"));
        } else {
            let middle = (left + right) / 2.0;
            let near = places
                .iter()
                .find(|place| place.0 >= middle)
                .unwrap_or(&places[0]);
            let at_once = model.points.iter().find_map(|point| point.at_once);
            let serial = floor.iter().all(|(clients, ns)| *ns == clients * task_ns);
            let formula = match at_once {
                _ if serial => format!("floor: clients × {task}"),
                Some(at_once) => format!("floor: clients ÷ {} × {task}", count(at_once)),
                None => "floor".to_owned(),
            };
            let long = formula.chars().count() as f64 * 6.8;
            let at = (near.0.min(right - long - 6.0), near.1 + 28.0);
            canvas.text(at, "note halo", &formula);
        }
        drawn.push(floor);
    }
}

//! Completion time of the concurrent models alone, on a linear axis: what each further client costs.

use history::BenchSummary;

use super::{
    completion::of_model,
    missed::Edge,
    shape,
    trace::{self, Trace},
};
use crate::{
    number::{axis_unit, duration, tick},
    svg::{Canvas, Scale},
    sweep::{self, ModelPoints, client_counts},
};

/// The picture; `None` when no concurrent model was measured.
pub(crate) fn zoom(bench: &BenchSummary) -> Option<String> {
    let mut models = sweep::models(bench);
    models.retain(|model: &ModelPoints<'_>| {
        !model.points.is_empty() && !model.is_serial(bench.task_ns)
    });
    let room = trace::label_room(models.iter().map(|model| model.name));
    let traces: Vec<Trace> = models.iter().map(of_model).collect();
    if traces.is_empty() {
        return None;
    }
    let height = trace::height_for(&traces);
    let mut canvas = Canvas::new(shape::HALF, height, shape::margin(room));
    let values = traces.iter().flat_map(|trace| &trace.points);
    let task = bench.task_ns as f64;
    let most = values.map(|point| point.range.1).fold(task, f64::max);
    let rise = (most - task).max(task * 0.01);
    let x = shape::clients_scale(&client_counts(bench), canvas.across());
    let upward = trace::upward(&canvas, &traces, Edge::Top);
    let y = Scale::linear((task - rise * 0.12, most + rise * 0.06), upward);
    let (unit, size) = axis_unit(most);
    canvas.x_axis(&x, 6, tick, "clients at once");
    canvas.y_axis(
        &y,
        6,
        |ns| tick(ns / size),
        &format!("completion time ({unit}, linear)"),
    );
    let (left, right) = canvas.across();
    canvas.line("floor", (left, y.at(task)), (right, y.at(task)));
    let floor = format!("floor: one task, {}", duration(task));
    canvas.text((right - 4.0, y.at(task) + 15.0), "note end", &floor);
    trace::draw(&mut canvas, &x, &y, &traces, Edge::Top);
    Some(canvas.finish(
        "Completion time of the concurrent models",
        "The concurrent models alone, on a linear scale, with the median, the fastest and the \
         slowest run of each point.",
    ))
}

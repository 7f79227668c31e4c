//! The seed experiment's published completion times, drawn as our own.

use super::{
    missed::Edge,
    shape,
    trace::{self, Origin, Trace, TracePoint},
};
use crate::{
    number::{self, duration, tick_duration},
    published::{CLIENTS, PUBLISHED, Published, TASK_NS},
    svg::{Canvas, Mark, Scale, path},
};

/// The picture: constants, so it is always the same.
pub(crate) fn seed() -> String {
    let traces: Vec<Trace> = PUBLISHED.iter().map(of_published).collect();
    let room = trace::label_room(PUBLISHED.iter().map(|published| published.name));
    let mut canvas = Canvas::new(shape::HALF, 380.0, shape::margin(room));
    let x = shape::clients_scale(&CLIENTS, canvas.across());
    let task = TASK_NS as f64;
    let y = Scale::logarithmic((task * 0.55, task * 130.0), canvas.upward());
    canvas.x_axis(&x, 6, number::tick, "clients, each a Python interpreter");
    canvas.y_axis(
        &y,
        0,
        tick_duration,
        "published completion time (log scale)",
    );
    for published in [&PUBLISHED[0], &PUBLISHED[1]] {
        let place = |index: usize| (x.at(CLIENTS[index] as f64), y.at(published.floor_ns(index)));
        canvas.path(
            "floor",
            &path(&(0..CLIENTS.len()).map(place).collect::<Vec<_>>()),
        );
    }
    let (left, _) = canvas.across();
    canvas.text(
        (left + 4.0, y.at(task) + 18.0),
        "note",
        "floor: one task, 3.00 s",
    );
    let (px, py) = (x.at(50.0), y.at(task * 50.0));
    canvas.text((px, py + 28.0), "note", "floor: clients × 3.00 s");
    trace::draw(&mut canvas, &x, &y, &traces, Edge::Top);
    canvas.finish(
        "Published completion times of the seed experiment",
        "Single-process, multi-process and multi-threaded servers with a task of 3 s: the first \
         takes 3 s for every client, the others a little over 3 s in all.",
    )
}

fn of_published(published: &Published) -> Trace {
    let point = |place: usize| {
        let (min, median, max) = published.completion_ns(place);
        let (name, clients, runs) = (published.name, CLIENTS[place], published.runs_s.len());
        TracePoint {
            x: clients as f64,
            y: median,
            range: (min, max),
            mark: Mark::Sure,
            tip: format!(
                "published: {name}, {clients} clients: {} ({runs} runs)",
                duration(median)
            ),
        }
    };
    Trace {
        name: published.name.to_owned(),
        index: published.index,
        origin: Origin::Published,
        points: (0..CLIENTS.len()).map(point).collect(),
        missed: Vec::new(),
    }
}

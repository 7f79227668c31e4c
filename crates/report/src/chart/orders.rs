//! Groups: a row an order, in it a lane a quantity, with a mark at the median and its value beside it.

use history::{GroupPoint, GroupSummary, Series};

use super::shape;
use crate::{
    datagrams,
    escape::shortened,
    number::{between, duration, figure, tick, tick_duration, tick_rate},
    svg::{Canvas, Margin, Mark, SERIES, Scale, px},
    sweep::Spread,
};

/// What is to be seen in a picture.
pub(crate) struct Orders {
    /// The picture's name.
    title: &'static str,
    /// The axis.
    axis: &'static str,
    /// How wide it is.
    width: f64,
    /// What is drawn of an order: a lane each, with its name where there are several.
    lanes: &'static [(&'static str, Look)],
    unit: Unit,
}

/// What is read off an order.
type Look = fn(&GroupPoint) -> Option<Seen>;

/// One mark with what lies about it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Seen {
    /// Where the mark is.
    at: Spread,
    /// To where a thin line leads: the slowest.
    reach: Option<f64>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Unit {
    Rate,
    Duration,
    Count,
}

/// Messages a second under full load.
pub(crate) const DELIVERED: Orders = Orders {
    title: "Messages a second that every member was given",
    axis: "messages a second, delivered at every member (more is better)",
    width: shape::FULL,
    lanes: &[("", |point| {
        let rates = point.flat.iter().filter(|run| run.counts());
        seen(rates.filter_map(history::GroupRun::delivered_hz))
    })],
    unit: Unit::Rate,
};

/// Latencies on schedule: marks for the median, lines to the 99th percentile.
pub(crate) const TAKEN: Orders = Orders {
    title: "Latency on schedule",
    axis: "from the intended instant until the delivery (log scale; less is better)",
    width: shape::FULL,
    lanes: &[
        ("sender's own", |point| of_series(point.own.as_ref()?)),
        ("last member's", |point| of_series(point.last.as_ref()?)),
    ],
    unit: Unit::Duration,
};

/// How long a group stands still when a member dies.
pub(crate) const NEW_VIEW: Orders = Orders {
    title: "From the death of a member to the new view",
    axis: "until the last of the others has the new view (less is better)",
    width: shape::HALF,
    lanes: &[("", |point| {
        let times = point.crashes.iter();
        seen(times.filter_map(|crash| crash.view_ns().map(|ns| ns as f64)))
    })],
    unit: Unit::Duration,
};

/// What the network is asked for.
pub(crate) const DATAGRAMS: Orders = Orders {
    title: "Datagrams for a message",
    axis: "datagrams sent for a message (log scale; less is better)",
    width: shape::HALF,
    lanes: &[
        ("full load", |point| {
            let runs = point.flat.iter().filter(|run| run.counts());
            seen(runs.filter_map(history::GroupRun::datagrams_a_message))
        }),
        ("low load", |point| {
            let runs = point.paced.iter().filter(|run| run.counts());
            seen(runs.filter_map(history::GroupRun::datagrams_a_message))
        }),
    ],
    unit: Unit::Count,
};

fn seen(values: impl Iterator<Item = f64>) -> Option<Seen> {
    Some(Seen {
        at: Spread::over(values)?,
        reach: None,
    })
}

fn of_series(series: &Series) -> Option<Seen> {
    Some(Seen {
        at: Spread::over(series.p50_ns.into_iter())?,
        reach: series.p99_ns,
    })
}

/// How much room there is for a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Room {
    /// That of a page.
    Page,
    /// That of a telephone: an order's name stands above its lanes.
    Phone,
}

/// The picture.
pub(crate) fn orders(group: &GroupSummary, view: &Orders, room: Room) -> String {
    let head = match room {
        Room::Page => 0.0,
        Room::Phone => LANE,
    };
    let row = head + view.lanes.len() as f64 * LANE + 12.0;
    let rows: Vec<&GroupPoint> = group.orders.iter().take(MOST_ROWS).collect();
    let margin = view.margin(room);
    let height = rows.len() as f64 * row + margin.top + margin.bottom;
    let width = match room {
        Room::Page => view.width,
        Room::Phone => PHONE,
    };
    let mut canvas = Canvas::new(width, height, margin);
    let scale = scale(group, view, canvas.across());
    let (left, right) = canvas.across();
    let (bottom, top) = canvas.upward();
    let ticks = ticks(&scale, if width > 700.0 { 10 } else { 4 });
    let line = |value: &f64| {
        let x = px(scale.at(*value));
        format!("M{x} {}V{}", px(top), px(bottom))
    };
    canvas.path("grid", &ticks.iter().map(line).collect::<String>());
    canvas.x_axis_at(
        &scale,
        &ticks,
        |value| view.unit.tick(value),
        view.axis(room),
    );
    for (index, point) in rows.into_iter().enumerate() {
        let y = top + index as f64 * row;
        let name = shortened(&point.order, 18);
        let middle = match room {
            Room::Page => row / 2.0,
            Room::Phone => 2.0 + LANE / 2.0,
        };
        canvas.text((2.0, y + middle + 4.0), "label", &name);
        canvas.line("grid", (2.0, y + row), (right, y + row));
        for (lane, (name, look)) in view.lanes.iter().enumerate() {
            let y = y + head + 6.0 + (lane as f64 + 0.5) * LANE;
            canvas.text((left - 10.0, y + 4.0), "tick end", name);
            let drawn = (look)(point).map(|seen| Drawn {
                seen,
                what: name,
                index,
                y,
            });
            match drawn {
                Some(drawn) => draw(&mut canvas, &scale, view, point, &drawn),
                None => canvas.text((left + 8.0, y + 4.0), "note", missing(point)),
            }
        }
    }
    canvas.finish(
        view.title,
        "One row an order, a mark at the median over the runs that count, with the least and the greatest. \
         The tables have the figures.",
    )
}

fn missing(point: &GroupPoint) -> &'static str {
    match point.obstacle {
        Some(_) => "could not be measured",
        None => "not measured",
    }
}

/// A mark in its lane.
struct Drawn {
    seen: Seen,
    what: &'static str,
    index: usize,
    y: f64,
}

fn draw(canvas: &mut Canvas, scale: &Scale, view: &Orders, point: &GroupPoint, drawn: &Drawn) {
    let Drawn {
        seen,
        what,
        index,
        y,
    } = *drawn;
    let color = index % SERIES;
    let at = scale.at(seen.at.median);
    let reach = seen.reach.map(|reach| scale.at(reach));
    if let Some(reach) = reach {
        canvas.line(&format!("reach c{color}"), (at, y), (reach, y));
        let (x, y) = (px(reach), px(y - 4.0));
        canvas.path(&format!("whisker c{color}"), &format!("M{x} {y}v8"));
    }
    let (low, high) = (scale.at(seen.at.min), scale.at(seen.at.max));
    if high - low > 10.0 {
        let (low, high, y) = (px(low), px(high), px(y - 2.5));
        canvas.path(
            &format!("whisker c{color}"),
            &format!("M{low} {y}v5m0 -2.5H{high}m0 -2.5v5"),
        );
    }
    let value = view.unit.value(&seen);
    let what = match what {
        "" => String::new(),
        what => format!("{what} "),
    };
    let tip = format!(
        "{}: {what}{value}, {} to {}",
        point.order,
        view.unit.show(seen.at.min),
        view.unit.show(seen.at.max)
    );
    canvas.told(
        &Mark::Sure.class(index),
        &Mark::Sure.path((at, y), index),
        &tip,
    );
    let end = high.max(at).max(reach.unwrap_or(at));
    canvas.text((end + 9.0, y + 4.0), "value", &value);
}

fn scale(group: &GroupSummary, view: &Orders, range: (f64, f64)) -> Scale {
    let looks = view.lanes.iter().map(|(_, look)| look);
    let seen = looks.flat_map(|look| group.orders.iter().filter_map(look));
    let values = seen.flat_map(|one| [one.at.min, one.at.max, one.reach.unwrap_or(one.at.median)]);
    let values: Vec<f64> = values.filter(|value| *value > 0.0).collect();
    let (least, most) = stats::range(&values).unwrap_or((1.0, 10.0));
    match view.is_logarithmic() {
        true => Scale::logarithmic((least * 0.8, most * 1.25), range),
        false => Scale::linear((0.0, most * 1.02), range),
    }
}

impl Orders {
    fn is_logarithmic(&self) -> bool {
        self.axis.contains("log scale")
    }

    /// The axis in words; where there is little room, only what the card does not say.
    fn axis(&self, room: Room) -> &'static str {
        match (room, self.axis.split_once(" (")) {
            (Room::Phone, Some((_, reading))) => reading.trim_end_matches(')'),
            _ => self.axis,
        }
    }

    /// The room for names and for the values beside the last marks.
    fn margin(&self, room: Room) -> Margin {
        let has_lanes = self.lanes.len() > 1;
        let (left, right) = match room {
            Room::Page => (
                NAMES + if has_lanes { LANES } else { 0.0 },
                if self.width > shape::HALF {
                    130.0
                } else {
                    74.0
                },
            ),
            Room::Phone => (
                if has_lanes { 106.0 } else { 12.0 },
                if self.unit == Unit::Duration && has_lanes {
                    112.0
                } else {
                    64.0
                },
            ),
        };
        Margin {
            left,
            right,
            top: 6.0,
            bottom: 46.0,
        }
    }
}

/// Round values, as many as have room.
fn ticks(scale: &Scale, count: usize) -> Vec<f64> {
    let mut ticks: Vec<f64> = Vec::new();
    for tick in scale.ticks(count) {
        let room = ticks.last().map(|last| scale.at(tick) - scale.at(*last));
        if room.is_none_or(|room| room >= BETWEEN_TICKS) {
            ticks.push(tick);
        }
    }
    ticks
}

impl Unit {
    fn tick(self, value: f64) -> String {
        match self {
            Self::Rate => tick_rate(value),
            Self::Duration => tick_duration(value),
            Self::Count => tick(value),
        }
    }

    fn show(self, value: f64) -> String {
        match self {
            Self::Rate => format!("{}/s", datagrams::rate(value)),
            Self::Duration => duration(value),
            Self::Count => figure(value),
        }
    }

    /// What stands beside a mark.
    fn value(self, seen: &Seen) -> String {
        let value = self.show(seen.at.median);
        match seen.reach {
            Some(slow) => between(&value, &self.show(slow)),
            None => value,
        }
    }
}

/// The width of a card on a telephone.
const PHONE: f64 = 336.0;
/// The room for the names of orders.
const NAMES: f64 = 132.0;
/// The room for the names of lanes.
const LANES: f64 = 104.0;
/// The height of a lane.
const LANE: f64 = 17.0;
/// More orders than these are in the tables alone.
const MOST_ROWS: usize = 30;
/// Between the middles of two labels.
const BETWEEN_TICKS: f64 = 52.0;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn every_order_has_its_marks_and_their_values() {
        let group = fixture::group().group.expect("groups");
        for (view, marks) in [
            (&DELIVERED, 4),
            (&TAKEN, 8),
            (&NEW_VIEW, 4),
            (&DATAGRAMS, 8),
        ] {
            for room in [Room::Page, Room::Phone] {
                let svg = orders(&group, view, room);
                let found = svg.matches("class=\"mark c").count();
                assert_eq!(found, marks, "{} {room:?}", view.title);
            }
        }
        let svg = orders(&group, &TAKEN, Room::Page);
        assert!(
            svg.contains("sender&#39;s own") || svg.contains("sender's own"),
            "{svg}"
        );
    }

    #[test]
    fn an_order_that_was_not_measured_says_so() {
        let mut group = fixture::group().group.expect("groups");
        group.orders[0].flat.clear();
        group.orders[1].flat.clear();
        group.orders[1].obstacle = Some("no such address".to_owned());
        let svg = orders(&group, &DELIVERED, Room::Page);
        assert!(svg.contains(">not measured</text>"));
        assert!(svg.contains(">could not be measured</text>"));
    }

    #[test]
    fn nothing_measured_is_a_picture_all_the_same() {
        assert!(orders(&GroupSummary::default(), &TAKEN, Room::Phone).starts_with("<svg"));
    }
}

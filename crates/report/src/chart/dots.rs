//! Datagrams: one row a cast, size and number of receivers, in it a lane a way, with a mark at the median.

use history::{CastPoint, CastSummary};

use super::shape;
use crate::{
    datagrams,
    number::{between, counted, duration, tick, tick_duration, tick_rate},
    svg::{Canvas, Margin, Mark, SERIES, Scale, px},
    sweep::Spread,
};

/// What is to be seen in a picture.
pub(crate) struct Dots {
    /// The picture's name.
    pub(crate) title: &'static str,
    /// The axis.
    pub(crate) axis: &'static str,
    /// How wide it is.
    pub(crate) width: f64,
    /// What is drawn of a point.
    pub(crate) of: fn(&CastPoint) -> Option<Dot>,
    unit: Unit,
}

/// One mark with what lies about it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Dot {
    /// Where the mark is.
    at: Spread,
    /// To where a thin line leads: what was sent, or the slowest.
    reach: Option<f64>,
    /// What it says when pointed at.
    tip: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Unit {
    Rate,
    Duration,
    Percent,
}

/// Rates flat out: marks for what arrived, lines to what was sent.
pub(crate) const RATES: Dots = Dots {
    title: "Datagrams a second, sent and received",
    axis: "datagrams a second to each receiver (log scale; more is better)",
    width: shape::FULL,
    of: |point| {
        let (at, sent) = (datagrams::received(point)?, datagrams::sent(point)?);
        let tip = format!(
            "sent {}/s, received {}/s",
            sent.in_words(datagrams::rate),
            at.in_words(datagrams::rate)
        );
        let reach = Some(sent.median).filter(|sent| *sent > at.median * 1.02);
        Some(Dot { at, reach, tip })
    },
    unit: Unit::Rate,
};

/// Loss flat out.
pub(crate) const LOSSES: Dots = Dots {
    title: "Loss, flat out",
    axis: "share of datagrams lost (less is better)",
    width: shape::HALF,
    of: |point| {
        let loss = datagrams::loss(point)?;
        let tip = format!("lost {}", loss.in_words(datagrams::loss_in_words));
        let percent = |share: f64| share * 100.0;
        let at = Spread {
            median: percent(loss.median),
            min: percent(loss.min),
            max: percent(loss.max),
            count: loss.count,
        };
        Some(Dot {
            at,
            reach: None,
            tip,
        })
    },
    unit: Unit::Percent,
};

/// Processor time flat out.
pub(crate) const COSTS_OF_SENDING: Dots = Dots {
    title: "Processor time of the sender for a datagram",
    axis: "for a datagram to one receiver (log scale; less is better)",
    width: shape::HALF,
    of: |point| {
        let at = datagrams::sender_cpu(point)?;
        let receiver = datagrams::receiver_cpu(point);
        let receiver = receiver.map_or(String::new(), |cpu| {
            format!(", each receiver {}", cpu.in_words(duration))
        });
        let tip = format!("sender {}{receiver}", at.in_words(duration));
        Some(Dot {
            at,
            reach: None,
            tip,
        })
    },
    unit: Unit::Duration,
};

/// Latencies on schedule: marks for the median, lines to the 99th percentile.
pub(crate) const LATENCIES: Dots = Dots {
    title: "Latency on schedule",
    axis: "from the intended instant until the receiver has it (log scale; less is better)",
    width: shape::FULL,
    of: |point| {
        let at = datagrams::latency(point, |series| series.p50_ns)?;
        let slow = datagrams::latency(point, |series| series.p99_ns);
        let reach = slow.map(|spread| spread.median);
        let slow = slow.map_or(String::new(), |p99| {
            format!(", p99 {}", p99.in_words(duration))
        });
        let tip = format!("p50 {}{slow}", at.in_words(duration));
        Some(Dot { at, reach, tip })
    },
    unit: Unit::Duration,
};

/// The picture.
pub(crate) fn dots(cast: &CastSummary, view: &Dots) -> String {
    let rows = rows(cast);
    let ways = datagrams::ways(cast);
    let row = ways.len().clamp(1, MOST_LANES) as f64 * LANE + 8.0;
    let height: f64 = rows.iter().map(|r| r.above() + row).sum::<f64>() + 8.0;
    let margin = Margin {
        left: NAMES,
        right: if view.width > shape::HALF {
            116.0
        } else {
            64.0
        },
        top: 6.0,
        bottom: 46.0,
    };
    let mut canvas = Canvas::new(view.width, height + margin.top + margin.bottom, margin);
    let scale = scale(cast, view, canvas.across());
    let (bottom, top) = canvas.upward();
    let (ticks, axis) = (ticks(&scale, view), view.axis);
    let line = |value: &f64| {
        let x = px(scale.at(*value));
        format!("M{x} {}V{}", px(top), px(bottom))
    };
    canvas.path("grid", &ticks.iter().map(line).collect::<String>());
    canvas.x_axis_at(&scale, &ticks, |value| view.unit.tick(value), axis);
    let mut y = top;
    for one in &rows {
        if let Some(name) = one.heading {
            canvas.text(
                (2.0, y + 17.0),
                "label",
                &crate::escape::shortened(name, 18),
            );
        }
        y += one.above();
        let name = datagrams::load_name(one.points[0]);
        canvas.text((NAMES - 14.0, y + row / 2.0 + 4.0), "tick end", &name);
        canvas.line("grid", (NAMES, y + row), (canvas.across().1, y + row));
        for point in &one.points {
            let index = ways.iter().position(|way| *way == point.way).unwrap_or(0);
            let lane = y + 4.0 + ((index % MOST_LANES) as f64 + 0.5) * LANE;
            draw(&mut canvas, &scale, view, (point, index, lane));
        }
        y += row;
    }
    canvas.finish(
        view.title,
        "One row a cast, size and number of receivers, a mark a way: the median over the runs, with the \
         least and the greatest. The tables have the figures.",
    )
}

/// Points that differ only in how the kernel is called.
struct Row<'a> {
    /// The cast, where it is another than the row's before.
    heading: Option<&'a str>,
    points: Vec<&'a CastPoint>,
}

impl Row<'_> {
    fn above(&self) -> f64 {
        if self.heading.is_some() { 26.0 } else { 0.0 }
    }
}

fn rows(cast: &CastSummary) -> Vec<Row<'_>> {
    let mut rows: Vec<Row<'_>> = Vec::new();
    let is_beside = |one: &CastPoint, other: &CastPoint| {
        one.cast == other.cast
            && one.payload_bytes == other.payload_bytes
            && one.receivers == other.receivers
    };
    for point in &cast.points {
        match rows.iter_mut().find(|row| is_beside(row.points[0], point)) {
            Some(row) => row.points.push(point),
            None => {
                let before = rows.last().map(|row| row.points[0].cast.as_str());
                rows.push(Row {
                    heading: Some(point.cast.as_str()).filter(|cast| before != Some(*cast)),
                    points: vec![point],
                });
            }
        }
    }
    rows.truncate(MOST_ROWS);
    rows
}

fn scale(cast: &CastSummary, view: &Dots, range: (f64, f64)) -> Scale {
    let dots: Vec<Dot> = cast.points.iter().filter_map(view.of).collect();
    let values = dots
        .iter()
        .flat_map(|dot| [dot.at.min, dot.at.max, dot.reach.unwrap_or(dot.at.median)]);
    let values: Vec<f64> = values.filter(|value| *value > 0.0).collect();
    let (least, most) = stats::range(&values).unwrap_or((1.0, 10.0));
    match view.unit {
        Unit::Percent => Scale::linear((0.0, (most * 1.02).max(1.0)), range),
        _ => Scale::logarithmic((least * 0.8, most * 1.25), range),
    }
}

/// Round values, as many as have room.
fn ticks(scale: &Scale, view: &Dots) -> Vec<f64> {
    let mut ticks: Vec<f64> = Vec::new();
    for tick in scale.ticks(if view.width > 700.0 { 10 } else { 5 }) {
        let room = ticks.last().map(|last| scale.at(tick) - scale.at(*last));
        if room.is_none_or(|room| room >= BETWEEN_TICKS) {
            ticks.push(tick);
        }
    }
    ticks
}

fn draw(
    canvas: &mut Canvas,
    scale: &Scale,
    view: &Dots,
    (point, index, y): (&CastPoint, usize, f64),
) {
    let color = index % SERIES;
    let Some(dot) = (view.of)(point) else {
        let why = match (&point.obstacle, datagrams::is_doubted(point)) {
            (Some(_), _) => "could not be measured",
            (None, true) => "the sender was late",
            (None, false) => "not measured",
        };
        let from = canvas.across().0 + 8.0;
        canvas.text((from, y + 4.0), "note", &format!("{}: {why}", point.way));
        return;
    };
    let place = |value: f64| scale.at(value);
    let at = place(dot.at.median);
    if let Some(reach) = dot.reach.map(place) {
        canvas.line(&format!("reach c{color}"), (at, y), (reach, y));
        let (x, y) = (px(reach), px(y - 4.0));
        canvas.path(&format!("whisker c{color}"), &format!("M{x} {y}v8"));
    }
    let (low, high) = (place(dot.at.min), place(dot.at.max));
    if high - low > 10.0 {
        let (low, high, y) = (px(low), px(high), px(y - 2.5));
        canvas.path(
            &format!("whisker c{color}"),
            &format!("M{low} {y}v5m0 -2.5H{high}m0 -2.5v5"),
        );
    }
    let tip = format!(
        "{}: {} over {}",
        datagrams::name(point),
        dot.tip,
        counted(dot.at.count as u64, "value")
    );
    let mark = Mark::Sure;
    canvas.told(&mark.class(index), &mark.path((at, y), index), &tip);
    let end = high.max(at).max(dot.reach.map_or(at, place));
    canvas.text((end + 9.0, y + 4.0), "value", &view.unit.value(&dot));
}

impl Unit {
    fn tick(self, value: f64) -> String {
        match self {
            Self::Rate => tick_rate(value),
            Self::Duration => tick_duration(value),
            Self::Percent => format!("{} %", tick(value)),
        }
    }

    /// What stands beside a mark.
    fn value(self, dot: &Dot) -> String {
        let value = dot.at.median;
        match (self, dot.reach) {
            (Self::Rate, None) => datagrams::rate(value),
            (Self::Rate, Some(sent)) => between_rates(value, sent),
            (Self::Duration, None) => duration(value),
            (Self::Duration, Some(slow)) => between(&duration(value), &duration(slow)),
            (Self::Percent, _) => datagrams::loss_in_words(value / 100.0),
        }
    }
}

/// `1.32 of 2.08 M`.
fn between_rates(got: f64, sent: f64) -> String {
    let (got, sent) = (datagrams::rate(got), datagrams::rate(sent));
    match (got.split_once(' '), sent.split_once(' ')) {
        (Some((number, unit)), Some((_, other))) if unit == other => format!("{number} of {sent}"),
        _ => format!("{got} of {sent}"),
    }
}

/// The room for the names of rows.
const NAMES: f64 = 142.0;
/// The height of a lane.
const LANE: f64 = 14.0;
/// More ways than these share lanes.
const MOST_LANES: usize = 4;
/// More rows would be no picture; the tables have them all.
const MOST_ROWS: usize = 60;
/// Between the middles of two labels.
const BETWEEN_TICKS: f64 = 52.0;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn every_point_has_a_mark_that_says_its_figures() {
        let cast = fixture::cast().cast.expect("datagrams");
        for view in [&RATES, &LOSSES, &COSTS_OF_SENDING, &LATENCIES] {
            let svg = dots(&cast, view);
            let marks = svg.matches("class=\"mark c").count();
            assert_eq!(marks, cast.points.len(), "{}", view.title);
        }
        let svg = dots(&cast, &RATES);
        assert!(svg.contains("<title>multicast, 64 B, 4 receivers, batch: sent "));
    }

    #[test]
    fn a_point_that_was_not_measured_says_so() {
        let mut cast = fixture::cast().cast.expect("datagrams");
        cast.points[0].flat.clear();
        cast.points[1].obstacle = Some("no such address".to_owned());
        cast.points[1].flat.clear();
        let svg = dots(&cast, &RATES);
        assert!(svg.contains(">one: not measured</text>"));
        assert!(svg.contains(">batch: could not be measured</text>"));
    }

    #[test]
    fn nothing_measured_is_a_picture_all_the_same() {
        assert!(dots(&CastSummary::default(), &RATES).starts_with("<svg"));
    }

    #[test]
    fn the_picture_does_not_grow_with_the_points() {
        let mut cast = CastSummary::default();
        for receivers in 0..1000 {
            cast.points.push(CastPoint {
                receivers,
                ..CastPoint::default()
            });
        }
        assert_eq!(rows(&cast).len(), MOST_ROWS);
    }
}

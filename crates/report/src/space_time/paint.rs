//! A scene as pieces of SVG.
//!
//! A lane's marks are drawn in pixels about x = 0 of the lane, a path a kind and stretch of rows, so
//! that whoever puts the lanes side by side decides how wide they are. Messages are drawn in units of a
//! hundredth lane in a picture that is stretched to the width; their strokes are not stretched.

use std::fmt::Write as _;

use trace::EventKind;

use super::{
    scene::{Fate, Lane, Line, Mark, Scene},
    views::{self, Stay, Views},
};
use crate::{
    escape::escape,
    number::{duration, tick_duration},
};

/// Units of a lane's width in the picture of messages.
pub(super) const LANE: u32 = 100;

/// The middle of a lane, in the same units.
pub(super) fn middle(lane: u32) -> u32 {
    lane * LANE + LANE / 2
}

/// The marks of a lane, on top of its line.
pub(super) fn lane(scene: &Scene<'_>, lane: &Lane) -> String {
    let (from, to) = views::extent(scene, lane);
    let stays = views::stays(scene, lane);
    let mut out = bands(&stays);
    let _ = write!(out, "<path class=\"sp-host\" d=\"M0 {from}V{to}\"/>");
    if views::log_end(scene, lane).is_some() {
        let _ = write!(
            out,
            "<path class=\"sp-ends\" d=\"M-8 {to}h16\"><title>log ends</title></path>"
        );
    }
    for stay in &stays {
        installation(&mut out, scene, stay);
    }
    let marks = &scene.marks[lane.first as usize..(lane.first + lane.count) as usize];
    let stretch = stretch(scene);
    for together in marks.chunk_by(|one, other| one.row / stretch == other.row / stretch) {
        for (class, draws) in MARKS {
            let y = |mark: &Mark| scene.rows.y[mark.row as usize];
            let wanted = together.iter().filter(|mark| draws.is(mark)).map(y);
            let d = draws.path(wanted);
            if d.is_empty() {
                continue;
            }
            if *draws == Draws::Kind(EventKind::Receive) {
                // A ring is a disc with a smaller one on it: the same points twice, written once.
                let id = format!("sp-{}-{}", lane.first, together[0].row);
                let _ = write!(
                    out,
                    "<g class=\"{class}\"><path id=\"{id}\" d=\"{d}\"/></g>\
                     <use class=\"sp-in\" href=\"#{id}\"/>"
                );
                continue;
            }
            let _ = write!(out, "<path class=\"{class}\" d=\"{d}\"/>");
        }
    }
    out
}

/// A band along the lane for each view, behind all else.
fn bands(stays: &[Stay]) -> String {
    let band = |stay: &Stay| {
        let (class, from, to) = (Views::class(stay.view), stay.from, stay.to);
        format!("<path class=\"sp-band {class}\" d=\"M0 {from}V{to}\"/>")
    };
    stays.iter().map(band).collect()
}

/// A double bar across the lane and the view's letter; who is in it, for whoever points there.
fn installation(out: &mut String, scene: &Scene<'_>, stay: &Stay) {
    let (class, letter, y) = (Views::class(stay.view), Views::letter(stay.view), stay.from);
    let title = match scene.marks.len() <= MOST_TITLES {
        true => format!(
            "<title>{}</title>",
            escape(&scene.views.words(scene.drawing.log, stay.view))
        ),
        false => String::new(),
    };
    let _ = write!(
        out,
        "<g class=\"{class}\">{title}<path class=\"sp-view\" d=\"M-11 {}h22m-22 5h22\"/>\
         <text class=\"sp-letter\" x=\"-15\" y=\"{}\">{letter}</text></g>",
        y.saturating_sub(2),
        y + 5
    );
}

/// The messages, in the units of [`LANE`].
pub(super) fn lines(scene: &Scene<'_>) -> String {
    let mut out = String::new();
    let class_of = |line: &Line| match (line.is_impossible, line.backwards > 0) {
        (true, _) => "sp-line sp-turned",
        (_, true) => "sp-line sp-skewed",
        _ => match scene.told_apart(line.to) {
            Some(message) => MESSAGES[message % MESSAGES.len()],
            None => "sp-line",
        },
    };
    let stretch = stretch(scene);
    let row = |line: &Line| scene.marks[line.from as usize].row;
    let mut all: Vec<&Line> = scene.lines.iter().collect();
    all.sort_by_key(|line| (row(line) / stretch, class_of(line), line.from));
    let together = |one: &&Line, other: &&Line| {
        (row(one) / stretch, class_of(one)) == (row(other) / stretch, class_of(other))
    };
    for group in all.chunk_by(together) {
        let mut d = String::new();
        for line in group {
            let x = |number: u32| i64::from(middle(scene.marks[number as usize].lane));
            let y = |number: u32| i64::from(scene.y(number));
            let across = x(line.to) - x(line.from);
            let down = y(line.to) - y(line.from);
            let _ = write!(d, "M{} {}l{across} {down}", x(line.from), y(line.from));
        }
        let _ = write!(out, "<path class=\"{}\" d=\"{d}\"/>", class_of(group[0]));
    }
    out
}

/// The quiet stretches: where, and what is written there.
pub(super) fn folds(scene: &Scene<'_>) -> Vec<(u32, String)> {
    let text = |ns: i64| format!("{} of quiet", duration(ns as f64));
    let folds = scene.rows.folds.iter();
    folds.map(|fold| (fold.y, text(fold.ns))).collect()
}

/// Times since the first event for the margin: where, and what. After a quiet stretch they are told
/// from its end (`+22 µs`), where the time since the first event would be the same text again and
/// again. Their number is bounded.
pub(super) fn ticks(scene: &Scene<'_>) -> Vec<(u32, String)> {
    let rows = &scene.rows;
    let apart = (rows.height / MOST_TICKS).max(64);
    let mut ticks: Vec<(u32, String)> = Vec::new();
    let mut folds = rows.folds.iter().peekable();
    let first = rows.times.first().copied().unwrap_or(0);
    let mut base = first;
    for (y, time) in rows.y.iter().zip(&rows.times) {
        let is_after_fold = folds.next_if(|fold| fold.y < *y).is_some();
        if is_after_fold {
            base = *time;
        }
        let is_free = ticks.last().is_none_or(|(last, _)| y - last >= apart);
        if is_after_fold || is_free {
            let (since, within) = (time.saturating_sub(first), time.saturating_sub(base));
            let text = match within > 0 && within < since / 100 {
                true => format!("+{}", tick_duration(within as f64)),
                false => tick_duration(since as f64),
            };
            ticks.push((*y, text));
        }
    }
    ticks
}

/// So many rows are one path: a browser need not look at a path that is out of sight. With many lanes
/// few of a row's events are in one lane, so the stretch is longer.
fn stretch(scene: &Scene<'_>) -> u32 {
    128 * (scene.lanes.len() as u32 / 4).max(1)
}

/// What a path draws.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Draws {
    Kind(EventKind),
    Fate(Fate),
    Arrived,
    Doubt,
    Impossible,
    Witness,
    Missing,
}

impl Draws {
    fn is(self, mark: &Mark) -> bool {
        match self {
            Self::Kind(kind) => mark.kind == kind && !mark.is_missing,
            Self::Fate(fate) => mark.fate == fate && !(fate == Fate::Beyond && arrives(mark)),
            Self::Arrived => mark.fate == Fate::Beyond && arrives(mark),
            Self::Doubt => mark.doubt.is_some(),
            Self::Impossible => mark.is_impossible,
            Self::Witness => mark.is_witness,
            Self::Missing => mark.is_missing,
        }
    }

    /// The path of marks at these heights; discs and squares are points with thick, round or square ends.
    fn path(self, heights: impl Iterator<Item = u32>) -> String {
        let mut d = String::new();
        let mut last = None;
        for y in heights {
            let shape = match self {
                Self::Kind(EventKind::Deliver) => {
                    let _ = write!(d, "M0 {}l6 6-6 6-6-6z", y.saturating_sub(6));
                    continue;
                }
                Self::Kind(EventKind::Leave) => "m-10 0h20",
                Self::Kind(EventKind::Crash) => "m-7-7l14 14m0-14l-14 14",
                Self::Kind(_) => "h0",
                Self::Fate(Fate::Lost) => "l-6 4m-3 2l-6 4m-8-4l8 8m0-8l-8 8",
                Self::Fate(Fate::FromNobody) => "m-24-14l8 8m0-8l-8 8m9-1l5 4m3 2l5 4",
                Self::Fate(Fate::Beyond) => "l-17 12",
                Self::Arrived => "m-17-12l17 12",
                Self::Doubt => "m0 0m-14-6l5 9h-10z",
                Self::Impossible => "m-9-9h18v18h-18z",
                Self::Witness => "m-8-8v-4h16v4m-16 16v4h16v-4",
                Self::Missing => "m0-7l7 7-7 7-7-7z",
                Self::Fate(Fate::Plain) => continue,
            };
            // A point is two bytes shorter when it is told from the point before it.
            let _ = match (self, last) {
                (Self::Kind(_), Some(last)) if shape == "h0" => write!(d, "m0 {}{shape}", y - last),
                _ => write!(d, "M0 {y}{shape}"),
            };
            last = Some(y);
        }
        d
    }
}

fn arrives(mark: &Mark) -> bool {
    mark.kind != EventKind::Send
}

/// What is drawn in a lane, in the order of painting.
const MARKS: &[(&str, Draws)] = &[
    ("sp-lost", Draws::Fate(Fate::Lost)),
    ("sp-lost", Draws::Fate(Fate::FromNobody)),
    ("sp-away", Draws::Fate(Fate::Beyond)),
    ("sp-away", Draws::Arrived),
    ("sp-wrong", Draws::Impossible),
    ("sp-local", Draws::Kind(EventKind::Local)),
    ("sp-local", Draws::Kind(EventKind::Blocked)),
    ("sp-send", Draws::Kind(EventKind::Send)),
    ("sp-receive", Draws::Kind(EventKind::Receive)),
    ("sp-deliver", Draws::Kind(EventKind::Deliver)),
    ("sp-leave", Draws::Kind(EventKind::Leave)),
    ("sp-crash", Draws::Kind(EventKind::Crash)),
    ("sp-doubt", Draws::Doubt),
    ("sp-missing", Draws::Missing),
    ("sp-witness", Draws::Witness),
];

/// The lines of messages that are told apart.
const MESSAGES: [&str; 3] = ["sp-line sp-m0", "sp-line sp-m1", "sp-line sp-m2"];

/// In a picture of more events, who is in a view is told by the script alone.
const MOST_TITLES: usize = 2000;

/// More times than this would be a column of numbers that nobody reads.
const MOST_TICKS: u32 = 600;

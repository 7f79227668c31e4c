//! Swim lanes: who waits for whom.
//!
//! One lane a connection; one path a state, whatever the number of lanes: thin for waiting, thick
//! for being served, a tick for the close. All models share one time axis, so that their lengths
//! compare. Where that leaves a model no wider than a thumb it is drawn again, wider, beside.

use std::fmt::Write as _;

use history::{Lane, LaneSet};

use super::shape;
use crate::{
    escape::shortened,
    number::{axis_unit, count, duration, figure, tick, tick_duration},
    svg::{Canvas, Margin, Scale, px},
};

/// More lanes than this are drawn as one lane a percentile.
pub(crate) const MOST_LANES: usize = 120;

/// The picture.
pub(crate) fn lanes(sets: &[LaneSet]) -> String {
    let tallest = if sets.len() > 3 { 132.0 } else { 168.0 };
    let blocks: Vec<Block<'_>> = sets.iter().map(|set| Block::of(set, tallest)).collect();
    let longest = blocks.iter().map(|block| block.end_ns).fold(0.0, f64::max);
    let heights: f64 = blocks.iter().map(|block| block.height() + GAP).sum();
    let margin = Margin {
        left: 144.0,
        right: 24.0,
        top: 16.0,
        bottom: 52.0,
    };
    let mut canvas = Canvas::new(shape::FULL, heights + margin.top + margin.bottom, margin);
    let x = Scale::linear((0.0, longest * 1.005), canvas.across());
    let (bottom, top) = canvas.upward();
    let (unit, size) = axis_unit(longest);
    let grid = |place: f64| format!("M{} {}V{}", px(place), px(top), px(bottom));
    let beginning = match sets.iter().any(|set| set.lanes.len() > MOST_LANES) {
        true => "the connection's own beginning",
        false => "the common start",
    };
    let lines: String = x.ticks(10).iter().map(|ns| grid(x.at(*ns))).collect();
    canvas.path("grid", &lines);
    canvas.x_axis(
        &x,
        10,
        |ns| tick(ns / size),
        &format!("time since {beginning} ({unit})"),
    );
    let mut y = top + 22.0;
    for block in &blocks {
        block.draw(&mut canvas, &x, y);
        y += block.height() + GAP;
    }
    canvas.finish(
        "Swim lanes of one run of each model",
        "One lane a connection, from its beginning to its end. Thin: waiting to be taken up. \
         Thick: being served. Tick: closed. Under an iterative model each waits for all before it.",
    )
}

/// One model's lanes, ready to be drawn.
struct Block<'a> {
    set: &'a LaneSet,
    lanes: Vec<Lane>,
    end_ns: f64,
    mean_wait_ns: Option<f64>,
    tallest: f64,
}

impl<'a> Block<'a> {
    fn of(set: &'a LaneSet, tallest: f64) -> Self {
        let end = set.lanes.iter().map(|lane| lane.done_ns).max().unwrap_or(0);
        let wait = |lane: &Lane| Some(lane.served_ns?.saturating_sub(lane.connect_ns) as f64);
        let waits: Vec<f64> = set.lanes.iter().filter_map(wait).collect();
        let mean = waits.iter().sum::<f64>() / waits.len() as f64;
        Self {
            set,
            lanes: match set.lanes.len() {
                0..=MOST_LANES => set.lanes.clone(),
                _ => percentiles(&set.lanes),
            },
            end_ns: end as f64,
            mean_wait_ns: mean.is_finite().then_some(mean),
            tallest,
        }
    }

    fn pitch(&self) -> f64 {
        (self.tallest / self.lanes.len().max(1) as f64).clamp(1.3, 7.0)
    }

    fn height(&self) -> f64 {
        (self.pitch() * self.lanes.len() as f64).max(30.0)
    }

    /// Draws at height `y`; a second time in the empty room to the right when it is narrow.
    fn draw(&self, canvas: &mut Canvas, x: &Scale, y: f64) {
        let (left, right) = canvas.across();
        let (middle, bottom) = (y + self.height() / 2.0, y + self.height());
        let name = shortened(&self.set.model, 15);
        canvas.text((left - 12.0, middle - 4.0), "label end", &name);
        for (row, line) in wrapped(&self.set.note, 17).iter().take(3).enumerate() {
            let at = (left - 12.0, middle + 12.0 + 14.0 * row as f64);
            canvas.text(at, "tick end", line);
        }
        self.draw_lanes(canvas, x, y);
        let end = x.at(self.end_ns);
        let wide = left + (right - left) * 0.36;
        if end < left + (right - left) * 0.16 && self.end_ns > 0.0 {
            let inset = Scale::linear((0.0, self.end_ns * 1.02), (wide, right));
            let lens = format!(
                "M{0} {1}L{2} {1}M{0} {3}L{2} {3}",
                px(end + 3.0),
                px(y - 2.0),
                px(wide),
                px(bottom + 2.0)
            );
            canvas.path("lens", &lens);
            let (from, to) = (px(wide - 12.0), px(right + 12.0));
            let ground = format!(
                "M{from} {}H{to}V{}H{from}z",
                px(y - 30.0),
                px(bottom + 24.0)
            );
            canvas.path("ground", &ground);
            self.draw_inset_axis(canvas, &inset, (wide, right), bottom);
            self.draw_lanes(canvas, &inset, y);
            let times = (right - wide) / (self.end_ns * 1.02) / ((end - left) / self.end_ns);
            let words = format!("{}, drawn {} times wider", self.in_words(), figure(times));
            canvas.text((wide, y - 9.0), "note halo", &words);
        } else {
            canvas.line("done", (end, y - 4.0), (end, bottom + 4.0));
            let (at, class) = match end > (left + right) / 2.0 {
                true => ((end - 8.0, y - 9.0), "note halo end"),
                false => ((end + 8.0, y + 10.0), "note halo"),
            };
            canvas.text(at, class, &self.in_words());
        }
    }

    fn draw_inset_axis(&self, canvas: &mut Canvas, x: &Scale, ends: (f64, f64), bottom: f64) {
        let mut d = format!("M{} {}H{}", px(ends.0), px(bottom + 3.0), px(ends.1));
        for ns in x.ticks(6) {
            let _ = write!(d, "M{} {}v4", px(x.at(ns)), px(bottom + 3.0));
            canvas.text((x.at(ns), bottom + 19.0), "tick middle", &tick_duration(ns));
        }
        canvas.path("axis", &d);
    }

    /// All lanes of one state are one path; the height of a lane is the width of its stroke.
    fn draw_lanes(&self, canvas: &mut Canvas, x: &Scale, top: f64) {
        let pitch = self.pitch();
        let (mut waits, mut services, mut closes, mut crosses) =
            (String::new(), String::new(), String::new(), String::new());
        for (index, lane) in self.lanes.iter().enumerate() {
            let y = px(top + (index as f64 + 0.5) * pitch);
            let done = x.at(lane.done_ns as f64);
            let served = lane.served_ns.map_or(done, |ns| x.at(ns as f64));
            let begun = x.at(lane.connect_ns as f64);
            if served - begun > 0.3 {
                let _ = write!(waits, "M{} {y}H{}", px(begun), px(served));
            }
            if lane.served_ns.is_some() {
                let _ = write!(
                    services,
                    "M{} {y}H{}",
                    px(served),
                    px(done.max(served + 0.7))
                );
            }
            if !lane.ok {
                let at = top + (index as f64 + 0.5) * pitch - 3.0;
                let _ = write!(crosses, "M{} {}l6 6m0 -6l-6 6", px(done - 3.0), px(at));
            } else if pitch >= 4.0 {
                let at = top + (index as f64 + 0.12) * pitch;
                let _ = write!(closes, "M{} {}v{}", px(done), px(at), px(pitch * 0.76));
            }
        }
        let thick = if pitch < 4.0 {
            pitch * 0.86
        } else {
            pitch * 0.62
        };
        canvas.stroke("wait", thick * 0.45, &waits);
        canvas.stroke("serve", thick, &services);
        canvas.path("close", &closes);
        canvas.path("cross failed", &crosses);
    }

    fn in_words(&self) -> String {
        let lanes = self.set.lanes.len();
        if lanes == 0 {
            return "no connection was recorded".to_owned();
        }
        let done = format!("all done after {}", duration(self.end_ns));
        let wait = match self.mean_wait_ns {
            Some(ns) => format!(", mean wait {}", duration(ns)),
            None => String::new(),
        };
        let failed = match self.set.lanes.iter().filter(|lane| !lane.ok).count() {
            0 => String::new(),
            some => format!(", {} failed", count(some as u64)),
        };
        match lanes {
            0..=MOST_LANES => done + &wait + &failed,
            _ => format!(
                "{done}{wait}{failed}; percentiles of {}",
                count(lanes as u64)
            ),
        }
    }
}

/// A lane for each percentile of the time from connecting to the end, all begun at zero, the
/// quickest first.
fn percentiles(lanes: &[Lane]) -> Vec<Lane> {
    let mut sorted: Vec<&Lane> = lanes.iter().collect();
    sorted.sort_by_key(|lane| lane.done_ns.saturating_sub(lane.connect_ns));
    let lane = |percentile: usize| {
        let lane = sorted[(percentile * sorted.len() / 100).saturating_sub(1)];
        Lane {
            connect_ns: 0,
            served_ns: lane.served_ns.map(|ns| ns.saturating_sub(lane.connect_ns)),
            done_ns: lane.done_ns.saturating_sub(lane.connect_ns),
            ok: lane.ok,
        }
    };
    (1..=100).map(lane).collect()
}

/// `text` in lines of at most `width` characters, broken at spaces; a longer word is shortened.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let word = shortened(word, width);
        match lines.last_mut() {
            Some(line) if line.chars().count() + word.chars().count() < width => {
                line.push(' ');
                line.push_str(&word);
            }
            _ => lines.push(word),
        }
    }
    lines
}

/// Room between two models, for the small axis and the words.
const GAP: f64 = 52.0;

#[cfg(test)]
mod tests {
    use super::*;

    fn set(count: u64) -> LaneSet {
        let lane = |index: u64| Lane {
            connect_ns: 0,
            served_ns: Some(index * 1000),
            done_ns: (index + 1) * 1000,
            ok: true,
        };
        LaneSet {
            model: "iterative".to_owned(),
            note: "one at a time".to_owned(),
            lanes: (0..count).map(lane).collect(),
        }
    }

    #[test]
    fn the_picture_does_not_grow_with_the_connections() {
        let (few, many) = (lanes(&[set(100)]), lanes(&[set(50_000)]));
        assert!(many.len() < few.len() * 2);
        assert!(many.contains("percentiles of"));
    }

    #[test]
    fn a_connection_that_was_never_taken_up_only_waits() {
        let mut set = set(1);
        set.lanes[0].served_ns = None;
        let svg = lanes(&[set]);
        assert!(svg.contains("class=\"wait\"") && !svg.contains("class=\"serve\""));
    }

    #[test]
    fn a_failure_is_told_even_when_its_lane_is_not_drawn() {
        let mut set = set(1000);
        set.lanes[3].ok = false;
        assert!(lanes(&[set]).contains("1 failed"));
    }

    #[test]
    fn a_note_is_broken_at_spaces() {
        assert_eq!(
            wrapped("one process a connection", 13),
            ["one process a", "connection"]
        );
        assert!(wrapped("", 5).is_empty());
    }
}

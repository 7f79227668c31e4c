//! How far down events stand.
//!
//! Events share a row when none of them may have caused another and their times are close. The step
//! from one row to the next is seven tenths of an even step and three tenths of the time between them, so
//! that bursts open up and pauses still show; a pause that would be many steps is folded, and says how
//! long it was. Without times every row is one step.

use trace::EventId;
use verdict::Order;

/// The rows of a window of events.
#[derive(Debug)]
pub(super) struct Rows {
    /// Of each event of the window, its row.
    pub(super) of: Vec<u32>,
    /// Of each row, how far down it is, in pixels.
    pub(super) y: Vec<u32>,
    /// Of each row, when its first event was; empty without times.
    pub(super) times: Vec<i64>,
    /// The quiet stretches that are folded.
    pub(super) folds: Vec<Fold>,
    /// How tall the picture is.
    pub(super) height: u32,
}

/// A quiet stretch that takes less room than it took time.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fold {
    /// Where its middle is.
    pub(super) y: u32,
    /// How long it was.
    pub(super) ns: i64,
}

/// A window of events: those of `events`, each in a lane, with times or without.
pub(super) struct Window<'a> {
    pub(super) order: &'a Order,
    pub(super) events: &'a [EventId],
    pub(super) lanes: &'a [u32],
    pub(super) times: Option<Vec<i64>>,
    /// Of each event of the log, its place in `events`, or `u32::MAX`.
    pub(super) place: &'a [u32],
}

impl Rows {
    /// Gives every event of the window its row.
    pub(super) fn of(window: &Window<'_>, lanes: usize) -> Self {
        let (of, times) = match &window.times {
            Some(times) => timed(window, times, lanes),
            None => (layered(window, lanes), Vec::new()),
        };
        let count = of.iter().max().map_or(0, |last| last + 1);
        let step = match count {
            0..=80 => 30.0,
            81..=3000 => 26.0,
            _ => 22.0,
        };
        let gaps: Vec<i64> = gaps(&times).collect();
        let (mean, longest) = ordinary(&gaps);
        let mut at = TOP;
        let mut y = Vec::with_capacity(count as usize);
        let mut folds = Vec::new();
        for row in 0..count as usize {
            let before = row.checked_sub(1);
            match before.and_then(|before| gaps.get(before)) {
                Some(ns) if *ns as f64 > longest => {
                    at += FOLD;
                    let middle = (at - FOLD / 2.0) as u32;
                    folds.push(Fold { y: middle, ns: *ns });
                }
                Some(ns) => at += step * (0.7 + 0.3 * *ns as f64 / mean),
                None if row > 0 => at += step,
                None => {}
            }
            at = at.round();
            y.push(at as u32);
        }
        Self {
            of,
            y,
            times,
            folds,
            height: (at + BOTTOM) as u32,
        }
    }
}

/// From each time to the next.
fn gaps(times: &[i64]) -> impl Iterator<Item = i64> {
    let pairs = times.windows(2);
    pairs.map(|pair| pair[1].saturating_sub(pair[0]))
}

/// Rows in the order of time. A new one begins where an event follows another of the row, or comes later
/// than an ordinary gap.
fn timed(window: &Window<'_>, times: &[i64], lanes: usize) -> (Vec<u32>, Vec<i64>) {
    let mut gaps: Vec<i64> = gaps(times).filter(|gap| *gap > 0).collect();
    let middle = gaps.len() / 2;
    let close = match gaps.is_empty() {
        true => 0,
        // The more lanes, the more events have room beside each other.
        false => {
            gaps.select_nth_unstable(middle)
                .1
                .saturating_mul(lanes as i64)
                / 6
        }
    };
    let mut last = vec![0; lanes];
    let mut of: Vec<u32> = Vec::with_capacity(times.len());
    let mut begins: Vec<i64> = Vec::new();
    for (at, event) in window.events.iter().enumerate() {
        let lane = &mut last[window.lanes[at] as usize];
        let least = after_causes(window, *event, at, &of).max(*lane);
        let is_new = begins.len() == least as usize
            || begins
                .last()
                .is_some_and(|begin| times[at].saturating_sub(*begin) > close);
        if is_new {
            begins.push(times[at]);
        }
        let row = begins.len() as u32 - 1;
        *lane = row + 1;
        of.push(row);
    }
    (of, begins)
}

/// Rows by the longest chain of causes within the window.
fn layered(window: &Window<'_>, lanes: usize) -> Vec<u32> {
    let mut last = vec![0; lanes];
    let mut of = Vec::with_capacity(window.events.len());
    for (at, event) in window.events.iter().enumerate() {
        let lane = &mut last[window.lanes[at] as usize];
        let row = after_causes(window, *event, at, &of).max(*lane);
        *lane = row + 1;
        of.push(row);
    }
    of
}

/// The first row after those of the messages that an event received.
fn after_causes(window: &Window<'_>, event: EventId, at: usize, of: &[u32]) -> u32 {
    let places = window.order.sources(event).iter();
    let places = places.map(|source| window.place[source.0 as usize] as usize);
    let rows = places
        .filter(|place| *place < at)
        .map(|place| of[place] + 1);
    rows.max().unwrap_or(0)
}

/// The mean of the gaps that are not folded, and the longest gap that is not.
fn ordinary(gaps: &[i64]) -> (f64, f64) {
    let mut limit = f64::INFINITY;
    loop {
        let kept = || gaps.iter().map(|gap| *gap as f64).filter(|g| *g <= limit);
        let mean = kept().sum::<f64>() / (kept().count().max(1)) as f64;
        let tighter = mean.max(1.0) * LONG;
        if !kept().any(|gap| gap > tighter) {
            return (mean.max(1.0), limit.min(tighter));
        }
        limit = tighter;
    }
}

/// Room above the first row.
const TOP: f64 = 26.0;

/// Room below the last row.
const BOTTOM: f64 = 34.0;

/// What a folded stretch takes.
const FOLD: f64 = 54.0;

/// A gap of so many mean gaps is folded.
const LONG: f64 = 12.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(gaps: &[i64], mean: f64, longest: f64) {
        let (found, limit) = ordinary(gaps);
        assert!((found - mean).abs() < 0.01 && (limit - longest).abs() < 0.1);
    }

    #[test]
    fn even_gaps_are_ordinary() {
        check(&[5, 5, 5], 5.0, 60.0);
        check(&[], 1.0, 12.0);
        check(&[0, 0], 1.0, 12.0);
    }

    #[test]
    fn a_pause_among_bursts_is_not() {
        let mut gaps = vec![10; 40];
        gaps.push(1_000_000);
        check(&gaps, 10.0, 120.0);
    }
}

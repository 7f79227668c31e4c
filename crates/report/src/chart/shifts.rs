//! Who did which part of the range when: a lane a worker, coloured by place in the range.
//!
//! What a lane leaves empty is idleness, so a split that is unfair is seen at its ragged end. All
//! variants share one time axis where their lengths compare; else each has its own.

use history::PrimesSummary;

use super::shape;
use crate::{
    escape::shortened,
    number::{DASH, axis_unit, count, counted, duration, percent, tick},
    search,
    stints::{Bar, Lane, Shift},
    svg::{Canvas, Margin, Scale, px, width_of},
};

/// The picture; `None` where no variant recorded who did what.
pub(crate) fn shifts(primes: &PrimesSummary) -> Option<String> {
    let blocks = blocks(primes);
    let longest = blocks
        .iter()
        .map(|block| block.shift.end_ns)
        .fold(0.0, f64::max);
    let shortest = blocks
        .iter()
        .map(|block| block.shift.end_ns)
        .fold(longest, f64::min);
    if blocks.is_empty() {
        return None;
    }
    let is_shared = longest <= WIDEST * shortest;
    let heights: f64 = blocks.iter().map(|block| block.height(is_shared)).sum();
    let margin = Margin {
        left: 84.0,
        right: 104.0,
        top: 8.0,
        bottom: if is_shared { 46.0 } else { 4.0 },
    };
    let mut canvas = Canvas::new(shape::FULL, heights + margin.top + margin.bottom, margin);
    let across = canvas.across();
    let shared = Scale::linear((0.0, longest * 1.001), across);
    let (bottom, top) = canvas.upward();
    if is_shared {
        let (unit, size) = axis_unit(longest);
        let line = |ns: &f64| format!("M{} {}V{}", px(shared.at(*ns)), px(top), px(bottom));
        canvas.path(
            "grid",
            &shared.ticks(10).iter().map(line).collect::<String>(),
        );
        let title = format!("time since the run's start ({unit})");
        canvas.x_axis(&shared, 10, |ns| tick(ns / size), &title);
    }
    let least = least_width(
        &blocks,
        primes,
        across.1 - across.0,
        is_shared.then_some(longest),
    );
    let names = blocks.iter().map(|block| width_of(&block.name));
    let beside = across.0 + names.fold(0.0, f64::max) * 0.95 + 10.0;
    let mut y = top;
    for block in &blocks {
        let own = Scale::linear((0.0, block.shift.end_ns * 1.001), across);
        let x = if is_shared { &shared } else { &own };
        block.draw(&mut canvas, x, (y, beside), &block.bars(primes, x, least));
        y += block.height(is_shared);
        if !is_shared {
            block.draw_axis(&mut canvas, x, y);
        }
    }
    Some(canvas.finish(
        "Who did which part of the range when",
        "For each variant a lane a worker, in the run of median length. A bar is a piece of the range; its \
         shade tells where in the range it lies. Where a lane is empty its worker was idle. The table of \
         workers has the figures.",
    ))
}

/// What is drawn of each variant; of very many variants, the first.
fn blocks(primes: &PrimesSummary) -> Vec<Block> {
    let block = |variant| {
        Some(Block {
            name: shortened(&search::name(variant), 40),
            shift: Shift::of(variant)?,
        })
    };
    let all = primes.variants.iter().filter_map(block);
    all.take(MOST_BLOCKS).collect()
}

/// The least width of a bar with which all lanes together stay within [`MOST_BARS`]. `shared_ns` is the
/// length of the common axis, if there is one.
fn least_width(blocks: &[Block], primes: &PrimesSummary, plot: f64, shared_ns: Option<f64>) -> f64 {
    let bars = |width: f64| -> usize {
        let of = |block: &Block| {
            let length = shared_ns.unwrap_or(block.shift.end_ns);
            let lanes = block.shift.lanes.iter();
            let count = |lane: &Lane| lane.bars(width / plot * length, range(primes)).len();
            lanes.map(count).sum::<usize>()
        };
        blocks.iter().map(of).sum()
    };
    let mut width = FINEST;
    while width < plot && bars(width) > MOST_BARS {
        width *= 1.4;
    }
    width
}

fn range(primes: &PrimesSummary) -> (u64, u64) {
    (primes.first, primes.last)
}

/// One variant, ready to be drawn.
struct Block {
    name: String,
    shift: Shift,
}

impl Block {
    /// The height of a lane: less where there are many.
    fn pitch(&self) -> f64 {
        if self.shift.lanes.len() > 8 {
            14.0
        } else {
            19.0
        }
    }

    fn height(&self, is_shared: bool) -> f64 {
        let axis = if is_shared { 0.0 } else { AXIS };
        HEAD + self.shift.lanes.len() as f64 * self.pitch() + FOOT + axis
    }

    /// The bars of every lane, none narrower than `least` where it could be joined.
    fn bars(&self, primes: &PrimesSummary, x: &Scale, least: f64) -> Vec<Vec<Bar>> {
        let ns = least / (x.at(1e9) - x.at(0.0)) * 1e9;
        let lanes = self.shift.lanes.iter();
        lanes.map(|lane| lane.bars(ns, range(primes))).collect()
    }

    fn draw(&self, canvas: &mut Canvas, x: &Scale, (top, beside): (f64, f64), bars: &[Vec<Bar>]) {
        let (left, end) = (canvas.across().0, x.at(self.shift.end_ns));
        canvas.text((left, top + 20.0), "label halo", &self.name);
        canvas.text((beside, top + 20.0), "note halo", &self.in_words());
        let (first, pitch) = (top + HEAD, self.pitch());
        for (row, (lane, bars)) in self.shift.lanes.iter().zip(bars).enumerate() {
            let y = first + row as f64 * pitch;
            let name = format!("worker {}", lane.worker);
            canvas.text((left - 10.0, y + pitch / 2.0 + 4.0), "tick end", &name);
            let track = rectangle((left, end), (y + 1.5, y + pitch - 1.5));
            canvas.path("track", &track);
            for bar in bars {
                draw_bar(canvas, x, bar, (y + 1.5, y + pitch - 1.5));
            }
            let idle = format!("idle {}", idle(lane.idle));
            canvas.text((end + 9.0, y + pitch / 2.0 + 4.0), "tick halo", &idle);
        }
        let bottom = first + self.shift.lanes.len() as f64 * pitch;
        canvas.line("done", (end, first - 3.0), (end, bottom + 3.0));
    }

    fn draw_axis(&self, canvas: &mut Canvas, x: &Scale, bottom: f64) {
        let (left, right) = canvas.across();
        let (unit, size) = axis_unit(self.shift.end_ns);
        let y = bottom - AXIS - FOOT + 6.0;
        let mut d = format!("M{} {}H{}", px(left), px(y), px(right));
        for ns in x.ticks(10) {
            d += &format!("M{} {}v4", px(x.at(ns)), px(y));
            canvas.text((x.at(ns), y + 17.0), "tick middle", &tick(ns / size));
        }
        canvas.path("axis", &d);
        canvas.text((right + 9.0, y + 17.0), "tick", unit);
    }

    fn in_words(&self) -> String {
        let of = match self.shift.workers as usize {
            all if all > self.shift.lanes.len() => format!(
                "; {} of {} drawn",
                self.shift.lanes.len(),
                counted(self.shift.workers, "worker")
            ),
            _ => String::new(),
        };
        let idle = match self.shift.workers {
            1 => format!("idle {}", idle(self.shift.idle)),
            _ => format!("workers idle {} of it on average", idle(self.shift.idle)),
        };
        format!("done after {}, {idle}{of}", duration(self.shift.end_ns))
    }
}

fn draw_bar(canvas: &mut Canvas, x: &Scale, bar: &Bar, (top, bottom): (f64, f64)) {
    let (from, to) = (x.at(bar.begin_ns), x.at(bar.end_ns));
    // A hairline between bars that are wide enough to spare it.
    let to = if to - from > 3.0 {
        to - 0.6
    } else {
        to.max(from + 0.8)
    };
    let shade = ((bar.place * SHADES as f64) as usize).min(SHADES - 1);
    let d = rectangle((from, to), (top, bottom));
    canvas.told(&format!("part part{shade}"), &d, &told(bar));
}

fn told(bar: &Bar) -> String {
    let pieces = match bar.stints {
        1 => String::new(),
        stints => format!(" ({})", counted(stints, "piece")),
    };
    format!(
        "{} to {}{pieces}: {}, {} from {} on",
        count(bar.first),
        count(bar.last),
        counted(bar.primes, "prime"),
        duration(bar.end_ns - bar.begin_ns),
        duration(bar.begin_ns)
    )
}

fn rectangle((left, right): (f64, f64), (top, bottom): (f64, f64)) -> String {
    format!(
        "M{} {}H{}V{}H{}z",
        px(left),
        px(top),
        px(right),
        px(bottom),
        px(left)
    )
}

/// A share of idleness: two digits, as a third is noise.
pub(crate) fn idle(share: f64) -> String {
    match share {
        s if !s.is_finite() => DASH.to_owned(),
        s if s < 0.000_5 => "0 %".to_owned(),
        s if s < 0.099_5 => format!("{:.1} %", s * 100.0),
        s if s < 0.995 => format!("{:.0} %", s * 100.0),
        s => percent(s.min(1.0)),
    }
}

/// Shades of place in the range: `part0` to `part9` in the style sheet.
const SHADES: usize = 10;
/// Of one variant: room for its name and below.
const HEAD: f64 = 30.0;
const FOOT: f64 = 14.0;
/// The room of a variant's own axis.
const AXIS: f64 = 26.0;
/// Variants whose lengths differ more have axes of their own.
const WIDEST: f64 = 3.2;
/// More variants than this are told by the tables alone.
pub(crate) const MOST_BLOCKS: usize = 16;
/// A bar with what it tells takes about 160 bytes of the page.
const MOST_BARS: usize = 2400;
/// The least width of a bar that is not joined, in pixels.
const FINEST: f64 = 1.0;

#[cfg(test)]
mod tests {
    use history::PrimesStint;

    use super::*;
    use crate::fixture;

    fn primes(change: impl Fn(&mut PrimesSummary)) -> PrimesSummary {
        let mut primes = fixture::primes().primes.expect("a search");
        change(&mut primes);
        primes
    }

    #[test]
    fn every_worker_has_a_lane_with_its_idle_share() {
        let primes = primes(|_| ());
        let svg = shifts(&primes).expect("a picture");
        let workers: u64 = primes.variants.iter().map(|v| v.workers).sum();
        assert_eq!(svg.matches("class=\"track\"").count() as u64, workers);
        assert_eq!(svg.matches("\">idle ").count() as u64, workers);
        assert!(svg.contains("class=\"part part0\"") && svg.contains("class=\"part part9\""));
    }

    #[test]
    fn a_bar_says_range_primes_and_duration() {
        let stint = PrimesStint {
            worker: 0,
            first: 1,
            last: 10_000,
            begin_ns: 1_000_000,
            end_ns: 3_000_000,
            primes: 1229,
        };
        let primes = primes(|primes| {
            primes.variants.truncate(1);
            primes.variants[0].stints = vec![stint.clone()];
        });
        let svg = shifts(&primes).expect("a picture");
        let words = "<title>1 to 10\u{202f}000: 1229 primes, 2.00 ms from 1.00 ms on</title>";
        assert!(svg.contains(words), "{svg}");
    }

    #[test]
    fn thousands_of_stints_are_a_bounded_picture() {
        let primes = primes(|primes| {
            let ns = 10_000;
            let stint = |index: u64| PrimesStint {
                worker: (index % 8) as u32,
                first: index,
                last: index,
                begin_ns: index / 8 * ns,
                end_ns: index / 8 * ns + ns,
                primes: 0,
            };
            for variant in &mut primes.variants {
                variant.workers = 8;
                variant.stints = (0..8000).map(stint).collect();
                variant.wall_ns_median = 1000 * ns;
            }
        });
        let svg = shifts(&primes).expect("a picture");
        let bars = svg.matches("class=\"part ").count();
        assert!(bars > MOST_BARS / 3 && bars <= MOST_BARS, "{bars}");
        assert!(svg.len() < 600_000, "{}", svg.len());
    }

    #[test]
    fn lengths_that_do_not_compare_have_axes_of_their_own() {
        let axes = |primes: &PrimesSummary| {
            let svg = shifts(primes).expect("a picture");
            svg.matches("class=\"axis\"").count()
        };
        let wide = primes(|primes| primes.variants.truncate(6));
        assert_eq!(axes(&wide), wide.variants.len());
        let alike = primes(|primes| primes.variants.truncate(2));
        assert_eq!(axes(&alike), 1);
    }

    #[test]
    fn what_was_not_recorded_is_not_drawn() {
        let primes = primes(|primes| primes.variants.iter_mut().for_each(|v| v.stints.clear()));
        assert!(shifts(&primes).is_none());
    }

    #[test]
    fn idleness_has_two_digits() {
        let shown = [0.0, 0.0123, 0.38, 1.0, f64::NAN].map(idle);
        assert_eq!(shown, ["0 %", "1.2 %", "38 %", "100 %", DASH]);
    }
}

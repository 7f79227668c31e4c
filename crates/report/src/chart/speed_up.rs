//! Speed-up against workers: what was measured, the ideal, and two laws fitted to it.

use history::{PrimesSummary, PrimesVariant};
use stats::{AMDAHL, GUSTAFSON, SerialFit, SpeedUpLaw};

use super::{
    missed::Edge,
    shape,
    trace::{self, Origin, Trace, TracePoint},
};
use crate::{
    escape::shortened,
    number::{counted, duration, figure, percent, tick},
    search::{self, Fits, Series},
    svg::{Canvas, Mark, Scale, path},
    sweep::Spread,
};

/// The picture, `width` wide; `None` when nothing was compared with the baseline.
pub(crate) fn speed_up(primes: &PrimesSummary, width: f64) -> Option<String> {
    let all = search::series(primes);
    let mut traces: Vec<Trace> = all.iter().map(of_series).collect();
    traces.retain(|trace| !trace.points.is_empty());
    let points = || traces.iter().flat_map(|trace| &trace.points);
    if !points().any(|point| point.x > 1.0) {
        return None;
    }
    let room = trace::label_room(traces.iter().map(|trace| trace.name.as_str()));
    let height = trace::height_for(&traces);
    let mut canvas = Canvas::new(width, height, shape::margin(room));
    let most = points().map(|point| point.x).fold(2.0, f64::max);
    let best = points().map(|point| point.range.1).fold(1.0, f64::max);
    let fits = search::fitted(primes, &all).map(|(_, fits)| fits);
    // Beyond few workers, where the laws part, curves are drawn on.
    let end = if fits.is_some() {
        most.max(FORETOLD as f64)
    } else {
        most
    };
    let beside = (end - 1.0) * 0.06;
    let x = Scale::linear((1.0 - beside, end + beside), canvas.across());
    let highest = (best * 1.12).max(end.min(2.0 * primes.cores as f64));
    let y = Scale::linear((0.0, highest * 1.04), canvas.upward());
    let mut workers: Vec<f64> = points().map(|point| point.x).chain([1.0]).collect();
    if end > most {
        workers.extend((most as u64 + 1..=end as u64).map(|more| more as f64));
    }
    canvas.x_axis_at(&x, &apart(&x, workers), tick, "workers");
    canvas.y_axis(&y, 6, tick, "times as fast as the baseline");
    let frame = Frame {
        x,
        y,
        end,
        highest: highest * 1.04,
    };
    frame.draw_cores(&mut canvas, primes.cores);
    frame.draw_curves(&mut canvas, most, fits);
    trace::draw(&mut canvas, &x, &y, &traces, Edge::Top);
    if let Some(base) = search::baseline(primes) {
        frame.draw_baseline(&mut canvas, base);
    }
    Some(canvas.finish(
        "Speed-up against workers",
        "One curve for each way of having workers: how many times as fast as the baseline, median with \
         the least and the greatest. The thin straight line is the ideal, as many times as there are \
         workers; the broad line is Amdahl's law and the dotted one Gustafson's, fitted. The table of \
         variants has the figures.",
    ))
}

/// Where things lie in the picture.
struct Frame {
    x: Scale,
    y: Scale,
    end: f64,
    highest: f64,
}

impl Frame {
    /// Past the cores no further worker can help.
    fn draw_cores(&self, canvas: &mut Canvas, cores: u64) {
        let at = cores as f64;
        if cores < 2 || at >= self.end {
            return;
        }
        let (x, (bottom, top)) = (self.x.at(at), canvas.upward());
        canvas.line("done", (x, bottom), (x, top));
        canvas.text(
            (x + 6.0, bottom - 8.0),
            "note halo",
            &counted(cores, "core"),
        );
    }

    fn draw_curves(&self, canvas: &mut Canvas, measured: f64, fits: Option<Fits>) {
        canvas.path("ideal", &self.curve(1.0, self.end, |workers| workers));
        let Some(fits) = fits else { return };
        let laws = [
            ("amdahl", &AMDAHL, fits.amdahl),
            ("gustafson", &GUSTAFSON, fits.gustafson),
        ];
        for (class, law, fit) in laws {
            let of = |p| (law.speed_up)(fit.serial, p);
            canvas.path(class, &self.curve(1.0, measured, of));
            let beyond = format!("{class} beyond");
            if self.end > measured {
                canvas.path(&beyond, &self.curve(measured, self.end, of));
            }
        }
    }

    /// All begin where the baseline is as fast as itself.
    fn draw_baseline(&self, canvas: &mut Canvas, base: &PrimesVariant) {
        let (x, y) = (self.x.at(base.workers.max(1) as f64), self.y.at(1.0));
        let name = search::name(base);
        let tip = format!("{name}: the baseline{}", walls(base));
        canvas.told(&Mark::Sure.class(0), &Mark::Sure.path((x, y), 0), &tip);
        // Below its mark, but not on the axis.
        let below = y + 17.0 < canvas.upward().0 - 4.0;
        let at = if below {
            (x + 8.0, y + 17.0)
        } else {
            (x - 5.0, y - 12.0)
        };
        canvas.text(at, "label halo c0", &shortened(&name, 22));
    }

    /// A curve from one number of workers to another, as far as it stays within the picture.
    fn curve(&self, from: f64, to: f64, of: impl Fn(f64) -> f64) -> String {
        let at = |step: usize| from + (to - from) * step as f64 / STEPS as f64;
        let points = (0..=STEPS).map(at).map(|p| (p, of(p)));
        let within = points.take_while(|(_, speed)| *speed <= self.highest);
        let places = within.map(|(p, speed)| (self.x.at(p), self.y.at(speed)));
        path(&places.collect::<Vec<_>>())
    }
}

/// The points of one series; the baseline has none.
fn of_series(series: &Series<'_>) -> Trace {
    let point = |variant: &&PrimesVariant| {
        let speed = search::speed_up(variant)?;
        Some(TracePoint {
            x: variant.workers.max(1) as f64,
            y: speed.median,
            range: (speed.min, speed.max),
            mark: Mark::Sure,
            tip: tip(variant, speed),
        })
    };
    Trace {
        name: series.name.clone(),
        index: series.index,
        origin: Origin::Measured,
        points: series.variants.iter().filter_map(point).collect(),
        missed: Vec::new(),
    }
}

fn tip(variant: &PrimesVariant, speed: Spread) -> String {
    let efficiency = search::efficiency(variant).map_or(String::new(), |share| {
        format!(", efficiency {}", percent(share))
    });
    format!(
        "{}: {} times as fast{efficiency}{}, {}",
        search::name(variant),
        speed.in_words(figure),
        walls(variant),
        counted(speed.count as u64, "run")
    )
}

fn walls(variant: &PrimesVariant) -> String {
    search::wall(variant).map_or(String::new(), |wall| {
        format!(" in {}", wall.in_words(duration))
    })
}

/// Those of `values` that leave room for their labels, the greatest before the others.
fn apart(x: &Scale, mut values: Vec<f64>) -> Vec<f64> {
    values.sort_by(|one, other| other.total_cmp(one));
    let mut kept: Vec<f64> = Vec::new();
    for value in values {
        let room = kept.last().map(|next| x.at(*next) - x.at(value));
        if room.is_none_or(|room| room >= 26.0) {
            kept.push(value);
        }
    }
    kept
}

/// What the key says of a law that is drawn.
pub(crate) fn key_of(law: &SpeedUpLaw, fit: &SerialFit) -> String {
    format!("{}, serial part {}", law.name, search::serial_part(fit))
}

/// To so many workers the laws are drawn at least.
pub(crate) const FORETOLD: u64 = 4;

/// Straight pieces of a curve.
const STEPS: usize = 48;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    fn picture(change: impl Fn(&mut PrimesSummary)) -> Option<String> {
        let mut primes = fixture::primes().primes.expect("a search");
        change(&mut primes);
        speed_up(&primes, shape::HALF)
    }

    #[test]
    fn both_laws_and_the_ideal_are_drawn() {
        let svg = picture(|_| ()).expect("a picture");
        for class in ["ideal", "amdahl", "gustafson", "mark c1", "whisker c1"] {
            assert!(svg.contains(&format!("class=\"{class}\"")), "{class}");
        }
        assert!(svg.contains("8 threads, dynamic: "));
    }

    #[test]
    fn a_lone_variant_has_no_speed_up() {
        assert!(picture(|primes| primes.variants.truncate(1)).is_none());
        assert!(picture(|primes| primes.variants.clear()).is_none());
    }

    #[test]
    fn without_a_fit_there_is_no_law() {
        let svg = picture(|primes| primes.cores = 1).expect("a picture");
        assert!(svg.contains("class=\"ideal\"") && !svg.contains("amdahl"));
    }

    #[test]
    fn the_cores_are_marked_where_workers_are_more() {
        let svg = picture(|primes| primes.cores = 4).expect("a picture");
        assert!(svg.contains(">4 cores</text>"));
        assert!(
            !picture(|_| ())
                .expect("a picture")
                .contains(" cores</text>")
        );
    }

    #[test]
    fn labels_of_workers_do_not_meet() {
        let x = Scale::linear((1.0, 64.0), (0.0, 300.0));
        let kept = apart(&x, vec![1.0, 2.0, 4.0, 8.0, 64.0, 64.0]);
        assert_eq!(kept, [64.0, 8.0, 2.0]);
    }
}

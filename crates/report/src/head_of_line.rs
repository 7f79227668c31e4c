//! Head-of-line blocking as a benchmark of mixed requests shows it: what calculation did to those
//! that only wait.

use history::{BenchSummary, Quantity};

use crate::{
    number::{duration, figure, share},
    sweep,
};

/// How the 99th percentile of a model's waiting requests grew.
#[derive(Clone, Debug, PartialEq)]
struct Growth<'a> {
    model: &'a str,
    from_ns: f64,
    to_ns: f64,
}

impl Growth<'_> {
    fn times(&self) -> f64 {
        self.to_ns / self.from_ns
    }

    fn in_words(&self) -> String {
        format!(
            "{} (×{}, {} to {})",
            self.model,
            figure(self.times()),
            duration(self.from_ns),
            duration(self.to_ns)
        )
    }
}

/// Whose waiting requests suffered most from the least to the greatest share of calculation at so many
/// clients, and under whom they ended best; `None` where fewer than two shares were measured.
///
/// The best is the yardstick: a busy processor delays everybody, and what a model adds to the best is
/// its own. Growth alone is none: where requests wait long without any calculation, it is small.
pub(crate) fn sentence(bench: &BenchSummary, clients: u64) -> Option<String> {
    // Where all requests calculate, none only waits.
    let waits = |share: &f64| {
        let mut points = bench.points.iter();
        points.any(|point| {
            let is_here = point.clients == clients && point.cpu_share == Some(*share);
            is_here && point.figure(Quantity::WaitingP99).is_some()
        })
    };
    let shares: Vec<f64> = sweep::cpu_shares(bench).into_iter().filter(waits).collect();
    let (least, most) = (*shares.first()?, *shares.last()?);
    let all = growths(bench, clients, (least, most));
    let worst = all.iter().max_by(|a, b| a.times().total_cmp(&b.times()))?;
    let best = all.iter().min_by(|a, b| a.to_ns.total_cmp(&b.to_ns))?;
    let range = format!("From {} to {} of calculation", share(least), share(most));
    let before = slow_before(&all);
    if worst.times() < BLOCKED {
        return Some(format!(
            "{range} the waiting requests' p99 grew at most ×{} ({}): calculation blocks them under no \
             model here{before}.",
            figure(worst.times()),
            worst.model
        ));
    }
    if worst.model == best.model {
        return Some(format!(
            "{range} the waiting requests' p99 grew most under {}, where it still ended lowest: a busy \
             processor more than head-of-line blocking{before}.",
            worst.in_words()
        ));
    }
    let meaning = match worst.to_ns >= BLOCKED * best.to_ns {
        true => {
            "what a model adds to the lowest, requests that only wait spend behind those that \
                 calculate: head-of-line blocking where one loop does both, the scheduler's queue \
                 where threads do"
        }
        false => "the two end less than ×2 apart: a busy processor more than head-of-line blocking",
    };
    Some(format!(
        "{range} the waiting requests' p99 grew most under {} and ended lowest under {}; \
         {meaning}{before}.",
        worst.in_words(),
        best.in_words()
    ))
}

/// Those whose waiting requests were slow before anything calculated, in a clause; empty without.
fn slow_before(all: &[Growth<'_>]) -> String {
    let first = all.iter().map(|growth| growth.from_ns);
    let lowest = first.fold(f64::INFINITY, f64::min);
    let slow = all.iter().filter(|growth| growth.from_ns >= SLOW * lowest);
    let slow: Vec<String> = slow
        .map(|growth| format!("{} ({})", growth.model, duration(growth.from_ns)))
        .collect();
    match slow.is_empty() {
        true => String::new(),
        false => format!("; high from the beginning: {}", slow.join(", ")),
    }
}

fn growths(bench: &BenchSummary, clients: u64, (least, most): (f64, f64)) -> Vec<Growth<'_>> {
    if least == most {
        return Vec::new();
    }
    let of = |model: &str, share: f64| {
        let mut points = bench.points.iter().filter(|point| {
            point.model == model && point.clients == clients && point.cpu_share == Some(share)
        });
        let figure = points.next()?.figure(Quantity::WaitingP99)?;
        Some(figure.median).filter(|median| *median > 0.0)
    };
    let models = sweep::models(bench).into_iter();
    models
        .filter_map(|model| {
            Some(Growth {
                model: model.name,
                from_ns: of(model.name, least)?,
                to_ns: of(model.name, most)?,
            })
        })
        .collect()
}

/// A growth that is told from the spread of runs by anyone's eye.
const BLOCKED: f64 = 2.0;

/// So many times the lowest is not the same any more.
const SLOW: f64 = 3.0;

#[cfg(test)]
mod tests {
    use history::{Figure, Point};

    use super::*;

    fn point(model: &str, share: f64, ns: f64) -> Point {
        Point {
            model: model.to_owned(),
            clients: 8,
            cpu_share: Some(share),
            figures: vec![Figure {
                quantity: Quantity::WaitingP99,
                count: 3,
                median: ns,
                min: ns,
                max: ns,
            }],
            ..Point::default()
        }
    }

    #[track_caller]
    fn check(ends: &[(&str, f64, f64)], expected: &str) {
        let points = ends
            .iter()
            .flat_map(|(model, from, to)| [point(model, 0.0, *from), point(model, 0.5, *to)]);
        let mut bench = BenchSummary {
            points: points.collect(),
            ..BenchSummary::default()
        };
        let mut all_calculate = point("a", 1.0, 1.0);
        all_calculate.figures.clear();
        bench.points.push(all_calculate);
        let told = sentence(&bench, 8).unwrap_or_default();
        assert!(told.contains(expected), "{told}");
        assert_eq!(sentence(&bench, 9), None);
    }

    #[test]
    fn who_grew_most_is_held_against_who_ended_lowest() {
        let ends = [("reactor", 1e6, 4e7), ("thread", 1e6, 2e6)];
        check(
            &ends,
            "most under reactor (×40.0, 1.00 ms to 40.0 ms) and ended lowest under thread (×2.00",
        );
        check(&ends, "behind those that calculate: head-of-line blocking");
    }

    #[test]
    fn who_was_slow_from_the_beginning_is_no_yardstick() {
        let ends = [
            ("iterative", 2e8, 2.1e8),
            ("thread", 3e6, 3e7),
            ("process", 3e6, 9e6),
        ];
        check(
            &ends,
            "most under thread (×10.0, 3.00 ms to 30.0 ms) and ended lowest under process",
        );
        check(&ends, "; high from the beginning: iterative (200 ms).");
    }

    #[test]
    fn what_all_suffer_is_a_busy_processor() {
        check(
            &[("a", 1e6, 4e6), ("b", 1e6, 3e6)],
            "the two end less than ×2 apart",
        );
        check(&[("a", 1e6, 4e6)], "where it still ended lowest");
    }

    #[test]
    fn a_small_growth_is_no_blocking() {
        check(&[("a", 1e6, 1.2e6), ("b", 1e6, 1e6)], "at most ×1.20 (a)");
    }

    #[test]
    fn one_share_says_nothing() {
        let bench = BenchSummary {
            points: vec![point("a", 0.5, 1.0)],
            ..BenchSummary::default()
        };
        assert_eq!(sentence(&bench, 8), None);
    }
}

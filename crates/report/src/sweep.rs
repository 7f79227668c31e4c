//! A benchmark's points, model by model, with what charts and tables ask of them.

use history::{BenchSummary, Measured, Point};

use crate::number;

/// The points of one model, by rising number of clients.
#[derive(Clone, Debug)]
pub(crate) struct ModelPoints<'a> {
    /// The model's name.
    pub(crate) name: &'a str,
    /// Its place among the models, which decides its colour and its marker.
    pub(crate) index: usize,
    /// Its points.
    pub(crate) points: Vec<&'a Point>,
}

impl ModelPoints<'_> {
    /// Whether the least possible time grows with the clients: one is served after the other.
    pub(crate) fn is_serial(&self, task_ns: u64) -> bool {
        self.points.iter().any(|point| point.floor_ns > task_ns)
    }

    /// The straight line through the medians over the numbers of clients, in nanoseconds.
    pub(crate) fn line(&self) -> Option<stats::Line> {
        let median = |point: &&Point| Some((point.clients as f64, point.wall_ns_median? as f64));
        let points: Vec<_> = self.points.iter().filter_map(median).collect();
        stats::least_squares(&points)
    }

    /// The straight line through the floors of the same points.
    pub(crate) fn floor_line(&self) -> Option<stats::Line> {
        let measured = self
            .points
            .iter()
            .filter(|point| point.wall_ns_median.is_some());
        let floor = |point: &&Point| (point.clients as f64, point.floor_ns as f64);
        stats::least_squares(&measured.map(floor).collect::<Vec<_>>())
    }

    /// The point with the most clients.
    pub(crate) fn largest(&self) -> Option<&Point> {
        self.points.last().copied()
    }
}

/// All models with their points: those that were asked for, in that order, then any other that a
/// point names.
pub(crate) fn models(bench: &BenchSummary) -> Vec<ModelPoints<'_>> {
    let mut names: Vec<&str> = bench.models.iter().map(String::as_str).collect();
    for point in &bench.points {
        if !names.contains(&point.model.as_str()) {
            names.push(&point.model);
        }
    }
    let of = |(index, name)| {
        let mut points: Vec<&Point> = bench.points.iter().filter(|p| p.model == name).collect();
        points.sort_by_key(|point| point.clients);
        ModelPoints {
            name,
            index,
            points,
        }
    };
    names.into_iter().enumerate().map(of).collect()
}

/// The numbers of clients that were measured, rising.
pub(crate) fn client_counts(bench: &BenchSummary) -> Vec<u64> {
    let mut counts: Vec<u64> = bench.points.iter().map(|point| point.clients).collect();
    counts.sort_unstable();
    counts.dedup();
    counts
}

/// How much longer than the floor a point took, in nanoseconds; below zero when the clock and the
/// task disagree.
pub(crate) fn overhead_ns(point: &Point) -> Option<f64> {
    Some(point.wall_ns_median? as f64 - point.floor_ns as f64)
}

/// How many requests of a point did not end well, over its runs, by how they ended.
pub(crate) fn failures(point: &Point) -> Vec<(&str, u64)> {
    let mut found: Vec<(&str, u64)> = Vec::new();
    for (name, count) in point.runs.iter().flat_map(|run| &run.outcomes) {
        if name == "ok" || *count == 0 {
            continue;
        }
        match found.iter_mut().find(|(known, _)| known == name) {
            Some((_, sum)) => *sum += count,
            None => found.push((name, *count)),
        }
    }
    found
}

/// A quantity over the runs of a point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Spread {
    /// The median over the runs.
    pub(crate) median: f64,
    /// The least.
    pub(crate) min: f64,
    /// The greatest.
    pub(crate) max: f64,
    /// In how many runs it was measured.
    pub(crate) count: usize,
}

impl Spread {
    /// Over the runs whose clients were on time and in which `quantity` is known; `None` when there
    /// is none.
    pub(crate) fn of(
        runs: &[Measured],
        quantity: impl Fn(&Measured) -> Option<f64>,
    ) -> Option<Self> {
        let on_time = runs.iter().filter(|run| !run.generator_late);
        let values: Vec<f64> = on_time.filter_map(quantity).collect();
        let values: Vec<f64> = values
            .into_iter()
            .filter(|value| value.is_finite())
            .collect();
        let (min, max) = stats::range(&values)?;
        Some(Self {
            median: stats::median(&values)?,
            min,
            max,
            count: values.len(),
        })
    }

    /// In words: `12.3 ms (11.9–12.8 ms)`, the range only where there are two runs.
    pub(crate) fn in_words(&self, show: impl Fn(f64) -> String) -> String {
        match self.count {
            0 | 1 => show(self.median),
            _ => {
                let range = number::between(&show(self.min), &show(self.max));
                format!("{} ({range})", show(self.median))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use history::Outcomes;

    use super::*;

    fn point(model: &str, clients: u64, wall_ns: u64) -> Point {
        Point {
            model: model.to_owned(),
            clients,
            floor_ns: 10,
            wall_ns_median: Some(wall_ns),
            ..Point::default()
        }
    }

    #[test]
    fn a_model_that_nobody_asked_for_comes_last() {
        let bench = BenchSummary {
            models: vec!["a".to_owned(), "b".to_owned()],
            points: vec![point("c", 1, 1), point("b", 2, 2), point("b", 1, 1)],
            ..BenchSummary::default()
        };
        let models = models(&bench);
        let names: Vec<&str> = models.iter().map(|model| model.name).collect();
        assert_eq!(names, ["a", "b", "c"]);
        let clients: Vec<u64> = models[1].points.iter().map(|point| point.clients).collect();
        assert_eq!(clients, [1, 2]);
        assert_eq!(models[1].line().map(|line| line.slope), Some(1.0));
        assert!(models[0].largest().is_none() && models[0].line().is_none());
        assert!(!models[1].is_serial(10) && models[1].is_serial(9));
    }

    #[test]
    fn failures_are_added_up_over_runs() {
        let run = |name: &str, count| Measured {
            outcomes: Outcomes::from([("ok".to_owned(), 5), (name.to_owned(), count)]),
            ..Measured::default()
        };
        let mut point = point("a", 1, 1);
        point.runs = vec![run("reset", 1), run("reset", 2), run("timeout", 0)];
        assert_eq!(failures(&point), [("reset", 3)]);
    }

    #[test]
    fn a_run_of_late_clients_does_not_count() {
        let late = Measured {
            generator_late: true,
            wall_ns: 9,
            ..Measured::default()
        };
        let runs = [Measured::default(), late];
        let spread = Spread::of(&runs, |run| Some(run.wall_ns as f64)).expect("a run");
        assert_eq!((spread.max, spread.count), (0.0, 1));
    }

    #[test]
    fn one_run_has_no_range() {
        let run = Measured::default();
        let spread = Spread::of(&[run], |_| Some(2.0)).expect("a run");
        assert_eq!(spread.in_words(|value| value.to_string()), "2");
        assert_eq!(Spread::of(&[], |_| Some(2.0)), None);
    }
}

//! A benchmark's points, model by model, with what charts and tables ask of them.

use history::{BenchSummary, Figure, Measured, Point};

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

    /// The point with the most clients that was reached; where none was, the one with the most.
    pub(crate) fn largest(&self) -> Option<&Point> {
        let reached = self.points.iter().rfind(|point| is_reached(point));
        reached.or(self.points.last()).copied()
    }

    /// The point with so many clients; of several, the one with the least calculation.
    pub(crate) fn at(&self, clients: u64) -> Option<&Point> {
        let mut points = self.points.iter().copied();
        points.find(|point| point.clients == clients)
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
        let share = |point: &Point| point.cpu_share.unwrap_or(0.0);
        points.sort_by(|one, other| {
            let clients = one.clients.cmp(&other.clients);
            clients.then(share(one).total_cmp(&share(other)))
        });
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

/// The largest number of clients that at least half of the models reached: there they can be
/// compared. Where no number was, the largest that any model reached, or that was asked for.
pub(crate) fn telling_clients(bench: &BenchSummary) -> u64 {
    let models = models(bench);
    let reached = |clients: u64| {
        let points = models.iter().filter_map(|model| model.at(clients));
        points.filter(|point| is_reached(point)).count()
    };
    let counts = client_counts(bench);
    let with = |least: usize| counts.iter().rfind(|count| reached(**count) >= least);
    let half = models.len().div_ceil(2).max(1);
    let telling = with(half).or(with(1)).or(counts.last());
    telling.copied().unwrap_or(0)
}

/// The proportions of calculation that were measured, rising.
pub(crate) fn cpu_shares(bench: &BenchSummary) -> Vec<f64> {
    let shares = bench.points.iter().filter_map(|point| point.cpu_share);
    let mut shares: Vec<f64> = shares.filter(|share| share.is_finite()).collect();
    shares.sort_by(f64::total_cmp);
    shares.dedup();
    shares
}

/// Whether the point has figures.
pub(crate) fn is_reached(point: &Point) -> bool {
    let has_figures = point.wall_ns_median.is_some() || !point.figures.is_empty();
    has_figures && point.not_reached.is_none()
}

/// What kept a model from a point: in a word or two, and in a sentence.
pub(crate) fn obstacle(point: &Point) -> (&'static str, String) {
    match &point.not_reached {
        Some(not_reached) => (not_reached.obstacle.name(), not_reached.text.clone()),
        None if point.runs.is_empty() => ("not measured", "no run was made".to_owned()),
        None => {
            let failed = failures(point).into_iter();
            let failed: Vec<String> = failed.map(|(name, n)| format!("{n} {name}")).collect();
            let why = match (point.doubts.is_empty(), failed.is_empty()) {
                (false, _) => point.doubts.join("; "),
                (true, false) => format!("failed over all runs: {}", failed.join(", ")),
                (true, true) => "the clients were late in every run".to_owned(),
            };
            ("no run counts", why)
        }
    }
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

impl From<&Figure> for Spread {
    fn from(figure: &Figure) -> Self {
        Self {
            median: figure.median,
            min: figure.min,
            max: figure.max,
            count: figure.count as usize,
        }
    }
}

impl Spread {
    /// Over the runs whose clients were on time and in which `quantity` is known; `None` when there
    /// is none.
    pub(crate) fn of(
        runs: &[Measured],
        quantity: impl Fn(&Measured) -> Option<f64>,
    ) -> Option<Self> {
        let on_time = runs.iter().filter(|run| !run.generator_late);
        Self::over(on_time.filter_map(quantity))
    }

    /// Over those of `values` that are finite; `None` when there is none.
    pub(crate) fn over(values: impl Iterator<Item = f64>) -> Option<Self> {
        let values: Vec<f64> = values.filter(|value| value.is_finite()).collect();
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
    fn models_are_compared_where_half_of_them_are() {
        let mut lost = point("b", 100, 1);
        lost.wall_ns_median = None;
        let mut bench = BenchSummary {
            points: vec![
                point("a", 10, 1),
                point("a", 100, 1),
                point("b", 10, 1),
                lost,
                point("c", 10, 1),
            ],
            ..BenchSummary::default()
        };
        assert_eq!(telling_clients(&bench), 10);
        bench.points.truncate(4);
        assert_eq!(telling_clients(&bench), 100);
        let models = models(&bench);
        assert_eq!(models[1].largest().map(|point| point.clients), Some(10));
        assert_eq!(telling_clients(&BenchSummary::default()), 0);
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

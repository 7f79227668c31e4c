//! Which model for this load: the one that measured best, and why, in a sentence.

use history::{BenchKind, BenchSummary, Better, Choice, Figure, Point, Quantity, QuantityUnit};

/// One choice for the smallest and one for the largest number of clients; where requests calculate, at
/// each proportion.
pub(crate) fn choices(summary: &BenchSummary) -> Vec<Choice> {
    let counts = summary.points.iter().map(|point| point.clients);
    let ends = [counts.clone().min(), counts.max()];
    let mut choices: Vec<Choice> = Vec::new();
    for clients in ends.into_iter().flatten() {
        let here = summary.points.iter().filter(|p| p.clients == clients);
        let mut shares: Vec<Option<f64>> = here.clone().map(|point| point.cpu_share).collect();
        shares.dedup();
        for cpu_share in shares {
            let points: Vec<&Point> = here.clone().filter(|p| p.cpu_share == cpu_share).collect();
            let choice = choice(summary.kind, &points);
            if !choices.contains(&choice) {
                choices.push(choice);
            }
        }
    }
    choices
}

/// Among the points of one number of clients and one proportion.
fn choice(kind: BenchKind, points: &[&Point]) -> Choice {
    let quantity = kind.quantities()[0];
    let mut ranked: Vec<(&Point, &Figure)> = points
        .iter()
        .filter(|point| point.not_reached.is_none() && holds_all(kind, point))
        .filter_map(|point| Some((*point, point.figure(quantity)?)))
        .collect();
    ranked.sort_by(|(_, a), (_, b)| match quantity.better() {
        Better::More => b.median.total_cmp(&a.median),
        Better::Less => a.median.total_cmp(&b.median),
    });
    let best = ranked.first().copied();
    let tied: Vec<_> = ranked
        .iter()
        .copied()
        .take_while(|(_, figure)| best.is_some_and(|(_, best)| overlap(best, figure)))
        .collect();
    Choice {
        clients: points.first().map_or(0, |point| point.clients),
        cpu_share: points.first().and_then(|point| point.cpu_share),
        models: tied.iter().map(|(point, _)| point.model.clone()).collect(),
        quantity,
        median: best.map(|(_, figure)| figure.median),
        reason: reason(kind, &tied, ranked.get(tied.len()).copied(), points)
            + &left_out(kind, points),
    }
}

/// Sessions past those that a model serves at once wait until others leave, which they do not while a run
/// lasts: that nobody has to share with them is no merit of the model.
pub(crate) fn holds_all(kind: BenchKind, point: &Point) -> bool {
    let queues = point.at_once.is_some_and(|at_once| at_once < point.clients);
    let stays = matches!(
        kind,
        BenchKind::Idle | BenchKind::Throughput | BenchKind::Mixed
    );
    !(stays && queues)
}

/// Who is no choice because clients wait for the whole run, as a part of a sentence.
fn left_out(kind: BenchKind, points: &[&Point]) -> String {
    let starving = points.iter().filter(|point| !holds_all(kind, point));
    let names: Vec<String> = starving
        .filter_map(|point| Some(format!("{} ({} at once)", point.model, point.at_once?)))
        .collect();
    match names.is_empty() {
        true => String::new(),
        false => format!(
            "; not considered, because they serve fewer clients than there are: {}",
            names.join(", ")
        ),
    }
}

/// Whether two ranges have something in common. One run each has no range, so nearly the same is the
/// same.
fn overlap(a: &Figure, b: &Figure) -> bool {
    let near = (a.median - b.median).abs() <= NEARLY * a.median.abs();
    let is_one = a.count < 2 || b.count < 2;
    a.min <= b.max && b.min <= a.max || is_one && near
}

fn reason(
    kind: BenchKind,
    tied: &[(&Point, &Figure)],
    next: Option<(&Point, &Figure)>,
    points: &[&Point],
) -> String {
    let Some(((best, figure), others)) = tied.split_first() else {
        let reasons = points.iter().filter_map(|point| {
            let why = match &point.not_reached {
                Some(not) => not.obstacle.name(),
                None if point.runs.is_empty() => return None,
                None => "has no run that counts",
            };
            Some(format!("{} {why}", point.model))
        });
        let reasons: Vec<String> = reasons.collect();
        return match reasons.is_empty() {
            true => "no model has a run to choose by".to_owned(),
            false => format!("no model has a figure here: {}", reasons.join(", ")),
        };
    };
    let quantity = figure.quantity;
    let mut text = match others.is_empty() {
        true => format!("{}: {}", best.model, value(quantity, figure.median)),
        false => {
            let is_one = tied.iter().any(|(_, figure)| figure.count < 2);
            let of = |(point, figure): &(&Point, &Figure)| {
                let ends = [figure.min, figure.max].map(|end| value(quantity, end));
                match ends[0] == ends[1] {
                    true => format!("{} {}", point.model, ends[0]),
                    false => format!("{} {} to {}", point.model, ends[0], ends[1]),
                }
            };
            let all: Vec<String> = tied.iter().map(of).collect();
            let why = match is_one {
                true => "a run each is too little to tell",
                false => "the ranges overlap",
            };
            format!("a tie, {why}: {}", all.join(", "))
        }
    };
    if let Some((point, other)) = next {
        let (more, less) = match quantity.better() {
            Better::More => (figure.median, other.median),
            Better::Less => (other.median, figure.median),
        };
        let times = more / less;
        if times.is_finite() && times > 0.0 {
            text += &match quantity.better() {
                Better::More => format!(", {} times {}", ratio(times), point.model),
                Better::Less => format!(", {} needs {} times that", point.model, ratio(times)),
            };
        }
    }
    if others.is_empty() {
        text += &beside(kind, best);
    }
    text
}

/// What the choice costs, or how it feels to a client: one more figure of the same point.
fn beside(kind: BenchKind, point: &Point) -> String {
    let quantity = match kind {
        BenchKind::Burst => Quantity::ServerCpuPerRequest,
        BenchKind::Throughput | BenchKind::Churn => Quantity::ResponseP99,
        BenchKind::Idle => Quantity::IdleKernel,
        BenchKind::Mixed => Quantity::WaitingP99,
    };
    match point.figure(quantity).filter(|figure| figure.median > 0.0) {
        Some(figure) => format!(", at {}", value(quantity, figure.median)),
        None => String::new(),
    }
}

/// With its unit and the quantity's name.
fn value(quantity: Quantity, value: f64) -> String {
    let scaled = |units: &[(f64, &str)]| {
        let unit = units.iter().find(|(size, _)| value.abs() >= *size);
        let (size, name) = unit.or(units.last()).copied().unwrap_or((1.0, ""));
        format!("{} {name}", ratio(value / size))
    };
    match quantity.unit() {
        QuantityUnit::Nanoseconds => {
            let units = [(1e9, "s"), (1e6, "ms"), (1e3, "µs"), (1.0, "ns")];
            format!("{} {}", scaled(&units), quantity.name())
        }
        QuantityUnit::Bytes => {
            let units = [(1024.0 * 1024.0, "MiB"), (1024.0, "KiB"), (1.0, "B")];
            format!("{} {}", scaled(&units), quantity.name())
        }
        QuantityUnit::PerSecond if value.abs() >= 1e4 => {
            format!("{} k {}", ratio(value / 1e3), quantity.name())
        }
        QuantityUnit::PerSecond | QuantityUnit::Count => {
            format!("{} {}", ratio(value), quantity.name())
        }
    }
}

/// Two or three digits.
fn ratio(value: f64) -> String {
    match value.abs() {
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

const NEARLY: f64 = 0.02;

#[cfg(test)]
mod tests {
    use super::*;
    use history::{NotReached, Obstacle};

    fn point(model: &str, quantity: Quantity, values: [f64; 3]) -> Point {
        Point {
            model: model.to_owned(),
            clients: 50,
            figures: vec![Figure {
                quantity,
                count: 3,
                min: values[0],
                median: values[1],
                max: values[2],
            }],
            ..Point::default()
        }
    }

    #[track_caller]
    fn check(kind: BenchKind, points: Vec<Point>, models: &[&str], reason: &str) {
        let summary = BenchSummary {
            kind,
            points,
            ..BenchSummary::default()
        };
        let choices = choices(&summary);
        assert_eq!(choices.len(), 1, "{choices:?}");
        assert_eq!(choices[0].models, models);
        assert_eq!(choices[0].reason, reason);
    }

    #[test]
    fn more_answers_win_and_the_next_is_named() {
        let rate = Quantity::AnswersPerSecond;
        check(
            BenchKind::Throughput,
            vec![
                point("thread", rate, [1e5, 1.2e5, 1.3e5]),
                point("reactor", rate, [1.6e5, 1.74e5, 1.8e5]),
            ],
            &["reactor"],
            "reactor: 174 k answers/s, 1.45 times thread",
        );
    }

    #[test]
    fn less_time_wins() {
        let time = Quantity::CompletionTime;
        check(
            BenchKind::Burst,
            vec![
                point("iterative", time, [3e9, 3e9, 3e9]),
                point("thread", time, [2.1e7, 2.2e7, 2.3e7]),
            ],
            &["thread"],
            "thread: 22.0 ms completion time, iterative needs 136 times that",
        );
    }

    #[test]
    fn ranges_that_overlap_are_a_tie() {
        let rate = Quantity::AnswersPerSecond;
        check(
            BenchKind::Throughput,
            vec![
                point("reactor", rate, [170e3, 174e3, 178e3]),
                point("async", rate, [168e3, 172e3, 175e3]),
                point("thread", rate, [86e3, 87e3, 88e3]),
            ],
            &["reactor", "async"],
            "a tie, the ranges overlap: reactor 170 k answers/s to 178 k answers/s, async 168 k \
             answers/s to 175 k answers/s, 2.00 times thread",
        );
    }

    #[test]
    fn a_model_that_leaves_connections_in_the_queue_is_no_choice_for_silence() {
        let mut queueing = point("iterative", Quantity::IdlePss, [1.0, 1.0, 1.0]);
        queueing.at_once = Some(1);
        let holding = point("thread", Quantity::IdlePss, [16384.0, 16384.0, 16384.0]);
        let reason = "thread: 16.0 KiB PSS a connection; not considered, because they serve fewer \
                      clients than there are: iterative (1 at once)";
        check(
            BenchKind::Idle,
            vec![queueing, holding],
            &["thread"],
            reason,
        );
    }

    #[test]
    fn a_point_that_nobody_reached_has_no_choice_and_says_why() {
        let mut point = point("process", Quantity::AnswersPerSecond, [1.0; 3]);
        point.not_reached = Some(NotReached {
            obstacle: Obstacle::OutOfProcesses,
            text: String::new(),
        });
        let reason = "no model has a figure here: process out of processes";
        check(BenchKind::Throughput, vec![point], &[], reason);
    }
}

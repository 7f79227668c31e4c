//! What changed from one run to another, and whether it got worse by more than is allowed.

use std::collections::{BTreeMap, BTreeSet};

use history::{
    Better, Change, Comparison, Kind, Measured, Point, Quantity, SettingChange, Summary, Tendency,
    Verdict,
};
use serde_json::Value;

use crate::{CompareError, shift::shift};

/// A run as it lies on disk.
#[derive(Clone, Debug)]
pub struct Kept {
    /// What the user calls it: its folder.
    pub name: String,
    /// Its `summary.json`.
    pub summary: Summary,
    /// Its `plan.json`; null when there is none.
    pub plan: Value,
}

/// Compares `after` with `before`, point by point; `fail_if_percent` is how much worse a point may get.
///
/// # Errors
/// When the two are not of one kind, or are servers' runs, which have no points.
pub fn compare(
    before: &Kept,
    after: &Kept,
    fail_if_percent: Option<f64>,
) -> Result<Comparison, CompareError> {
    let (first, second) = (Side::of(before)?, Side::of(after)?);
    if first.kind != second.kind {
        return Err(CompareError::Kinds {
            before: first.kind,
            after: second.kind,
        });
    }
    let mut changes = Vec::new();
    for point in &second.points {
        let other = first.points.iter().find(|other| is_same(other, point));
        changes.extend(of_point(other, point, second.quantities));
    }
    for point in &first.points {
        if !second.points.iter().any(|other| is_same(other, point)) {
            changes.extend(gone(point, second.quantities));
        }
    }
    let (verdict, reasons) = judged(&changes, fail_if_percent);
    Ok(Comparison {
        kind: second.kind,
        before: before.name.clone(),
        after: after.name.clone(),
        settings: settings(before, after),
        confidence: CONFIDENCE,
        fail_if_percent,
        changes,
        verdict,
        reasons,
    })
}

/// The points of a run, whatever made it.
struct Side {
    kind: String,
    points: Vec<Point>,
    quantities: &'static [Quantity],
}

impl Side {
    fn of(run: &Kept) -> Result<Self, CompareError> {
        let summary = &run.summary;
        match (&summary.bench, &summary.load) {
            (Some(bench), _) => Ok(Self {
                kind: format!("bench {} {}", bench.kind.name(), bench.service),
                points: bench.points.clone(),
                quantities: bench.kind.quantities(),
            }),
            (None, Some(load)) => Ok(Self {
                kind: format!("load {} ({} loop)", load.service, load.loop_kind),
                points: vec![Point {
                    model: load.service.clone(),
                    clients: load.workers,
                    runs: vec![Measured {
                        wall_ns: load.wall_ns,
                        outcomes: load.outcomes.clone(),
                        response_time: load.response_time.clone(),
                        connect: load.connect.clone(),
                        ..Measured::default()
                    }],
                    ..Point::default()
                }],
                quantities: match load.loop_kind == "closed" {
                    true => &CLOSED_LOAD,
                    false => &OPEN_LOAD,
                },
            }),
            (None, None) => Err(CompareError::Nothing {
                run: run.name.clone(),
                is_other: matches!(summary.kind, Kind::Serve | Kind::Primes | Kind::Cast),
            }),
        }
    }
}

fn is_same(a: &Point, b: &Point) -> bool {
    (&a.model, a.clients, a.cpu_share) == (&b.model, b.clients, b.cpu_share)
}

/// The changes of a point; only those quantities that either run has, and the first in any case.
fn of_point(before: Option<&Point>, after: &Point, quantities: &[Quantity]) -> Vec<Change> {
    let mut changes = Vec::new();
    for (index, &quantity) in quantities.iter().enumerate() {
        let a = before.map_or_else(Vec::new, |point| values(point, quantity));
        let b = values(after, quantity);
        let is_judged = index == 0;
        if is_judged || !a.is_empty() || !b.is_empty() {
            let missing = match before {
                None => Some("the first run does not have this point".to_owned()),
                Some(before) => not_reached(before, "first").or(not_reached(after, "second")),
            };
            let change = Change {
                is_judged,
                cpu_share: after.cpu_share,
                ..change(quantity, &a, &b, missing)
            };
            changes.push(Change {
                model: after.model.clone(),
                clients: after.clients,
                ..change
            });
        }
    }
    changes
}

fn gone(point: &Point, quantities: &[Quantity]) -> Option<Change> {
    let quantity = *quantities.first()?;
    let missing = Some("the second run does not have this point".to_owned());
    Some(Change {
        model: point.model.clone(),
        clients: point.clients,
        cpu_share: point.cpu_share,
        is_judged: true,
        ..change(quantity, &values(point, quantity), &[], missing)
    })
}

fn not_reached(point: &Point, which: &str) -> Option<String> {
    let not = point.not_reached.as_ref()?;
    Some(format!(
        "the {which} run did not reach it: {}",
        not.obstacle.name()
    ))
}

fn values(point: &Point, quantity: Quantity) -> Vec<f64> {
    let counted = point.runs.iter().filter(|run| run.counts());
    counted.filter_map(|run| quantity.of(run)).collect()
}

fn change(quantity: Quantity, before: &[f64], after: &[f64], missing: Option<String>) -> Change {
    let is_positive = before.iter().chain(after).all(|&value| value > 0.0);
    let logarithms = |values: &[f64]| values.iter().map(|value| value.ln()).collect::<Vec<_>>();
    let found = match is_positive {
        true => shift(&logarithms(before), &logarithms(after), CONFIDENCE),
        false => None,
    };
    let percent = |ratio: f64| (ratio.exp() - 1.0) * 100.0;
    let interval = found.and_then(|found| found.interval);
    let ends = interval.map(|interval| (percent(interval.low), percent(interval.high)));
    let why = match (ends, is_positive) {
        (Some(_), _) => None,
        (None, false) => Some("a quantity that is not above zero has no percentage".to_owned()),
        (None, true) if before.is_empty() || after.is_empty() => {
            Some(missing.unwrap_or_else(|| "no run counts".to_owned()))
        }
        (None, true) => Some(format!(
            "too few runs for an interval ({} and {}); three of each are enough",
            before.len(),
            after.len()
        )),
    };
    Change {
        model: String::new(),
        clients: 0,
        cpu_share: None,
        quantity,
        is_judged: false,
        count_before: before.len() as u64,
        count_after: after.len() as u64,
        median_before: stats::median(before),
        median_after: stats::median(after),
        percent: found.map(|found| percent(found.estimate)),
        percent_low: ends.map(|(low, _)| low),
        percent_high: ends.map(|(_, high)| high),
        confidence: interval.map(|interval| interval.confidence),
        tendency: tendency(quantity, ends),
        why,
    }
}

fn tendency(quantity: Quantity, ends: Option<(f64, f64)>) -> Tendency {
    let (rising, falling) = match quantity.better() {
        Better::More => (Tendency::Better, Tendency::Worse),
        Better::Less => (Tendency::Worse, Tendency::Better),
    };
    match ends {
        None => Tendency::Unknown,
        Some((low, _)) if low > 0.0 => rising,
        Some((_, high)) if high < 0.0 => falling,
        Some(_) => Tendency::Unclear,
    }
}

/// The rule: a judged quantity that is estimated worse by more than the limit is a failure when its
/// interval excludes no change, and cannot be said otherwise; nor can one without an interval.
fn judged(changes: &[Change], fail_if_percent: Option<f64>) -> (Verdict, Vec<String>) {
    let Some(limit) = fail_if_percent else {
        return (Verdict::Valid, Vec::new());
    };
    let (mut worse, mut unclear) = (Vec::new(), Vec::new());
    for change in changes.iter().filter(|change| change.is_judged) {
        let at = in_words(change);
        let (Some(percent), Some(low), Some(high)) =
            (change.percent, change.percent_low, change.percent_high)
        else {
            let why = change.why.as_deref().unwrap_or("there is no interval");
            unclear.push(format!("{at}: {why}"));
            continue;
        };
        let loss = match change.quantity.better() {
            Better::More => -percent,
            Better::Less => percent,
        };
        let told = format!("{at}: {percent:+.1} % [{low:+.1}, {high:+.1}]");
        match (loss > limit, change.tendency) {
            (true, Tendency::Worse) => {
                worse.push(format!("{told}, worse by more than {limit} %"));
            }
            (true, _) => unclear.push(format!(
                "{told}, worse by more than {limit} %, or by chance; measure more runs"
            )),
            (false, _) => {}
        }
    }
    match (worse.is_empty(), unclear.is_empty()) {
        (false, _) => (Verdict::Invalid, worse),
        (true, false) => (Verdict::Unknown, unclear),
        (true, true) if changes.is_empty() => {
            let why = "neither run has a point to compare".to_owned();
            (Verdict::Unknown, vec![why])
        }
        (true, true) => (Verdict::Valid, Vec::new()),
    }
}

fn in_words(change: &Change) -> String {
    let share = match change.cpu_share {
        Some(share) => format!(", {:.0} % calculating", share * 100.0),
        None => String::new(),
    };
    format!(
        "{} with {} clients{share}, {}",
        change.model,
        change.clients,
        change.quantity.name()
    )
}

/// Settings of the plans, and circumstances, that are not the same.
fn settings(before: &Kept, after: &Kept) -> Vec<SettingChange> {
    let (a, b) = (told(before), told(after));
    let names: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
    let none = "-".to_owned();
    let changed = names
        .into_iter()
        .filter(|name| a.get(*name) != b.get(*name));
    changed
        .map(|name| SettingChange {
            name: name.clone(),
            before: a.get(name).unwrap_or(&none).clone(),
            after: b.get(name).unwrap_or(&none).clone(),
        })
        .collect()
}

fn told(run: &Kept) -> BTreeMap<String, String> {
    let environment = serde_json::to_value(&run.summary.environment).unwrap_or_default();
    let fields = |value: &Value| value.as_object().cloned().unwrap_or_default();
    let all = fields(&run.plan).into_iter().chain(fields(&environment));
    // A server's port is a new one in every run, and says nothing.
    let telling = all.filter(|(name, _)| name != "target" && name != "command");
    telling
        .map(|(name, value)| match value {
            Value::String(text) => (name, text),
            other => (name, other.to_string()),
        })
        .collect()
}

/// Three runs of each side have just this: 1 - 2/20. A change for the worse is then taken for real by
/// chance in one of twenty points that did not change, and only if it also looks larger than allowed.
const CONFIDENCE: f64 = 0.9;
const OPEN_LOAD: [Quantity; 3] = [
    Quantity::ResponseP50,
    Quantity::ResponseP99,
    Quantity::ConnectP50,
];
const CLOSED_LOAD: [Quantity; 3] = [
    Quantity::AnswersPerSecond,
    Quantity::ResponseP50,
    Quantity::ResponseP99,
];

#[cfg(test)]
mod tests {
    use super::*;
    use history::{BenchKind, BenchSummary};

    fn kept(kind: BenchKind, walls: &[u64]) -> Kept {
        let run = |&wall_ns: &u64| Measured {
            wall_ns,
            outcomes: [("ok".to_owned(), 1000)].into(),
            ..Measured::default()
        };
        let mut summary = Summary::begin(Kind::Bench, "bench", "wharf bench", "now");
        summary.bench = Some(BenchSummary {
            kind,
            service: "echo".to_owned(),
            points: vec![Point {
                model: "thread".to_owned(),
                clients: 10,
                runs: walls.iter().map(run).collect(),
                ..Point::default()
            }],
            ..BenchSummary::default()
        });
        Kept {
            name: "run".to_owned(),
            summary,
            plan: serde_json::json!({ "runs": walls.len(), "kind": kind.name() }),
        }
    }

    #[track_caller]
    fn check(kind: BenchKind, before: &[u64], after: &[u64], expected: Verdict) -> Comparison {
        let found = compare(&kept(kind, before), &kept(kind, after), Some(10.0));
        let found = found.expect("comparable");
        assert_eq!(found.verdict, expected, "{found:?}");
        assert_eq!(found.reasons.is_empty(), expected == Verdict::Valid);
        found
    }

    #[test]
    fn more_time_is_worse_and_more_answers_are_better() {
        let (short, long) = ([100, 101, 102], [120, 121, 122]);
        let found = check(BenchKind::Burst, &short, &long, Verdict::Invalid);
        assert_eq!(found.changes[0].tendency, Tendency::Worse);
        let percent = found.changes[0].percent.expect("a change");
        assert!((percent - 19.8).abs() < 0.3, "{percent}");
        // The same walls: fewer answers a second, which is worse, too.
        let found = check(BenchKind::Throughput, &short, &long, Verdict::Invalid);
        assert!(
            found.changes[0]
                .percent
                .is_some_and(|percent| percent < -10.0)
        );
        check(BenchKind::Burst, &long, &short, Verdict::Valid);
        check(BenchKind::Throughput, &long, &short, Verdict::Valid);
    }

    #[test]
    fn a_small_loss_passes_even_when_it_is_sure() {
        let found = check(
            BenchKind::Burst,
            &[100, 101, 102],
            &[105, 106, 107],
            Verdict::Valid,
        );
        assert_eq!(found.changes[0].tendency, Tendency::Worse);
    }

    #[test]
    fn a_large_loss_that_may_be_chance_cannot_be_said() {
        let found = check(
            BenchKind::Burst,
            &[100, 101, 150],
            &[120, 121, 122],
            Verdict::Unknown,
        );
        assert_eq!(found.changes[0].tendency, Tendency::Unclear);
        assert!(found.reasons[0].contains("chance"), "{:?}", found.reasons);
    }

    #[test]
    fn too_few_runs_cannot_be_said() {
        let found = check(BenchKind::Burst, &[100, 101], &[120, 121], Verdict::Unknown);
        assert!(
            found.reasons[0].contains("too few runs"),
            "{:?}",
            found.reasons
        );
        assert!(found.changes[0].percent.is_some());
    }

    #[test]
    fn what_differs_is_named() {
        let found = check(BenchKind::Burst, &[100, 100], &[100; 3], Verdict::Unknown);
        let expected = SettingChange {
            name: "runs".to_owned(),
            before: "2".to_owned(),
            after: "3".to_owned(),
        };
        assert_eq!(found.settings, [expected]);
    }

    #[test]
    fn runs_of_two_kinds_are_not_compared() {
        let (a, b) = (kept(BenchKind::Burst, &[1]), kept(BenchKind::Churn, &[1]));
        let error = compare(&a, &b, None).expect_err("refused").to_string();
        assert!(error.contains("bench burst echo") && error.contains("bench churn echo"));
    }

    #[test]
    fn a_point_that_one_run_does_not_have_cannot_be_said() {
        let mut other = kept(BenchKind::Burst, &[100; 3]);
        let bench = other.summary.bench.as_mut().expect("a bench");
        bench.points[0].clients = 99;
        let first = kept(BenchKind::Burst, &[100; 3]);
        let found = compare(&first, &other, Some(10.0)).expect("comparable");
        assert_eq!(found.verdict, Verdict::Unknown);
        assert_eq!(found.reasons.len(), 2, "{:?}", found.reasons);
    }

    #[test]
    fn without_a_limit_nothing_is_judged() {
        let (a, b) = (
            kept(BenchKind::Burst, &[1; 3]),
            kept(BenchKind::Burst, &[9; 3]),
        );
        let found = compare(&a, &b, None).expect("comparable");
        assert_eq!((found.verdict, found.reasons.len()), (Verdict::Valid, 0));
    }
}

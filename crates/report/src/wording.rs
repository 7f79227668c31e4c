//! What the terminal and the page say in the same words.

use history::{BenchSummary, FitSummary, LoadSummary, Summary, Verdict};

use crate::{
    number::{count, counted, duration, figure},
    published,
};

/// The verdict with its sign and what it means. The sign tells it without colour.
pub(crate) fn verdict(verdict: Verdict) -> (&'static str, &'static str) {
    match verdict {
        Verdict::Valid => ("✓ valid", "all that was looked at was right"),
        Verdict::Unknown => ("? unknown", "nothing can be concluded"),
        Verdict::Invalid => ("✗ invalid", "something was shown to be wrong"),
    }
}

/// The reason for a verdict: its gravest finding, or what the verdict means.
pub(crate) fn reason(summary: &Summary) -> String {
    let first = summary.findings.first();
    let grave = first.filter(|finding| finding.verdict == summary.verdict);
    match grave {
        Some(finding) if summary.verdict != Verdict::Valid => finding.text.clone(),
        _ => verdict(summary.verdict).1.to_owned(),
    }
}

/// Whether gaps follow their law.
pub(crate) fn fit(fit: &FitSummary) -> String {
    let told = match fit.accepted {
        Some(true) => "not rejected: nothing in the gaps speaks against the law",
        Some(false) => "rejected: the gaps do not follow the law",
        None => "nothing can be said",
    };
    match fit.test.as_str() {
        "too-few" => format!("too few gaps to tell ({})", count(fit.count)),
        "deviation" => format!(
            "largest deviation {} over {} gaps: {told}",
            duration(fit.statistic),
            count(fit.count)
        ),
        _ => {
            let limit = fit
                .limit
                .map(|limit| format!(", 5 % limit {}", figure(limit)));
            let p = fit.p_value.map(|p| format!(", p = {}", figure(p)));
            format!(
                "Kolmogorov-Smirnov D = {}{}{} over {} gaps: {told}",
                figure(fit.statistic),
                limit.unwrap_or_default(),
                p.unwrap_or_default(),
                count(fit.count)
            )
        }
    }
}

/// The scale of a bench: `task 25.0 ms, 1 : 120 of the seed experiment's 3.00 s`.
pub(crate) fn scale(bench: &BenchSummary) -> String {
    let (task, seed) = (
        duration(bench.task_ns as f64),
        duration(published::TASK_NS as f64),
    );
    if bench.task_ns == published::TASK_NS {
        format!("task {task}, as in the seed experiment")
    } else if bench.scale >= 1.0 {
        format!(
            "task {task}, 1 : {} of the seed experiment's {seed}",
            figure(bench.scale)
        )
    } else {
        format!("task {task}; the seed experiment's was {seed}")
    }
}

/// How many runs were not counted because the clients were late; `None` when all were.
pub(crate) fn not_counted(bench: &BenchSummary) -> Option<String> {
    let runs = bench.points.iter().flat_map(|point| &point.runs);
    let late = runs.filter(|run| run.generator_late).count() as u64;
    let runs = counted(late, "run");
    (late > 0).then(|| format!("{runs} not counted, because the clients themselves were late"))
}

/// How many requests did not end well.
pub(crate) fn failed(outcomes: &history::Outcomes) -> u64 {
    outcomes
        .iter()
        .filter(|(name, _)| *name != "ok")
        .map(|(_, count)| count)
        .sum()
}

/// Outcomes in words: `12 000 ok, 3 reset`.
pub(crate) fn outcomes(outcomes: &history::Outcomes) -> String {
    let some = outcomes.iter().filter(|(_, number)| **number > 0);
    let words: Vec<String> = some
        .map(|(name, number)| format!("{} {name}", count(*number)))
        .collect();
    match words.is_empty() {
        true => "no request".to_owned(),
        false => words.join(", "),
    }
}

/// The rate asked for, all workers together, and the rate at which requests ended, both a second;
/// `None` where there is nothing to divide by, and for what a closed loop was asked: its rate is the
/// server's doing.
pub(crate) fn rates(load: &LoadSummary) -> (Option<f64>, Option<f64>) {
    let per_second = |number: f64, ns: f64| (ns > 0.0).then(|| number * 1e9 / ns);
    let stopped = load.outcomes.get("stopped").copied().unwrap_or(0);
    let ended = load.outcomes.values().sum::<u64>() - stopped;
    (
        per_second(load.workers as f64, load.law.mean_ns).filter(|_| load.loop_kind != "closed"),
        per_second(ended as f64, load.wall_ns as f64),
    )
}

#[cfg(test)]
mod tests {
    use history::{Finding, Kind};

    use super::*;

    #[track_caller]
    fn check(task_ns: u64, scale_of_task: f64, expected: &str) {
        let bench = BenchSummary {
            task_ns,
            scale: scale_of_task,
            ..BenchSummary::default()
        };
        assert_eq!(scale(&bench), expected);
    }

    #[test]
    fn the_scale_is_said_plainly() {
        check(
            25_000_000,
            120.0,
            "task 25.0 ms, 1 : 120 of the seed experiment's 3.00 s",
        );
        check(3_000_000_000, 1.0, "task 3.00 s, as in the seed experiment");
        check(
            6_000_000_000,
            0.5,
            "task 6.00 s; the seed experiment's was 3.00 s",
        );
    }

    #[test]
    fn a_test_says_what_it_found() {
        let mut summary = FitSummary {
            test: "kolmogorov-smirnov".to_owned(),
            count: 1000,
            statistic: 0.0312,
            limit: Some(0.0428),
            p_value: Some(0.28),
            accepted: Some(true),
        };
        let words = "Kolmogorov-Smirnov D = 0.0312, 5 % limit 0.0428, p = 0.280 over 1000 gaps: \
                     not rejected: nothing in the gaps speaks against the law";
        assert_eq!(fit(&summary), words);
        summary.test = "too-few".to_owned();
        assert_eq!(fit(&summary), "too few gaps to tell (1000)");
    }

    #[test]
    fn the_reason_is_the_gravest_finding() {
        let mut summary = Summary::begin(Kind::Load, "load", "wharf load", "now");
        assert!(reason(&summary).starts_with("the run has not ended"));
        summary.conclude(vec![Finding::new(Verdict::Valid, "a remark")]);
        assert_eq!(reason(&summary), "all that was looked at was right");
    }

    #[test]
    fn a_run_of_nothing_has_no_rates() {
        assert_eq!(rates(&LoadSummary::default()), (None, None));
        assert_eq!(outcomes(&history::Outcomes::new()), "no request");
    }
}

//! What the terminal and the page say in the same words.

use history::{
    BenchKind, BenchSummary, ChatSummary, Choice, FitSummary, LoadSummary, NamesCommits,
    NamesSummary, PrimesSummary, QuantityUnit, SimSummary, Summary, Verdict,
};

use crate::{
    answers::requests_a_write,
    measure,
    number::{DASH, count, counted, duration, figure, share, size},
    published, search,
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

/// Who a member of a chat was.
pub(crate) fn chat(chat: &ChatSummary) -> String {
    format!(
        "{}, a member of the group {}, in logs {}, with {}",
        chat.name,
        chat.group,
        chat.host,
        counted(chat.peers.len() as u64, "other member")
    )
}

/// Where names were served.
pub(crate) fn names(names: &NamesSummary) -> String {
    let at = |what: &str, addresses: &[String]| match addresses {
        [] => String::new(),
        some => format!(" · {what} at {}", some.join(", ")),
    };
    let (dns, http) = (at("DNS", &names.dns), at("HTTP", &names.http));
    format!("names in {}{dns}{http}", names.zone)
}

/// What was simulated.
pub(crate) fn simulated(sim: &SimSummary) -> String {
    let broken = match &sim.broken {
        Some(rule) => format!(", with the rule {rule} broken"),
        None => String::new(),
    };
    let datagrams = match sim.datagrams_a_message {
        Some(number) => format!(", {} datagrams a message", figure(number)),
        None => String::new(),
    };
    let blocked = match sim.blocked {
        0 => String::new(),
        blocked => format!(
            "; in {} too few members were left in the end to decide on anything",
            count(blocked)
        ),
    };
    format!(
        "{} of {} in the order {} ({}){broken}, {} of virtual time{datagrams}{blocked}",
        counted(sim.runs, "run"),
        counted(sim.members, "member"),
        sim.order,
        sim.promises,
        duration(sim.virtual_ns as f64)
    )
}

/// What became of datagrams that were not simply answered.
pub(crate) fn datagrams(names: &NamesSummary) -> String {
    happened(&[
        (names.cut, "answer", "cut, to be had by TCP"),
        (names.limited, "datagram", "not answered for the rate limit"),
        (names.silent, "message", "owed no answer"),
        (names.lost, "datagram", "dropped by the kernel"),
        (names.unsent, "answer", "not taken by the kernel"),
    ])
}

/// What happened, without what did not: how often, to what, and what it was.
pub(crate) fn happened(counts: &[(u64, &str, &str)]) -> String {
    let some = counts.iter().filter(|(number, _, _)| *number > 0);
    let words = some.map(|(number, noun, what)| format!("{} {what}", counted(*number, noun)));
    words.collect::<Vec<_>>().join("; ")
}

/// How changes were kept; nothing where there were none.
pub(crate) fn changes(commits: &NamesCommits) -> String {
    let kept = requests_a_write(commits).map(|each| {
        format!(
            "{} kept with {} to the disk: {} a write, at most {}",
            counted(commits.requests, "request"),
            counted(commits.count, "write"),
            figure(each),
            count(commits.requests_max)
        )
    });
    let failed =
        (commits.failed > 0).then(|| format!("{} failed", counted(commits.failed, "write")));
    let words: Vec<String> = kept.into_iter().chain(failed).collect();
    words.join("; ")
}

/// How long writes of changes took, in nanoseconds, as far as it is known. A percentile is the upper end of a histogram's
/// bucket, which may lie beyond the longest.
pub(crate) fn latencies(commits: &NamesCommits) -> Vec<(&'static str, f64)> {
    let most = commits.latency_ns_max.unwrap_or(u64::MAX);
    let all = [
        ("p50", commits.latency_ns_p50),
        ("p99", commits.latency_ns_p99),
        ("max", commits.latency_ns_max),
    ];
    let known = all.into_iter().filter_map(|(name, ns)| Some((name, ns?)));
    known
        .map(|(name, ns)| (name, ns.min(most) as f64))
        .collect()
}

/// How many messages `what` happened to. Clocks show only those that told something new.
pub(crate) fn messages(matched: u64, is_least: bool, what: &str) -> String {
    let messages = counted(matched, "message");
    match is_least && matched > 0 {
        true => format!("at least {messages} {what}, as the clocks show"),
        false => format!("{messages} {what}"),
    }
}

/// A truth.
pub(crate) fn yes_or_no(is: bool) -> &'static str {
    if is { "yes" } else { "no" }
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

/// The scale of a bench: `task 25.0 ms, 1 : 120 of the seed experiment's 3.00 s`. Where there is no
/// such task, what was asked for.
pub(crate) fn scale(bench: &BenchSummary) -> String {
    match bench.scale > 0.0 {
        true => scale_to_seed(bench),
        false => subject(bench),
    }
}

fn scale_to_seed(bench: &BenchSummary) -> String {
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

/// What a benchmark asked for: of a burst with a task its scale, else the service and its requests.
pub(crate) fn subject(bench: &BenchSummary) -> String {
    let mut parts = match bench.kind {
        BenchKind::Burst if bench.scale > 0.0 => return scale_to_seed(bench),
        _ => vec![format!("service {}", bench.service)],
    };
    if bench.task_ns > 0 {
        parts.push(format!("task {}", duration(bench.task_ns as f64)));
    }
    if bench.payload_bytes > 0 && bench.kind != BenchKind::Idle {
        parts.push(format!("{} a request", size(bench.payload_bytes)));
    }
    if bench.pipeline > 0 && bench.kind == BenchKind::Throughput {
        parts.push(match bench.pipeline {
            1 => "no pipelining".to_owned(),
            deep => format!("{} under way at once (pipeline)", count(deep)),
        });
    }
    if let Some(ns) = bench.lasting_ns {
        parts.push(format!("{} a run", duration(ns as f64)));
    }
    parts.join(", ")
}

/// A choice in words: the load, the models, the figure.
pub(crate) fn choice(choice: &Choice) -> [String; 3] {
    let clients = counted(choice.clients, "client");
    let load = match choice.cpu_share {
        Some(of) => format!("{clients}, {} calculation", share(of)),
        None => clients,
    };
    let models = match choice.models.as_slice() {
        [] => "none reached it".to_owned(),
        [only] => only.clone(),
        tied => format!("{} (a tie)", tied.join(", ")),
    };
    let (quantity, name) = (choice.quantity, choice.quantity.name());
    let figure = match choice.median.map(|median| measure::show(quantity, median)) {
        // The name of a rate ends in its unit.
        Some(shown) if quantity.unit() == QuantityUnit::PerSecond => {
            format!("{} {name}", shown.trim_end_matches(" /s"))
        }
        Some(shown) => format!("{name} {shown}"),
        None => DASH.to_owned(),
    };
    [load, models, figure]
}

/// The reason for a choice, or an obstacle, as a sentence. It begins with a capital letter unless it
/// begins with one of `names`, which are written as they are.
pub(crate) fn sentence(text: &str, names: &[String]) -> String {
    let text = text.trim();
    let mut characters = text.chars();
    let Some(first) = characters.next() else {
        return String::new();
    };
    let stop = if text.ends_with(['.', '!', '?']) {
        ""
    } else {
        "."
    };
    match names.iter().any(|name| text.starts_with(name.as_str())) {
        true => format!("{text}{stop}"),
        false => format!("{}{}{stop}", first.to_uppercase(), characters.as_str()),
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

/// What was searched: `primes from 1 to 1 000 000 by trial, 4 variants, 5 runs each, 2 cores`.
pub(crate) fn search(primes: &PrimesSummary) -> String {
    let what = match primes.is_count {
        true => "the number of primes",
        false => "primes",
    };
    let (first, last) = (count(primes.first), count(primes.last));
    let variants = match primes.variants.as_slice() {
        [only] => search::name(only),
        more => counted(more.len() as u64, "variant"),
    };
    let runs = primes
        .variants
        .iter()
        .map(|variant| variant.runs.len())
        .max();
    let runs = counted(runs.unwrap_or(0) as u64, "run");
    let each = if primes.variants.len() > 1 {
        " each"
    } else {
        ""
    };
    let cores = match primes.cores {
        0 => String::new(),
        cores => format!(" · {} to use", counted(cores, "core")),
    };
    let method = &primes.method;
    format!("{what} from {first} to {last} by {method} · {variants} · {runs}{each}{cores}")
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
    fn what_was_asked_for_is_said_of_every_kind() {
        let mut bench = BenchSummary {
            kind: BenchKind::Throughput,
            service: "echo".to_owned(),
            pipeline: 16,
            payload_bytes: 64,
            lasting_ns: Some(2_000_000_000),
            ..BenchSummary::default()
        };
        let words = "service echo, 64 B a request, 16 under way at once (pipeline), 2.00 s a run";
        assert_eq!(subject(&bench), words);
        bench.kind = BenchKind::Idle;
        assert_eq!(subject(&bench), "service echo, 2.00 s a run");
        bench.kind = BenchKind::Burst;
        assert_eq!(
            subject(&bench),
            "service echo, 64 B a request, 2.00 s a run"
        );
    }

    #[test]
    fn a_choice_says_load_models_and_figure() {
        let mut of = Choice {
            clients: 50,
            cpu_share: Some(0.25),
            models: vec!["uring".to_owned(), "reactor".to_owned()],
            quantity: history::Quantity::AnswersPerSecond,
            median: Some(174_321.0),
            reason: String::new(),
        };
        let words = [
            "50 clients, 25 % calculation",
            "uring, reactor (a tie)",
            "174\u{202f}000 answers/s",
        ];
        assert_eq!(choice(&of), words);
        of.models.clear();
        of.median = None;
        assert_eq!(choice(&of)[1..], ["none reached it", DASH]);
    }

    #[test]
    fn a_name_at_the_beginning_of_a_sentence_stays_as_it_is() {
        let names = ["reactor".to_owned()];
        assert_eq!(sentence("reactor: 2 s", &names), "reactor: 2 s.");
        assert_eq!(sentence("a tie.", &names), "A tie.");
        assert_eq!(sentence("", &names), "");
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
    fn no_percentile_is_longer_than_the_longest() {
        let commits = NamesCommits {
            latency_ns_p50: Some(5),
            latency_ns_p99: Some(93),
            latency_ns_max: Some(92),
            ..NamesCommits::default()
        };
        let known = [("p50", 5.0), ("p99", 92.0), ("max", 92.0)];
        assert_eq!(latencies(&commits), known);
        assert_eq!(latencies(&NamesCommits::default()), []);
    }

    #[test]
    fn a_run_of_nothing_has_no_rates() {
        assert_eq!(rates(&LoadSummary::default()), (None, None));
        assert_eq!(outcomes(&history::Outcomes::new()), "no request");
    }
}

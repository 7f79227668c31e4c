//! What the figures of a run amount to.
//!
//! | what | verdict |
//! |---|---|
//! | a wrong answer, or one that nobody had asked for | invalid |
//! | a request that failed | invalid |
//! | the same, because the server went away or the run was stopped | unknown |
//! | a limit of this machine | unknown |
//! | requests that left late, a generator that had the processor to itself, or a loop of it a core | unknown |
//! | requests that waited for room until time was over, and that the figures leave out | unknown |
//! | gaps beyond what their law does by chance | a remark: 5 % of right runs have it |

use history::{Finding, FitSummary, Outcome, Verdict};

use crate::{Client, Loop, Plan, tally::Tally, usage::Usage};

/// What is to be judged.
pub(crate) struct Circumstances<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) tally: &'a Tally,
    /// Of the sent gaps; none when they are not to be judged.
    pub(crate) fit: Option<&'a FitSummary>,
    pub(crate) start_ns: u64,
    pub(crate) wall_ns: u64,
    /// Processor time of the generator.
    pub(crate) cpu_ns: u64,
    /// Cores that it may use.
    pub(crate) cores: u64,
    /// What each of its loops used.
    pub(crate) hosts: &'a [Usage],
    pub(crate) cut: Option<Cut>,
    /// Most connections that a worker held at once.
    pub(crate) open_limit: usize,
    /// Whether a worker was told to stop before it was done.
    pub(crate) was_cut_short: bool,
    /// Workers that held a request back until time was over.
    pub(crate) left_behind: u64,
}

/// Why a run ended before its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    /// A stop was asked for.
    Stopped,
    /// The server went away.
    ServerGone,
}

/// The findings, in no particular order.
pub(crate) fn judge(run: &Circumstances<'_>) -> Vec<Finding> {
    let late = lateness(run);
    let on_time = late.is_none();
    [
        wrong_answers(run.tally),
        unasked_answers(run.tally),
        failures(run),
        cut_short(run),
        local_limits(run),
        late,
        left_behind(run),
        bottleneck(run),
        fit(run).filter(|_| on_time),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn wrong_answers(tally: &Tally) -> Option<Finding> {
    let wrong = tally.count(Outcome::Wrong);
    let answers = wrong + tally.count(Outcome::Ok);
    let first = tally.wrong.first().filter(|_| wrong > 0)?;
    let text = format!("{wrong} of {answers} answers were wrong; the first: {first}");
    Some(Finding::new(Verdict::Invalid, text))
}

fn unasked_answers(tally: &Tally) -> Option<Finding> {
    let text = format!("{} answers came that nobody had asked for", tally.unasked);
    (tally.unasked > 0).then(|| Finding::new(Verdict::Invalid, text))
}

/// Those that a cut does not explain.
fn failures(run: &Circumstances<'_>) -> Option<Finding> {
    let lost = match run.cut {
        None => &LOST[..],
        Some(_) => &[],
    };
    let (failed, list) = listed(run.tally, &[lost, &FAILED].concat());
    let unsent = match (run.cut, run.tally.count(Outcome::Stopped)) {
        (Some(_), _) | (None, 0) => String::new(),
        (None, unsent) => format!("; {unsent} more were never sent"),
    };
    let asked = run.tally.asked(run.plan);
    let text = format!("{failed} of {asked} requests failed: {list}{unsent}");
    (failed > 0).then(|| Finding::new(Verdict::Invalid, text))
}

fn cut_short(run: &Circumstances<'_>) -> Option<Finding> {
    let cut = run.cut?;
    let (after_ns, why) = match cut {
        Cut::Stopped => (run.wall_ns, "it was stopped"),
        Cut::ServerGone => {
            let lost_ns = run.tally.first_lost_ns.unwrap_or(run.start_ns);
            (lost_ns.saturating_sub(run.start_ns), "the server went away")
        }
    };
    let (lost, list) = listed(run.tally, &[&LOST[..], &[Outcome::Stopped]].concat());
    let what = match (lost, run.plan.lasting) {
        // What was not asked for in time is not counted, so that nothing came to nothing says little.
        (0, Some(lasting)) if cut == Cut::Stopped && run.was_cut_short => {
            format!(
                "{why}, and was to last {}",
                in_words(lasting.as_nanos() as f64)
            )
        }
        (0, _) => return None,
        _ => format!(
            "{why}, and {lost} of {} requests came to nothing ({list})",
            run.tally.asked(run.plan),
        ),
    };
    let text = format!(
        "the run was cut short after {:.3} s: {what}; results up to then are kept",
        after_ns as f64 / 1e9,
    );
    Some(Finding::new(Verdict::Unknown, text))
}

fn local_limits(run: &Circumstances<'_>) -> Option<Finding> {
    let limited = run.tally.count(Outcome::LocalLimit);
    let text = format!(
        "{limited} of {} requests could not be made because this machine ran out of ports, \
         descriptors or memory; use fewer workers or a lower rate",
        run.tally.asked(run.plan),
    );
    (limited > 0).then(|| Finding::new(Verdict::Unknown, text))
}

fn lateness(run: &Circumstances<'_>) -> Option<Finding> {
    let mean_ns = run.plan.law.mean() * 1e9;
    let p99_ns = run.tally.lateness.digest().p99?;
    if mean_ns == 0.0 || p99_ns <= (LATE_SHARE * mean_ns).max(LATE_NS) {
        return None;
    }
    let held_back = match run.tally.held_back {
        0 => String::new(),
        count => format!(
            " ({count} requests waited because a worker holds at most {} connections and 1 MiB \
             that the server does not take)",
            run.open_limit
        ),
    };
    let text = format!(
        "the generator was late: p99 lateness {} of a mean gap of {}{held_back}; \
         use fewer workers or a lower rate",
        in_words(p99_ns),
        in_words(mean_ns),
    );
    Some(Finding::new(Verdict::Unknown, text))
}

/// Without this, a server that stalls would be asked less, and nobody would be told.
fn left_behind(run: &Circumstances<'_>) -> Option<Finding> {
    let text = format!(
        "{} of {} workers held requests back until time was over, because each holds at most {} \
         connections and 1 MiB that the server does not take; the response times leave those out: \
         use a lower rate",
        run.left_behind, run.plan.workers, run.open_limit,
    );
    (run.left_behind > 0).then(|| Finding::new(Verdict::Unknown, text))
}

fn bottleneck(run: &Circumstances<'_>) -> Option<Finding> {
    all_busy(run).or_else(|| loops_busy(run))
}

fn all_busy(run: &Circumstances<'_>) -> Option<Finding> {
    let share = run.cpu_ns as f64 / (run.wall_ns as f64 * run.cores as f64);
    if run.wall_ns < JUDGED_NS || share <= BUSY_SHARE {
        return None;
    }
    let text = format!(
        "the generator was the bottleneck: it used {:.0} % of {} cores over {}; \
         use fewer workers or a lower rate",
        share * 100.0,
        run.cores,
        in_words(run.wall_ns as f64),
    );
    Some(Finding::new(Verdict::Unknown, text))
}

/// A loop is one thread: those whose workers it has wait for it, however much the others sleep.
fn loops_busy(run: &Circumstances<'_>) -> Option<Finding> {
    let is_busy = |host: &&Usage| host.span_ns >= JUDGED_NS && host.share() > BUSY_SHARE;
    let busy: Vec<&Usage> = run.hosts.iter().filter(is_busy).collect();
    let most = busy.iter().map(|host| host.share()).reduce(f64::max)?;
    let loops = match run.plan.client {
        Client::Threads => "client threads",
        Client::EventLoops => "client event loops",
    };
    let text = format!(
        "the generator was the bottleneck: {} of {} {loops} used over {:.0} % of a core (the busiest {:.0} %); \
         use fewer workers or a lower rate",
        busy.len(),
        run.hosts.len(),
        BUSY_SHARE * 100.0,
        most * 100.0,
    );
    Some(Finding::new(Verdict::Unknown, text))
}

fn fit(run: &Circumstances<'_>) -> Option<Finding> {
    let fit = run.fit.filter(|_| run.plan.loop_kind == Loop::Open)?;
    let (Some(false), Some(limit), Some(p_value)) = (fit.accepted, fit.limit, fit.p_value) else {
        return None;
    };
    let text = format!(
        "the {} gaps sent stray from the {} law by {:.4}, and 95 % of right samples stray by at \
         most {limit:.4} (p = {p_value:.4})",
        fit.count,
        run.plan.law.name(),
        fit.statistic,
    );
    Some(Finding::new(Verdict::Valid, text))
}

/// How many requests ended in these ways, and each that occurred with its count.
fn listed(tally: &Tally, outcomes: &[Outcome]) -> (u64, String) {
    let counts = outcomes
        .iter()
        .map(|&outcome| (outcome.name(), tally.count(outcome)));
    let counts: Vec<_> = counts.filter(|&(_, count)| count > 0).collect();
    let list: Vec<_> = counts
        .iter()
        .map(|(name, count)| format!("{name} {count}"))
        .collect();
    (counts.iter().map(|(_, count)| count).sum(), list.join(", "))
}

/// A duration with three digits and its unit.
fn in_words(nanos: f64) -> String {
    let units = [(1e9, "s"), (1e6, "ms"), (1e3, "µs")];
    let unit = units.into_iter().find(|&(size, _)| nanos >= size);
    let (size, unit) = unit.unwrap_or((1.0, "ns"));
    let number = nanos / size;
    let digits = match number {
        ..10.0 => 2,
        ..100.0 => 1,
        _ => 0,
    };
    format!("{number:.digits$} {unit}")
}

/// How requests end when their server goes away.
const LOST: [Outcome; 3] = [Outcome::Refused, Outcome::Reset, Outcome::Closed];
/// How they end when it fails.
const FAILED: [Outcome; 3] = [Outcome::Timeout, Outcome::ConnectTimeout, Outcome::Network];
/// A tenth of a gap shows in the gaps.
const LATE_SHARE: f64 = 0.1;
/// A machine that does other things too is as late as this now and then.
const LATE_NS: f64 = 1e6;
/// What remains for the server and the kernel.
const BUSY_SHARE: f64 = 0.9;
/// A burst shorter than this is all processor, and no sign of anything.
const JUDGED_NS: u64 = 100_000_000;

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use machine::Exchange;

    use super::*;

    fn plan() -> Plan {
        let target = SocketAddr::from(([127, 0, 0, 1], 55_000));
        let law = stats::by_name("exponential").expect("a law");
        let plan = Plan::new(target, law, 100.0).expect("in range");
        Plan {
            intervals: 100,
            ..plan
        }
    }

    fn tally(outcomes: &[(Outcome, u64)]) -> Tally {
        let mut tally = Tally::new(Exchange::Session);
        for (outcome, count) in outcomes {
            tally.outcomes.insert(outcome.name().to_owned(), *count);
        }
        tally
    }

    fn run<'a>(plan: &'a Plan, tally: &'a Tally, cut: Option<Cut>) -> Circumstances<'a> {
        Circumstances {
            plan,
            tally,
            fit: None,
            start_ns: 1_000_000_000,
            wall_ns: 2_000_000_000,
            cpu_ns: 100_000_000,
            cores: 2,
            hosts: &[],
            cut,
            open_limit: 1000,
            was_cut_short: cut == Some(Cut::Stopped),
            left_behind: 0,
        }
    }

    #[track_caller]
    fn check(run: &Circumstances<'_>, expected: &[(Verdict, &str)]) {
        let found = judge(run);
        let found: Vec<_> = found.iter().map(|f| (f.verdict, f.text.as_str())).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn right_answers_in_time_need_no_word() {
        check(&run(&plan(), &tally(&[(Outcome::Ok, 100)]), None), &[]);
    }

    #[test]
    fn a_wrong_answer_is_invalid_with_its_witness() {
        let mut tally = tally(&[(Outcome::Ok, 98), (Outcome::Wrong, 2)]);
        tally.wrong = vec!["worker 0, request 1: …".to_owned(), "another".to_owned()];
        check(
            &run(&plan(), &tally, Some(Cut::Stopped)),
            &[(
                Verdict::Invalid,
                "2 of 100 answers were wrong; the first: worker 0, request 1: …",
            )],
        );
    }

    #[test]
    fn an_answer_nobody_asked_for_is_invalid() {
        let mut tally = tally(&[(Outcome::Ok, 100)]);
        tally.unasked = 3;
        let expected = "3 answers came that nobody had asked for";
        check(&run(&plan(), &tally, None), &[(Verdict::Invalid, expected)]);
    }

    #[test]
    fn failed_requests_are_invalid_by_kind() {
        let tally = tally(&[
            (Outcome::Reset, 12),
            (Outcome::Timeout, 3),
            (Outcome::Stopped, 5),
            (Outcome::Ok, 80),
        ]);
        check(
            &run(&plan(), &tally, None),
            &[(
                Verdict::Invalid,
                "15 of 100 requests failed: reset 12, timeout 3; 5 more were never sent",
            )],
        );
    }

    #[test]
    fn a_server_that_went_away_leaves_the_rest_unknown() {
        let mut tally = tally(&[
            (Outcome::Ok, 60),
            (Outcome::Reset, 4),
            (Outcome::Stopped, 36),
        ]);
        tally.first_lost_ns = Some(1_500_000_000);
        check(
            &run(&plan(), &tally, Some(Cut::ServerGone)),
            &[(
                Verdict::Unknown,
                "the run was cut short after 0.500 s: the server went away, and 40 of 100 requests \
                 came to nothing (reset 4, stopped 36); results up to then are kept",
            )],
        );
    }

    #[test]
    fn a_stop_does_not_excuse_a_time_out() {
        let tally = tally(&[
            (Outcome::Ok, 60),
            (Outcome::Timeout, 4),
            (Outcome::Stopped, 36),
        ]);
        check(
            &run(&plan(), &tally, Some(Cut::Stopped)),
            &[
                (Verdict::Invalid, "4 of 100 requests failed: timeout 4"),
                (
                    Verdict::Unknown,
                    "the run was cut short after 2.000 s: it was stopped, and 36 of 100 requests \
                     came to nothing (stopped 36); results up to then are kept",
                ),
            ],
        );
    }

    #[test]
    fn a_limit_of_this_machine_is_unknown() {
        let tally = tally(&[(Outcome::Ok, 99), (Outcome::LocalLimit, 1)]);
        let found = judge(&run(&plan(), &tally, None));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].verdict, Verdict::Unknown);
    }

    #[test]
    fn a_stop_of_a_run_that_was_to_last_is_told_though_nothing_was_lost() {
        let lasting = Plan {
            lasting: Some(std::time::Duration::from_secs(60)),
            ..plan()
        };
        let tally = tally(&[(Outcome::Ok, 60)]);
        let expected = "the run was cut short after 2.000 s: it was stopped, and was to last 60.0 s; \
                        results up to then are kept";
        check(
            &run(&lasting, &tally, Some(Cut::Stopped)),
            &[(Verdict::Unknown, expected)],
        );
        check(&run(&lasting, &tally, None), &[]);
        check(&run(&plan(), &tally, Some(Cut::Stopped)), &[]);
    }

    #[test]
    fn requests_left_behind_are_no_success() {
        let (plan, tally) = (plan(), tally(&[(Outcome::Ok, 100)]));
        let found = judge(&Circumstances {
            left_behind: 1,
            ..run(&plan, &tally, None)
        });
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].verdict, Verdict::Unknown);
        assert!(
            found[0]
                .text
                .starts_with("1 of 1 workers held requests back")
        );
    }

    /// Gaps refused by the fit, and requests `late_ns` late.
    fn late_and_refused(plan: &Plan, late_ns: u64) -> Vec<Finding> {
        let mut tally = tally(&[(Outcome::Ok, 100)]);
        tally.lateness.record(late_ns);
        let fit = FitSummary {
            test: "kolmogorov-smirnov".to_owned(),
            count: 100,
            statistic: 0.2,
            limit: Some(0.1343),
            p_value: Some(0.0005),
            accepted: Some(false),
        };
        judge(&Circumstances {
            fit: Some(&fit),
            ..run(plan, &tally, None)
        })
    }

    #[test]
    fn a_late_generator_is_unknown_and_its_gaps_are_not_judged() {
        assert_eq!(
            late_and_refused(&plan(), 2_000_000),
            [Finding::new(
                Verdict::Unknown,
                "the generator was late: p99 lateness 2.00 ms of a mean gap of 10.0 ms; \
                 use fewer workers or a lower rate",
            )]
        );
    }

    #[test]
    fn refused_gaps_of_a_punctual_generator_are_a_remark() {
        assert_eq!(
            late_and_refused(&plan(), 900_000),
            [Finding::new(
                Verdict::Valid,
                "the 100 gaps sent stray from the exponential law by 0.2000, and 95 % of right \
                 samples stray by at most 0.1343 (p = 0.0005)",
            )]
        );
        let closed = Plan {
            loop_kind: Loop::Closed,
            ..plan()
        };
        assert_eq!(late_and_refused(&closed, 900_000), []);
    }

    #[test]
    fn a_busy_generator_is_a_bottleneck_only_over_a_while() {
        let (plan, tally) = (plan(), tally(&[(Outcome::Ok, 100)]));
        let busy = |wall_ns| Circumstances {
            wall_ns,
            cpu_ns: wall_ns * 19 / 10,
            ..run(&plan, &tally, None)
        };
        check(&busy(99_000_000), &[]);
        let expected = "the generator was the bottleneck: it used 95 % of 2 cores over 1.00 s; \
                        use fewer workers or a lower rate";
        check(&busy(1_000_000_000), &[(Verdict::Unknown, expected)]);
    }

    /// Loops that used so many milliseconds of a core, each in two seconds.
    #[track_caller]
    fn check_loops(cpu_ms: &[u64], expected: Option<&str>) {
        let plan = Plan {
            client: Client::EventLoops,
            ..plan()
        };
        let usage = |cpu_ms| Usage {
            cpu_ns: cpu_ms * 1_000_000,
            span_ns: 2_000_000_000,
        };
        let hosts: Vec<Usage> = cpu_ms.iter().copied().map(usage).collect();
        let tally = tally(&[(Outcome::Ok, 100)]);
        let found = judge(&Circumstances {
            hosts: &hosts,
            ..run(&plan, &tally, None)
        });
        let expected = expected.map(|text| Finding::new(Verdict::Unknown, text));
        assert_eq!(found, Vec::from_iter(expected));
    }

    #[test]
    fn one_saturated_loop_among_idle_ones_is_a_bottleneck() {
        check_loops(&[1800, 1700, 0, 0], None);
        check_loops(
            &[100, 1950, 0, 0],
            Some(
                "the generator was the bottleneck: 1 of 4 client event loops used over 90 % of a core (the \
                 busiest 98 %); use fewer workers or a lower rate",
            ),
        );
        check_loops(
            &[1990, 1950, 0, 1810],
            Some(
                "the generator was the bottleneck: 3 of 4 client event loops used over 90 % of a core (the \
                 busiest 100 %); use fewer workers or a lower rate",
            ),
        );
    }

    #[test]
    fn a_loop_that_was_busy_for_a_moment_is_none() {
        let (plan, tally) = (plan(), tally(&[(Outcome::Ok, 100)]));
        let moment = |span_ns| Usage {
            cpu_ns: span_ns,
            span_ns,
        };
        let found = |span_ns| {
            judge(&Circumstances {
                hosts: &[moment(span_ns)],
                ..run(&plan, &tally, None)
            })
        };
        assert_eq!(found(99_000_000), []);
        assert_eq!(found(100_000_000).len(), 1);
    }
}

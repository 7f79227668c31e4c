//! One search, in one way: its primes go where they were asked to.

use std::{io, sync::Arc};

use anyhow::{Context as _, Result, anyhow};
use history::{Finding, Kind, PrimesFile, PrimesSummary, PrimesVariant, Verdict};
use parallel::{Control, Job, Outcome, SearchError, Want};
use primes::Range;
use run::{Stop, stop_on_signals};
use timing::{Clock, SystemClock};

use super::{
    keeper::{Keeper, Mark},
    quest::{Quest, Way},
    runs,
    target::Target,
    watch::Watch,
};
use crate::{args::PrimesArgs, run_folder::Begun, say};

/// Makes the search that the flags ask for.
///
/// # Errors
/// When it cannot begin, when what is found cannot be kept, and when there is no prime of that number.
pub fn run(args: &PrimesArgs) -> Result<Verdict> {
    let (quest, way) = (Quest::new(args)?, Way::only(args)?);
    way.check(quest.method)?;
    let target = Target::open(&args.files, quest.range, quest.nth)?;
    let stop = Arc::new(Stop::new().context("no descriptors left")?);
    stop_on_signals(&stop).context("cannot listen for ^C")?;
    let clock = SystemClock::start();
    let name = format!("primes {}", quest.method.name);
    let mut begun = Begun::new(Kind::Primes, &name, &args.folder, &clock)?;
    begun.write_plan(&quest.settings("primes", &[way]))?;
    let is_printed = matches!(target, Target::Printed(_));
    let is_quiet = args.quiet || is_printed;
    if !is_quiet {
        say::talk(&format!(
            "{}: {}, {}",
            quest.range_in_words(),
            quest.method.name,
            way.in_words()
        ));
    }
    let mut search = Search {
        quest,
        way,
        had: target.mark(),
        keeper: Keeper::new(target, quest.nth, &clock),
        clock: &clock,
        stop: &stop,
    };
    let searched = search.go();
    let ended = match searched {
        Ok(outcome) => search.end(outcome, args),
        Err(error) => Err(search.lose(&error, args)),
    };
    match ended {
        Ok(end) => {
            // Behind the primes on standard output it would be taken for one. Elsewhere it is all that was asked for: if
            // it cannot be printed, that is an error.
            if let Some(number) = end.number.filter(|_| args.quiet && !is_printed) {
                say::pass_on(format!("{number}\n").as_bytes())?;
            }
            begun.summary.primes = Some(end.summary);
            Ok(match is_quiet {
                true => begun.conclude_quietly(end.findings, &clock),
                false => begun.conclude(end.findings, &[], &clock),
            })
        }
        Err(error) => {
            let why = Finding::new(Verdict::Unknown, format!("{error:#}"));
            begun.keep(vec![why], &clock);
            Err(error)
        }
    }
}

/// A search under way.
struct Search<'a> {
    quest: Quest,
    way: Way,
    /// What was there when it began.
    had: Mark,
    keeper: Keeper<'a>,
    clock: &'a dyn Clock,
    stop: &'a Stop,
}

/// What it came to.
struct End {
    summary: PrimesSummary,
    findings: Vec<Finding>,
    /// What was asked for, where it is one number: how many, or with `--nth` the prime.
    number: Option<u64>,
}

impl Search<'_> {
    /// Searches what has not been searched; the wall time of the outcome is until the last byte written.
    fn go(&mut self) -> Result<Outcome, SearchError> {
        let start = self.clock.now();
        let next = self
            .had
            .reached
            .map_or(Some(self.quest.range.first()), |r| r.checked_add(1));
        let rest = next.and_then(|next| Range::new(next, self.quest.range.last()));
        let mut outcome = match rest.filter(|_| !self.keeper.has_enough()) {
            None => Outcome {
                is_whole: true,
                ..Outcome::default()
            },
            Some(rest) => self.search(rest)?,
        };
        self.keeper.flush().map_err(SearchError::Sink)?;
        outcome.wall_ns = self.clock.now().nanos_since(start);
        Ok(outcome)
    }

    fn search(&mut self, rest: Range) -> Result<Outcome, SearchError> {
        let watch = Watch::new(self.quest.nth, self.had.primes, self.clock);
        let job = Job {
            range: rest,
            method: self.quest.method,
            workers: self.way.workers,
            split: self.way.split,
            want: self.quest.want,
        };
        let control = Control {
            clock: self.clock,
            stop: self.stop,
            progress: &|progress| watch.on_progress(progress),
        };
        let outcome = (self.way.mode.search)(&job, &control, &mut self.keeper);
        watch.end();
        outcome
    }

    /// Gives the file its name, or leaves what can be gone on with.
    fn end(self, outcome: Outcome, args: &PrimesArgs) -> Result<End> {
        let (mark, is_deserted) = (self.keeper.mark(), self.keeper.is_deserted());
        let is_enough = self.keeper.has_enough();
        let (quest, way, had) = (self.quest, self.way, self.had);
        let (target, kept) = self.keeper.into_target();
        let is_whole = outcome.is_whole && !is_deserted;
        let mut findings = remarks(&quest, &outcome, had, mark);
        let mut file = None;
        if is_deserted {
            let text = "whoever read the primes had enough before the end";
            findings.push(Finding::new(Verdict::Valid, text));
        } else if !is_whole {
            let left = target.leave(kept);
            findings.push(Finding::new(Verdict::Unknown, stopped(mark, left)));
        } else if let Some(nth) = quest.nth.filter(|_| !is_enough) {
            target.discard();
            return Err(none_of(nth, &quest, mark));
        } else if let Target::Part(part) = target {
            file = Some(part.finish(mark)?);
        }
        if is_whole && let (Some(nth), Some(prime)) = (quest.nth, mark.greatest) {
            let first = report::count(quest.range.first());
            let text = format!(
                "prime number {} from {first} on is {prime}",
                report::count(nth)
            );
            findings.push(Finding::new(Verdict::Valid, text));
        }
        if let Some(out) = args.files.out.as_ref().filter(|_| file.is_some()) {
            let text = format!("written to {}", out.display());
            findings.push(Finding::new(Verdict::Valid, text));
        }
        let summary = summary(&quest, &way, &outcome, mark, is_whole, file);
        let number = match quest.nth {
            Some(_) => summary.greatest,
            None => summary.count,
        };
        Ok(End {
            summary,
            findings,
            number,
        })
    }

    /// What could not be kept, and what could.
    fn lose(self, error: &SearchError, args: &PrimesArgs) -> anyhow::Error {
        let (target, kept) = self.keeper.into_target();
        let name = target.name(&args.files);
        let left = target.leave(kept);
        let left = left.map_or(String::new(), |left| format!("; {left}"));
        match error {
            SearchError::Sink(error) => {
                let advice = match error.kind() {
                    io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                        "; make room, or choose another place"
                    }
                    _ => "",
                };
                anyhow!("cannot write to {name}: {error}{advice}{left}")
            }
            other => anyhow!("{other}{left}"),
        }
    }
}

fn summary(
    quest: &Quest,
    way: &Way,
    outcome: &Outcome,
    mark: Mark,
    is_whole: bool,
    output: Option<PrimesFile>,
) -> PrimesSummary {
    let start = outcome.stints.iter().map(|stint| stint.begin).min();
    let run = runs::run(outcome, outcome.wall_ns);
    PrimesSummary {
        first: quest.range.first(),
        last: match quest.nth {
            Some(_) => mark.reached.unwrap_or(quest.range.last()),
            None => quest.range.last(),
        },
        method: quest.method.name.to_owned(),
        step: quest.method.step.to_owned(),
        is_count: quest.want == Want::Count,
        count: is_whole.then_some(mark.primes),
        greatest: mark.greatest.filter(|_| is_whole),
        cores: run::cores() as u64,
        divider: None,
        variants: vec![PrimesVariant {
            mode: way.mode.name.to_owned(),
            split: way.mode.is_parallel.then(|| way.split.name.to_owned()),
            workers: way.workers as u64,
            wall_ns_median: run.wall_ns,
            runs: vec![run],
            speed_up: None,
            output,
            stints: runs::stints(outcome, start.unwrap_or_default()),
        }],
    }
}

fn remarks(quest: &Quest, outcome: &Outcome, had: Mark, mark: Mark) -> Vec<Finding> {
    let mut remarks = Vec::new();
    if let Some(reached) = had.reached {
        remarks.push(format!(
            "went on after {}, where {} primes had been found: the times are of the rest",
            report::count(reached),
            report::count(had.primes)
        ));
    }
    if outcome.redone > 0 {
        remarks.push(format!(
            "pieces done again because their worker died: {}; the result is exact all the same",
            report::count(outcome.redone)
        ));
    }
    remarks.extend(quest.is_no_brute_force());
    if mark.primes == 0 && outcome.is_whole {
        remarks.push(format!("there is no prime from {}", quest.range_in_words()));
    }
    let remarks = remarks.into_iter();
    remarks
        .map(|text| Finding::new(Verdict::Valid, text))
        .collect()
}

fn stopped(mark: Mark, left: Option<String>) -> String {
    let reached = match mark.reached {
        Some(reached) => format!("after {}", report::count(reached)),
        None => "before it had searched anything".to_owned(),
    };
    match left {
        Some(left) => format!("stopped {reached}; {left}"),
        None => format!("stopped {reached}"),
    }
}

fn none_of(nth: u64, quest: &Quest, mark: Mark) -> anyhow::Error {
    anyhow!(
        "--nth {nth}: from {} there are only {} primes; raise --up-to",
        quest.range_in_words(),
        report::count(mark.primes)
    )
}

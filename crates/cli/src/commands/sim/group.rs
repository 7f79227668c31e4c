//! `wharf sim group`: groups by the thousands in virtual time, each history judged.
//!
//! ```text
//!   seeds ─▶ trials ─▶ sim runs each ─▶ Judge ─▶ Sweep: counts; the first that fails ─▶ shrunk ─▶ schedule.txt, trace.jsonl
//! ```

pub(super) mod judge;
mod numbers;
pub mod page;
pub(super) mod sweep;

use std::{env, fs, panic};

use ::group::Settings;
use anyhow::{Context as _, Result, bail};
use history::{Finding, Kind, SimFailure, Verdict};
use serde_json::json;
use sim::{Knobs, groups::Trial};
use timing::SystemClock;
use trace::{Account, FORMS};

use self::{
    judge::{Judge, Violation},
    sweep::{Source, Sweep},
};
use crate::{
    args::{ChanceArgs, GroupSimArgs, Printed},
    commands::group::terms::{self, promises},
    progress,
    run_folder::Begun,
};

/// Runs the command.
///
/// # Errors
/// When the settings make no sense, the schedule cannot be read, or the folder cannot be written to.
pub fn run(args: &GroupSimArgs) -> Result<Verdict> {
    let clock = SystemClock::start();
    let source = source(args)?;
    let judge = Judge::new(source.settings(), source.is_forged());
    // A folder that is full, or cannot be made, is no reason to withhold the verdict.
    let (mut begun, kept) = Begun::new_or_unkept(Kind::Sim, "sim group", &args.folder, &clock)?;
    let mut kept = kept.and_then(|()| begun.write_plan(&plan(&source)));
    let jobs = args.jobs.map_or_else(sweep::processors, usize::from);
    let bar = progress::line(source.count(), "sim group");
    let sweep = Sweep::run(&source, &judge, jobs, &bar);
    bar.finish_and_clear();
    let (mut failure, mut history) = (None, String::new());
    if let Some((index, condition)) = sweep.first_failure() {
        let found = shrunk(args.shrink, &source, &judge, index, condition)?;
        history = written(&found.log);
        kept = kept.and_then(|()| keep(&begun, &found.summary.schedule, &history));
        failure = Some(found.summary);
    } else if source.count() == 1 {
        // One run is looked at whatever came of it: beside one that broke a promise, say.
        let trial = source.trial(0);
        let outcome = sim::groups::run(&trial).expect("the settings were checked");
        history = written(&outcome.judged());
        kept = kept.and_then(|()| keep(&begun, &trial.to_string(), &history));
    }
    let mut findings = findings(&sweep, failure.as_ref());
    if failure.is_none() && !history.is_empty() && kept.is_ok() && begun.folder().is_some() {
        let text = "the run's folder has its schedule.txt, and its history trace.jsonl, which `wharf clock order` draws";
        findings.push(Finding::new(Verdict::Valid, text));
    }
    begun.summary.sim = Some(numbers::summary(&source, &sweep, failure));
    let as_json = args.format == Printed::Json;
    let verdict = begun.conclude_with(findings, as_json, &clock, |summary| {
        page::of(summary, &history).expect("what was written here can be read")
    });
    kept.map(|()| verdict)
}

/// The trials: of seeds, or the one that a file has.
pub(super) fn source(args: &GroupSimArgs) -> Result<Source> {
    if let Some(path) = &args.schedule {
        let name = path.display();
        let text = fs::read_to_string(path).with_context(|| format!("cannot read {name}"))?;
        let trial: Trial = text
            .parse()
            .with_context(|| format!("{name} is no schedule"))?;
        trial.settings.check()?;
        return Ok(Source::One(Box::new(trial)));
    }
    let mut settings = terms::settings(&args.terms)?;
    settings.broken = args.broken;
    if let Some((broken, flag)) = args
        .broken
        .and_then(|one| Some((one, one.lacks(&settings)?)))
    {
        bail!(
            "--break {} changes nothing here: it needs {flag}; alone it brings {}",
            broken.name,
            broken.with
        );
    }
    let knobs = knobs(&args.chances, &settings);
    let (first, count) = match args.seed {
        Some(seed) => (seed, 1),
        None => (args.first_seed, args.seeds),
    };
    Ok(Source::Seeds {
        settings: Box::new(settings),
        knobs: Box::new(knobs),
        first,
        count,
    })
}

fn knobs(args: &ChanceArgs, settings: &Settings) -> Knobs {
    Knobs {
        members: usize::from(args.members),
        messages: args.messages as usize,
        bytes_max: settings.message_bytes_max().min(1_200),
        loss: args.loss,
        duplicates: args.duplicate,
        delay: args.delay,
        crashes: usize::from(args.crashes),
        pauses: usize::from(args.pauses),
        partitions: usize::from(args.cuts),
        joins: usize::from(args.joins),
        leaves: usize::from(args.leaves),
        skews: usize::from(args.skews),
        meddlers: [args.garbled, args.replayed, args.ghosts, args.forged].map(usize::from),
        active: args.active,
        quiet: args.quiet,
    }
}

/// A failing run, made smaller.
pub(super) struct Failure {
    summary: SimFailure,
    pub(super) trial: Trial,
    log: trace::Log,
}

/// Looks for a smaller schedule that breaks the same promise, in so many runs at the most.
///
/// # Errors
/// When the run is not the same when it is repeated.
pub(super) fn shrunk(
    runs_max: usize,
    source: &Source,
    judge: &Judge,
    index: u64,
    condition: &'static str,
) -> Result<Failure> {
    let trial = source.trial(index);
    let bar = progress::count("making the schedule smaller");
    let judged = |schedule: &sim::Schedule| {
        let trial = Trial {
            settings: trial.settings.clone(),
            schedule: schedule.clone(),
        };
        let outcome = sim::groups::run(&trial).expect("the settings were checked");
        let violation = judge.violations(&outcome);
        let mut same = violation
            .into_iter()
            .filter(|one| one.condition == condition);
        same.next().map(|violation| (violation, outcome))
    };
    // Where a member panics it has said so once, and would say so again each time.
    let hook = panic::take_hook();
    panic::set_hook(Box::new(|_| {}));
    let shrunk = sim::shrink(&trial.schedule, runs_max, &mut |schedule| {
        bar.inc(1);
        judged(schedule).is_some()
    });
    bar.finish_and_clear();
    let again_judged = judged(&shrunk.schedule);
    panic::set_hook(hook);
    let (violation, outcome) = again_judged.context(
        "a run could not be repeated: the simulator is not deterministic; please report this with the seed",
    )?;
    let trial = Trial {
        settings: trial.settings,
        schedule: shrunk.schedule,
    };
    let Violation { text, .. } = violation;
    Ok(Failure {
        summary: SimFailure {
            seed: source.seed(index),
            condition: condition.to_owned(),
            text,
            again: again(source.seed(index)),
            tried: shrunk.runs as u64,
            schedule: told(source.seed(index), &trial),
        },
        log: promising(outcome.judged().into_owned(), &trial.settings),
        trial,
    })
}

/// This command, for that seed alone.
fn again(seed: Option<u64>) -> String {
    let mut words = Vec::new();
    let mut given = env::args().skip(1).peekable();
    while let Some(word) = given.next() {
        let is_of_seeds = |flag: &str| word == flag || word.starts_with(&format!("{flag}="));
        if seed.is_some()
            && ["--seeds", "--first-seed", "--seed"]
                .iter()
                .any(|flag| is_of_seeds(flag))
        {
            if !word.contains('=') {
                given.next();
            }
            continue;
        }
        words.push(word);
    }
    let seed = seed.map_or(String::new(), |seed| format!(" --seed {seed}"));
    format!("wharf {}{seed}", words.join(" "))
}

/// The schedule of a run in which a promise was broken, and where it comes from.
fn told(seed: Option<u64>, trial: &Trial) -> String {
    let drawn = seed.map_or(String::new(), |seed| {
        format!("# found with --seed {seed} and made smaller; `seed` below is what this run draws its chances from\n")
    });
    format!("{drawn}{trial}")
}

/// Writes the schedule and its history into the run's folder.
fn keep(begun: &Begun, schedule: &str, log: &str) -> Result<()> {
    if let Some(folder) = begun.folder() {
        folder.write("schedule.txt", schedule)?;
        folder.write(TRACE, log)?;
    }
    Ok(())
}

/// A log that says what a group of these settings promises.
fn promising(mut log: trace::Log, settings: &Settings) -> trace::Log {
    let names = terms::conditions(settings).into_iter().map(|one| one.name);
    let mut names: Vec<String> = names.map(str::to_owned).collect();
    names.sort_unstable();
    log.promises = vec![trace::Promised {
        place: trace::Place::default(),
        names,
    }];
    log
}

/// A log in our own form, in the order of the run.
fn written(log: &trace::Log) -> String {
    let ids: Vec<_> = log.ids().collect();
    let own = FORMS.iter().find(|form| form.name == "wharf");
    let write = own.and_then(|form| form.write);
    write.expect("our own form is written")(&[Account {
        log,
        sequence: &ids,
        past: &|_| unreachable!("our own form writes no vectors that are not in the log"),
    }])
}

/// The history of the failing run.
const TRACE: &str = "trace.jsonl";

fn findings(sweep: &Sweep, failure: Option<&SimFailure>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for one in sweep.conditions().filter(|one| one.broken > 0) {
        let seed = one
            .first_seed
            .map_or(String::new(), |seed| format!(", first with seed {seed}"));
        let mut text = format!(
            "{} was broken in {}{seed}",
            one.name,
            report::counted(one.broken, "run")
        );
        if let Some(failure) = failure.filter(|failure| failure.condition == one.name) {
            text += &format!(": {}", failure.text);
        }
        findings.push(Finding::new(Verdict::Invalid, text));
    }
    for one in sweep.conditions().filter(|one| one.unknown > 0) {
        let text = format!(
            "of {} nothing can be said in {}: {}",
            one.name,
            report::counted(one.unknown, "run"),
            one.why_unknown
        );
        findings.push(Finding::new(Verdict::Unknown, text));
    }
    if let Some(failure) = failure {
        let text = format!("to run it again: {}", failure.again);
        findings.push(Finding::new(Verdict::Valid, text));
    }
    findings
}

fn plan(source: &Source) -> serde_json::Value {
    let settings = source.settings();
    json!({
        "order": settings.order.name,
        "promises": promises(settings),
        "first_trial": source.trial(0).to_string(),
        "seeds": source.count(),
        "first_seed": source.seed(0),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Words of the log are no words of a schedule.
    #[test]
    fn a_log_of_a_run_is_written_in_its_own_order() {
        let mut log = trace::Log::new();
        let host = log.host("alice~1");
        log.events.push(trace::Event {
            host,
            kind: trace::EventKind::Leave,
            message: None,
            text: String::new(),
            stamps: trace::Stamps::default(),
            place: trace::Place::default(),
        });
        assert!(written(&log).contains("\"kind\":\"leave\""));
    }
}

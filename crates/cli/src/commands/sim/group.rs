//! `wharf sim group`: groups by the thousands in virtual time, each history judged.
//!
//! ```text
//!   seeds ─▶ trials ─▶ sim runs each ─▶ Judge ─▶ Sweep: counts; the first that fails ─▶ shrunk ─▶ schedule.txt, trace.jsonl
//! ```

mod judge;
mod numbers;
pub mod page;
mod sweep;

use std::{env, fs};

use ::group::Settings;
use anyhow::{Context as _, Result};
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
    let judge = Judge::new(source.settings());
    // A folder that is full, or cannot be made, is no reason to withhold the verdict.
    let (mut begun, kept) = Begun::new_or_unkept(Kind::Sim, "sim group", &args.folder, &clock)?;
    let mut kept = kept.and_then(|()| begun.write_plan(&plan(&source)));
    let jobs = args.jobs.map_or_else(sweep::processors, usize::from);
    let bar = progress::line(source.count(), "sim group");
    let sweep = Sweep::run(&source, &judge, jobs, &bar);
    bar.finish_and_clear();
    let failure = match sweep.first_failure() {
        Some((index, condition)) => {
            let failure = shrunk(args, &source, &judge, index, condition)?;
            kept = kept.and_then(|()| keep(&begun, &failure));
            Some(failure)
        }
        None => None,
    };
    let told = failure.as_ref().map(|failure| failure.summary.clone());
    let findings = findings(&sweep, told.as_ref());
    begun.summary.sim = Some(numbers::summary(&source, &sweep, told));
    let as_json = args.format == Printed::Json;
    let verdict = begun.conclude_with(findings, as_json, &clock, |summary| {
        let history = failure.map_or(String::new(), |failure| written(&failure.log));
        page::of(summary, &history).expect("what was written here can be read")
    });
    kept.map(|()| verdict)
}

/// The trials: of seeds, or the one that a file has.
fn source(args: &GroupSimArgs) -> Result<Source> {
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
    let knobs = knobs(&args.chances, &settings);
    let (first, count) = match args.seed {
        Some(seed) => (seed, 1),
        None => (args.first_seed, args.seeds),
    };
    Ok(Source::Seeds {
        settings: Box::new(settings),
        knobs,
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
        active: args.active,
        quiet: args.quiet,
    }
}

/// A failing run, made smaller.
struct Failure {
    summary: SimFailure,
    trial: Trial,
    log: trace::Log,
}

/// Looks for a smaller schedule that breaks the same promise.
fn shrunk(
    args: &GroupSimArgs,
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
    let shrunk = sim::shrink(&trial.schedule, args.shrink, &mut |schedule| {
        bar.inc(1);
        judged(schedule).is_some()
    });
    bar.finish_and_clear();
    let (violation, outcome) = judged(&shrunk.schedule).context(
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
            schedule: trial.to_string(),
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

/// Writes the schedule and its history into the run's folder.
fn keep(begun: &Begun, failure: &Failure) -> Result<()> {
    let Some(folder) = begun.folder() else {
        return Ok(());
    };
    folder.write("schedule.txt", &failure.trial.to_string())?;
    folder.write(TRACE, &written(&failure.log))?;
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

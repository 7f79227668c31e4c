//! `wharf sim rules`: every rule of groups broken on purpose, and whether the promise that it is needed for notices.
//!
//! Everything follows from the seeds, so there is no run folder.

use anyhow::{Context as _, Result};
use group::{BROKEN, Broken};
use history::Verdict;

use super::group::{
    judge::Judge,
    shrunk, source,
    sweep::{Sweep, processors},
};
use crate::{
    args::{GroupSimArgs, SimRulesArgs},
    progress, say,
};

/// A rule, and who noticed that it was broken.
struct Kill {
    rule: &'static Broken,
    /// In so many runs.
    count: u64,
    first: Option<First>,
}

/// The first seed, and what is left of its schedule when it is made small.
struct First {
    seed: u64,
    members: usize,
    messages: usize,
    faults: usize,
}

/// Runs the command.
///
/// # Errors
/// When a rule brings flags that there are not.
pub fn run(args: &SimRulesArgs) -> Result<Verdict> {
    let bar = progress::line(BROKEN.len() as u64, "sim rules");
    let kills = BROKEN.iter().map(|rule| {
        let kill = kill(rule, args);
        bar.inc(1);
        kill
    });
    let kills = kills.collect::<Result<Vec<_>>>()?;
    bar.finish_and_clear();
    say::result(&match args.markdown {
        true => table(&kills, args.seeds),
        false => kills.iter().map(|kill| paragraph(kill, args)).collect(),
    });
    Ok(match kills.iter().all(|kill| kill.count > 0) {
        true => Verdict::Valid,
        false => Verdict::Invalid,
    })
}

fn kill(rule: &'static Broken, args: &SimRulesArgs) -> Result<Kill> {
    let [seeds, first] = [args.seeds, args.first_seed].map(|number| number.to_string());
    let words = [
        "--break",
        rule.name,
        "--seeds",
        &seeds,
        "--first-seed",
        &first,
    ];
    let source = source(&GroupSimArgs::of(&words)?)?;
    let judge = Judge::new(source.settings(), source.is_forged()).only(rule.caught_by);
    let jobs = args.jobs.map_or_else(processors, usize::from);
    let sweep = Sweep::run(&source, &judge, jobs, &indicatif::ProgressBar::hidden());
    let mut conditions = sweep.conditions();
    let noticed = conditions
        .find(|one| one.name == rule.caught_by)
        .with_context(|| {
            format!(
                "{} is nothing that is judged with {}",
                rule.caught_by, rule.with
            )
        })?;
    let first = noticed.first_seed.map(|seed| {
        let index = seed.wrapping_sub(args.first_seed);
        let failure = shrunk(args.shrink, &source, &judge, index, rule.caught_by)?;
        let schedule = failure.trial.schedule;
        Ok::<_, anyhow::Error>(First {
            seed,
            members: schedule.members,
            messages: schedule.sendings.len(),
            faults: schedule.faults.len(),
        })
    });
    Ok(Kill {
        rule,
        count: noticed.broken,
        first: first.transpose()?,
    })
}

fn paragraph(kill: &Kill, args: &SimRulesArgs) -> String {
    let Broken {
        name,
        about,
        caught_by,
        with,
        ..
    } = kill.rule;
    let (noticed, smallest) = match &kill.first {
        Some(first) => (
            format!(
                "in {} of {} seeds, first {}",
                kill.count, args.seeds, first.seed
            ),
            format!("\n  smallest    {}", smallest(first)),
        ),
        None => (format!("in none of {} seeds", args.seeds), String::new()),
    };
    format!(
        "{name}: {about}\n  simulated   wharf sim group --break {name}, which is with {with}\n  noticed by  {caught_by}, \
         {noticed}{smallest}\n"
    )
}

/// The table of the documents.
fn table(kills: &[Kill], seeds: u64) -> String {
    let rows = kills.iter().map(|kill| {
        let Broken {
            name,
            about,
            caught_by,
            with,
            ..
        } = kill.rule;
        let (first, smallest) = match &kill.first {
            Some(first) => (first.seed.to_string(), smallest(first)),
            None => ("none".to_owned(), String::new()),
        };
        let count = kill.count;
        format!(
            "| `{name}` | {about} | `{with}` | `{caught_by}` | {count} | {first} | {smallest} |\n"
        )
    });
    format!(
        "| rule | what is broken | simulated with | noticed by | of {seeds} seeds | first | smallest |\n\
         |---|---|---|---|--:|--:|---|\n{}",
        rows.collect::<String>()
    )
}

fn smallest(first: &First) -> String {
    let parts = [
        (first.messages, "message"),
        (first.members, "member"),
        (first.faults, "fault"),
    ];
    let parts = parts.map(|(count, what)| report::counted(count as u64, what));
    parts.join(", ")
}

//! Flags of `sim group`.

use std::{path::PathBuf, time::Duration};

use clap::{
    Arg, Parser as _,
    builder::{PossibleValue, PossibleValuesParser, TypedValueParser},
};
use group::{BROKEN, Broken};
use sim::Delay;

use super::Printed;
use crate::args::{FolderArgs, TermsArgs, values::duration};

/// Flags of `sim group`.
#[derive(Debug, clap::Args)]
#[command(after_help = HELP, mut_args(with_its_company))]
pub struct GroupSimArgs {
    /// How many seeds to run, each another schedule of messages and faults
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u64).range(1..=1_000_000_000))]
    pub seeds: u64,
    /// The first seed
    #[arg(long, value_name = "SEED", default_value_t = 1)]
    pub first_seed: u64,
    /// One seed again
    #[arg(long, value_name = "SEED", conflicts_with_all = ["seeds", "first_seed"])]
    pub seed: Option<u64>,
    /// A schedule from a file in place of drawn ones: as a run's folder has it. It brings its own settings
    #[arg(long, value_name = "FILE")]
    pub schedule: Option<PathBuf>,
    /// Threads; default one for each processor
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub jobs: Option<u16>,
    /// A rule of the order or of the group that is broken on purpose. It brings flags of its own, which others override
    #[arg(long = "break", value_name = "RULE", value_parser = rules())]
    pub broken: Option<&'static Broken>,
    /// Runs that may be spent to make a failing schedule smaller
    #[arg(long, value_name = "N", default_value_t = 2000)]
    pub shrink: usize,
    /// How the result is printed
    #[arg(long, value_name = "FORM", value_enum, default_value_t = Printed::Text)]
    pub format: Printed,
    /// What the group promises.
    #[command(flatten)]
    pub terms: TermsArgs,
    /// What may happen.
    #[command(flatten)]
    pub chances: ChanceArgs,
    /// Where the run is kept.
    #[command(flatten)]
    pub folder: FolderArgs,
}

impl GroupSimArgs {
    /// What these words are as flags.
    ///
    /// # Errors
    /// When they are no flags of `sim group`.
    pub fn of(words: &[&str]) -> Result<Self, clap::Error> {
        let words = ["wharf sim group"].iter().chain(words);
        Line::try_parse_from(words).map(|line| line.args)
    }
}

#[derive(Debug, clap::Parser)]
struct Line {
    #[command(flatten)]
    args: GroupSimArgs,
}

/// What may happen to a group; of faults each seed gets none to as many as said.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "What happens (each seed gets none to so many of a fault)")]
pub struct ChanceArgs {
    /// Members at the beginning
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..=60))]
    pub members: u16,
    /// Messages that each member sends
    #[arg(long, value_name = "N", default_value_t = 40, value_parser = clap::value_parser!(u32).range(0..=100_000))]
    pub messages: u32,
    /// The share of datagrams that is lost, from 0 to 1
    #[arg(long, value_name = "SHARE", default_value_t = 0.05, value_parser = share)]
    pub loss: f64,
    /// The share of datagrams that comes twice
    #[arg(long, value_name = "SHARE", default_value_t = 0.02, value_parser = share)]
    pub duplicate: f64,
    /// How long datagrams are on their way: 200us (constant), 100us..2ms (uniform), 100us+1ms (exponential, behind
    /// the least)
    #[arg(long, value_name = "DELAY", default_value = "50us..1ms")]
    pub delay: Delay,
    /// Members that crash; about half of them come back
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = few())]
    pub crashes: u16,
    /// Members that are stopped for a while
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = few())]
    pub pauses: u16,
    /// Cuts through the network for a while, in one direction or both: members deaf or dumb, a link, two parts
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = few())]
    pub cuts: u16,
    /// Members that come later
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(0..=4))]
    pub joins: u16,
    /// Members that leave; about half of them come back
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = few())]
    pub leaves: u16,
    /// Clocks that run fast or slow, or jump
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = few())]
    pub skews: u16,
    /// Times in which a stranger sends as well: noise, and datagrams that are cut short, too long, damaged, or another group's
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = few())]
    pub garbled: u16,
    /// Times in which a stranger says again what was said before, in this view or an earlier one
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = few())]
    pub replayed: u16,
    /// Times in which a stranger plays back what was said when another group of that name met
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = few())]
    pub ghosts: u16,
    /// Times in which a stranger forges what members say, checksum and all. Members trust each other, so nothing is promised then
    /// but that nobody falls over and nobody spins
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = few())]
    pub forged: u16,
    /// How long messages are sent and things go wrong, in virtual time
    #[arg(long, value_name = "DURATION", default_value = "1.5s", value_parser = duration)]
    pub active: Duration,
    /// How long it is quiet after that, at the most, before everything must be well
    #[arg(long, value_name = "DURATION", default_value = "20s", value_parser = duration)]
    pub quiet: Duration,
}

fn share(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(share) if (0.0..=1.0).contains(&share) => Ok(share),
        _ => Err(format!(
            "`{text}` is no share: write a number from 0 to 1, such as 0.1"
        )),
    }
}

fn few() -> clap::builder::RangedI64ValueParser<u16> {
    clap::value_parser!(u16).range(0..=100)
}

/// A flag has another default where a rule is broken that says so, and says nothing beside a schedule, which has its own settings.
fn with_its_company(arg: Arg) -> Arg {
    let Some(flag) = arg.get_long().map(|long| format!("--{long}")) else {
        return arg;
    };
    let wanted = BROKEN.iter().filter_map(|broken| {
        let mut words = broken.with.split(' ');
        words.find(|word| *word == flag)?;
        Some(("broken", broken.name, words.next()))
    });
    match BESIDE_A_SCHEDULE.contains(&flag.as_str()) {
        true => arg,
        false => arg.default_value_ifs(wanted).conflicts_with("schedule"),
    }
}

fn rules() -> impl TypedValueParser<Value = &'static Broken> {
    let values = BROKEN.iter().map(|broken| {
        let help = format!(
            "{} (with {}; {} must notice)",
            broken.about, broken.with, broken.caught_by
        );
        PossibleValue::new(broken.name).help(help)
    });
    PossibleValuesParser::new(values).map(|name| {
        let found = BROKEN.iter().find(|broken| broken.name == name);
        found.expect("only names of the registry are taken")
    })
}

/// Flags that mean something where a schedule comes from a file.
const BESIDE_A_SCHEDULE: [&str; 6] = [
    "--schedule",
    "--jobs",
    "--shrink",
    "--format",
    "--runs",
    "--no-folder",
];

const HELP: &str = "\
Everything follows from the seed: the same seed with the same flags is the same run, to the byte. The \
folder of a run in which a promise was broken has the smallest schedule that was found to break it \
(schedule.txt, a thing a line) and its history (trace.jsonl), which `wharf clock order` draws. So has that \
of a single run (--seed, --schedule), whatever came of it.

A schedule:
  order fifo
  members 2
  link loss 0 duplicates 0 delay 100us turn 10us
  active 1s quiet 20s
  send 12.5ms 0 64            at 12.5 ms member 0 sends 64 bytes
  cut 100ms..400ms 0>1        nothing from 0 arrives at 1
  pause 100ms..200ms 1
  crash 500ms 1               with ..900ms it begins anew then; so with leave
  join 300ms 2
  rate 0s..1s 0 20000         its clock is fast by so many millionths
  jump 300ms 0 50ms
  meddle 0s..1s replayed 50000   a stranger sends, for each datagram so many millionths of one (garbled, ghosts, forged)

Exit status: 0 every promise kept, 1 one was broken, 2 nothing can be said, 3 wrong usage.

Examples:
  wharf sim group --order causal                              a thousand groups with everything going wrong
  wharf sim group --order total-lamport --deliver safe --loss 0.1 --seeds 10000
  wharf sim group --break causal-no-wait                      what waiting for causes is good for
  wharf sim group --break no-cut --loss 0.4                   what a cut is good for, with more loss than the rule brings
  wharf sim group --schedule runs/latest/schedule.txt         what was found, again";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_rule_brings_its_flags_and_others_override_them() {
        let args = |words: &str| {
            let words: Vec<&str> = words.split(' ').collect();
            GroupSimArgs::of(&words).expect("flags")
        };
        for broken in BROKEN {
            let brought = args(&format!("--break {}", broken.name));
            let given = args(&format!("--break {} {}", broken.name, broken.with));
            assert_eq!(format!("{brought:?}"), format!("{given:?}"));
        }
        let usual = args("--seeds 1");
        assert_eq!(usual.chances.loss, 0.05);
        let no_cut = args("--break no-cut --order causal");
        assert_eq!(
            (no_cut.chances.loss, no_cut.terms.order.name),
            (0.2, "causal")
        );
    }
}

//! What is searched, and in which ways: the flags, put together.

use std::{io, ops::ControlFlow};

use anyhow::{Result, bail, ensure};
use parallel::{Control, Job, MODES, Mode, SPLITS, Sink, Split, Want};
use primes::{METHODS, Method, Range};
use run::Stop;
use serde_json::{Value, json};
use timing::SystemClock;

use super::estimate;
use crate::{
    args::{self, PrimesArgs},
    say,
};

/// A search, whoever does it.
#[derive(Clone, Copy, Debug)]
pub struct Quest {
    /// Where.
    pub range: Range,
    /// How a prime is told.
    pub method: &'static Method,
    /// The primes, or only how many.
    pub want: Want,
    /// After so many primes it ends.
    pub nth: Option<u64>,
}

/// Who does it.
#[derive(Clone, Copy, Debug)]
pub struct Way {
    /// In which manner.
    pub mode: &'static Mode,
    /// How the numbers are shared out.
    pub split: &'static Split,
    /// Among how many.
    pub workers: usize,
}

impl Quest {
    /// What the flags ask for.
    ///
    /// # Errors
    /// When they contradict each other or no such primes can be.
    pub fn new(args: &PrimesArgs) -> Result<Self> {
        let range = range(args)?;
        if let Some(nth) = args.nth {
            ensure!(
                nth as f64 <= estimate::most_primes(range),
                "--nth {nth}: from {} to {} there are fewer primes; {RAISE}",
                range.first(),
                range.last()
            );
        }
        Ok(Self {
            range,
            method: method(args),
            want: match args.count {
                true => Want::Count,
                false => Want::Primes,
            },
            nth: args.nth,
        })
    }

    /// The effective settings, with the ways in which it is done.
    pub fn settings(&self, command: &str, ways: &[Way]) -> Value {
        let ways = ways.iter().map(|way| {
            json!({
                "mode": way.mode.name,
                "split": way.mode.is_parallel.then_some(way.split.name),
                "workers": way.workers,
            })
        });
        json!({
            "command": command,
            "first": self.range.first(),
            "last": self.range.last(),
            "method": self.method.name,
            "count_only": self.want == Want::Count,
            "nth": self.nth,
            "ways": ways.collect::<Vec<_>>(),
        })
    }

    /// A word to who compares it with the laboratory's, where the method is another kind.
    pub fn is_no_brute_force(&self) -> Option<String> {
        let Method { name, about, .. } = self.method;
        (!self.method.is_brute_force).then(|| {
            format!("{name} is no brute force: {about}; the laboratory forbids it for its baseline")
        })
    }

    /// `1 to 1 000 000`.
    pub fn range_in_words(&self) -> String {
        let (first, last) = (
            report::count(self.range.first()),
            report::count(self.range.last()),
        );
        format!("{first} to {last}")
    }
}

impl Way {
    /// The one way that the flags ask for.
    ///
    /// # Errors
    /// When they name several.
    pub fn only(args: &PrimesArgs) -> Result<Self> {
        let is_one = args.mode.len() <= 1 && args.split.len() <= 1 && args.workers.len() <= 1;
        ensure!(
            is_one,
            "several modes, splits or numbers of workers are for --compare; name one of each, or add it"
        );
        let mode = args.mode.first().copied().unwrap_or(&MODES[0]);
        if !mode.is_parallel {
            let idle = [
                (!args.workers.is_empty(), "--workers"),
                (!args.split.is_empty(), "--split"),
            ];
            say::without_effect(mode.name, &args::those(idle));
        }
        Ok(Self {
            mode,
            split: args.split.first().copied().unwrap_or(&SPLITS[0]),
            workers: match mode.is_parallel {
                true => args.workers.first().copied().unwrap_or_else(run::cores),
                false => 1,
            },
        })
    }

    /// All ways that a comparison is made of, the baseline first.
    ///
    /// # Errors
    /// When there is nothing to compare with.
    pub fn all(args: &PrimesArgs) -> Result<Vec<Self>> {
        let alone = MODES.iter().find(|mode| !mode.is_parallel);
        let alone = alone.unwrap_or(&MODES[0]);
        let modes: Vec<&Mode> = match args.mode.is_empty() {
            true => MODES.iter().filter(|mode| mode.is_parallel).collect(),
            // The baseline is always there, so naming it asks for nothing more.
            false => args
                .mode
                .iter()
                .copied()
                .filter(|mode| mode.is_parallel)
                .collect(),
        };
        if modes.is_empty() {
            bail!(
                "--compare needs a mode with several workers beside `{}`; leave --mode out to compare all",
                alone.name
            );
        }
        let splits = match args.split.is_empty() {
            true => vec![&SPLITS[0]],
            false => args.split.clone(),
        };
        let workers = match args.workers.is_empty() {
            true => vec![run::cores()],
            false => args.workers.clone(),
        };
        let mut ways = vec![Self {
            mode: alone,
            split: &SPLITS[0],
            workers: 1,
        }];
        for mode in modes {
            for &split in &splits {
                for &workers in &workers {
                    let way = Self {
                        mode,
                        split,
                        workers,
                    };
                    if !ways.iter().any(|other| other.in_words() == way.in_words()) {
                        ways.push(way);
                    }
                }
            }
        }
        Ok(ways)
    }

    /// Tries it on one number, so that what a mode cannot do is told before anything is searched.
    ///
    /// # Errors
    /// When it cannot.
    pub fn check(&self, method: &'static Method) -> Result<()> {
        let job = Job {
            range: Range::new(2, 2).expect("a number"),
            method,
            workers: 1,
            split: self.split,
            want: Want::Count,
        };
        let control = Control {
            clock: &SystemClock::start(),
            stop: &Stop::new()?,
            progress: &|_| {},
        };
        (self.mode.search)(&job, &control, &mut Trash)?;
        Ok(())
    }

    /// `threads, dynamic, 2 workers`.
    pub fn in_words(&self) -> String {
        let plural = if self.workers == 1 { "" } else { "s" };
        match self.mode.is_parallel {
            false => self.mode.name.to_owned(),
            true => format!(
                "{}, {}, {} worker{plural}",
                self.mode.name, self.split.name, self.workers
            ),
        }
    }
}

struct Trash;

impl Sink for Trash {
    fn take(&mut self, _: Range, _: u64, _: &[u64]) -> io::Result<ControlFlow<()>> {
        Ok(ControlFlow::Continue(()))
    }
}

/// The method, with `--to-root` heeded.
fn method(args: &PrimesArgs) -> &'static Method {
    if !args.to_root {
        return args.method;
    }
    let bounded = METHODS.iter().find(|method| method.name == BOUNDED);
    match bounded.filter(|_| args.method.name == UNBOUNDED) {
        Some(bounded) => bounded,
        None => {
            say::without_effect(args.method.name, &["--to-root"]);
            args.method
        }
    }
}

fn range(args: &PrimesArgs) -> Result<Range> {
    let up_to = match (args.up_to, args.nth) {
        (Some(up_to), _) => up_to,
        (None, Some(nth)) => estimate::bound_of(nth, args.from.unwrap_or(1)),
        (None, None) => LAB_UP_TO,
    };
    // Up to 0 there is only 0 itself to look at.
    let from = args.from.unwrap_or(up_to.min(1));
    Range::new(from, up_to).ok_or_else(|| {
        let default = if args.up_to.is_none() { " (its default)" } else { "" };
        anyhow::anyhow!(
            "--from {from} is greater than --up-to {up_to}{default}: there is no number between; {RAISE} or lower --from"
        )
    })
}

const RAISE: &str = "raise --up-to";
/// The laboratory's numbers.
const LAB_UP_TO: u64 = 1_000_000;
/// Division by every smaller number, and the same up to the square root.
const UNBOUNDED: &str = "naive";
const BOUNDED: &str = "trial";

//! Many runs on all processors, and what came of them together.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};

use ::group::Settings;
use indicatif::ProgressBar;
use sim::{
    Counts, Knobs, Meddling,
    groups::{self, Outcome, Totals, Trial},
};
use stats::Distribution;

use super::judge::Judge;

/// Where trials come from.
pub enum Source {
    /// From a file.
    One(Box<Trial>),
    /// Drawn from seeds.
    Seeds {
        settings: Box<Settings>,
        knobs: Box<Knobs>,
        first: u64,
        count: u64,
    },
}

impl Source {
    /// What all groups promise.
    pub fn settings(&self) -> &Settings {
        match self {
            Self::One(trial) => &trial.settings,
            Self::Seeds { settings, .. } => settings,
        }
    }

    /// Whether somebody may forge what members say, so that nothing is promised.
    pub fn is_forged(&self) -> bool {
        match self {
            Self::One(trial) => {
                let mut ways = Meddling::ALL.into_iter();
                ways.any(|way| !way.is_harmless() && trial.schedule.has(way))
            }
            Self::Seeds { knobs, .. } => {
                let mut ways = Meddling::ALL.iter().zip(knobs.meddlers);
                ways.any(|(way, most)| !way.is_harmless() && most > 0)
            }
        }
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        match self {
            Self::One(_) => 1,
            Self::Seeds { count, .. } => *count,
        }
    }

    /// The seed of that one, from 0.
    pub fn seed(&self, index: u64) -> Option<u64> {
        match self {
            Self::One(_) => None,
            Self::Seeds { first, .. } => Some(first.wrapping_add(index)),
        }
    }

    /// That one, from 0.
    pub fn trial(&self, index: u64) -> Trial {
        match self {
            Self::One(trial) => (**trial).clone(),
            Self::Seeds {
                settings,
                knobs,
                first,
                ..
            } => Trial {
                settings: (**settings).clone(),
                schedule: knobs.draw(first.wrapping_add(index)),
            },
        }
    }
}

/// What came of many runs.
#[derive(Default)]
pub struct Sweep {
    /// Runs.
    pub runs: u64,
    /// Of them those in which too few members were left in the end.
    pub blocked: u64,
    /// What the members counted.
    pub totals: Totals,
    /// What the networks did.
    pub network: Counts,
    /// How much time went by.
    pub virtual_ns: u64,
    /// To the sender's own delivery.
    pub own: Distribution,
    /// To the last delivery.
    pub last: Distribution,
    /// To a new view after a crash.
    pub new_view: Distribution,
    conditions: BTreeMap<&'static str, Condition>,
    /// The names of the conditions, as they are listed.
    names: Vec<&'static str>,
}

/// A promise, over many runs.
#[derive(Clone, Default)]
pub struct Condition {
    /// Which.
    pub name: &'static str,
    /// In how many runs it was broken.
    pub broken: u64,
    /// In how many nothing can be said.
    pub unknown: u64,
    /// Why, in one of them.
    pub why_unknown: String,
    /// The least seed with which it was broken.
    pub first_seed: Option<u64>,
    first: Option<u64>,
}

impl Sweep {
    /// Runs them all. What comes out does not depend on how many threads there are.
    pub fn run(source: &Source, judge: &Judge, jobs: usize, bar: &ProgressBar) -> Self {
        let next = AtomicU64::new(0);
        let all = Mutex::new(Self::default());
        let work = || {
            let mut own = Self::default();
            loop {
                let index = next.fetch_add(1, Ordering::Relaxed);
                if index >= source.count() {
                    break;
                }
                let outcome = groups::run(&source.trial(index));
                let outcome = outcome.expect("the settings were checked");
                own.add(index, judge, &outcome);
                bar.inc(1);
            }
            all.lock().expect("no thread panics with it").merge(own);
        };
        thread::scope(|scope| {
            for _ in 1..jobs.min(usize::try_from(source.count()).unwrap_or(usize::MAX)) {
                scope.spawn(work);
            }
            work();
        });
        let mut all = all.into_inner().expect("no thread panics with it");
        all.names = judge.names().collect();
        for condition in all.conditions.values_mut() {
            condition.first_seed = condition.first.and_then(|first| source.seed(first));
        }
        all
    }

    /// All that was judged, in the order in which it is listed.
    pub fn conditions(&self) -> impl Iterator<Item = Condition> {
        let others = self.conditions.keys().copied();
        let others = others.filter(|name| !self.names.contains(name));
        let names = self.names.iter().copied().chain(others);
        names.map(|name| Condition {
            name,
            ..self.conditions.get(name).cloned().unwrap_or_default()
        })
    }

    /// The first run in which a promise was broken, and which promise: the first of those that are listed.
    pub fn first_failure(&self) -> Option<(u64, &'static str)> {
        let broken = self
            .conditions()
            .filter_map(|one| Some((one.first?, one.name)));
        broken.min_by_key(|(first, _)| *first)
    }

    fn add(&mut self, index: u64, judge: &Judge, outcome: &Outcome) {
        self.runs += 1;
        self.blocked += u64::from(outcome.is_blocked);
        self.totals.merge(&outcome.totals);
        self.network.merge(&outcome.network);
        self.virtual_ns = self.virtual_ns.saturating_add(outcome.ended.as_nanos());
        for (times, all) in [
            (&outcome.own_ns, &mut self.own),
            (&outcome.last_ns, &mut self.last),
            (&outcome.new_view_ns, &mut self.new_view),
        ] {
            times.iter().for_each(|ns| all.record(*ns));
        }
        let mut seen = Vec::new();
        for violation in judge.violations(outcome) {
            if seen.contains(&violation.condition) {
                continue;
            }
            seen.push(violation.condition);
            let one = self.conditions.entry(violation.condition).or_default();
            match violation.is_unknown {
                true => {
                    one.unknown += 1;
                    one.why_unknown = violation.text;
                }
                false => {
                    one.broken += 1;
                    one.first = Some(one.first.map_or(index, |first| first.min(index)));
                }
            }
        }
    }

    fn merge(&mut self, other: Self) {
        self.runs += other.runs;
        self.blocked += other.blocked;
        self.totals.merge(&other.totals);
        self.network.merge(&other.network);
        self.virtual_ns = self.virtual_ns.saturating_add(other.virtual_ns);
        self.own.merge(&other.own);
        self.last.merge(&other.last);
        self.new_view.merge(&other.new_view);
        for (name, theirs) in other.conditions {
            let one = self.conditions.entry(name).or_default();
            one.broken += theirs.broken;
            one.unknown += theirs.unknown;
            one.why_unknown = theirs.why_unknown.max(std::mem::take(&mut one.why_unknown));
            one.first = [one.first, theirs.first].into_iter().flatten().min();
        }
    }
}

/// One thread for each processor.
pub fn processors() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

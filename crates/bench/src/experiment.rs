//! What is to be compared, how, and how often.

use std::{path::PathBuf, time::Duration};

use history::BenchKind;
use machine::Exchange;
use serde::Deserialize;
use services::{Script, ServiceEntry};

use crate::{SettingError, Sheet, Span, floor::scaled_task};

/// The settings of an experiment, whole and in range; plain data.
#[derive(Clone, Debug)]
pub struct Experiment {
    /// The executable whose `serve` command is the server.
    pub program: PathBuf,
    /// What the clients do.
    pub kind: BenchKind,
    /// What is served.
    pub service: &'static ServiceEntry,
    /// The models to compare.
    pub subjects: Vec<Subject>,
    /// The numbers of clients at once, ascending.
    pub clients: Vec<u64>,
    /// The proportions of calculation; one `None` for every kind but `mixed`.
    pub cpu_shares: Vec<Option<f64>>,
    /// How long a request occupies the server by its own nature; zero where it does not.
    pub task: Duration,
    /// How long a run asks, for kinds that ask for a time.
    pub lasting: Option<Duration>,
    /// Requests that a client has under way at once.
    pub pipeline: u32,
    /// Size of a request's text; 0 for one that numbers itself.
    pub payload_bytes: u64,
    /// How clients are driven.
    pub client: ClientChoice,
    /// How often each point is measured.
    pub runs: u32,
    /// Where random gaps come from.
    pub seed: u64,
    /// Whether the gaps between messages are measured, too.
    pub with_gaps: bool,
    /// A run whose floor is longer than this is not made.
    pub longest: Duration,
}

/// A concurrency model, as far as an experiment needs to know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// What it goes by in the experiment: its name, with the choices that are not the standard ones.
    pub model: String,
    /// Its name in the registry.
    pub name: String,
    /// The flags of `wharf serve` for these choices.
    pub flags: Vec<String>,
    /// In words, how connections map to execution.
    pub about: String,
    /// How many sessions it serves at once; `None` when nothing but memory bounds it.
    pub at_once: Option<u64>,
    /// The flags of `wharf serve` that it heeds and that bound how many it serves.
    pub bounds: Vec<&'static str>,
    /// Why it cannot serve on this machine, and what to do about it.
    pub refused: Option<String>,
}

/// How clients are driven.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClientChoice {
    /// By their number: in threads up to a thousand, in event loops beyond; in event loops where the
    /// memory of the machine is looked at.
    #[default]
    Auto,
    /// Each in a thread of its own.
    Threads,
    /// All in event loops.
    Async,
}

impl ClientChoice {
    /// Its name in files and flags.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Threads => "threads",
            Self::Async => "async",
        }
    }

    /// The choice for a number of clients: never [`ClientChoice::Auto`].
    pub fn settled(self, kind: BenchKind, clients: u64) -> Self {
        match self {
            Self::Auto if kind == BenchKind::Idle || clients > MOST_BY_DEFAULT_IN_THREADS => {
                Self::Async
            }
            Self::Auto => Self::Threads,
            chosen => chosen,
        }
    }
}

impl Experiment {
    /// The sweep that `sheet` describes, with defaults for what it does not say. `subjects` are the
    /// models that it names (or those of [`DEFAULT_MODELS`]), looked up.
    ///
    /// # Errors
    /// When a setting is out of its range, or means nothing to the kind.
    pub fn new(
        sheet: &Sheet,
        subjects: Vec<Subject>,
        program: PathBuf,
    ) -> Result<Self, SettingError> {
        let kind = sheet.kind.unwrap_or_default();
        let name = sheet.service.as_deref().unwrap_or(default_service(kind));
        let service =
            services::by_name(name).ok_or_else(|| SettingError::Service(name.to_owned()))?;
        check_service(kind, service)?;
        check_meaning(sheet, kind, service)?;
        let mut clients = sheet.clients.clone().unwrap_or(default_clients(kind));
        clients.sort_unstable();
        clients.dedup();
        let runs = sheet.runs.unwrap_or(DEFAULT_RUNS);
        let task = match sheet.task {
            Some(task) => task.0,
            None if name == WORK && kind != BenchKind::Burst => DEFAULT_WORK_TASK,
            None if has_task(kind, service) => scaled_task(&subjects, &clients, runs, BUDGET),
            None => Duration::ZERO,
        };
        let shares = sheet.cpu_shares.as_deref().unwrap_or(&DEFAULT_SHARES);
        let experiment = Self {
            program,
            kind,
            service,
            subjects,
            clients,
            cpu_shares: match kind {
                BenchKind::Mixed => shares.iter().copied().map(Some).collect(),
                _ => vec![None],
            },
            task,
            lasting: has_duration(kind).then(|| sheet.lasting.map_or(DEFAULT_LASTING, |s| s.0)),
            pipeline: sheet.pipeline.unwrap_or(1),
            payload_bytes: sheet
                .payload_bytes
                .unwrap_or_else(|| default_payload(kind, service)),
            client: sheet.client.unwrap_or_default(),
            runs,
            seed: sheet.seed.unwrap_or(DEFAULT_SEED),
            with_gaps: kind == BenchKind::Burst && sheet.gaps.unwrap_or(true),
            longest: sheet.longest.map_or(DEFAULT_LONGEST, |span| span.0),
        };
        experiment.check_ranges()?;
        Ok(experiment)
    }

    /// The sheet that makes this experiment again: every setting that means something to its kind.
    pub fn sheet(&self) -> Sheet {
        let is_burst = self.kind == BenchKind::Burst;
        Sheet {
            kind: Some(self.kind),
            service: Some(self.service.name.to_owned()),
            models: Some(self.subjects.iter().map(|s| s.model.clone()).collect()),
            clients: Some(self.clients.clone()),
            runs: Some(self.runs),
            task: has_task(self.kind, self.service).then_some(Span(self.task)),
            lasting: self.lasting.map(Span),
            pipeline: (self.kind == BenchKind::Throughput).then_some(self.pipeline),
            payload_bytes: has_text(self.service).then_some(self.payload_bytes),
            cpu_shares: match self.kind {
                BenchKind::Mixed => Some(self.cpu_shares.iter().flatten().copied().collect()),
                _ => None,
            },
            client: Some(self.client),
            longest: Some(Span(self.longest)),
            gaps: is_burst.then_some(self.with_gaps),
            seed: Some(self.seed),
        }
    }

    fn check_ranges(&self) -> Result<(), SettingError> {
        let range = |name, found: u64, lowest, highest| match (lowest..=highest).contains(&found) {
            true => Ok(()),
            false => Err(SettingError::OutOfRange {
                name,
                lowest,
                highest,
                found,
            }),
        };
        range("the number of models", self.subjects.len() as u64, 1, 100)?;
        range("the number of points", self.clients.len() as u64, 1, 1000)?;
        for &clients in &self.clients {
            let highest = match self.client.settled(self.kind, clients) {
                ClientChoice::Threads => MOST_IN_THREADS,
                _ => MOST_CLIENTS,
            };
            range("the number of clients", clients, 1, highest)?;
        }
        range("the number of runs", self.runs.into(), 1, 1000)?;
        range("the depth of the pipeline", self.pipeline.into(), 1, 1024)?;
        range("the payload in bytes", self.payload_bytes, 0, 1 << 20)?;
        range("the seed", self.seed, 0, i64::MAX as u64)?;
        for (index, subject) in self.subjects.iter().enumerate() {
            if self.subjects[..index].contains(subject) {
                return Err(SettingError::Doubled(subject.model.clone()));
            }
        }
        for &share in self.cpu_shares.iter().flatten() {
            if !(0.0..=1.0).contains(&share) {
                return Err(SettingError::Share(share));
            }
        }
        let no_time = has_task(self.kind, self.service) && self.task.is_zero();
        if no_time || self.lasting.is_some_and(|lasting| lasting.is_zero()) {
            return Err(SettingError::NoTime);
        }
        Ok(())
    }
}

/// Which services a kind of experiment takes.
fn check_service(kind: BenchKind, service: &ServiceEntry) -> Result<(), SettingError> {
    let is_session = exchange(service) == Exchange::Session;
    let why = match kind {
        BenchKind::Throughput if !is_session => {
            "its connections carry one request each; use --kind churn"
        }
        BenchKind::Idle if !is_session => {
            "its clients connect only when they ask, so no connection stands silent"
        }
        BenchKind::Mixed if service.name != WORK => {
            "only the requests of `work` wait and calculate as they are told"
        }
        _ => return Ok(()),
    };
    Err(SettingError::Unfit {
        kind,
        service: service.name,
        why,
    })
}

/// Refuses what was given and means nothing to the kind or the service.
fn check_meaning(
    sheet: &Sheet,
    kind: BenchKind,
    service: &'static ServiceEntry,
) -> Result<(), SettingError> {
    use BenchKind as K;
    let given = [
        (sheet.task.is_some(), "task", has_task(kind, service)),
        (sheet.lasting.is_some(), "for", has_duration(kind)),
        (
            sheet.pipeline.is_some_and(|depth| depth != 1),
            "pipeline",
            kind == K::Throughput,
        ),
        (sheet.payload_bytes.is_some(), "payload", has_text(service)),
        (sheet.cpu_shares.is_some(), "cpu-share", kind == K::Mixed),
        (sheet.gaps == Some(true), "gaps", kind == K::Burst),
    ];
    match given
        .iter()
        .find(|(is_given, _, means)| *is_given && !means)
    {
        Some((_, setting, _)) => Err(SettingError::WithoutEffect {
            setting,
            kind,
            service: service.name,
        }),
        None => Ok(()),
    }
}

/// Whether a request occupies the server for a time that is set.
pub(crate) fn has_task(kind: BenchKind, service: &ServiceEntry) -> bool {
    kind == BenchKind::Mixed || [SLOW, WORK].contains(&service.name)
}

fn has_duration(kind: BenchKind) -> bool {
    matches!(
        kind,
        BenchKind::Throughput | BenchKind::Churn | BenchKind::Mixed
    )
}

/// Whether requests carry a text of any size.
fn has_text(service: &ServiceEntry) -> bool {
    ["echo", "tasks", SLOW].contains(&service.name)
}

fn exchange(service: &ServiceEntry) -> Exchange {
    service
        .clients(&Script::seed((service.dialect)()))
        .exchange()
}

const fn default_service(kind: BenchKind) -> &'static str {
    match kind {
        BenchKind::Burst => SLOW,
        BenchKind::Throughput | BenchKind::Churn | BenchKind::Idle => "echo",
        BenchKind::Mixed => WORK,
    }
}

fn default_clients(kind: BenchKind) -> Vec<u64> {
    match kind {
        BenchKind::Burst => (10..=100).step_by(10).collect(),
        BenchKind::Throughput | BenchKind::Churn => vec![1, 10, 100],
        BenchKind::Idle => vec![10, 100, 1000],
        BenchKind::Mixed => vec![50],
    }
}

fn default_payload(kind: BenchKind, service: &ServiceEntry) -> u64 {
    match kind {
        BenchKind::Throughput | BenchKind::Churn if has_text(service) => 64,
        _ => 0,
    }
}

/// The models that are compared when none are named.
pub const DEFAULT_MODELS: [&str; 3] = ["iter", "thr", "proc"];

/// The service of the seed experiment, whose task is a wait.
pub(crate) const SLOW: &str = "slow-reverse";
/// The service whose requests wait and calculate.
pub(crate) const WORK: &str = "work";

/// The task of the experiment that this one is modelled on (CS331 tutorial 1, part 2).
pub(crate) const SEED_TASK: Duration = Duration::from_secs(3);

const DEFAULT_RUNS: u32 = 3;
const DEFAULT_SEED: u64 = 42;
const DEFAULT_SHARES: [f64; 4] = [0.0, 0.1, 0.5, 1.0];
/// Long against a context switch, short against what a person notices.
const DEFAULT_WORK_TASK: Duration = Duration::from_millis(2);
/// Three models, three numbers of clients and three runs then take half a minute.
const DEFAULT_LASTING: Duration = Duration::from_secs(1);
const DEFAULT_LONGEST: Duration = Duration::from_secs(600);
/// What the timed runs of a scaled experiment may take together; the rest of a minute is for starting
/// servers and for the runs that are not timed.
const BUDGET: Duration = Duration::from_secs(36);
const MOST_BY_DEFAULT_IN_THREADS: u64 = 1000;
/// Threads that the load generator makes at the most.
const MOST_IN_THREADS: u64 = 20_000;
/// A server takes at most 65,535 connections, some of which are not the clients'.
const MOST_CLIENTS: u64 = 65_000;

#[cfg(test)]
mod tests {
    use super::*;

    fn made(sheet: &Sheet) -> Result<Experiment, SettingError> {
        let subject = Subject {
            model: "thread".to_owned(),
            name: String::new(),
            flags: Vec::new(),
            about: String::new(),
            at_once: None,
            bounds: Vec::new(),
            refused: None,
        };
        Experiment::new(sheet, vec![subject], PathBuf::new())
    }

    fn of(kind: BenchKind) -> Sheet {
        Sheet {
            kind: Some(kind),
            ..Sheet::default()
        }
    }

    #[test]
    fn the_sheet_of_an_experiment_makes_it_again() {
        for kind in BenchKind::ALL.into_iter().filter(|kind| is_served(*kind)) {
            let sheet = made(&of(kind)).expect("defaults").sheet();
            let read = Sheet::parse(&sheet.to_text()).expect("TOML");
            assert_eq!(made(&read).expect("the same").sheet(), sheet);
        }
    }

    fn is_served(kind: BenchKind) -> bool {
        services::by_name(default_service(kind)).is_some()
    }

    #[track_caller]
    fn check(sheet: Sheet, expected: &str) {
        let error = made(&sheet).expect_err(expected).to_string();
        assert!(error.contains(expected), "{error}");
    }

    #[test]
    fn a_service_that_does_not_fit_the_kind_is_refused_with_the_reason() {
        let of_service = |kind, service: &str| Sheet {
            service: Some(service.to_owned()),
            ..of(kind)
        };
        check(of_service(BenchKind::Throughput, "hello"), "--kind churn");
        check(of_service(BenchKind::Idle, SLOW), "stands silent");
        check(of_service(BenchKind::Mixed, "echo"), "only the requests of");
        check(of_service(BenchKind::Churn, "ech"), "unknown service `ech`");
    }

    #[test]
    fn a_setting_that_means_nothing_is_refused() {
        let sheet = Sheet {
            pipeline: Some(8),
            ..of(BenchKind::Burst)
        };
        check(sheet, "pipeline");
        let sheet = Sheet {
            task: "1s".parse().ok(),
            ..of(BenchKind::Throughput)
        };
        check(sheet, "task");
        let sheet = Sheet {
            cpu_shares: Some(vec![0.5]),
            ..of(BenchKind::Churn)
        };
        check(sheet, "cpu-share");
    }

    #[test]
    fn clients_beyond_what_threads_can_be_need_event_loops() {
        let sheet = |client| Sheet {
            clients: Some(vec![50_000]),
            client: Some(client),
            ..of(BenchKind::Throughput)
        };
        check(sheet(ClientChoice::Threads), "1 to 20000, found 50000");
        assert!(made(&sheet(ClientChoice::Auto)).is_ok());
    }

    #[test]
    fn threads_are_the_default_up_to_a_thousand() {
        let settled = |kind, clients| ClientChoice::Auto.settled(kind, clients);
        assert_eq!(settled(BenchKind::Burst, 1000), ClientChoice::Threads);
        assert_eq!(settled(BenchKind::Burst, 1001), ClientChoice::Async);
        assert_eq!(settled(BenchKind::Idle, 1), ClientChoice::Async);
    }
}

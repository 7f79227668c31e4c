//! `wharf bench`: the concurrency models against each other, N clients at once.

use std::{
    env, fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use anyhow::{Context as _, Result};
use bench::{Experiment, Progress, Subject, scaled_task};
use history::{BenchSummary, Finding, Kind, Verdict};
use indicatif::ProgressBar;
use run::{Stop, stop_on_signals};
use serde_json::json;
use timing::SystemClock;

use crate::{args::BenchArgs, lists, progress, run_folder::Begun, say};

/// Runs the command.
///
/// # Errors
/// When it cannot start: unknown models, values out of range, a server that does not come up.
pub fn run(args: &BenchArgs) -> Result<Verdict> {
    let experiment = experiment(args)?;
    let stop = Arc::new(Stop::new().context("no descriptors left")?);
    stop_on_signals(&stop).context("cannot listen for ^C")?;
    let clock = SystemClock::start();
    let begun = Begun::new(Kind::Bench, "bench slow-reverse", &args.folder, &clock)?;
    begun.write_plan(&settings(&experiment))?;
    say::talk(&announcement(&experiment));
    let scratch = Scratch::new(&begun)?;
    let mut watch = Watch {
        bar: progress::line(0, "bench"),
        begun,
    };
    let swept = bench::sweep(&experiment, &scratch.path, &clock, &stop, &mut watch);
    watch.bar.finish_and_clear();
    let mut begun = watch.begun;
    match swept {
        Ok((summary, findings)) => {
            begun.summary.bench = Some(summary);
            Ok(begun.conclude(findings, &[], &clock))
        }
        Err(error) => {
            begun.keep(
                vec![Finding::new(Verdict::Unknown, error.to_string())],
                &clock,
            );
            Err(error.into())
        }
    }
}

fn experiment(args: &BenchArgs) -> Result<Experiment> {
    let subjects = args
        .models
        .iter()
        .map(|name| subject(name))
        .collect::<Result<Vec<_>>>()?;
    let clients = args.clients.0.clone();
    let most = clients.iter().copied().max().unwrap_or(0);
    anyhow::ensure!(
        most <= MOST_CLIENTS,
        "{most} clients are too many: each is a thread, at most {MOST_CLIENTS}"
    );
    let doubled = (1..subjects.len()).any(|index| subjects[..index].contains(&subjects[index]));
    anyhow::ensure!(
        !doubled,
        "a model is named twice in -m; each is compared once"
    );
    let runs = args.runs_per_point;
    let task = match (args.task, args.full) {
        (_, true) => Duration::from_secs(3),
        (Some(task), _) => task,
        (None, false) => scaled_task(&subjects, &clients, runs, BUDGET),
    };
    anyhow::ensure!(
        !task.is_zero(),
        "a task of no time has no floor to compare with; give --task 1ms or more"
    );
    Ok(Experiment {
        program: env::current_exe().context("cannot find this executable")?,
        subjects,
        clients,
        task,
        runs,
        seed: args.seed,
        with_gaps: !args.no_gaps,
    })
}

fn subject(name: &str) -> Result<Subject> {
    let model = lists::model(name)?;
    Ok(Subject {
        model: model.name.to_owned(),
        about: model.about.to_owned(),
        is_iterative: model.is_iterative(),
    })
}

fn settings(experiment: &Experiment) -> serde_json::Value {
    let models: Vec<&str> = experiment
        .subjects
        .iter()
        .map(|s| s.model.as_str())
        .collect();
    json!({
        "command": "bench",
        "service": "slow-reverse",
        "models": models,
        "clients": experiment.clients,
        "task_ms": experiment.task.as_secs_f64() * 1e3,
        "runs": experiment.runs,
        "seed": experiment.seed,
        "gaps": experiment.with_gaps,
    })
}

fn announcement(experiment: &Experiment) -> String {
    let models: Vec<&str> = experiment
        .subjects
        .iter()
        .map(|s| s.model.as_str())
        .collect();
    let task = experiment.task.as_secs_f64();
    let scale = match task == 3.0 {
        true => "the seed experiment's own".to_owned(),
        false => format!("1 : {:.0} of the seed experiment's 3 s", 3.0 / task),
    };
    let least: u64 = experiment
        .clients
        .iter()
        .flat_map(|&n| {
            experiment
                .subjects
                .iter()
                .map(move |s| if s.is_iterative { n } else { 1 })
        })
        .sum();
    format!(
        "{} with {} to {} clients at once; task {:.0} ms ({scale}); {} runs a point; at least {:.0} s",
        models.join(", "),
        experiment.clients.iter().min().unwrap_or(&0),
        experiment.clients.iter().max().unwrap_or(&0),
        task * 1e3,
        experiment.runs,
        least as f64 * task * f64::from(experiment.runs),
    )
}

/// A folder for files between the benchmark and its servers, gone at the end.
struct Scratch {
    path: PathBuf,
}

impl Scratch {
    fn new(begun: &Begun) -> Result<Self> {
        let base = begun
            .folder()
            .map_or_else(env::temp_dir, |folder| folder.path().to_owned());
        let path = base.join(format!(".servers-{}", std::process::id()));
        create(&path)?;
        // The server's process has its own working directory only in name; be sure all the same.
        let path = path.canonicalize()?;
        Ok(Self { path })
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.path);
    }
}

fn create(path: &Path) -> Result<()> {
    fs::create_dir_all(path).with_context(|| format!("cannot create {}", path.display()))
}

struct Watch {
    bar: ProgressBar,
    begun: Begun,
}

impl Progress for Watch {
    fn on_step(&mut self, done: u64, total: u64, what: &str, summary: &BenchSummary) {
        self.bar.set_length(total);
        self.bar.set_position(done);
        self.bar.set_message(what.to_owned());
        self.begun.summary.bench = Some(summary.clone());
        // A full disk is told at the end, when the whole is written.
        let _ = self.begun.write_so_far();
    }
}

/// Threads that the load generator makes at the most.
const MOST_CLIENTS: u64 = 20_000;

/// What the timed runs of a scaled experiment may take together; the rest of a minute is for starting
/// servers and for the runs that are not timed.
const BUDGET: Duration = Duration::from_secs(36);

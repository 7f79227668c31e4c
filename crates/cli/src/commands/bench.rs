//! `wharf bench`: the concurrency models against each other, under one kind of load.

use std::{
    env, fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context as _, Result, anyhow};
use bench::{DEFAULT_MODELS, Experiment, Progress, Sheet, Subject};
use history::{BenchKind, BenchSummary, Finding, Kind, Verdict};
use indicatif::ProgressBar;
use run::{Stop, stop_on_signals};
use serde_json::json;
use serve::Choice;
use timing::SystemClock;

use crate::{
    args::{BenchArgs, CrewArgs},
    descriptors, lists, progress,
    run_folder::Begun,
    say,
};

/// Runs the command.
///
/// # Errors
/// When it cannot start: unknown models, values out of range, a server that does not come up.
pub fn run(args: &BenchArgs) -> Result<Verdict> {
    let experiment = experiment(args)?;
    let stop = Arc::new(Stop::new().context("no descriptors left")?);
    stop_on_signals(&stop).context("cannot listen for ^C")?;
    let clock = SystemClock::start();
    let name = match experiment.kind {
        BenchKind::Burst => format!("bench {}", experiment.service.name),
        kind => format!("bench {} {}", kind.name(), experiment.service.name),
    };
    let begun = Begun::new(Kind::Bench, &name, &args.folder, &clock)?;
    begun.write_plan(&settings(&experiment))?;
    if let Some(folder) = begun.folder() {
        folder.write(EXPERIMENT_FILE, &experiment.sheet().to_text())?;
    }
    say::talk(&announcement(&experiment));
    for subject in &experiment.subjects {
        let refused = subject.refused.iter();
        refused.for_each(|reason| say::talk(&format!("{} is left out: {reason}", subject.model)));
    }
    let most = experiment.clients.iter().copied().max().unwrap_or(0);
    if let Some(text) = descriptors::raise(most) {
        say::talk(&text);
    }
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
    let sheet = args.sheet().over(from_file(args)?);
    let defaults = || DEFAULT_MODELS.map(str::to_owned).to_vec();
    let models = sheet.models.clone().unwrap_or_else(defaults);
    let subjects = models
        .iter()
        .map(|name| subject(name))
        .collect::<Result<Vec<_>>>()?;
    if let Some(name) = &sheet.service {
        // Says what there is, and what may have been meant.
        lists::service(name)?;
    }
    ensure_some_can_serve(&subjects)?;
    let program = env::current_exe().context("cannot find this executable")?;
    Ok(Experiment::new(&sheet, subjects, program)?)
}

/// What the file says that was named, or that lies in the folder that was named.
fn from_file(args: &BenchArgs) -> Result<Sheet> {
    let of_run = args.from.as_ref().map(|run| run.join(EXPERIMENT_FILE));
    let named = args.file.as_ref().or(args.experiment.as_ref());
    let Some(path) = of_run.as_ref().or(named) else {
        return Ok(Sheet::default());
    };
    let text = fs::read_to_string(path).with_context(|| {
        format!(
            "cannot read {}; every run of `wharf bench` leaves such a file",
            path.display()
        )
    })?;
    Sheet::parse(&text).map_err(|error| anyhow!("{}: {error}", path.display()))
}

/// The model that `MODEL[:choice=value[:choice=value…]]` names, with its choices as flags of `serve`.
fn subject(text: &str) -> Result<Subject> {
    let mut parts = text.split(':');
    let model = lists::model(parts.next().unwrap_or_default())?;
    let choices: Vec<&str> = parts.collect();
    let flags: Vec<String> = choices.iter().map(|choice| format!("--{choice}")).collect();
    let crew = CrewArgs::from_flags(&flags)
        .with_context(|| format!("cannot lay out the workers of `{text}`"))?;
    let idle = crew.without_effect(model);
    anyhow::ensure!(
        idle.is_empty(),
        "{} means nothing to {}; `wharf models` tells what does",
        idle.join(", "),
        model.name
    );
    let bounds = [Choice::Connections, Choice::Workers].into_iter();
    let bounds = bounds.filter(|choice| model.choices.contains(choice));
    Ok(Subject {
        model: [&[model.name], &choices[..]].concat().join(":"),
        name: model.name.to_owned(),
        flags,
        about: model.about.to_owned(),
        at_once: (model.at_once)(&crew.crew()),
        bounds: bounds.map(Choice::flag).collect(),
        refused: model.check().err().map(|error| error.to_string()),
    })
}

/// Of models that this machine refuses, the others can still be compared; of no others, nothing.
fn ensure_some_can_serve(subjects: &[Subject]) -> Result<()> {
    let refused: Vec<&String> = subjects.iter().flat_map(|s| &s.refused).collect();
    match refused.first() {
        Some(reason) if refused.len() == subjects.len() => Err(anyhow!("{reason}")),
        _ => Ok(()),
    }
}

fn settings(experiment: &Experiment) -> serde_json::Value {
    let models: Vec<&str> = experiment
        .subjects
        .iter()
        .map(|s| s.model.as_str())
        .collect();
    let shares: Vec<f64> = experiment.cpu_shares.iter().copied().flatten().collect();
    json!({
        "command": "bench",
        "kind": experiment.kind.name(),
        "service": experiment.service.name,
        "models": models,
        "clients": experiment.clients,
        "client": experiment.client.name(),
        "task_ms": experiment.task.as_secs_f64() * 1e3,
        "for_ms": experiment.lasting.map(|lasting| lasting.as_secs_f64() * 1e3),
        "pipeline": experiment.pipeline,
        "payload_bytes": experiment.payload_bytes,
        "cpu_shares": shares,
        "runs": experiment.runs,
        "longest_ms": experiment.longest.as_secs_f64() * 1e3,
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
    let counts = &experiment.clients;
    let least = counts.iter().min().copied().unwrap_or(0);
    let most = counts.iter().max().copied().unwrap_or(0);
    let how = match experiment.kind {
        BenchKind::Burst => format!("at once; {}", of_burst(experiment)),
        kind => format!(
            "{} of {}; {}",
            kind.name(),
            experiment.service.name,
            of_time(experiment)
        ),
    };
    let client = |count| experiment.client.settled(experiment.kind, count).name();
    let drivers = match (client(least), client(most)) {
        ("threads", "threads") => String::new(),
        (one, other) if one == other => format!("; clients: {one}"),
        (one, other) => format!("; clients: {one}, past a thousand {other}"),
    };
    let clients = match least == most {
        true => format!("{least}"),
        false => format!("{least} to {most}"),
    };
    format!(
        "{} with {clients} clients {how}{drivers}",
        models.join(", ")
    )
}

fn of_burst(experiment: &Experiment) -> String {
    let task = experiment.task.as_secs_f64();
    let runs = runs_a_point(experiment);
    if experiment.task.is_zero() {
        return format!("{}; {runs}", experiment.service.name);
    }
    let scale = match task == 3.0 {
        _ if experiment.service.name != "slow-reverse" => experiment.service.name.to_owned(),
        true => "the seed experiment's own".to_owned(),
        false if task > 3.0 => "the seed experiment's is 3 s".to_owned(),
        false => format!("1 : {:.0} of the seed experiment's 3 s", 3.0 / task),
    };
    format!(
        "task {} ({scale}); {runs}; at least {:.0} s",
        report::duration(task * 1e9),
        experiment.least_time().as_secs_f64(),
    )
}

fn runs_a_point(experiment: &Experiment) -> String {
    match experiment.runs {
        1 => "a run a point".to_owned(),
        runs => format!("{runs} runs a point"),
    }
}

/// Of the kinds that ask for a time.
fn of_time(experiment: &Experiment) -> String {
    let points = experiment.clients.len() * experiment.cpu_shares.len() * experiment.subjects.len();
    let runs = runs_a_point(experiment);
    match experiment.lasting {
        Some(lasting) => format!(
            "{runs} of {:.1} s; at least {:.0} s",
            lasting.as_secs_f64(),
            lasting.as_secs_f64() * points as f64 * f64::from(experiment.runs)
        ),
        None => runs,
    }
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

/// The sweep, in a run's folder.
const EXPERIMENT_FILE: &str = "experiment.toml";

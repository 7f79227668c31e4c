//! Logs from files: found, read, and the events in them looked up.

use std::{
    fs::File,
    io::{Read, stdin},
    mem,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, anyhow, bail, ensure};
use history::ClockSummary;
use serde_json::json;
use trace::{EventId, Form, Log, Options, ReadError, Source};

use super::judged::Judged;
use crate::{args::LogArgs, lists};

/// What was read.
pub struct Logs {
    /// The form.
    pub form: &'static Form,
    /// The files' names.
    pub files: Vec<String>,
    /// The executions, or the one that was asked for.
    pub executions: Vec<Log>,
}

impl Logs {
    /// The executions, which are gone from here then.
    pub fn take_executions(&mut self) -> Vec<Log> {
        mem::take(&mut self.executions)
    }

    /// What was asked for, for the run's folder.
    pub fn plan(&self, args: &LogArgs) -> serde_json::Value {
        json!({
            "files": self.files,
            "form": self.form.name,
            "parser": args.parser,
            "delimiter": args.delimiter,
            "execution": args.execution,
        })
    }

    /// What was read and found.
    pub fn summary(&self, executions: &[Judged]) -> ClockSummary {
        let executions = executions.iter().map(|one| one.summary(&self.files));
        ClockSummary {
            form: self.form.name.to_owned(),
            executions: executions.collect(),
            files: self.files.clone(),
        }
    }
}

/// Reads the logs that the flags name.
///
/// # Errors
/// When a file cannot be read, or holds no log.
pub fn read(args: &LogArgs) -> Result<Logs> {
    let mut left = BYTES_MAX;
    let mut texts = Vec::new();
    for path in &args.files {
        texts.push(text(path, &mut left)?);
    }
    let sources: Vec<Source<'_>> = texts
        .iter()
        .map(|(name, text)| Source { name, text })
        .collect();
    let options = Options {
        form: args.form.as_deref().map(lists::form).transpose()?,
        parser: args.parser.clone(),
        delimiter: args.delimiter.clone(),
    };
    let executions = trace::read(&sources, &options).map_err(advised)?;
    let form = match (options.form, &options.parser) {
        (Some(form), _) => form,
        (None, Some(_)) => lists::form("shiviz")?,
        (None, None) => trace::recognise(&texts[0].1).expect("what was read was recognised"),
    };
    Ok(Logs {
        form,
        executions: chosen(executions, args.execution.as_deref())?,
        files: texts.into_iter().map(|(name, _)| name).collect(),
    })
}

/// Of an unknown form: the flag that makes it known, by example.
fn advised(error: ReadError) -> anyhow::Error {
    let advice = match &error {
        ReadError::Unrecognised { .. } => PARSER_ADVICE,
        _ => return error.into(),
    };
    anyhow!("{error}{advice}")
}

/// Reads the logs, which must be of one execution.
///
/// # Errors
/// As [`read`], and when there are several.
pub fn read_one(args: &LogArgs) -> Result<Log> {
    let mut executions = read(args)?.executions;
    if executions.len() > 1 {
        bail!(
            "the log holds several executions ({}); choose one with --execution",
            names(&executions)
        );
    }
    Ok(executions.swap_remove(0))
}

/// The event that people call `host:index`.
///
/// # Errors
/// When there is none; the message says what there is.
pub fn event(judged: &Judged, name: &str) -> Result<EventId> {
    let (log, order) = (&judged.log, &judged.order);
    if let Some(event) = order.named(log, name) {
        return Ok(event);
    }
    let shown = |text: &str| report::shown(text, SHOWN_MAX);
    let host = match name.rsplit_once(':') {
        Some((host, index)) if index.parse::<u64>().is_ok() => host,
        _ => bail!(
            "`{}` is no event: write its host and which of the host's events, as in bob:3",
            shown(name)
        ),
    };
    match log.host_named(host) {
        Some(id) if order.events_of(id).is_empty() => {
            bail!("no event `{name}`: the log has no events of {host}, and only names it")
        }
        Some(id) => bail!(
            "no event `{}`: {host} has the events {host}:1 to {host}:{}",
            shown(name),
            order.events_of(id).len(),
            host = shown(host)
        ),
        None => bail!(
            "no host `{}` in the log; there are {}",
            shown(host),
            listed(log.hosts.iter().map(|host| shown(host)))
        ),
    }
}

/// The first names, and how many more there are.
fn listed(names: impl Iterator<Item = String>) -> String {
    let mut names = names.peekable();
    let mut list: Vec<String> = names.by_ref().take(NAMED_MAX).collect();
    match names.count() {
        0 => {}
        more => list.push(format!("{more} more")),
    }
    list.join(", ")
}

/// A run's folder stands for the log in it.
fn text(path: &Path, left: &mut u64) -> Result<(String, Vec<u8>)> {
    if path == Path::new("-") {
        let text = bounded(stdin().lock(), left).context("cannot read standard input")?;
        return Ok(("standard input".to_owned(), text));
    }
    let path = match path.is_dir() {
        true if !path.join(TRACE).exists() => bail!(
            "{0} is a folder without a {TRACE}, so no run's of `cast chat`, `clock order` or `verdict`, nor one of `sim group` in \
             which a promise was broken; name the log files themselves, for example {0}/*.log",
            path.display()
        ),
        true => path.join(TRACE),
        false => PathBuf::from(path),
    };
    let name = path.display().to_string();
    let text = File::open(&path)
        .map_err(anyhow::Error::from)
        .and_then(|file| bounded(file, left))
        .with_context(|| format!("cannot read the log {name}"))?;
    refuse_wide(&name, &text)?;
    Ok((name, text))
}

/// What PowerShell's `>` leaves is a log only once it is written anew.
fn refuse_wide(name: &str, text: &[u8]) -> Result<()> {
    let beginning = &text[..text.len().min(64)];
    let is_marked = beginning.starts_with(&[0xff, 0xfe]) || beginning.starts_with(&[0xfe, 0xff]);
    let zeros = beginning.iter().filter(|byte| **byte == 0).count();
    let is_wide = is_marked || beginning.len() >= 8 && zeros * 3 > beginning.len();
    ensure!(
        !is_wide,
        "{name} is UTF-16, as PowerShell's > writes it, and logs are read as UTF-8; write it anew with \
         `iconv -f UTF-16 -t UTF-8 {name} > utf8.log`"
    );
    Ok(())
}

fn bounded(from: impl Read, left: &mut u64) -> Result<Vec<u8>> {
    let mut text = Vec::new();
    from.take(*left + 1).read_to_end(&mut text)?;
    *left = left.checked_sub(text.len() as u64).with_context(|| {
        format!(
            "the logs are larger than {} GiB together; cut them first, for example with `split -l`",
            BYTES_MAX >> 30
        )
    })?;
    Ok(text)
}

fn chosen(mut executions: Vec<Log>, name: Option<&str>) -> Result<Vec<Log>> {
    let Some(name) = name else {
        return Ok(executions);
    };
    let by_name = executions.iter().position(|log| log.name == name);
    let by_number = name.parse::<usize>().ok().and_then(|at| at.checked_sub(1));
    let at = by_name.or(by_number.filter(|at| *at < executions.len()));
    match at {
        Some(at) => Ok(vec![executions.swap_remove(at)]),
        None => bail!(
            "no execution `{}`; there are {}, and they go by number too",
            report::shown(name, SHOWN_MAX),
            names(&executions)
        ),
    }
}

fn names(executions: &[Log]) -> String {
    let names = executions
        .iter()
        .zip(1..)
        .map(|(log, number)| match log.name.as_str() {
            "" => number.to_string(),
            name => report::shown(name, SHOWN_MAX),
        });
    listed(names)
}

/// The log in a run's folder.
pub const TRACE: &str = "trace.jsonl";

/// All logs together, in memory; what is made of them takes some times that.
const BYTES_MAX: u64 = 2 << 30;

/// Characters of a name that an error shows.
const SHOWN_MAX: usize = 60;

/// Names that an error lists.
const NAMED_MAX: usize = 20;

const PARSER_ADVICE: &str = "\n  for example: --parser '(?<host>\\S+) (?<clock>\\{.*\\}) (?<event>.*)' for lines such as \
    alice {\"alice\":1} said hello\n  `wharf clock order --help` shows the form that a program of yours can write";

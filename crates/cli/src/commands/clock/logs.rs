//! Logs from files: found, read, and the events in them looked up.

use std::{
    fs::File,
    io::{Read, stdin},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, bail};
use trace::{EventId, Form, Log, Options, Source};

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
    let executions = trace::read(&sources, &options)?;
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
    let host = match name.rsplit_once(':') {
        Some((host, index)) if index.parse::<u64>().is_ok() => host,
        _ => bail!(
            "`{name}` is no event: write its host and which of the host's events, as in bob:3"
        ),
    };
    match log.host_named(host) {
        Some(id) if order.events_of(id).is_empty() => {
            bail!("no event `{name}`: the log has no events of {host}, and only names it")
        }
        Some(id) => bail!(
            "no event `{name}`: {host} has the events {host}:1 to {host}:{}",
            order.events_of(id).len()
        ),
        None => bail!(
            "no host `{host}` in the log; there are {}",
            log.hosts
                .iter()
                .take(NAMED_MAX)
                .cloned()
                .collect::<Vec<_>>()
                .join(", ")
        ),
    }
}

/// A run's folder stands for the log in it.
fn text(path: &Path, left: &mut u64) -> Result<(String, Vec<u8>)> {
    if path == Path::new("-") {
        let text = bounded(stdin().lock(), left).context("cannot read standard input")?;
        return Ok(("standard input".to_owned(), text));
    }
    let path = match path.is_dir() {
        true => path.join(TRACE),
        false => PathBuf::from(path),
    };
    let name = path.display().to_string();
    let text = File::open(&path)
        .map_err(anyhow::Error::from)
        .and_then(|file| bounded(file, left))
        .with_context(|| format!("cannot read the log {name}"))?;
    Ok((name, text))
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
            "no execution `{name}`; there are {}, and they go by number too",
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
            name => name.to_owned(),
        });
    names.take(NAMED_MAX).collect::<Vec<_>>().join(", ")
}

/// The log in a run's folder.
pub const TRACE: &str = "trace.jsonl";

/// All logs together, in memory; what is made of them takes some times that.
const BYTES_MAX: u64 = 2 << 30;
/// Names that an error lists.
const NAMED_MAX: usize = 20;

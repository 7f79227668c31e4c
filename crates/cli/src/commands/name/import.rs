//! `wharf name import`: registers all names of a file.

use std::{
    fs,
    io::{self, Read as _},
    path::Path,
};

use anyhow::{Context as _, Result, bail, ensure};
use history::Verdict;
use nameserver::api::Changes;
use naming::{
    Expect, Name, RecordSet, Request, Value, Zone,
    forms::{self, FORMS, Form},
};

use crate::{args::ImportArgs, names, progress, say};

/// Runs the command.
///
/// # Errors
/// When the file cannot be read or is none of the forms, or no service answers.
pub fn run(args: &ImportArgs) -> Result<Verdict> {
    let client = names::client(&args.service)?;
    let zone = Zone::parse(&client.status()?.zone)?;
    let read = read(&args.file, args.form.as_deref(), &zone)?;
    let count = read.len() as u64;
    if args.check {
        say::talk(&format!(
            "{} could be imported",
            report::counted(count, "name")
        ));
        return Ok(Verdict::Valid);
    }
    let mut done = 0_u64;
    let total = read.len().div_ceil(CHUNK);
    let bar = progress::line(count, "importing");
    for (at, part) in read.chunks(CHUNK).enumerate() {
        bar.set_position((at * CHUNK) as u64);
        let names = part.iter().map(|(name, sets)| {
            let value = Value::from_sets(&zone, name, sets.iter());
            (name.to_string(), Some(value))
        });
        let changes = Changes {
            names: names.collect(),
            replace: args.replace,
        };
        match client.change(&changes) {
            Ok(changed) => done += changed.changed,
            Err(error) if names::is_answer(&error) => {
                say::talk(&format!("refused: {error}"));
                say_what_is_done(at, total, done);
                return Ok(Verdict::Invalid);
            }
            Err(error) => {
                say_what_is_done(at, total, done);
                return Err(error.into());
            }
        }
    }
    bar.finish_and_clear();
    let same = count.saturating_sub(done);
    let same = match same {
        0 => String::new(),
        _ => format!("; {} stood so already", report::count(same)),
    };
    say::talk(&format!("{} imported{same}", report::counted(done, "name")));
    Ok(Verdict::Valid)
}

/// The names of a file.
///
/// # Errors
/// When it cannot be read, or is none of the forms.
pub fn read(file: &Path, form: Option<&str>, zone: &Zone) -> Result<Vec<(Name, Vec<RecordSet>)>> {
    let is_standard_input = file.as_os_str() == "-";
    let form = match form {
        Some(name) => self::form(name)?,
        None => forms::of_file(file).with_context(|| {
            format!(
                "{}: its name does not say its form; say it with --form: {}",
                file.display(),
                all()
            )
        })?,
    };
    let text = match is_standard_input {
        true => {
            let mut text = String::new();
            let mut input = io::stdin().take(BYTES_MAX + 1);
            input
                .read_to_string(&mut text)
                .context("cannot read standard input")?;
            text
        }
        false => {
            let found =
                fs::metadata(file).with_context(|| format!("cannot read {}", file.display()))?;
            ensure!(
                found.len() <= BYTES_MAX,
                "{} is larger than 4 GiB",
                file.display()
            );
            fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?
        }
    };
    ensure!(
        text.len() as u64 <= BYTES_MAX,
        "standard input is longer than 4 GiB"
    );
    let read = (form.read)(&text, zone).with_context(|| format!("{}", file.display()))?;
    read.notes
        .iter()
        .for_each(|note| say::talk(&format!("note: {note}")));
    Ok(read.names)
}

/// A request for all names at once.
pub fn request(names: Vec<(Name, Vec<RecordSet>)>, may_replace: bool) -> Request {
    let expect = if may_replace {
        Expect::Anything
    } else {
        Expect::Absent
    };
    let puts = names.into_iter();
    Request::All(
        puts.map(|(name, sets)| Request::Put {
            name,
            sets,
            lease: None,
            expect,
        })
        .collect(),
    )
}

/// The form of that name.
///
/// # Errors
/// When there is none.
pub fn form(name: &str) -> Result<&'static Form> {
    match forms::by_name(name) {
        Some(form) => Ok(form),
        None => bail!("there is no form `{name}`; there are: {}", all()),
    }
}

fn all() -> String {
    let names: Vec<&str> = FORMS.iter().map(|form| form.name).collect();
    names.join(", ")
}

fn say_what_is_done(at: usize, total: usize, done: u64) {
    if at > 0 {
        say::talk(&format!(
            "{at} of {total} parts were imported before ({}); --replace goes over them again",
            report::counted(done, "name")
        ));
    }
}

/// Names a request: what the service takes at once, all or none.
const CHUNK: usize = 5_000;
const BYTES_MAX: u64 = 4 << 30;

//! `wharf name import`: registers all names of a file.

use std::{
    fs::File,
    io::{self, Read as _},
    path::Path,
};

use anyhow::{Context as _, Result, bail};
use history::Verdict;
use nameserver::{
    Client, ClientError,
    api::{Changes, Put},
};
use naming::{Expect, Form, Name, RecordSet, RecordType, Request, Value, Zone, forms::FORMS};

use crate::{args::ImportArgs, names, progress, say};

/// Runs the command.
///
/// # Errors
/// When the file cannot be read or is none of the forms, or no service answers.
pub fn run(args: &ImportArgs) -> Result<Verdict> {
    let client = names::client(&args.service)?;
    let zone = Zone::parse(&client.status()?.zone)?;
    let mut read = read(&args.file, args.form.as_deref(), &zone)?;
    let count = read.len() as u64;
    if args.check {
        say::talk(&format!(
            "{} could be imported",
            report::counted(count, "name")
        ));
        return Ok(Verdict::Valid);
    }
    let mut done = 0_u64;
    let apex = read.iter().position(|(name, _)| name.is_apex());
    let apex = apex.map(|at| read.remove(at).1);
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
    if let Some(sets) = apex {
        let (client, zone) = (&client, &zone);
        match (Apex { client, zone }).import(sets, args.replace) {
            Ok(changed) => done += changed,
            Err(error) if names::is_answer(&error) => {
                say::talk(&format!("refused: {error}"));
                say_what_is_done(total, total, done);
                return Ok(Verdict::Invalid);
            }
            Err(error) => {
                say_what_is_done(total, total, done);
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

/// The zone's own name at the service. It has records from the beginning, so it is never free: what a file says of it is put
/// beside them.
struct Apex<'a> {
    client: &'a Client,
    zone: &'a Zone,
}

impl Apex<'_> {
    /// Adds the records of a file, but for those that say who serves the zone: that is this service, and not the one that the
    /// file is from. Says how many names changed: one, or none.
    fn import(&self, sets: Vec<RecordSet>, may_replace: bool) -> Result<u64, ClientError> {
        let name = Name::apex();
        let refused = |error: String| ClientError::Refused {
            status: 409,
            error,
            revision: None,
        };
        let entry = self.client.entry("/")?;
        let there = entry.value.to_sets(self.zone, &name);
        let mut there = there.map_err(|error| refused(error.to_string()))?;
        let before = there.clone();
        for set in sets {
            let own = there
                .iter()
                .position(|own| own.record_type == set.record_type);
            match own {
                Some(own) if there[own] == set => {}
                Some(_) if set.record_type == RecordType::NS => say::talk(&format!(
                    "note: {} keeps its own NS records: those of the file say who served it there",
                    self.zone
                )),
                Some(own) if may_replace => there[own] = set,
                Some(_) => {
                    let record_type = set.record_type;
                    return Err(refused(format!(
                        "/ has other {record_type} records already; --replace replaces them"
                    )));
                }
                None => there.push(set),
            }
        }
        if there == before {
            return Ok(0);
        }
        let put = Put {
            value: Value::from_sets(self.zone, &name, there.iter()),
            lease: None,
            lease_ms: None,
            // What somebody else has put there since must not get lost.
            if_revision: Some(entry.revision),
            replace: false,
        };
        Ok(self.client.put("/", &put)?.changed)
    }
}

/// The names of a file.
///
/// # Errors
/// When it cannot be read, or is none of the forms.
pub fn read(file: &Path, form: Option<&str>, zone: &Zone) -> Result<Vec<(Name, Vec<RecordSet>)>> {
    let is_standard_input = file.as_os_str() == "-";
    let form = match form {
        Some(name) => self::form(name)?,
        None => by_file_name(file).with_context(|| {
            format!(
                "{}: its name does not say its form; say it with --form: {}",
                file.display(),
                all()
            )
        })?,
    };
    let most = Form::TEXT_BYTES_MAX as u64 + 1;
    let mut text = Vec::new();
    let read = match is_standard_input {
        true => io::stdin().take(most).read_to_end(&mut text),
        false => File::open(file).and_then(|file| file.take(most).read_to_end(&mut text)),
    };
    read.with_context(|| format!("cannot read {}", file.display()))?;
    let read = form
        .read(zone, &text)
        .with_context(|| file.display().to_string())?;
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
    match Form::by_name(name) {
        Some(form) => Ok(form),
        None => bail!("there is no form `{name}`; there are: {}", all()),
    }
}

/// The form that a file's name says.
pub fn by_file_name(file: &Path) -> Option<&'static Form> {
    Form::by_file_name(&file.file_name()?.to_string_lossy())
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

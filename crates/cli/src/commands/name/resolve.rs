//! `wharf name resolve`: a name's value, and each step on the way to it.

use std::path::Path;

use anyhow::Result;
use history::Verdict;
use naming::{LeaseTime, Name, Registry, Resolution, Step, Value, Zone};

use super::import;
use crate::{args::ResolveArgs, names, say};

/// Runs the command.
///
/// # Errors
/// When no service answers, the file cannot be read, or the name is none.
pub fn run(args: &ResolveArgs) -> Result<Verdict> {
    if args.iterative {
        return iteratively(args);
    }
    let resolution = match &args.from {
        Some(file) => {
            let registry = registry(file)?;
            let name = registry.zone().name(&args.name)?;
            registry.resolve(&name, LeaseTime(0))
        }
        None => names::client(&args.service)?.resolve(&args.name)?,
    };
    if args.steps {
        resolution
            .steps
            .iter()
            .for_each(|step| say::talk(&in_words(step)));
    }
    if args.json {
        say::result(&(serde_json::to_string_pretty(&resolution)? + "\n"));
    }
    Ok(concluded(&resolution, args.json))
}

/// Prints what was found, or says why nothing was.
fn concluded(resolution: &Resolution, is_printed: bool) -> Verdict {
    let Some(value) = &resolution.value else {
        let why = resolution.steps.last().map_or(String::new(), in_words);
        say::talk(&format!("{} leads nowhere: {why}", resolution.name));
        return Verdict::Invalid;
    };
    if !is_printed {
        print(value);
    }
    Verdict::Valid
}

fn print(value: &Value) {
    match places(value) {
        none if none.is_empty() => {
            say::result(&format!("{}\n", super::list::value_in_words(value)))
        }
        places => say::result(&(places.join("\n") + "\n")),
    }
}

/// Addresses, each with the port if there is one.
pub fn places(value: &Value) -> Vec<String> {
    let addresses = value.addresses.iter();
    addresses
        .map(|address| match value.port {
            Some(port) => std::net::SocketAddr::new(*address, port).to_string(),
            None => address.to_string(),
        })
        .collect()
}

/// Goes from context to context: each step is a question of its own.
fn iteratively(args: &ResolveArgs) -> Result<Verdict> {
    let asked = match &args.from {
        Some(file) => Asked::File(Box::new(registry(file)?)),
        None => Asked::Service(Box::new(names::client(&args.service)?)),
    };
    let mut name = asked.name(&args.name)?;
    let mut before = Vec::new();
    // As many aliases in a row as the service itself follows.
    while before.len() <= Registry::ALIASES_MAX {
        match walked(&asked, &name)? {
            Walked::To(found) => return Ok(concluded(&asked.resolve(&found)?, false)),
            Walked::Nowhere => return Ok(Verdict::Invalid),
            Walked::Outside(to) => {
                say::talk(&in_words(&Step::Outside { name: to }));
                return Ok(Verdict::Invalid);
            }
            Walked::Alias(to) => {
                before.push(std::mem::replace(&mut name, to));
                if before.contains(&name) {
                    say::talk(&in_words(&Step::Loop {
                        name: name.to_string(),
                    }));
                    return Ok(Verdict::Invalid);
                }
            }
        }
    }
    say::talk(&in_words(&Step::TooLong {
        name: name.to_string(),
    }));
    Ok(Verdict::Invalid)
}

/// Where asking label by label led to.
enum Walked {
    To(Name),
    Alias(Name),
    Outside(String),
    Nowhere,
}

fn walked(asked: &Asked, name: &Name) -> Result<Walked> {
    let mut at = Name::apex();
    let mut rest = labels(name);
    while let Some(label) = rest.pop() {
        let mut step = asked.step(&at, &label)?;
        say::talk(&in_words(&step));
        let mut label = label;
        if let Step::Missing { .. } = step {
            // A wildcard stands in for what is missing beside it, and below that (RFC 4592).
            label = "*".to_owned();
            rest.clear();
            step = asked.step(&at, &label)?;
            if let Step::Missing { .. } = step {
                return Ok(Walked::Nowhere);
            }
            say::talk(&in_words(&step));
        }
        at = Name::parse(&match at.is_apex() {
            true => label,
            false => format!("{at}/{label}"),
        })?;
        match step {
            Step::Alias { to, .. } if rest.is_empty() => {
                return Ok(match to.ends_with('.') {
                    true => Walked::Outside(to),
                    false => Walked::Alias(Name::parse(&to)?),
                });
            }
            Step::Found { .. } if rest.is_empty() => return Ok(Walked::To(at)),
            Step::Context { .. } | Step::Found { .. } | Step::Alias { .. } => {}
            Step::Missing { .. }
            | Step::Loop { .. }
            | Step::TooLong { .. }
            | Step::Outside { .. } => return Ok(Walked::Nowhere),
        }
    }
    say::talk(&format!(
        "{name} is a context: names stand below it, nothing under it"
    ));
    Ok(Walked::Nowhere)
}

/// The labels, the one to be looked up first last.
fn labels(name: &Name) -> Vec<String> {
    name.labels().map(str::to_owned).collect()
}

/// Who is asked.
enum Asked {
    File(Box<Registry>),
    Service(Box<nameserver::Client>),
}

impl Asked {
    fn name(&self, text: &str) -> Result<Name> {
        match self {
            Self::File(registry) => Ok(registry.zone().name(text)?),
            Self::Service(client) => Ok(Zone::parse(&client.status()?.zone)?.name(text)?),
        }
    }

    fn step(&self, at: &Name, label: &str) -> Result<Step> {
        match self {
            Self::File(registry) => Ok(registry.resolve_step(at, label)),
            Self::Service(client) => Ok(client.step(&at.to_string(), label)?),
        }
    }

    fn resolve(&self, name: &Name) -> Result<Resolution> {
        match self {
            Self::File(registry) => Ok(registry.resolve(name, LeaseTime(0))),
            Self::Service(client) => Ok(client.resolve(&name.to_string())?),
        }
    }
}

/// A registry with the names of a file.
fn registry(file: &Path) -> Result<Registry> {
    let zone = Zone::parse("lab.test").expect("a zone");
    let read = import::read(file, None, &zone)?;
    let mut registry = Registry::new(zone);
    let mut draft = registry.draft(LeaseTime(0));
    draft.decide(&import::request(read, true))?;
    let batch = draft.finish();
    registry.publish(&batch);
    Ok(registry)
}

fn in_words(step: &Step) -> String {
    match step {
        Step::Context { at, label, below } => {
            let below = report::counted(*below, "name");
            format!("in {at}: {label} is a context with {below} below it")
        }
        Step::Found { at, label } => format!("in {at}: {label} is found"),
        Step::Alias { name, to } => format!("{name} is an alias of {to}: from the root again"),
        Step::Missing { at, label } => format!("in {at} there is no {label}"),
        Step::Loop { name } => format!("{name} was met before: the aliases lead in a circle"),
        Step::TooLong { name } => {
            format!("{name} is one alias too many: more are not followed in a row")
        }
        Step::Outside { name } => format!("{name} is not of this zone: ask whoever serves it"),
    }
}

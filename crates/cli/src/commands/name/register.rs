//! `wharf name register`: registers a name, and keeps its lease if asked to.

use std::{
    collections::BTreeMap,
    io::stdin,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use anyhow::{Context as _, Result, bail, ensure};
use history::Verdict;
use nameserver::{
    Client, ClientError,
    api::{Changed, Put},
};
use naming::{LeaseId, Name, Revision, Value};
use run::{Stop, stop_on_signals};
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use crate::{args::RegisterArgs, names, say};

/// Runs the command.
///
/// # Errors
/// When no service answers, or what was given is no name or value.
pub fn run(args: &RegisterArgs) -> Result<Verdict> {
    ensure!(
        args.name.parse::<IpAddr>().is_err(),
        "`{0}` is an address; the name comes first: wharf name register NAME {0}",
        args.name
    );
    let lease = match (args.lease, args.keep) {
        (None, true) => Some(KEPT),
        (lease, _) => lease,
    };
    let put = Put {
        value: value(args)?,
        lease: None,
        lease_ms: lease.map(|lease| lease.as_millis() as u64),
        if_revision: args.if_revision.map(Revision),
        replace: args.replace,
    };
    let client = names::client(&args.service)?;
    // Before the name is there, so that no ^C comes too early to take it away again.
    let stop = match args.keep {
        true => Some(stop()?),
        false => None,
    };
    let changed = match client.put(&args.name, &put) {
        Ok(changed) => changed,
        Err(error) if names::is_answer(&error) => {
            say::talk(&format!("refused: {error}"));
            return Ok(Verdict::Invalid);
        }
        Err(error) => return Err(error.into()),
    };
    tell(args, &changed, lease)?;
    match (stop, changed.lease, lease) {
        (Some(stop), Some(lease), Some(ttl)) => {
            let keeper = Keeper {
                args,
                client,
                put,
                ttl,
                stop,
            };
            keeper.keep(lease)
        }
        _ => Ok(Verdict::Valid),
    }
}

fn tell(args: &RegisterArgs, changed: &Changed, ttl: Option<Duration>) -> Result<()> {
    if args.json {
        say::result(&(serde_json::to_string(changed)? + "\n"));
        return Ok(());
    }
    let lease = match (changed.lease, ttl) {
        (Some(lease), Some(ttl)) if args.keep => {
            format!(
                ", lease {lease} of {} s, which is kept (^C takes the name away)",
                ttl.as_secs_f64()
            )
        }
        (Some(lease), Some(ttl)) => format!(", lease {lease} of {} s", ttl.as_secs_f64()),
        _ => String::new(),
    };
    // As it is kept, for `server1.region1` and `region1/server1` are one name.
    let name = Name::parse(&args.name).map_or_else(|_| args.name.clone(), |name| name.to_string());
    say::talk(&match changed.changed {
        0 => format!("{name} stands so already{lease}"),
        _ => format!(
            "{name} is registered (revision {}{lease})",
            changed.revision
        ),
    });
    Ok(())
}

/// ^C, SIGTERM.
fn stop() -> Result<Arc<Stop>> {
    let stop = Arc::new(Stop::new().context("no descriptors left")?);
    stop_on_signals(&stop).context("cannot listen for ^C")?;
    Ok(stop)
}

fn value(args: &RegisterArgs) -> Result<Value> {
    let mut value = Value {
        port: args.port,
        alias: args.alias.clone(),
        records: args.records.clone(),
        ttl_s: args
            .ttl
            .map(|ttl| u32::try_from(ttl.as_secs()).unwrap_or(u32::MAX)),
        attributes: attributes(&args.attributes)?,
        ..Value::default()
    };
    for text in &args.addresses {
        let (address, port) = place(text)?;
        if let Some(port) = port {
            let is_same = value.port.is_none_or(|other| other == port);
            ensure!(
                is_same,
                "`{text}`: a name has one port; give each port a name of its own"
            );
            value.port = Some(port);
        }
        value.addresses.push(address);
    }
    Ok(value)
}

fn place(text: &str) -> Result<(IpAddr, Option<u16>)> {
    if let Ok(address) = text.trim_matches(['[', ']']).parse() {
        return Ok((address, None));
    }
    match text.parse::<SocketAddr>() {
        Ok(place) => Ok((place.ip(), Some(place.port()))),
        Err(_) => {
            bail!("`{text}` is no address, such as 192.168.1.2, 192.168.1.2:8081 or [::1]:8081")
        }
    }
}

fn attributes(texts: &[String]) -> Result<BTreeMap<String, String>> {
    let mut attributes = BTreeMap::new();
    for text in texts {
        let (key, value) = text.split_once('=').unwrap_or((text, ""));
        let before = attributes.insert(key.to_owned(), value.to_owned());
        ensure!(before.is_none(), "attribute `{key}` is given twice");
    }
    Ok(attributes)
}

/// Keeps a lease until it is told to stop.
struct Keeper<'a> {
    args: &'a RegisterArgs,
    client: Client,
    put: Put,
    ttl: Duration,
    stop: Arc<Stop>,
}

impl Keeper<'_> {
    fn keep(mut self, mut lease: LeaseId) -> Result<Verdict> {
        let mut is_reachable = true;
        // A sign of life is given three times a lease, so that one may be lost.
        while !self.waits(self.ttl / 3)? {
            match self.client.renew(lease) {
                Ok(_) if is_reachable => {}
                Ok(_) => {
                    is_reachable = true;
                    say::talk("the name service answers again");
                }
                Err(ClientError::Refused { status: 404, .. }) => {
                    say::talk(&format!(
                        "warning: lease {lease} ran out; registering {} again",
                        self.args.name
                    ));
                    match self.register_again() {
                        Ok(Some(new)) => lease = new,
                        Ok(None) => return Ok(Verdict::Invalid),
                        // The next sign of life is refused as this one was, and leads here again.
                        Err(error) => say::talk(&format!(
                            "warning: {} could not be registered again: {error}; trying on",
                            self.args.name
                        )),
                    }
                }
                Err(error) if is_reachable => {
                    is_reachable = false;
                    say::talk(&format!(
                        "warning: no sign of life could be given: {error}; trying on"
                    ));
                }
                Err(_) => {}
            }
        }
        match self.client.revoke(lease) {
            Ok(_) => say::talk(&format!("{} is no longer registered", self.args.name)),
            Err(error) => say::talk(&format!(
                "warning: {} goes when its lease ends: {error}",
                self.args.name
            )),
        }
        Ok(Verdict::Valid)
    }

    /// The new lease; none where somebody else has the name now.
    fn register_again(&mut self) -> Result<Option<LeaseId>, ClientError> {
        self.put.if_revision = None;
        match self.client.put(&self.args.name, &self.put) {
            Ok(changed) => Ok(changed.lease),
            Err(error) if names::is_answer(&error) => {
                say::talk(&format!("refused: {error}"));
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Waits so long; whether it was told to stop.
    fn waits(&self, time: Duration) -> Result<bool> {
        let clock = timing::SystemClock::start();
        let deadline = timing::Clock::now(&clock) + time;
        loop {
            let left = deadline.since(timing::Clock::now(&clock));
            if left.is_zero() {
                return Ok(false);
            }
            let input = stdin();
            let soon = self.stop.soon_fd();
            let mut watched = vec![PollFd::new(&soon, PollFlags::IN)];
            if self.args.until_closed {
                watched.push(PollFd::new(&input, PollFlags::IN));
            }
            let timeout = Timespec::try_from(left).context("a lease is at most a day")?;
            match poll(&mut watched, Some(&timeout)) {
                Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(error).context("cannot wait"),
                Ok(0) => return Ok(false),
                Ok(_) if !watched[0].revents().is_empty() => return Ok(true),
                Ok(_) => {
                    let mut bytes = [0; 256];
                    // Whatever is typed is of no interest; that nobody can type any more is the end.
                    if matches!(rustix::io::read(&input, &mut bytes), Ok(0) | Err(_)) {
                        return Ok(true);
                    }
                }
            }
        }
    }
}

/// How long a lease lasts that is kept.
const KEPT: Duration = Duration::from_secs(10);

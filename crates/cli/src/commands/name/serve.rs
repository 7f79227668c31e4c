//! `wharf name serve`: a name service, until it is told to stop.

use std::{fs, net::SocketAddr, path::Path, process, sync::Arc, thread};

use anyhow::{Context as _, Result};
use dns::Keys;
use history::{Finding, Kind, Verdict};
use nameserver::{Plan, Server};
use naming::Zone;
use run::{Stop, stop_on_signals};
use rustix::event::{PollFd, PollFlags, poll};
use serde_json::json;
use timing::SystemClock;

use crate::{args::NameServeArgs, descriptors, names, run_folder::Begun, say};

/// Runs the command.
///
/// # Errors
/// When it cannot start: a zone that is none, an address that is taken, a store that cannot be used.
pub fn run(args: &NameServeArgs) -> Result<Verdict> {
    let plan = plan(args)?;
    descriptors::raise(CONNECTIONS_MAX);
    let stop = Arc::new(Stop::new().context("no descriptors left")?);
    stop_on_signals(&stop).context("cannot listen for ^C")?;
    let clock = SystemClock::start();
    let zone = plan.zone.to_string();
    let (is_signed_only, key_count) = (plan.is_signed_only, plan.keys.len());
    let server = nameserver::start(plan)?;
    let begun = Begun::new(Kind::Names, "name serve", &args.folder, &clock);
    let mut begun = match begun {
        Ok(begun) => begun,
        Err(error) => {
            server.stop();
            return Err(error);
        }
    };
    begun.write_plan(&json!({
        "command": "name serve",
        "zone": zone,
        "data": args.data.display().to_string(),
        "dns": texts(&server.dns),
        "http": texts(&server.http),
        "workers": args.workers,
        "log": args.log_max,
        "signed_only": is_signed_only,
        "keys": key_count,
        "rate_limit_hz": args.rate_limit,
        "notify": args.notify,
    }))?;
    ready(args, &server, &zone)?;
    wait(&stop, &server)?;
    end_at_once_if_asked_again(stop);
    if !args.quiet {
        say::talk("ending");
    }
    let failed = server.failed();
    let summary = server.stop();
    let mut findings = summary.findings();
    if let Some(part) = failed {
        let text = format!(
            "a part of the server ended by an error of this program ({part}), which is told above; what was answered is kept"
        );
        findings.push(Finding::new(Verdict::Unknown, text));
    }
    begun.summary.names = Some(summary);
    // A server that was told to stop has done its work, whatever its clients did.
    Ok(match begun.conclude(findings, &[], &clock) {
        Verdict::Unknown => Verdict::Unknown,
        Verdict::Valid | Verdict::Invalid => Verdict::Valid,
    })
}

fn plan(args: &NameServeArgs) -> Result<Plan> {
    let keys = match &args.keys {
        Some(file) => keys(file)?,
        None => Keys::default(),
    };
    let secondaries = args.notify.iter().map(|text| secondary(text));
    Ok(Plan {
        zone: zone(&args.zone)?,
        folder: args.data.clone(),
        dns: args.dns.clone(),
        http: args.http.clone(),
        token: args.token_file.as_deref().map(names::token).transpose()?,
        keys,
        is_signed_only: args.signed_only,
        secondaries: secondaries.collect::<Result<_>>()?,
        workers: args.workers.into(),
        answers_per_s: (args.rate_limit > 0).then_some(args.rate_limit),
        log_max: args.log_max,
    })
}

fn zone(text: &str) -> Result<Zone> {
    let zone = Zone::parse(text).with_context(|| format!("--zone {text}"))?;
    if zone.to_string().ends_with("local.") {
        say::talk(
            "warning: names in .local are asked by multicast (RFC 6762): most resolvers will never ask this server",
        );
    }
    Ok(zone)
}

fn keys(file: &Path) -> Result<Keys> {
    let shown = file.display();
    let text =
        fs::read_to_string(file).with_context(|| format!("cannot read the keys in {shown}"))?;
    let keys = Keys::read(&text).with_context(|| format!("{shown}"))?;
    anyhow::ensure!(
        !keys.is_empty(),
        "{shown} has no key; `wharf name key NAME > {shown}` makes one"
    );
    let mode = std::os::unix::fs::MetadataExt::mode(&fs::metadata(file)?);
    if mode & 0o077 != 0 {
        say::talk(&format!(
            "warning: others can read the keys in {shown}; `chmod 600 {shown}`"
        ));
    }
    Ok(keys)
}

fn secondary(text: &str) -> Result<(SocketAddr, Option<String>)> {
    let (address, key) = match text.split_once('=') {
        Some((address, key)) => (address, Some(key.to_owned())),
        None => (text, None),
    };
    let address = address.parse().with_context(|| {
        format!("--notify {text}: write ADDR:PORT, such as 127.0.0.1:5301, or ADDR:PORT=KEY")
    })?;
    Ok((address, key))
}

/// Says that all is answered, to people and to programs.
fn ready(args: &NameServeArgs, server: &Server, zone: &str) -> Result<()> {
    if !args.quiet {
        let (dns, http) = (
            texts(&server.dns).join(", "),
            texts(&server.http).join(", "),
        );
        say::talk(&format!(
            "names in {zone} are answered by DNS at {dns}, by HTTP at {http} (^C ends it; the names stay in {})",
            args.data.display()
        ));
    }
    let Some(file) = &args.ready_file else {
        return Ok(());
    };
    let ready = json!({
        "dns": texts(&server.dns),
        "http": texts(&server.http),
        "pid": process::id(),
    });
    crate::whole_file::write(file, &ready.to_string(), true)
}

/// Until ^C, or until a part of the server has panicked.
fn wait(stop: &Stop, server: &Server) -> Result<()> {
    loop {
        let (soon, bell) = (stop.soon_fd(), server.bell());
        let mut watched = [
            PollFd::new(&soon, PollFlags::IN),
            PollFd::new(&bell, PollFlags::IN),
        ];
        match poll(&mut watched, None) {
            Ok(_) => return Ok(()),
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error).context("cannot wait for ^C"),
        }
    }
}

/// Ends this process on the second ^C: a disk that does not answer would hold up the end for as long. Nothing is lost by it:
/// what was answered is on the disk, and the run's folder says `unknown` until it is told otherwise.
fn end_at_once_if_asked_again(stop: Arc<Stop>) {
    let waiting = thread::Builder::new().name("at-once".to_owned());
    // Without the thread there is SIGKILL.
    let _ = waiting.spawn(move || {
        let at_once = stop.at_once_fd();
        while poll(&mut [PollFd::new(&at_once, PollFlags::IN)], None).is_err() {}
        say::talk("ended at once");
        process::exit(2);
    });
}

fn texts(addresses: &[SocketAddr]) -> Vec<String> {
    addresses.iter().map(ToString::to_string).collect()
}

/// Descriptors that a busy server needs: connections by DNS and HTTP, watchers among them.
const CONNECTIONS_MAX: u64 = 12_000;

//! `wharf cast recv`: what comes, as the classic receivers print it, or as it is, or for machines.

use std::sync::Arc;

use anyhow::{Context as _, Result};
use cast::{Datagram, Receiver, Side, Way};
use history::Verdict;
use run::{Stop, stop_on_signals};
use timing::{Clock as _, SystemClock, Tick};

use super::{
    print::{Form, Print, counted},
    whom,
};
use crate::{args::RecvArgs, say};

/// Runs the command.
///
/// # Errors
/// When nothing can be received.
pub fn run(args: &RecvArgs) -> Result<Verdict> {
    let (cast, wish) = whom::wish(&args.whom, Side::Receive)?;
    let plan = cast.plan(&wish)?;
    let stop = Arc::new(Stop::new().context("no descriptors left")?);
    stop_on_signals(&stop).context("cannot listen for ^C")?;
    let receiver = Receiver::open(&plan, Way::Batch, args.buffer)?;
    if !args.quiet {
        let granted = receiver.buffer_bytes();
        say::talk(&format!(
            "{}; receive buffer {}{} (^C ends it)",
            whom::receiving(&plan),
            size(granted),
            match granted < args.buffer {
                true => format!(
                    " of {} that were asked for: raise net.core.rmem_max",
                    size(args.buffer)
                ),
                false => String::new(),
            },
        ));
    }
    let form = match (args.raw, args.json) {
        (true, _) => Form::Raw,
        (_, true) => Form::Json,
        (false, false) => Form::Plain,
    };
    let clock = SystemClock::start();
    let mut intake = Intake {
        args,
        receiver,
        print: Print::new(form),
        clock,
        count: 0,
        bytes: 0,
        cut: 0,
        no_text: 0,
        drops_told: 0,
        looked: Tick::ZERO,
    };
    intake.run(&stop)?;
    Ok(intake.conclude())
}

/// What has come in.
struct Intake<'a> {
    args: &'a RecvArgs,
    receiver: Receiver,
    print: Print,
    clock: SystemClock,
    count: u64,
    bytes: u64,
    cut: u64,
    no_text: u64,
    drops_told: u64,
    looked: Tick,
}

impl Intake<'_> {
    fn run(&mut self, stop: &Stop) -> Result<()> {
        let end = self.args.lasting.map(|lasting| Tick::ZERO + lasting);
        let most = self.args.count.unwrap_or(u64::MAX);
        let mut batch = self.receiver.batch(self.args.room);
        while self.count < most && !stop.requested() {
            let now = self.clock.now();
            let left = end.map(|end| end.since(now));
            if left.is_some_and(|left| left.is_zero()) {
                break;
            }
            self.receiver.receive(&mut batch, stop, left)?;
            let wanted = usize::try_from(most - self.count).unwrap_or(usize::MAX);
            for datagram in batch.datagrams().take(wanted) {
                self.take(&datagram);
            }
            if !self.print.flush()? {
                break;
            }
            if now.since(self.looked) >= LOOK_AGAIN {
                self.looked = now;
                self.tell_drops();
            }
        }
        self.tell_drops();
        Ok(())
    }

    fn take(&mut self, datagram: &Datagram<'_>) {
        self.count += 1;
        self.bytes += datagram.bytes.len() as u64;
        let cast = self.receiver.cast_of(datagram).unwrap_or("an unknown cast");
        let interface = self.receiver.interface_of(datagram).unwrap_or("?");
        if self.args.verbose {
            let to = datagram
                .to
                .map_or_else(String::new, |to| format!(" to {to}"));
            say::talk(&format!(
                "[{}] {} from {}{to} ({cast}, {interface})",
                self.clock.now(),
                counted(datagram.whole_bytes as u64, "byte"),
                datagram.from,
            ));
        }
        if datagram.is_truncated() {
            self.cut += 1;
            self.tell_once(self.cut, || {
                format!(
                    "warning: a datagram of {} from {} is cut to {}: give --room {}",
                    counted(datagram.whole_bytes as u64, "byte"),
                    datagram.from,
                    datagram.bytes.len(),
                    datagram.whole_bytes,
                )
            });
        }
        let is_text = std::str::from_utf8(datagram.bytes).is_ok();
        if !is_text && !self.args.raw && !self.args.json {
            self.no_text += 1;
            self.tell_once(self.no_text, || {
                format!(
                    "warning: a datagram from {} is no UTF-8: its other bytes are printed as \\xNN, and --raw \
                     writes them as they are",
                    datagram.from
                )
            });
        }
        let millis = self.clock.unix_millis();
        self.print.add(datagram, cast, interface, millis);
    }

    /// The first of a kind is told when it comes, unless each is; the others are counted.
    fn tell_once(&self, count: u64, text: impl FnOnce() -> String) {
        if count == 1 || self.args.verbose {
            say::talk(&text());
        }
    }

    fn tell_drops(&mut self) {
        let drops = self.receiver.drops();
        if drops > self.drops_told {
            self.drops_told = drops;
            say::talk(&format!(
                "warning: the kernel has dropped {} so far, because the receive buffer was full or \
                 they were damaged: ask for a larger one with --buffer, or send more slowly",
                counted(drops, "datagram")
            ));
        }
    }

    fn conclude(self) -> Verdict {
        let is_short = self.args.count.is_some_and(|most| self.count < most);
        if !self.args.quiet || is_short {
            let of = self
                .args
                .count
                .map_or_else(String::new, |most| format!(" of {most}"));
            say::talk(&format!(
                "received {}{of}, {}, in {}{}{}{}",
                counted(self.count, "datagram"),
                counted(self.bytes, "byte"),
                self.clock.now(),
                told(self.drops_told, "dropped by the kernel"),
                told(self.cut, "cut"),
                told(self.no_text, "no UTF-8"),
            ));
        }
        match is_short {
            true => Verdict::Unknown,
            false => Verdict::Valid,
        }
    }
}

fn told(count: u64, what: &str) -> String {
    match count {
        0 => String::new(),
        _ => format!("; {count} {what}"),
    }
}

fn size(bytes: usize) -> String {
    match bytes {
        _ if bytes.is_multiple_of(1 << 20) => format!("{} MiB", bytes >> 20),
        _ if bytes >= 1 << 10 => format!("{} KiB", bytes >> 10),
        _ => format!("{bytes} bytes"),
    }
}

/// How often the kernel is asked what it has dropped.
const LOOK_AGAIN: std::time::Duration = std::time::Duration::from_secs(1);

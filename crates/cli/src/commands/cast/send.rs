//! `wharf cast send`: text or bytes, a datagram each.

use std::{sync::Arc, time::Duration};

use anyhow::{Context as _, Result};
use cast::{Plan, Sender, Side, Way, plain};
use history::Verdict;
use run::{Stop, stop_on_signals, wait};
use rustix::event::{PollFd, PollFlags};
use timing::{Clock as _, SystemClock, Tick};

use super::{print::counted, whom, words::Words};
use crate::{args::SendArgs, say};

/// Runs the command.
///
/// # Errors
/// When a datagram cannot be sent; with how many have been.
pub fn run(args: &SendArgs) -> Result<Verdict> {
    let (cast, mut wish) = whom::wish(&args.whom, Side::Send)?;
    wish.ttl = args.ttl;
    wish.loops = !args.no_loop;
    let plan = cast.plan(&wish)?;
    let stop = Arc::new(Stop::new().context("no descriptors left")?);
    stop_on_signals(&stop).context("cannot listen for ^C")?;
    let sender = Sender::open(&plan, Way::One)?;
    if args.no_loop {
        warn_if_idle(&plan);
    }
    if !args.quiet {
        say::talk(&whom::sending(&plan));
    }
    let words = Words::of(args, &stop)?;
    Delivery {
        args,
        whole_bytes_max: sender.unfragmented_bytes_max(),
        sender,
        sent: 0,
        bytes: 0,
        has_warned: false,
    }
    .run(words, &stop)
}

/// What is under way.
struct Delivery<'a> {
    args: &'a SendArgs,
    sender: Sender,
    sent: u64,
    bytes: u64,
    /// The longest datagram that is not cut on its way.
    whole_bytes_max: usize,
    has_warned: bool,
}

impl Delivery<'_> {
    fn run(mut self, mut words: Words, stop: &Stop) -> Result<Verdict> {
        let clock = SystemClock::start();
        let gap = match (self.args.interval, self.args.rate) {
            (Some(interval), _) => interval,
            (None, Some(rate)) => Duration::from_secs(1) / rate,
            (None, None) => Duration::ZERO,
        };
        let mut due = clock.now();
        while let Some(datagram) = words.next(stop)? {
            if !reached(due, &clock, stop) {
                break;
            }
            let sent = self.send(datagram);
            sent.with_context(|| match self.sent {
                0 => "nothing was sent".to_owned(),
                sent => format!("sent {sent} before this one"),
            })?;
            // From when it was due, so that the rate is kept; from now on, when what is to be sent came late.
            due = (due + gap).max(clock.now());
        }
        Ok(self.conclude())
    }

    fn send(&mut self, datagram: &[u8]) -> Result<()> {
        if !self.args.raw {
            plain(datagram)?;
        }
        let whole = self.whole_bytes_max;
        if datagram.len() > whole && !self.has_warned {
            self.has_warned = true;
            say::talk(&format!(
                "warning: a datagram of {} bytes is cut into fragments on its way ({whole} bytes fit into one \
                 frame) and lost with any of them; send less at a time",
                datagram.len()
            ));
        }
        self.sender.send(datagram)?;
        self.sent += 1;
        self.bytes += datagram.len() as u64;
        Ok(())
    }

    fn conclude(mut self) -> Verdict {
        if !self.args.quiet {
            let datagrams = counted(self.sent, "datagram");
            let bytes = counted(self.bytes, "byte");
            say::talk(&format!("sent {datagrams}, {bytes}"));
        }
        let mut verdict = Verdict::Valid;
        for (to, refusals) in self.sender.refusals() {
            verdict = Verdict::Invalid;
            let refused = match (refusals, self.sent) {
                (_, 1) => "it was refused".to_owned(),
                (1, sent) => format!("at least 1 of {sent} was refused"),
                (refusals, sent) => format!("at least {refusals} of {sent} were refused"),
            };
            say::talk(&format!(
                "nobody receives at {to}: {refused}; start the receiver first, as in `wharf cast recv --unicast {to}`, \
                 or ask `wharf cast doctor --unicast {to}`"
            ));
        }
        verdict
    }
}

/// Where `--no-loop` changes nothing. On a loopback interface datagrams do not pass the place where the kernel would
/// leave the copy out.
fn warn_if_idle(plan: &Plan) {
    if plan.cast.name != cast::MULTICAST.name {
        say::without_effect("what is not for a group", &["--no-loop"]);
    } else if plan.interface.as_ref().is_some_and(|one| one.is_loopback) {
        say::talk(
            "warning: --no-loop: without effect on a loopback interface, where all members are on this machine; \
             name another with --interface",
        );
    }
}

/// Waits until the instant has come; not to the end when a stop is asked for.
fn reached(due: Tick, clock: &SystemClock, stop: &Stop) -> bool {
    loop {
        if stop.requested() {
            return false;
        }
        let left = due.since(clock.now());
        if left.is_zero() {
            return true;
        }
        let soon = stop.soon_fd();
        // Whatever ends the wait, the stop and the clock are looked at again.
        let _ = wait(&mut [PollFd::new(&soon, PollFlags::IN)], Some(left));
    }
}

//! One run of one setting.

use std::{
    net::{Ipv4Addr, Shutdown, SocketAddr},
    os::fd::{AsFd as _, OwnedFd},
    sync::{
        atomic::{AtomicU64, Ordering},
        mpsc,
    },
    thread,
    time::Duration,
};

use history::{CastReceiver, CastRun, Series};
use run::Stop;
use socket2::SockRef;
use stats::Distribution;

use super::{
    Pace, Setting, Terms,
    hear::{Heard, Hearing},
    send::{Sending, Sent},
};
use crate::{BROADCAST, CastError, MULTICAST, Plan, Receiver, Sender, Side, UNICAST, Wish};

/// What a run came to.
#[derive(Debug)]
pub struct Measured {
    /// Its figures.
    pub run: CastRun,
    /// Latencies of all receivers.
    pub latency: Distribution,
    /// The least receive buffer that was granted.
    pub buffer_bytes: usize,
    /// Whether it lasted as long as it was meant to.
    pub is_whole: bool,
}

/// Opens the sockets, sends for as long as the terms say, and tells what arrived. `token` is another in each
/// run, so that no datagram of an earlier one is taken for one of this.
///
/// # Errors
/// When a socket cannot be opened, or fails.
pub fn measure(
    setting: &Setting,
    terms: &Terms<'_>,
    pace: Pace,
    token: u32,
) -> Result<Measured, CastError> {
    let (receivers, sender) = open(setting, terms)?;
    let granted = receivers.iter().map(Receiver::buffer_bytes).min();
    let [ended, never] = [Stop::new(), Stop::new()];
    let ended = ended.map_err(CastError::prepare("open a pipe"))?;
    let never = never.map_err(CastError::prepare("open a pipe"))?;
    let sent = AtomicU64::new(0);
    let hearing = Hearing {
        clock: terms.clock,
        pace,
        payload_bytes: setting.payload_bytes,
        token,
        ended: &ended,
        never: &never,
        sent: &sent,
        quiet: match terms.interface.is_loopback {
            true => QUIET_HERE,
            false => QUIET,
        },
    };
    let sending = Sending::new(sender, setting, terms, token);
    let Together { sent, heard } = together(receivers, &hearing, sending, pace)?;
    let sent = sent?;
    let heard = heard.into_iter().collect::<Result<Vec<_>, _>>()?;
    Ok(told(&sent, &heard, granted.unwrap_or(0)))
}

/// Whether the sockets of a setting can be opened; they are closed again.
///
/// # Errors
/// As [`measure`].
pub fn check(setting: &Setting, terms: &Terms<'_>) -> Result<(), CastError> {
    open(setting, terms).map(drop)
}

/// What came of each thread.
struct Together {
    sent: Result<Sent, CastError>,
    heard: Vec<Result<Heard, CastError>>,
}

/// Runs all threads to their end. **However the sender ends, the receivers hear of it.**
fn together(
    receivers: Vec<Receiver>,
    hearing: &Hearing<'_>,
    sending: Sending<'_>,
    pace: Pace,
) -> Result<Together, CastError> {
    let (ready, wait_for) = mpsc::channel();
    let sockets = receivers.iter().map(|one| one.as_fd().try_clone_to_owned());
    let sockets = sockets.collect::<Result<Vec<OwnedFd>, _>>();
    let sockets = sockets.map_err(CastError::prepare("have a socket twice"))?;
    thread::scope(|scope| {
        let mut threads = Vec::new();
        let mut failure = None;
        for receiver in receivers {
            let ready = ready.clone();
            let hear = move || {
                // Whoever waits for it does so until all have said it, or have ended.
                let _ = ready.send(());
                drop(ready);
                hearing.go(receiver)
            };
            match thread::Builder::new().spawn_scoped(scope, hear) {
                Ok(thread) => threads.push(thread),
                Err(error) => failure = Some(error),
            }
        }
        drop(ready);
        wait_for.iter().for_each(drop);
        let send = move || {
            let sent = sending.go(pace);
            let numbers = sent.as_ref().map_or(0, |sent| sent.numbers);
            hearing.sent.store(numbers, Ordering::SeqCst);
            sent
        };
        // A thread of its own: its timers are more punctual than others, and its processor time is counted.
        let sent = match failure {
            Some(error) => Err(error),
            None => thread::Builder::new()
                .spawn_scoped(scope, send)
                .map(|thread| thread.join()),
        };
        hearing.ended.request();
        for socket in &sockets {
            // Wakes who is blocked in a read; what has arrived can be read all the same. Linux does it and says
            // that the socket is not connected.
            let _ = SockRef::from(socket).shutdown(Shutdown::Read);
        }
        let sent = sent.map(|joined| joined.expect("a sender that panics is a bug"));
        let heard = threads
            .into_iter()
            .map(|thread| thread.join().expect("a receiver that panics is a bug"))
            .collect();
        let sent = sent.map_err(CastError::prepare("start a thread"))?;
        Ok(Together { sent, heard })
    })
}

/// The sockets of all receivers, then of the sender.
fn open(setting: &Setting, terms: &Terms<'_>) -> Result<(Vec<Receiver>, Sender), CastError> {
    let own = own_address(terms)?;
    let mut receivers: Vec<Receiver> = Vec::with_capacity(setting.receivers);
    let mut addresses: Vec<SocketAddr> = Vec::new();
    let is_unicast = setting.cast.name == UNICAST.name;
    for _ in 0..setting.receivers {
        // One to one has a port each; the others share the one that the first is given.
        let port = match addresses.first() {
            Some(first) if !is_unicast => first.port(),
            _ => 0,
        };
        let plan = plan(
            setting,
            terms,
            Side::Receive,
            vec![to(setting, terms, own, port)],
        )?;
        let receiver = Receiver::open(&plan, setting.way, terms.buffer_bytes)?;
        let bound = to(setting, terms, own, receiver.local().port());
        if !addresses.contains(&bound) {
            addresses.push(bound);
        }
        receivers.push(receiver);
    }
    let plan = plan(setting, terms, Side::Send, addresses)?;
    let sender = Sender::open(&plan, setting.way)?;
    Ok((receivers, sender))
}

fn own_address(terms: &Terms<'_>) -> Result<Ipv4Addr, CastError> {
    let first = terms.interface.v4.first();
    first
        .map(|(own, ..)| *own)
        .ok_or_else(|| CastError::NoAddress {
            interface: terms.interface.name.clone(),
            missing: "IPv4 address",
            there: crate::interfaces().map_or(String::new(), |all| {
                let with: Vec<_> = all.into_iter().filter(|one| !one.v4.is_empty()).collect();
                crate::interface::names(&with)
            }),
        })
}

fn to(setting: &Setting, terms: &Terms<'_>, own: Ipv4Addr, port: u16) -> SocketAddr {
    let ip = match setting.cast.name {
        name if name == MULTICAST.name => terms.group,
        name if name == BROADCAST.name => Ipv4Addr::UNSPECIFIED,
        _ => own,
    };
    (ip, port).into()
}

fn plan(
    setting: &Setting,
    terms: &Terms<'_>,
    side: Side,
    to: Vec<SocketAddr>,
) -> Result<Plan, CastError> {
    let mut wish = Wish::new(side, to);
    // What one program of a machine sends to another goes by the loopback whatever the interface, so that
    // the address alone must decide.
    let is_unicast = setting.cast.name == UNICAST.name;
    wish.interface = (!is_unicast).then(|| terms.interface.name.clone());
    setting.cast.plan(&wish)
}

fn told(sent: &Sent, heard: &[Heard], buffer_bytes: usize) -> Measured {
    let mut latency = Distribution::default();
    let is_timed = sent.lateness.digest().count > 0;
    let series = |of: &Distribution| is_timed.then(|| Series::of(of));
    let receivers = heard.iter().map(|one| {
        latency.merge(&one.latency);
        CastReceiver {
            received: one.account.received(),
            lost: one.account.lost(sent.numbers),
            kernel_drops: one.kernel_drops,
            duplicates: one.account.duplicates(),
            out_of_order: one.account.out_of_order(),
            corrupt: one.account.corrupt(),
            strays: one.account.strays(),
            calls: one.calls,
            cpu_ns: one.cpu_ns,
            span_ns: one.last.map_or(0, |last| last.nanos_since(sent.start)),
            latency: series(&one.latency),
        }
    });
    let receivers = receivers.collect();
    let late_ns = sent.lateness.digest().p99.unwrap_or(0.0);
    Measured {
        run: CastRun {
            wall_ns: sent.wall_ns,
            sent: sent.numbers,
            sender_cpu_ns: sent.cpu_ns,
            lateness: series(&sent.lateness),
            is_late: late_ns > LATE_NS,
            latency: series(&latency),
            receivers,
        },
        latency,
        buffer_bytes,
        is_whole: sent.is_whole,
    }
}

/// A sender whose 99th percentile of lateness is above this does not send on schedule: latencies of tens of
/// microseconds cannot be told with it. It is the bound of `load`, too.
pub const LATE_NS: f64 = 1e6;

/// What was sent over the loopback is in the receiver's buffer when the sender's call returns, unless the
/// kernel put it off.
const QUIET_HERE: Duration = Duration::from_millis(20);
/// Elsewhere it may be under way.
const QUIET: Duration = Duration::from_millis(100);

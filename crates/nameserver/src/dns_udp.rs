//! DNS by datagrams, many with one call.
//!
//! A worker waits in the call that brings datagrams, answers all that it brought under one lock of the registry, and sends the
//! answers with another call. It takes no time-out for that (each would set a timer of the kernel), so the end is a socket
//! that is shut down: then the call returns.

use std::{
    io,
    net::{IpAddr, SocketAddr, UdpSocket},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread::{self, JoinHandle},
};

use dns::{Handled, Limit, Limiter, Now, Peer, PendingUpdate, Responder, Transport};
use naming::Request;
use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    net::{Shutdown, shutdown, sockopt},
};
use socket2::{Domain, Protocol, Socket, Type};

use crate::{
    Hub, Refused,
    datagrams::{Datagrams, Origin, lost, tell_address},
    stop::Stop,
};

/// Binds a socket for each worker to the address; the kernel shares out by who asks.
///
/// # Errors
/// When the address cannot be used.
pub(crate) fn bind(address: SocketAddr, workers: usize) -> io::Result<Vec<UdpSocket>> {
    let bound = (0..workers.max(1)).map(|_| {
        let socket = Socket::new(
            Domain::for_address(address),
            Type::DGRAM,
            Some(Protocol::UDP),
        )?;
        if address.is_ipv6() {
            socket.set_only_v6(true)?;
        }
        if workers > 1 {
            socket.set_reuse_port(true)?;
        }
        // Beyond the limit of the machine only for the administrator.
        if sockopt::set_socket_recv_buffer_size_force(&socket, BUFFER_BYTES).is_err() {
            socket.set_recv_buffer_size(BUFFER_BYTES)?;
        }
        socket.bind(&address.into())?;
        let socket = UdpSocket::from(socket);
        if address.ip().is_unspecified() {
            tell_address(&socket, address.is_ipv6())?;
        }
        Ok(socket)
    });
    bound.collect()
}

/// Answers on sockets of one address until the end is said; a thread for each, and one that listens for the end.
///
/// # Errors
/// When a thread cannot be had.
pub(crate) fn start(
    hub: Arc<Hub>,
    responder: Arc<Responder>,
    sockets: Vec<UdpSocket>,
    answers_per_s: Option<u32>,
    stop: Arc<Stop>,
) -> io::Result<Vec<JoinHandle<()>>> {
    let sockets: Vec<Arc<UdpSocket>> = sockets.into_iter().map(Arc::new).collect();
    let limiter = answers_per_s.map(|rate| Arc::new(Mutex::new(Limiter::new(rate, NETWORKS_MAX))));
    let pending = Arc::new(AtomicUsize::new(0));
    let mut threads = vec![waker(sockets.clone(), Arc::clone(&stop))?];
    for socket in sockets {
        let worker = Worker {
            hub: Arc::clone(&hub),
            responder: Arc::clone(&responder),
            limiter: limiter.clone(),
            pending: Arc::clone(&pending),
            stop: Arc::clone(&stop),
            socket,
        };
        let thread = thread::Builder::new().name("dns-udp".to_owned());
        let part = stop.part("DNS by datagrams");
        match thread.spawn(move || {
            let _part = part;
            worker.run();
        }) {
            Ok(thread) => threads.push(thread),
            Err(error) => {
                stop.say();
                threads.into_iter().for_each(|thread| drop(thread.join()));
                return Err(error);
            }
        }
    }
    Ok(threads)
}

/// Shuts the sockets down when the end is said: whoever waits for a datagram then gets an empty one.
fn waker(sockets: Vec<Arc<UdpSocket>>, stop: Arc<Stop>) -> io::Result<JoinHandle<()>> {
    let thread = thread::Builder::new().name("dns-udp-end".to_owned());
    thread.spawn(move || {
        while !stop.is_said() {
            let _ = poll(
                &mut [PollFd::from_borrowed_fd(stop.bell(), PollFlags::IN)],
                None,
            );
        }
        for socket in sockets {
            // It says that there is no connection, and wakes all the same.
            let _ = shutdown(&socket, Shutdown::Read);
        }
    })
}

struct Worker {
    hub: Arc<Hub>,
    responder: Arc<Responder>,
    limiter: Option<Arc<Mutex<Limiter>>>,
    /// Updates that wait to be decided.
    pending: Arc<AtomicUsize>,
    stop: Arc<Stop>,
    socket: Arc<UdpSocket>,
}

/// An update that came by datagram, and where its answer goes.
struct Asked {
    update: Box<PendingUpdate>,
    origin: Origin,
}

impl Worker {
    fn run(self) {
        let keeps_address = self
            .socket
            .local_addr()
            .is_ok_and(|own| own.ip().is_unspecified());
        let mut datagrams = Datagrams::new(keeps_address);
        let mut updates = Vec::new();
        loop {
            let received = datagrams.receive(&self.socket);
            // At the end what comes is an empty datagram from nobody.
            if self.stop.is_said() {
                break;
            }
            match received {
                Ok(count) => {
                    // A datagram that we do not survive must not take the others along, which nobody would answer any more.
                    // The registry is only read, and every answer begins empty, so nothing half done is left behind.
                    let answering =
                        AssertUnwindSafe(|| self.answer(&mut datagrams, count, &mut updates));
                    if catch_unwind(answering).is_err() {
                        datagrams.forget();
                        self.hub.tally().unsent(count as u64);
                    }
                    let refused = datagrams.send(&self.socket);
                    if refused > 0 {
                        self.hub.tally().unsent(refused as u64);
                    }
                    updates.drain(..).for_each(|update| self.propose(update));
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // The system is out of something: to ask again at once would only burn the processor.
                Err(_) => pause(),
            }
        }
        self.hub.tally().lost(lost(&self.socket));
    }

    /// Answers all that has come, as far as it can be answered at once.
    fn answer(&self, datagrams: &mut Datagrams, count: usize, updates: &mut Vec<Asked>) {
        let now = self.hub.now();
        let tally = self.hub.tally();
        let registry = self.hub.registry();
        for index in 0..count {
            let (message, address, answer) = datagrams.at(index);
            match self.limit(address, now) {
                Limit::Answer => {}
                Limit::Cut => {
                    tally.limited();
                    if !self.responder.cut(message, answer) {
                        answer.clear();
                    }
                    continue;
                }
                Limit::Drop => {
                    tally.limited();
                    continue;
                }
            }
            let peer = Peer {
                address,
                transport: Transport::Udp,
            };
            match self.responder.handle(&registry, message, peer, now, answer) {
                Handled::Reply(outcome) => tally.answered(outcome),
                Handled::Silent(why) => {
                    answer.clear();
                    tally.silent(why);
                }
                Handled::Update(update) => {
                    answer.clear();
                    let origin = datagrams.origin(index);
                    updates.push(Asked { update, origin });
                }
                // Only by a connection: the responder has refused what came by datagram.
                Handled::Transfer(_) => answer.clear(),
            }
        }
    }

    /// Whether this network may be answered. This machine itself always may.
    fn limit(&self, address: IpAddr, now: Now) -> Limit {
        match &self.limiter {
            Some(limiter) if !address.to_canonical().is_loopback() => {
                let mut limiter = limiter.lock().unwrap_or_else(PoisonError::into_inner);
                limiter.ask(address, now.lease.0)
            }
            _ => Limit::Answer,
        }
    }

    /// Has an update decided; its answer goes out when it is on the disk.
    fn propose(&self, asked: Asked) {
        let Asked { mut update, origin } = asked;
        let request = std::mem::replace(&mut update.request, Request::All(Vec::new()));
        let hub = Arc::clone(&self.hub);
        let socket = Arc::clone(&self.socket);
        let pending = Arc::clone(&self.pending);
        let is_full = pending.fetch_add(1, Ordering::Relaxed) >= PENDING_MAX;
        let reply = move |decided| {
            pending.fetch_sub(1, Ordering::Relaxed);
            let mut answer = Vec::new();
            let outcome = match decided {
                Ok(done) => update.reply(&Ok(done), hub.now(), &mut answer),
                Err(Refused::Refusal(refusal)) => {
                    update.reply(&Err(refusal), hub.now(), &mut answer)
                }
                Err(_) => update.fail(hub.now(), &mut answer),
            };
            hub.tally().updated(outcome);
            if origin.send(&socket, &mut answer).is_err() {
                hub.tally().unsent(1);
            }
        };
        match is_full {
            true => reply(Err(Refused::Busy)),
            false => self.hub.propose(request, reply),
        }
    }
}

fn pause() {
    let _ = poll(&mut [], Some(&PAUSE));
}

/// Of the usual 208 KiB, a burst of 256 short questions that come at once finds half full: the kernel counts 2 KiB for each.
const BUFFER_BYTES: usize = 4 << 20;
/// Networks that a limiter keeps in mind.
const NETWORKS_MAX: usize = 65_536;
/// Updates by datagram that may wait to be decided: more is answered with a failure at once.
const PENDING_MAX: usize = 4_096;
const PAUSE: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 20_000_000,
};

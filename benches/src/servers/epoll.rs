//! One thread and one epoll instance, level-triggered: the limit of `reactor` and of one `percore` loop.
//!
//! ```text
//! wait ──▶ listener: accept all      connection: one recv, one send      timers: answer what is due
//!   ▲                                                                                           │
//!   └───────────────────────────────────────────────────────────────────────────────────────────┘
//! ```
//!
//! Left out: a client that does not read. What the socket does not take at once is not kept; the
//! connection is closed.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io;
use std::net::TcpListener;
use std::os::fd::{AsRawFd, OwnedFd};
use std::time::{Duration, Instant};

use rustix::buffer::spare_capacity;
use rustix::event::{Timespec, epoll};
use rustix::io::Errno;
use rustix::net::{RecvFlags, SendFlags, SocketFlags, accept_with, recv, send};

use crate::protocol::{Protocol, reverse_line};

/// Serves for ever.
///
/// # Errors
/// When a connection cannot be accepted.
pub fn serve(listener: TcpListener, protocol: Protocol) -> io::Result<()> {
    listener.set_nonblocking(true)?;
    let epoll = epoll::create(epoll::CreateFlags::CLOEXEC)?;
    epoll::add(&epoll, &listener, key(LISTENER), epoll::EventFlags::IN)?;
    let mut server = Server {
        listener,
        epoll,
        protocol,
        connections: Vec::new(),
        timers: BinaryHeap::new(),
        buffer: vec![0; BUFFER_BYTES],
    };
    let mut events: Vec<epoll::Event> = Vec::with_capacity(EVENTS_MAX);
    loop {
        events.clear();
        let timeout = server.next_timer();
        match epoll::wait(&server.epoll, spare_capacity(&mut events), timeout.as_ref()) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        for event in &events {
            match event.data.u64() {
                LISTENER => server.accept_all()?,
                index => server.receive(index as usize),
            }
        }
        server.answer_due();
    }
}

struct Server {
    listener: TcpListener,
    epoll: OwnedFd,
    protocol: Protocol,
    /// Indexed by descriptor: the kernel gives out the smallest, so it stays dense.
    connections: Vec<Option<OwnedFd>>,
    /// The earliest first.
    timers: BinaryHeap<Reverse<Task>>,
    buffer: Vec<u8>,
}

/// When it is over, whose it is, and what was read.
type Task = (Instant, usize, Box<[u8]>);

impl Server {
    fn accept_all(&mut self) -> io::Result<()> {
        loop {
            let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
            let connection = match accept_with(&self.listener, flags) {
                Ok(connection) => connection,
                Err(Errno::AGAIN) => return Ok(()),
                Err(Errno::CONNABORTED | Errno::INTR) => continue,
                Err(error) => return Err(error.into()),
            };
            let index = connection.as_raw_fd() as usize;
            let data = key(index as u64);
            epoll::add(&self.epoll, &connection, data, epoll::EventFlags::IN)?;
            if self.connections.len() <= index {
                self.connections.resize_with(index + 1, || None);
            }
            self.connections[index] = Some(connection);
        }
    }

    /// One read, and what follows from it. Whatever fails closes the connection.
    fn receive(&mut self, index: usize) {
        let slot = &mut self.connections[index];
        let Some(connection) = slot else { return };
        let buffer = &mut self.buffer[..];
        let Ok((count @ 1.., _)) = recv(&*connection, buffer, RecvFlags::empty()) else {
            *slot = None;
            return;
        };
        let text = &self.buffer[..count];
        match self.protocol {
            Protocol::Echo => {
                if send(&*connection, text, SendFlags::NOSIGNAL) != Ok(count) {
                    *slot = None;
                }
            }
            Protocol::Burst { task } => {
                // Without interest an end of the client's would wake the loop again and again.
                if epoll::delete(&self.epoll, &*connection).is_err() {
                    *slot = None;
                    return;
                }
                let due = Instant::now() + task;
                self.timers.push(Reverse((due, index, text.into())));
            }
        }
    }

    /// How long the loop may sleep; `None` for as long as nothing comes.
    fn next_timer(&self) -> Option<Timespec> {
        let Reverse((due, ..)) = self.timers.peek()?;
        let left = due.saturating_duration_since(Instant::now());
        Some(Timespec::try_from(left).unwrap_or_else(|_| unreachable_timeout()))
    }

    fn answer_due(&mut self) {
        if self.timers.is_empty() {
            return;
        }
        let now = Instant::now();
        while self
            .timers
            .peek()
            .is_some_and(|Reverse((due, ..))| *due <= now)
        {
            let Some(Reverse((_, index, mut text))) = self.timers.pop() else {
                return;
            };
            reverse_line(&mut text);
            if let Some(connection) = self.connections[index].take() {
                // A client that is gone needs no answer.
                let _ = send(&connection, &text, SendFlags::NOSIGNAL);
            }
        }
    }
}

/// A task longer than the kernel can express is looked at again after a day.
fn unreachable_timeout() -> Timespec {
    Timespec::try_from(Duration::from_secs(86_400)).expect("a day is a small number of seconds")
}

fn key(value: u64) -> epoll::EventData {
    epoll::EventData::new_u64(value)
}

/// No descriptor has this number.
const LISTENER: u64 = u64::MAX;
const EVENTS_MAX: usize = 1024;
const BUFFER_BYTES: usize = 64 * 1024;

//! One connection, served by a worker that may block.
//!
//! The worker waits in `poll` for the connection, for the alarm of [`run::Stop`] and for the nearest
//! deadline. Between requests, where only the limit on idleness runs, a worker that will be nudged
//! waits in the read itself, which spares a system call a request. The read is interrupted
//! ([`crate::nudge`]) by a nudge when a stop is asked for, and by ticks, so that it waits in `poll` once the
//! limit is near; after a nudge, it waits in `poll` only.

use std::{os::fd::AsFd as _, time::Duration};

use machine::Service;
use run::{Recorder, Run, wait};
use rustix::{
    event::{PollFd, PollFlags},
    io::Errno,
    net::{RecvFlags, recv},
};
use timing::Tick;

use crate::{
    acceptor::Connection,
    conversation::{Conversation, Desk, is_transient},
    nudge,
    offload::do_work,
    peer::{Peer, Sends},
    read_buffer::ReadBuffer,
};

/// Whether somebody interrupts the worker's reads when a stop is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Nudged {
    Yes,
    No,
}

/// Serves `connection` to its end, and records it. Whatever happens, only this connection is lost.
pub(crate) fn serve_connection(
    connection: &Connection,
    service: &dyn Service,
    recorder: &Recorder<'_>,
    run: &Run<'_>,
    nudged: Nudged,
) {
    let mut peer = Peer::new(connection.stream.as_fd(), Sends::AtOnce);
    let mut desk = Desk::new(run, recorder);
    let now = run.clock.now();
    let known = (connection.number, connection.peer);
    let begun = Conversation::begin(known, service, recorder.shared(), now, &mut desk, &mut peer);
    let mut session = Session {
        conversation: begun,
        connection,
        peer,
        desk,
        run,
        buffer: ReadBuffer::small(),
        is_draining: false,
        tick: match nudged {
            Nudged::Yes => nudge::tick(run.limits.idle),
            Nudged::No => None,
        },
        is_limit_near: false,
    };
    // A client's first bytes are often there before its worker is: no need to ask first.
    session.read(RecvFlags::DONTWAIT);
    while session.conversation.is_over().is_none() {
        session.turn();
    }
    let Session {
        conversation,
        mut desk,
        ..
    } = session;
    conversation.close(run.clock.now(), &mut desk);
}

struct Session<'a, 'r> {
    conversation: Conversation<'a>,
    connection: &'a Connection,
    peer: Peer<'a>,
    desk: Desk<'a>,
    run: &'a Run<'r>,
    buffer: ReadBuffer,
    /// The first stop has been heard.
    is_draining: bool,
    /// How often reads are interrupted, if they are.
    tick: Option<Duration>,
    /// The limit on idleness may come before two more ticks do.
    is_limit_near: bool,
}

impl Session<'_, '_> {
    fn turn(&mut self) {
        self.work();
        if self.conversation.is_over().is_some() {
            return;
        }
        let may_block = self.tick.is_some() && !self.is_limit_near && !nudge::has_come();
        match may_block && self.conversation.is_idle() {
            true => self.read(RecvFlags::empty()),
            false => self.wait(),
        }
    }

    /// This worker has nobody else to attend to, so it calculates here.
    fn work(&mut self) {
        while let Some(work) = self.conversation.take_work() {
            let result = do_work(&work);
            let now = self.run.clock.now();
            self.conversation
                .worked(result, now, &mut self.desk, &mut self.peer);
        }
    }

    /// Reads once, if the conversation wants it.
    fn read(&mut self, flags: RecvFlags) {
        if !self.conversation.wants_read() {
            return;
        }
        let stream = &self.connection.stream;
        let received = recv(stream, self.buffer.room(), flags);
        let now = self.run.clock.now();
        let (desk, peer) = (&mut self.desk, &mut self.peer);
        match received {
            Ok((0, _)) => self.conversation.ended(now, desk, peer),
            Ok(_) => {
                self.is_limit_near = false;
                let bytes = self.buffer.bytes();
                self.conversation.received(bytes, now, desk, peer);
            }
            Err(error) if !is_transient(error) => self.conversation.broken(),
            // Interrupted.
            Err(_) if flags.is_empty() => {
                let left = self.conversation.deadline(self.run.limits).since(now);
                self.is_limit_near = self.tick.is_none_or(|tick| left <= 2 * tick);
            }
            Err(_) => {}
        }
    }

    /// Waits for the nearest of: bytes, room for bytes, a timer, a limit, a stop.
    fn wait(&mut self) {
        let now = self.run.clock.now();
        let deadline = self.conversation.deadline(self.run.limits);
        let (reads, writes) = (
            self.conversation.wants_read(),
            self.conversation.wants_write(),
        );
        let alarm = match self.is_draining {
            false => self.run.stop.soon_fd(),
            true => self.run.stop.at_once_fd(),
        };
        let mut wanted = PollFlags::empty();
        wanted.set(PollFlags::IN, reads);
        wanted.set(PollFlags::OUT, writes);
        let mut fds = [
            PollFd::from_borrowed_fd(alarm, PollFlags::IN),
            PollFd::from_borrowed_fd(self.connection.stream.as_fd(), wanted),
        ];
        let left = (deadline != Tick::MAX).then(|| deadline.since(now));
        let ready = match deadline <= now {
            true => Ok(0),
            false => wait(&mut fds, left),
        };
        let (alarm, stream) = (fds[0].revents(), fds[1].revents());
        let now = self.run.clock.now();
        match ready {
            Ok(0) | Err(Errno::INTR) => {
                self.conversation
                    .on_time(now, &mut self.desk, &mut self.peer)
            }
            Ok(_) if !alarm.is_empty() => self.heed_stop(now),
            Ok(_) => self.attend(stream, now),
            Err(_) => self.conversation.broken(),
        }
    }

    fn attend(&mut self, ready: PollFlags, now: Tick) {
        if ready.contains(PollFlags::OUT) {
            self.conversation
                .writable(now, &mut self.desk, &mut self.peer);
        }
        if ready.contains(PollFlags::IN) {
            self.read(RecvFlags::DONTWAIT);
        } else if ready.intersects(PollFlags::ERR | PollFlags::HUP) {
            // Nothing more can be read, and the other side has given up or reset.
            self.conversation.broken();
        }
    }

    fn heed_stop(&mut self, now: Tick) {
        if self.is_draining {
            return self.conversation.cut_short();
        }
        self.is_draining = true;
        // What had come before the stop is still answered.
        self.read(RecvFlags::DONTWAIT);
        self.conversation.drain(now, &mut self.desk, &mut self.peer);
    }
}

//! One connection, served by a worker that may block: reads, runs the machine, writes, closes.
//!
//! The worker waits in `poll` for the connection, for the alarm of [`run::Stop`] and for the nearest
//! deadline. It never waits in a read or a write, so a stop is always heard.

use std::{
    net::SocketAddr,
    os::fd::AsFd as _,
    panic::{AssertUnwindSafe, catch_unwind},
};

use machine::{
    Farewell, Input, Machine, Outbox, Output, Service, Standing, TimerId, Timers, Work,
};
use run::{CloseReason, ConnectionRecord, Limits, Recorder, Run, wait};
use rustix::{
    buffer::spare_capacity,
    event::{PollFd, PollFlags},
    io::Errno,
    net::{RecvFlags, SendFlags, Shutdown, recv, send, shutdown},
};
use timing::Tick;

use crate::acceptor::Connection;

/// Serves `connection` to its end, and records it. Whatever happens, only this connection is lost.
pub(crate) fn serve_connection(
    connection: &Connection,
    service: &dyn Service,
    recorder: &Recorder<'_>,
    run: &Run<'_>,
) {
    let peer: SocketAddr = connection.peer;
    let now = run.clock.now();
    let mut record = ConnectionRecord::open(recorder, connection.number, peer, now);
    let reason = catch_unwind(AssertUnwindSafe(|| {
        let mut machine = service.session(recorder.shared());
        let mut session = Session {
            stream: &connection.stream,
            run,
            limits: run.limits,
            record: &mut record,
            out: Outbox::watched(run.observer.wants_text()),
            timers: Timers::new(),
            work: None,
            last_activity: now,
            request_began: None,
            peer_ended: false,
            drain_until: None,
        };
        session.run(&mut *machine)
    }));
    record.closed(reason.unwrap_or(CloseReason::Panicked), run.clock.now());
}

struct Session<'a, 'r> {
    stream: &'a std::net::TcpStream,
    run: &'a Run<'a>,
    limits: &'a Limits,
    record: &'a mut ConnectionRecord<'r>,
    out: Outbox,
    timers: Timers<TimerId>,
    /// Handed out by the machine and not done yet.
    work: Option<Work>,
    last_activity: Tick,
    /// When the first byte of a request came that is not whole yet.
    request_began: Option<Tick>,
    peer_ended: bool,
    /// Set once a stop was heard: until when what is owed may still be delivered.
    drain_until: Option<Tick>,
}

/// What a wait brought.
enum Event {
    Readable,
    Due,
    Stop,
    Over(CloseReason),
}

impl Session<'_, '_> {
    fn run(&mut self, machine: &mut dyn Machine) -> CloseReason {
        let mut buffer = Vec::with_capacity(READ_BYTES);
        // A client's first bytes are often there before its worker is: no need to ask first.
        let began = self.input(machine, Input::Start);
        if let Some(reason) = began.or_else(|| self.read(machine, &mut buffer)) {
            return reason;
        }
        loop {
            let ended = match self.wait(machine) {
                Event::Readable => self.read(machine, &mut buffer),
                Event::Due => self.fire(machine),
                Event::Stop => {
                    self.drain_until = Some(self.run.clock.now() + self.limits.grace);
                    // What had come before the stop is still answered.
                    self.read(machine, &mut buffer)
                }
                Event::Over(reason) => Some(reason),
            };
            if let Some(reason) = ended {
                return reason;
            }
            if self.drain_until.is_some() && machine.standing() == Standing::Idle {
                self.close(Farewell::Done);
                return CloseReason::Drained;
            }
        }
    }

    /// Waits for the nearest of: bytes, a timer, a limit, a stop.
    fn wait(&mut self, machine: &dyn Machine) -> Event {
        let now = self.run.clock.now();
        let timer = self.timers.next_at();
        if timer.is_some_and(|at| at <= now) {
            return Event::Due;
        }
        let idle_at = self.idle_at(machine);
        let drain_at = self.drain_until.unwrap_or(Tick::MAX);
        if drain_at <= now {
            return Event::Over(CloseReason::GraceOver);
        }
        let whole_at = self.whole_at(machine);
        if whole_at <= now {
            return Event::Over(CloseReason::RequestTimeout);
        }
        if idle_at <= now {
            return Event::Over(CloseReason::Idle);
        }
        let limit_at = idle_at.min(whole_at).min(drain_at);
        let until = timer.unwrap_or(Tick::MAX).min(limit_at);
        let alarm = match self.drain_until {
            None => self.run.stop.soon_fd(),
            Some(_) => self.run.stop.at_once_fd(),
        };
        let wanted = match self.peer_ended {
            false => PollFlags::IN,
            true => PollFlags::empty(),
        };
        let mut fds = [
            PollFd::from_borrowed_fd(alarm, PollFlags::IN),
            PollFd::from_borrowed_fd(self.stream.as_fd(), wanted),
        ];
        match wait(&mut fds, Some(until.since(now))) {
            Ok(0) | Err(Errno::INTR) => return Event::Due,
            Ok(_) => {}
            Err(_) => return Event::Over(CloseReason::Reset),
        }
        let (alarm, stream) = (fds[0].revents(), fds[1].revents());
        if !alarm.is_empty() {
            return match self.drain_until {
                None => Event::Stop,
                Some(_) => Event::Over(CloseReason::GraceOver),
            };
        }
        if stream.contains(PollFlags::IN) {
            return Event::Readable;
        }
        // Nothing more can be read, and the other side has given up or reset.
        match stream.intersects(PollFlags::ERR | PollFlags::HUP) {
            true => Event::Over(CloseReason::Reset),
            false => Event::Due,
        }
    }

    /// A machine that waits for its own timer is not idle, however long that takes.
    fn idle_at(&self, machine: &dyn Machine) -> Tick {
        match self.timers.is_empty() || machine.standing() == Standing::Idle {
            true => self.last_activity + self.limits.idle,
            false => Tick::MAX,
        }
    }

    /// By when a request that has begun must be whole. A machine that owes an answer may have all of
    /// it: that it has not is seen when more of it comes too late.
    fn whole_at(&self, machine: &dyn Machine) -> Tick {
        match self.request_began {
            Some(began) if machine.standing() == Standing::Receiving => began + self.limits.request,
            _ => Tick::MAX,
        }
    }

    fn read(&mut self, machine: &mut dyn Machine, buffer: &mut Vec<u8>) -> Option<CloseReason> {
        if self.peer_ended {
            return None;
        }
        buffer.clear();
        let count = match recv(self.stream, spare_capacity(buffer), RecvFlags::DONTWAIT) {
            Ok((count, _)) => count,
            Err(Errno::AGAIN | Errno::INTR) => return None,
            Err(_) => return Some(CloseReason::Reset),
        };
        let now = self.run.clock.now();
        if count == 0 {
            self.peer_ended = true;
            let ended = self.input(machine, Input::Ended);
            // Without a timer nothing can happen any more.
            return ended.or_else(|| self.timers.is_empty().then_some(CloseReason::Peer));
        }
        self.last_activity = now;
        self.record.received(count, now);
        self.request_began.get_or_insert(now);
        let ended = self.input(machine, Input::Received(buffer));
        // A delivery has forgotten the instant, but another request may have begun in the same read.
        self.request_began = match machine.standing() {
            Standing::Idle => None,
            Standing::Receiving => self.request_began.or(Some(now)),
            Standing::Owing => self.request_began,
        };
        let is_late = |began| now.since(began) > self.limits.request;
        let late = self.request_began.is_some_and(is_late);
        ended.or(late.then_some(CloseReason::RequestTimeout))
    }

    fn fire(&mut self, machine: &mut dyn Machine) -> Option<CloseReason> {
        let now = self.run.clock.now();
        while let Some(timer) = self.timers.pop_due(now) {
            let ended = self.input(machine, Input::Timer(timer));
            if ended.is_some() {
                return ended;
            }
        }
        match self.peer_ended && self.timers.is_empty() {
            true => Some(CloseReason::Peer),
            false => None,
        }
    }

    /// Hands one input to the machine and carries out what it wants.
    fn input(&mut self, machine: &mut dyn Machine, input: Input<'_>) -> Option<CloseReason> {
        let mut out = std::mem::take(&mut self.out);
        machine.handle(self.run.clock.now(), input, &mut out);
        let mut ended = self.carry_out(&out);
        // This worker has nobody else to attend to.
        while let (None, Some(work)) = (&ended, self.work.take()) {
            out.clear();
            machine.handle(self.run.clock.now(), Input::Worked(&work.run()), &mut out);
            ended = self.carry_out(&out);
        }
        out.clear();
        self.out = out;
        ended
    }

    fn carry_out(&mut self, out: &Outbox) -> Option<CloseReason> {
        for output in out.outputs() {
            match output {
                Output::Send(range) => {
                    if let Err(reason) = self.write(out.bytes(range)) {
                        return Some(reason);
                    }
                }
                Output::Deliver { text, at, ending } => {
                    self.request_began = None;
                    self.record.delivered(out.bytes(text), *at, *ending);
                }
                Output::WakeAt { at, timer } => self.timers.set(*timer, *at),
                Output::Cancel(timer) => self.timers.cancel(*timer),
                Output::Note(range) => self.record.note(out.bytes(range), self.run.clock.now()),
                Output::Close(farewell) => return Some(self.close(*farewell)),
                Output::Work(work) => self.work = Some(work.clone()),
                Output::Ready | Output::Answered(_) => {}
            }
        }
        None
    }

    /// Writes all of it, waiting for the peer to take it, but not for ever.
    fn write(&mut self, mut bytes: &[u8]) -> Result<(), CloseReason> {
        let mut deadline = None;
        while !bytes.is_empty() {
            match send(
                self.stream,
                bytes,
                SendFlags::DONTWAIT | SendFlags::NOSIGNAL,
            ) {
                Ok(count) => {
                    bytes = &bytes[count..];
                    self.record.sent(count);
                    deadline = None;
                }
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => {
                    let now = self.run.clock.now();
                    let until = *deadline.get_or_insert(now + self.limits.write);
                    self.wait_writable(now, until)?;
                }
                Err(_) => return Err(CloseReason::Reset),
            }
        }
        self.last_activity = self.run.clock.now();
        Ok(())
    }

    fn wait_writable(&mut self, now: Tick, until: Tick) -> Result<(), CloseReason> {
        if self.drain_until.is_none() && self.run.stop.requested() {
            self.drain_until = Some(now + self.limits.grace);
        }
        let drain_at = self.drain_until.unwrap_or(Tick::MAX);
        if drain_at <= now || self.run.stop.requested_at_once() {
            return Err(CloseReason::GraceOver);
        }
        if until <= now {
            return Err(CloseReason::WriteTimeout);
        }
        let alarm = match self.drain_until {
            None => self.run.stop.soon_fd(),
            Some(_) => self.run.stop.at_once_fd(),
        };
        let mut fds = [
            PollFd::from_borrowed_fd(alarm, PollFlags::IN),
            PollFd::from_borrowed_fd(self.stream.as_fd(), PollFlags::OUT),
        ];
        match wait(&mut fds, Some(until.min(drain_at).since(now))) {
            Ok(_) | Err(Errno::INTR) => Ok(()),
            Err(_) => Err(CloseReason::Reset),
        }
    }

    /// A close with bytes unread would be a reset, which may overtake the answer; so a client that is,
    /// or may be, still sending is listened to for a moment.
    fn close(&mut self, farewell: Farewell) -> CloseReason {
        if farewell != Farewell::Done || self.has_unread() {
            self.linger();
        }
        match farewell {
            Farewell::TooLong => CloseReason::TooLong,
            _ if self.peer_ended => CloseReason::Peer,
            _ => CloseReason::Done,
        }
    }

    fn has_unread(&self) -> bool {
        let mut scrap = [0; 1];
        matches!(
            recv(self.stream, &mut scrap[..], RecvFlags::DONTWAIT),
            Ok((1.., _))
        )
    }

    /// Ends the sending side, so that the client sees the end of file, and reads on for a while.
    fn linger(&mut self) {
        if shutdown(self.stream, Shutdown::Write).is_err() || self.peer_ended {
            return;
        }
        let until = self.run.clock.now() + self.limits.linger;
        let mut scrap = [0; 4096];
        loop {
            let now = self.run.clock.now();
            if until <= now {
                return;
            }
            let mut fds = [
                PollFd::from_borrowed_fd(self.stream.as_fd(), PollFlags::IN),
                PollFd::from_borrowed_fd(self.run.stop.at_once_fd(), PollFlags::IN),
            ];
            match wait(&mut fds, Some(until.since(now))) {
                Ok(_) if !fds[1].revents().is_empty() => return,
                Ok(_) | Err(Errno::INTR) => {}
                Err(_) => return,
            }
            match recv(self.stream, &mut scrap[..], RecvFlags::DONTWAIT) {
                Ok((0, _)) => return,
                Ok(_) | Err(Errno::AGAIN | Errno::INTR) => {}
                Err(_) => return,
            }
        }
    }
}

/// One read: as much as a socket usually has ready; longer requests take several.
const READ_BYTES: usize = 16 * 1024;

//! One thread that attends to all of its connections, as `epoll` tells which are ready.
//!
//! ```text
//!   ┌─▶ wait until a socket is ready, a deadline passes, a work is done, a stop is asked for
//!   │   listener: accept a portion   ·   connection: read, handle, write   ·   deadlines
//!   └─────────────────────────────────────────────────────────────────────────────┘
//! ```
//!
//! Readiness is level-triggered: what is not read at once is told again. Nothing is allocated for a
//! request: one read buffer and one outbox serve all connections.

use std::{
    net::TcpStream,
    os::fd::{AsFd as _, OwnedFd},
    time::Duration,
};

use machine::Service;
use run::{Key, Recorder, Run, nap};
use rustix::{
    buffer::spare_capacity,
    event::{
        Timespec,
        epoll::{self, CreateFlags, Event, EventData, EventFlags},
    },
    io::Errno,
    net::{RecvFlags, recv},
};
use timing::Tick;

use crate::{
    ServeError,
    acceptor::{Acceptor, Connection, Look},
    conversation::{Conversation, Desk, is_transient},
    offload::{Offload, do_work},
    peer::{Peer, Sends},
    read_buffer::ReadBuffer,
    room::Room,
    talks::{self, Talk, Talks},
};

/// See the file's description.
pub(crate) struct EventLoop<'a> {
    epoll: OwnedFd,
    /// Gone once a stop has been heard.
    acceptor: Option<Acceptor<'a>>,
    /// Until when nobody is accepted, when there was no room.
    paused_until: Option<Tick>,
    service: &'a dyn Service,
    run: &'a Run<'a>,
    desk: Desk<'a>,
    talks: Talks<ReadyTalk<'a>>,
    offload: Option<Offload<Key>>,
    buffer: ReadBuffer,
    /// Those that were read from and whose answers have not been sent.
    answering: Vec<Key>,
}

/// A connection of this loop.
struct ReadyTalk<'a> {
    stream: TcpStream,
    conversation: Conversation<'a>,
    /// What the kernel was told to look for.
    interest: EventFlags,
    /// Its entry among the deadlines.
    entered: Tick,
}

impl<'a> Talk<'a> for ReadyTalk<'a> {
    fn parts(&mut self) -> Option<(&mut Conversation<'a>, Peer<'_>)> {
        let peer = Peer::new(self.stream.as_fd(), Sends::AtOnce);
        Some((&mut self.conversation, peer))
    }

    fn entered(&mut self) -> &mut Tick {
        &mut self.entered
    }
}

impl<'a> EventLoop<'a> {
    /// A loop on `acceptor`.
    ///
    /// # Errors
    /// When the system has no descriptors left, or no threads to calculate.
    pub(crate) fn new(
        acceptor: Acceptor<'a>,
        service: &'a dyn Service,
        recorder: &'a Recorder<'a>,
        run: &'a Run<'a>,
    ) -> Result<Self, ServeError> {
        let offload = Offload::if_asked(run.crew).map_err(ServeError::Workers)?;
        let epoll = epoll::create(CreateFlags::CLOEXEC)
            .map_err(|error| ServeError::Workers(error.into()))?;
        let it = Self {
            epoll,
            acceptor: Some(acceptor),
            paused_until: None,
            service,
            run,
            desk: Desk::new(run, recorder),
            talks: Talks::new(),
            offload,
            buffer: ReadBuffer::large(),
            answering: Vec::with_capacity(ANSWERS_AT_ONCE),
        };
        it.listen()
            .and_then(|()| it.watch_bells())
            .map_err(|error| ServeError::Workers(error.into()))?;
        Ok(it)
    }

    /// Attends to connections until a stop is asked for and the last of them has ended.
    ///
    /// # Errors
    /// When the listener fails for good; those connected are served to their end all the same.
    pub(crate) fn run(mut self) -> Result<(), ServeError> {
        let mut events = Vec::with_capacity(EVENTS_AT_ONCE);
        let mut result = Ok(());
        let mut now = self.run.clock.now();
        while self.acceptor.is_some() || !self.talks.table.is_empty() {
            self.wait(&mut events, now);
            let sends = match events.len() {
                0 | 1 => Sends::AtOnce,
                _ => Sends::Later,
            };
            for event in events.drain(..) {
                if let Err(error) = self.on_event(event, sends) {
                    // A second request would be one to stop at once.
                    if !self.run.stop.requested() {
                        self.run.stop.request();
                    }
                    // In a worker process nobody hears that, and the listener would fail on and on.
                    self.heed_stop();
                    result = Err(error);
                }
            }
            self.answer();
            now = self.run.clock.now();
            self.on_time(now);
        }
        self.desk.recorder.commit();
        result
    }

    fn watch_bells(&self) -> Result<(), Errno> {
        let alarm = EventData::new_u64(ALARM);
        epoll::add(&self.epoll, self.run.stop.soon_fd(), alarm, EventFlags::IN)?;
        if let Some(offload) = &self.offload {
            let bell = EventData::new_u64(WORKED);
            epoll::add(&self.epoll, offload.bell(), bell, EventFlags::IN)?;
        }
        Ok(())
    }

    /// Begins to look at the listener. Of processes that share it, one is woken and not all.
    fn listen(&self) -> Result<(), Errno> {
        let Some(acceptor) = &self.acceptor else {
            return Ok(());
        };
        let mut flags = EventFlags::IN;
        flags.set(EventFlags::EXCLUSIVE, acceptor.is_shared());
        let data = EventData::new_u64(LISTENER);
        epoll::add(&self.epoll, acceptor.listener(), data, flags)
    }

    fn wait(&mut self, events: &mut Vec<Event>, now: Tick) {
        let next = [self.talks.deadlines.next_at(), self.paused_until];
        let left = next.into_iter().flatten().min().map(|at| {
            let left = at.since(now);
            Timespec::try_from(nap(left)).unwrap_or(LONG)
        });
        // After an error there are no events, and the next turn waits again.
        let _ = epoll::wait(&self.epoll, spare_capacity(events), left.as_ref());
    }

    fn on_event(&mut self, event: Event, sends: Sends) -> Result<(), ServeError> {
        let (flags, number) = (event.flags, event.data.u64());
        if WORKED <= number {
            // What comes now may take long, and those who have been read from do not wait for it.
            self.answer();
        }
        match number {
            LISTENER => self.accept()?,
            ALARM => self.heed_stop(),
            WORKED => self.take_done(),
            key => self.attend(Key::from_u64(key), flags, sends),
        }
        Ok(())
    }

    /// Accepts a portion, so that those connected do not wait for all that want to be.
    fn accept(&mut self) -> Result<(), ServeError> {
        for _ in 0..ACCEPTS_AT_ONCE {
            let room = Room::for_connection(self.run);
            let Some(acceptor) = self.acceptor.as_mut().filter(|_| room != Room::Wait) else {
                self.pause();
                return Ok(());
            };
            match acceptor.look(self.desk.recorder, room)? {
                Look::Connection(connection) => self.welcome(connection),
                Look::Nobody => return Ok(()),
                Look::Later => {
                    self.pause();
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// Leaves the listener alone for a moment.
    fn pause(&mut self) {
        if let Some(acceptor) = &self.acceptor
            && self.paused_until.is_none()
        {
            // It was added, so it can be taken off.
            let _ = epoll::delete(&self.epoll, acceptor.listener());
            self.paused_until = Some(self.run.clock.now() + PAUSE);
        }
    }

    fn resume(&mut self) {
        if self.paused_until.take().is_some() && self.listen().is_err() {
            self.paused_until = Some(self.run.clock.now() + PAUSE);
        }
    }

    fn welcome(&mut self, connection: Connection) {
        let (service, desk) = (self.service, &mut self.desk);
        let begun = talks::begin(&connection, Sends::AtOnce, service, self.run, desk);
        let key = self.talks.table.insert(ReadyTalk {
            stream: connection.stream,
            conversation: begun,
            interest: EventFlags::empty(),
            entered: Tick::MAX,
        });
        let Some(talk) = self.talks.table.get_mut(key) else {
            return;
        };
        let data = EventData::new_u64(key.to_u64());
        if epoll::add(&self.epoll, &talk.stream, data, talk.interest).is_err() {
            talk.conversation.broken();
        }
        // A client's first bytes are often there already.
        self.read(key, Sends::AtOnce);
        self.settle(key);
    }

    fn attend(&mut self, key: Key, ready: EventFlags, sends: Sends) {
        let Some(talk) = self.talks.table.get_mut(key) else {
            return;
        };
        if ready.contains(EventFlags::OUT) {
            let mut peer = Peer::new(talk.stream.as_fd(), Sends::AtOnce);
            let now = self.run.clock.now();
            talk.conversation.writable(now, &mut self.desk, &mut peer);
        }
        if ready.contains(EventFlags::IN) {
            self.read(key, sends);
        } else if ready.intersects(EventFlags::ERR | EventFlags::HUP) {
            // Nothing more can be read, and the other side has given up or reset.
            talk.conversation.broken();
        }
        match sends {
            Sends::AtOnce => self.settle(key),
            Sends::Later => self.answering.push(key),
        }
        if self.answering.len() == ANSWERS_AT_ONCE {
            self.answer();
        }
    }

    /// Sends the answers of those that were read from one after another.
    ///
    /// A client that is asleep is woken by an answer, which costs the sender as much as the sending does. Where
    /// several connections lead to it, it is still awake when the next answer comes, if that comes at once.
    /// But nobody waits for more than a few others, and not for calculations, which come after.
    fn answer(&mut self) {
        if self.answering.is_empty() {
            return;
        }
        let mut answering = std::mem::take(&mut self.answering);
        let now = self.run.clock.now();
        for &key in &answering {
            if let Some((conversation, mut peer)) = self.talks.parts(key)
                && conversation.wants_write()
            {
                conversation.writable(now, &mut self.desk, &mut peer);
            }
        }
        for key in answering.drain(..) {
            self.settle(key);
        }
        self.answering = answering;
    }

    /// Reads once, if the conversation wants it.
    fn read(&mut self, key: Key, sends: Sends) {
        let Some(talk) = self.talks.table.get_mut(key) else {
            return;
        };
        if !talk.conversation.wants_read() {
            return;
        }
        let received = recv(&talk.stream, self.buffer.room(), RecvFlags::DONTWAIT);
        let now = self.run.clock.now();
        let mut peer = Peer::new(talk.stream.as_fd(), sends);
        let conversation = &mut talk.conversation;
        match received {
            Ok((0, _)) => conversation.ended(now, &mut self.desk, &mut peer),
            Ok(_) => conversation.received(self.buffer.bytes(), now, &mut self.desk, &mut peer),
            Err(error) if is_transient(error) => {}
            Err(_) => conversation.broken(),
        }
    }

    /// After a conversation was told something: does what it now wants.
    fn settle(&mut self, key: Key) {
        let Some(talk) = self.talks.table.get_mut(key) else {
            return;
        };
        while let Some(work) = talk.conversation.take_work() {
            if let Some(offload) = &self.offload {
                offload.hand_out(key, work);
                break;
            }
            let mut peer = Peer::new(talk.stream.as_fd(), Sends::AtOnce);
            let result = do_work(&work);
            let now = self.run.clock.now();
            talk.conversation
                .worked(result, now, &mut self.desk, &mut peer);
        }
        if talk.conversation.is_over().is_some() {
            return self.part(key);
        }
        let mut interest = EventFlags::empty();
        interest.set(EventFlags::IN, talk.conversation.wants_read());
        interest.set(EventFlags::OUT, talk.conversation.wants_write());
        if interest != talk.interest {
            talk.interest = interest;
            let data = EventData::new_u64(key.to_u64());
            // It was added, so it can be changed.
            let _ = epoll::modify(&self.epoll, &talk.stream, data, interest);
        }
        talk.enter(key, self.run.limits, &mut self.talks.deadlines);
    }

    /// A conversation is over: writes it down and closes the connection.
    fn part(&mut self, key: Key) {
        let Some(talk) = self.talks.table.remove(key) else {
            return;
        };
        talk.conversation
            .close(self.run.clock.now(), &mut self.desk);
        self.desk.recorder.left();
        // Closing takes it off `epoll`, because nobody has a copy of the descriptor.
        drop(talk.stream);
        self.resume();
    }

    fn on_time(&mut self, now: Tick) {
        if self.paused_until.is_some_and(|until| until <= now) {
            self.resume();
        }
        while let Some(key) = self.talks.pop_due(now) {
            if let Some((conversation, mut peer)) = self.talks.parts(key)
                && conversation.deadline(self.run.limits) <= now
            {
                conversation.on_time(now, &mut self.desk, &mut peer);
            }
            self.settle(key);
        }
        self.talks.sweep();
    }

    fn take_done(&mut self) {
        let done = self.offload.as_ref().map(Offload::take_done);
        for (key, result) in done.unwrap_or_default() {
            if let Some((conversation, mut peer)) = self.talks.parts(key) {
                let now = self.run.clock.now();
                conversation.worked(result, now, &mut self.desk, &mut peer);
            }
            self.settle(key);
        }
    }

    fn heed_stop(&mut self) {
        // Closing does not take the listener off `epoll` where other processes hold it too, and it would be
        // told of on and on.
        self.pause();
        let is_first = self.acceptor.take().is_some();
        if !is_first && !self.run.stop.requested_at_once() {
            // The first alarm, told once more in a turn in which the listener failed.
            return;
        }
        self.paused_until = None;
        if is_first {
            let data = EventData::new_u64(ALARM);
            // The first alarm was added; what the second replaces has made room for it.
            let _ = epoll::delete(&self.epoll, self.run.stop.soon_fd());
            let _ = epoll::add(
                &self.epoll,
                self.run.stop.at_once_fd(),
                data,
                EventFlags::IN,
            );
        }
        for key in self.talks.table.keys() {
            if is_first {
                // What had come before the stop is still answered.
                self.read(key, Sends::AtOnce);
            }
            if let Some((conversation, mut peer)) = self.talks.parts(key) {
                let now = self.run.clock.now();
                match is_first {
                    true => conversation.drain(now, &mut self.desk, &mut peer),
                    false => conversation.cut_short(),
                }
            }
            self.settle(key);
        }
    }
}

/// Numbers that no connection has.
const LISTENER: u64 = u64::MAX;
const ALARM: u64 = u64::MAX - 1;
const WORKED: u64 = u64::MAX - 2;
const EVENTS_AT_ONCE: usize = 256;
const ACCEPTS_AT_ONCE: usize = 64;
const ANSWERS_AT_ONCE: usize = 64;
const PAUSE: Duration = Duration::from_millis(20);
/// Longer than anybody waits.
const LONG: Timespec = Timespec {
    tv_sec: 1 << 40,
    tv_nsec: 0,
};

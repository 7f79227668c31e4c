//! One thread that attends to all of its connections, as an io_uring completes what was asked of it.
//!
//! ```text
//!   ┌─▶ enter: hand over what is queued, wait until something is done, or a deadline passes
//!   │   came: handle, queue the answer   ·   sent: go on   ·   accepted: welcome   ·   deadlines
//!   └───────────────────────────────────────────────────────────────────────────────────┘
//! ```
//!
//! A receive stays armed, and so brings bytes that a conversation does not want yet, because its last answer
//! has not been taken: those are held. Past a bound the receive is cancelled, and armed again when what is
//! held has been used up. A connection that is over stays in its place, without its conversation, until the
//! kernel has said of everything it was asked that it is over, too; only then is the descriptor closed.

use std::{
    net::{TcpListener, TcpStream},
    os::fd::AsFd as _,
    time::Duration,
};

use machine::Service;
use run::{Key, Recorder, Run};
use rustix::io::Errno;
use timing::Tick;

use crate::{
    ServeError,
    acceptor::Connection,
    conversation::{Conversation, Desk},
    offload::{Offload, do_work},
    peer::{Peer, Sends},
    ring::{Came, Event, Ring, Watched},
    ring_arrivals::Arrivals,
    talks::{self, Talk, Talks},
};

/// See the file's description.
pub(crate) struct RingLoop<'a> {
    ring: Ring,
    arrivals: Arrivals<'a>,
    service: &'a dyn Service,
    run: &'a Run<'a>,
    desk: Desk<'a>,
    talks: Talks<RingTalk<'a>>,
    offload: Option<Offload<Key>>,
    /// After a stop was heard: for how many turns to go on at most, so that what had come before it is
    /// answered.
    turns_to_drain: Option<usize>,
}

/// A connection of this loop.
struct RingTalk<'a> {
    stream: TcpStream,
    /// Gone when it is over.
    conversation: Option<Conversation<'a>>,
    receiving: Receiving,
    /// The number of the send that is under way.
    sending: Option<u32>,
    /// What has come and is not wanted yet.
    held: Vec<u8>,
    /// After what is held, the peer's end has come.
    has_ended: bool,
    /// Its entry among the deadlines.
    entered: Tick,
}

impl<'a> Talk<'a> for RingTalk<'a> {
    fn parts(&mut self) -> Option<(&mut Conversation<'a>, Peer<'_>)> {
        let peer = Peer::new(self.stream.as_fd(), Sends::Later).holding(!self.held.is_empty());
        Some((self.conversation.as_mut()?, peer))
    }

    fn entered(&mut self) -> &mut Tick {
        &mut self.entered
    }
}

/// What the ring has been asked to do on the side on which bytes come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Receiving {
    Nothing,
    Bytes,
    /// It was asked to stop, and has not said that it has.
    Cancelled,
    /// The peer has ended: nothing more can come. A reset after that shows when something is sent; a poll
    /// for it would be woken by the end at once, because io_uring always asks for `POLLRDHUP`.
    Ended,
}

impl<'a> RingLoop<'a> {
    /// A loop on `listener`; `is_shared` says whether other processes accept from it.
    ///
    /// # Errors
    /// When the system has no descriptors left, or no threads to calculate.
    pub(crate) fn new(
        ring: Ring,
        listener: TcpListener,
        is_shared: bool,
        service: &'a dyn Service,
        recorder: &'a Recorder<'a>,
        run: &'a Run<'a>,
    ) -> Result<Self, ServeError> {
        let offload = Offload::if_asked(run.crew).map_err(ServeError::Workers)?;
        Ok(Self {
            ring,
            arrivals: Arrivals::new(listener, is_shared, run)?,
            service,
            run,
            desk: Desk::new(run, recorder),
            talks: Talks::new(),
            offload,
            turns_to_drain: None,
        })
    }

    /// Attends to connections until a stop is asked for and the last of them has ended.
    ///
    /// # Errors
    /// When the listener fails for good, and those connected are served to their end all the same; or when
    /// the ring does, which ends them.
    pub(crate) fn run(mut self) -> Result<(), ServeError> {
        let mut result = Ok(());
        self.ring.watch(Watched::Alarm, self.run.stop.soon_fd());
        self.watch_work();
        self.arrivals.listen(&mut self.ring);
        while !self.arrivals.have_stopped() || !self.talks.table.is_empty() {
            if let Err(error) = self.ring.enter(self.time_left()) {
                self.run.stop.request();
                result = Err(ServeError::Workers(error));
                self.abandon();
                break;
            }
            let mut events = 0;
            while events < EVENTS_AT_ONCE
                && let Some(event) = self.ring.next()
            {
                events += 1;
                if let Err(error) = self.on_event(event) {
                    self.run.stop.request();
                    result = Err(error);
                }
            }
            self.on_time();
            self.drain_when_quiet(events);
        }
        self.desk.recorder.commit();
        result
    }

    fn watch_work(&mut self) {
        if let Some(offload) = &self.offload {
            self.ring.watch(Watched::Work, offload.bell());
        }
    }

    fn time_left(&self) -> Option<Duration> {
        if self.turns_to_drain.is_some() {
            return Some(Duration::ZERO);
        }
        let next = [self.talks.deadlines.next_at(), self.arrivals.due_at()];
        let next = next.into_iter().flatten().min()?;
        Some(next.since(self.run.clock.now()))
    }

    fn on_event(&mut self, event: Event) -> Result<(), ServeError> {
        match event {
            Event::Accepted(accepted, is_last) => {
                let (ring, recorder) = (&mut self.ring, self.desk.recorder);
                let arrived = self
                    .arrivals
                    .on_accepted(accepted, is_last, ring, recorder)?;
                if let Some(connection) = arrived {
                    self.welcome(connection);
                }
            }
            Event::Came(key, came, is_last) => self.on_came(key, came, is_last),
            Event::Sent(key, result) => self.on_sent(key, result),
            Event::Readable(Watched::Alarm, _) => self.heed_stop(),
            Event::Readable(Watched::Work, is_last) => {
                self.take_done();
                if is_last {
                    self.watch_work();
                }
            }
            Event::Nothing => {}
        }
        Ok(())
    }

    fn welcome(&mut self, connection: Connection) {
        let (service, desk) = (self.service, &mut self.desk);
        let begun = talks::begin(&connection, Sends::Later, service, self.run, desk);
        let key = self.talks.table.insert(RingTalk {
            stream: connection.stream,
            conversation: Some(begun),
            receiving: Receiving::Nothing,
            sending: None,
            held: Vec::new(),
            has_ended: false,
            entered: Tick::MAX,
        });
        self.settle(key);
    }

    fn on_came(&mut self, key: Key, came: Came, is_last: bool) {
        let talk = self
            .talks
            .table
            .get_mut(key)
            .expect("it stays until all is over");
        if is_last {
            talk.receiving = match came {
                Came::End => Receiving::Ended,
                _ => Receiving::Nothing,
            };
        }
        let Some(conversation) = &mut talk.conversation else {
            if let Came::Bytes(filled) = came {
                self.ring.give_back(filled);
            }
            return self.let_go(key);
        };
        match came {
            Came::Bytes(filled) => {
                let bytes = self.ring.bytes(&filled);
                if talk.held.is_empty() && conversation.wants_read() {
                    let mut peer = Peer::new(talk.stream.as_fd(), Sends::Later);
                    let now = self.run.clock.now();
                    conversation.received(bytes, now, &mut self.desk, &mut peer);
                } else {
                    talk.held.extend_from_slice(bytes);
                }
                self.ring.give_back(filled);
            }
            Came::End => talk.has_ended = true,
            // All buffers were taken, and have been given back by the time it is armed again.
            Came::Error(Errno::NOBUFS | Errno::CANCELED | Errno::INTR | Errno::AGAIN) => {}
            Came::Error(_) => conversation.broken(),
        }
        self.settle(key);
    }

    fn on_sent(&mut self, key: Key, result: Result<usize, Errno>) {
        let talk = self
            .talks
            .table
            .get_mut(key)
            .expect("it stays until all is over");
        talk.sending = None;
        let Some((conversation, mut peer)) = talk.parts() else {
            return self.let_go(key);
        };
        match result {
            Ok(count) => {
                let now = self.run.clock.now();
                conversation.sent(count, now, &mut self.desk, &mut peer);
            }
            Err(Errno::INTR | Errno::AGAIN) => {}
            Err(_) => conversation.broken(),
        }
        self.settle(key);
    }

    /// After a conversation was told something: does what it now wants.
    fn settle(&mut self, key: Key) {
        self.use_up(key);
        let Some(talk) = self.talks.table.get_mut(key) else {
            return;
        };
        let Some(conversation) = &mut talk.conversation else {
            return;
        };
        if conversation.is_over().is_some() {
            return self.part(key);
        }
        let socket = talk.stream.as_fd();
        if conversation.wants_write() && talk.sending.is_none() {
            talk.sending = Some(self.ring.send(key, socket, conversation.unsent()));
        }
        talk.receiving = match talk.receiving {
            Receiving::Nothing if conversation.wants_read() => {
                self.ring.receive(key, socket);
                Receiving::Bytes
            }
            Receiving::Bytes if talk.held.len() > HELD_BYTES => {
                self.ring.cancel_receive(key);
                Receiving::Cancelled
            }
            as_it_is => as_it_is,
        };
        talk.enter(key, self.run.limits, &mut self.talks.deadlines);
    }

    /// Has the work done that a conversation hands out, and gives it what is held, as long as it wants that.
    fn use_up(&mut self, key: Key) {
        let Some(talk) = self.talks.table.get_mut(key) else {
            return;
        };
        let Some(conversation) = &mut talk.conversation else {
            return;
        };
        loop {
            let count = talk.held.len().min(READ_BYTES);
            let holds = talk.held.len() > count;
            let mut peer = Peer::new(talk.stream.as_fd(), Sends::Later).holding(holds);
            if let Some(work) = conversation.take_work() {
                if let Some(offload) = &self.offload {
                    return offload.hand_out(key, work);
                }
                let result = do_work(&work);
                let now = self.run.clock.now();
                conversation.worked(result, now, &mut self.desk, &mut peer);
            } else if !conversation.wants_read() {
                return;
            } else if count > 0 {
                let now = self.run.clock.now();
                conversation.received(&talk.held[..count], now, &mut self.desk, &mut peer);
                talk.held.drain(..count);
                if talk.held.is_empty() {
                    talk.held.shrink_to(KEPT_BYTES);
                }
            } else if std::mem::take(&mut talk.has_ended) {
                let now = self.run.clock.now();
                conversation.ended(now, &mut self.desk, &mut peer);
            } else {
                return;
            }
        }
    }

    /// A conversation is over: writes it down, and closes the connection as soon as the ring lets go of it.
    fn part(&mut self, key: Key) {
        let Some(talk) = self.talks.table.get_mut(key) else {
            return;
        };
        let Some(conversation) = talk.conversation.take() else {
            return;
        };
        if talk.receiving == Receiving::Bytes {
            self.ring.cancel_receive(key);
            talk.receiving = Receiving::Cancelled;
        }
        if let Some(number) = talk.sending {
            self.ring.cancel_send(number);
        }
        talk.held = Vec::new();
        talk.entered = Tick::MAX;
        conversation.close(self.run.clock.now(), &mut self.desk);
        self.desk.recorder.left();
        self.arrivals.someone_left();
        self.let_go(key);
    }

    /// Closes a connection that is over, if the ring has nothing to do with it any more.
    fn let_go(&mut self, key: Key) {
        let is_free = self.talks.table.get(key).is_some_and(|talk| {
            let is_asked = !matches!(talk.receiving, Receiving::Nothing | Receiving::Ended);
            talk.conversation.is_none() && talk.sending.is_none() && !is_asked
        });
        if is_free {
            self.talks.table.remove(key);
        }
    }

    fn on_time(&mut self) {
        let now = self.run.clock.now();
        while let Some(connection) =
            self.arrivals
                .next_early(now, &mut self.ring, self.desk.recorder)
        {
            self.welcome(connection);
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
        if self.arrivals.stop(&mut self.ring) {
            self.ring.watch(Watched::Alarm, self.run.stop.at_once_fd());
            self.turns_to_drain = Some(self.talks.table.len() / CONNECTIONS_A_TURN + 2);
        } else {
            self.cut_short();
        }
    }

    /// What had come before the stop is still answered: the ring brings it in the next turns. When it
    /// brings no more, or has had turns enough for all connections, the rest is drained.
    fn drain_when_quiet(&mut self, events: usize) {
        match self.turns_to_drain {
            None => return,
            Some(turns) if turns > 0 && events > 0 => {
                self.turns_to_drain = Some(turns - 1);
                return;
            }
            Some(_) => self.turns_to_drain = None,
        }
        for key in self.talks.table.keys() {
            if let Some((conversation, mut peer)) = self.talks.parts(key) {
                let now = self.run.clock.now();
                conversation.drain(now, &mut self.desk, &mut peer);
            }
            self.settle(key);
        }
    }

    fn cut_short(&mut self) {
        for key in self.talks.table.keys() {
            if let Some((conversation, _)) = self.talks.parts(key) {
                conversation.cut_short();
            }
            self.settle(key);
        }
    }

    /// The ring is of no use any more: writes down that all connections end. They are closed with the loop.
    fn abandon(&mut self) {
        self.arrivals.stop(&mut self.ring);
        self.cut_short();
    }
}

/// One read of what is held, as in the other event loop.
const READ_BYTES: usize = 16 * 1024;
/// Past this the receive is cancelled. Before it hears of that it may bring what is left of the stock of
/// buffers, once.
const HELD_BYTES: usize = 16 * 1024;
/// What a connection that holds nothing may hold on to.
const KEPT_BYTES: usize = 4 * 1024;
/// After so many the deadlines are looked at.
const EVENTS_AT_ONCE: usize = 1024;
/// The kernel works off at least so many sockets when it is entered (`IO_LOCAL_TW_DEFAULT_MAX` in Linux,
/// `io_uring/io_uring.c`, is 20).
const CONNECTIONS_A_TURN: usize = 16;

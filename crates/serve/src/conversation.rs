//! One connection without its driver: the machine, what it is owed and what it owes, its limits.
//!
//! ```text
//!   driver ── begin · received · ended · on_time · writable · worked · drain ──▶ Conversation
//!          ◀── wants_read, wants_write, work, deadline; is_over
//! ```
//!
//! Every model drives its connections through this one type, whether it blocks, polls or completes;
//! so limits, drains and farewells are the same in all of them. It never waits: what the peer does not
//! take is kept, and while something is kept no more is read, which bounds it by what one read can
//! cause.

use std::{
    net::SocketAddr,
    panic::{AssertUnwindSafe, catch_unwind},
};

use machine::{
    Farewell, Input, Machine, Outbox, Output, Service, Shared, Standing, TimerId, Timers, Work,
};
use run::{CloseReason, ConnectionRecord, Limits, Recorder, Run};
use rustix::io::Errno;
use timing::Tick;

use crate::{kept::Kept, peer::Peer};

/// What a worker lends to the conversation that it attends to.
pub(crate) struct Desk<'a> {
    pub(crate) limits: &'a Limits,
    pub(crate) recorder: &'a Recorder<'a>,
    out: Outbox,
}

impl<'a> Desk<'a> {
    pub(crate) fn new(run: &Run<'a>, recorder: &'a Recorder<'a>) -> Self {
        Self {
            limits: run.limits,
            recorder,
            out: outbox(run),
        }
    }

    /// A desk for a moment: takes an outbox that was made by [`outbox`] and gives it back at the end.
    pub(crate) fn for_now(limits: &'a Limits, recorder: &'a Recorder<'a>, out: Outbox) -> Self {
        Self {
            limits,
            recorder,
            out,
        }
    }

    pub(crate) fn into_outbox(self) -> Outbox {
        self.out
    }
}

/// The outbox of a worker.
pub(crate) fn outbox(run: &Run<'_>) -> Outbox {
    Outbox::watched(run.observer.wants_text()).only_counting(!run.observer.watches())
}

/// See the file's description.
pub(crate) struct Conversation<'a> {
    machine: Box<dyn Machine + 'a>,
    record: ConnectionRecord,
    timers: Timers<TimerId>,
    kept: Kept,
    /// When it began not to take.
    refused_since: Option<Tick>,
    work: Option<Work>,
    is_working: bool,
    last_activity: Tick,
    /// When the first byte of a request came that is not whole yet.
    request_began: Option<Tick>,
    peer_ended: bool,
    /// Set once a stop was heard: until when what is owed may still be delivered.
    drain_until: Option<Tick>,
    phase: Phase,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Open,
    /// The machine has said its farewell, and its last bytes are not all taken.
    Leaving(Farewell),
    /// The sending side is closed; what still comes is read and dropped until this instant. A close
    /// with bytes unread would be a reset, which may overtake the answer.
    Lingering(Tick, CloseReason),
    Over(CloseReason),
}

impl<'a> Conversation<'a> {
    /// Takes up a connection and lets its machine begin.
    pub(crate) fn begin(
        (number, address): (u64, SocketAddr),
        service: &'a dyn Service,
        shared: &'a dyn Shared,
        now: Tick,
        desk: &mut Desk<'_>,
        peer: &mut Peer<'_>,
    ) -> Self {
        let mut conversation = Self {
            machine: service.session(shared),
            record: ConnectionRecord::open(number, address, now, desk.recorder),
            timers: Timers::new(),
            kept: Kept::default(),
            refused_since: None,
            work: None,
            is_working: false,
            last_activity: now,
            request_began: None,
            peer_ended: false,
            drain_until: None,
            phase: Phase::Open,
        };
        conversation.tell(Input::Start, now, desk, peer);
        conversation
    }

    /// Why it is over, once it is.
    pub(crate) fn is_over(&self) -> Option<CloseReason> {
        match self.phase {
            Phase::Over(reason) => Some(reason),
            _ => None,
        }
    }

    /// Whether what the peer sends is to be handed to [`Conversation::received`] now.
    pub(crate) fn wants_read(&self) -> bool {
        match self.phase {
            Phase::Open => !self.peer_ended && self.is_flushed() && !self.is_working,
            Phase::Lingering(..) => true,
            Phase::Leaving(_) | Phase::Over(_) => false,
        }
    }

    /// Whether there is something that the peer has yet to take.
    pub(crate) fn wants_write(&self) -> bool {
        !self.is_flushed()
    }

    /// What the peer has yet to take.
    pub(crate) fn unsent(&self) -> &[u8] {
        self.kept.bytes()
    }

    /// A calculation to be made, handed out once; its result goes to [`Conversation::worked`].
    pub(crate) fn take_work(&mut self) -> Option<Work> {
        self.work.take()
    }

    /// Whether it is between requests: nothing but the limit on idleness runs.
    pub(crate) fn is_idle(&self) -> bool {
        self.phase == Phase::Open
            && self.is_flushed()
            && !self.is_working
            && self.timers.is_empty()
            && self.drain_until.is_none()
            && self.request_began.is_none()
    }

    /// When [`Conversation::on_time`] is due.
    pub(crate) fn deadline(&mut self, limits: &Limits) -> Tick {
        let drain_at = self.drain_until.unwrap_or(Tick::MAX);
        let write_at = match self.refused_since {
            Some(since) => since + limits.write,
            None => Tick::MAX,
        };
        match self.phase {
            Phase::Open => {
                let timer = self.timers.next_at().unwrap_or(Tick::MAX);
                let limit = self.idle_at(limits).min(self.whole_at(limits));
                timer.min(limit).min(write_at).min(drain_at)
            }
            Phase::Leaving(_) => write_at.min(drain_at),
            Phase::Lingering(until, _) => until,
            Phase::Over(_) => Tick::MAX,
        }
    }

    /// Bytes have come.
    pub(crate) fn received(
        &mut self,
        bytes: &[u8],
        now: Tick,
        desk: &mut Desk<'_>,
        peer: &mut Peer<'_>,
    ) {
        if self.phase != Phase::Open || bytes.is_empty() {
            return;
        }
        self.last_activity = now;
        self.record.received(bytes.len(), now, desk.recorder);
        self.request_began.get_or_insert(now);
        self.tell(Input::Received(bytes), now, desk, peer);
        // A delivery has forgotten the instant, but another request may have begun in the same read.
        self.request_began = match self.machine.standing() {
            Standing::Idle => None,
            Standing::Receiving => self.request_began.or(Some(now)),
            Standing::Owing => self.request_began,
        };
        let is_late = |began| now.since(began) > desk.limits.request;
        if self.phase == Phase::Open && self.request_began.is_some_and(is_late) {
            self.phase = Phase::Over(CloseReason::RequestTimeout);
        }
        self.leave_if_drained(now, desk, peer);
    }

    /// The peer will send no more.
    pub(crate) fn ended(&mut self, now: Tick, desk: &mut Desk<'_>, peer: &mut Peer<'_>) {
        match self.phase {
            Phase::Lingering(_, reason) => self.phase = Phase::Over(reason),
            Phase::Open if !self.peer_ended => {
                self.peer_ended = true;
                self.tell(Input::Ended, now, desk, peer);
                self.end_if_nothing_can_happen();
            }
            _ => {}
        }
    }

    /// The connection is broken.
    pub(crate) fn broken(&mut self) {
        self.phase = match self.phase {
            Phase::Lingering(_, reason) | Phase::Over(reason) => Phase::Over(reason),
            Phase::Open | Phase::Leaving(_) => Phase::Over(CloseReason::Reset),
        };
    }

    /// Time has passed: timers and limits.
    pub(crate) fn on_time(&mut self, now: Tick, desk: &mut Desk<'_>, peer: &mut Peer<'_>) {
        if let Phase::Lingering(until, reason) = self.phase {
            if until <= now {
                self.phase = Phase::Over(reason);
            }
            return;
        }
        self.fire(now, desk, peer);
        let limits = desk.limits;
        let is_open = self.phase == Phase::Open;
        let late = |at: Tick| at <= now;
        if self.is_over().is_some() {
        } else if self.drain_until.is_some_and(late) {
            self.phase = Phase::Over(CloseReason::GraceOver);
        } else if self.refused_since.is_some_and(|at| late(at + limits.write)) {
            self.phase = Phase::Over(CloseReason::WriteTimeout);
        } else if is_open && late(self.whole_at(limits)) {
            self.phase = Phase::Over(CloseReason::RequestTimeout);
        } else if is_open && late(self.idle_at(limits)) {
            self.phase = Phase::Over(CloseReason::Idle);
        } else {
            self.leave_if_drained(now, desk, peer);
        }
    }

    /// The peer may take more: sends what is kept.
    pub(crate) fn writable(&mut self, now: Tick, desk: &mut Desk<'_>, peer: &mut Peer<'_>) {
        match peer.send(self.unsent()) {
            Ok(count) => self.sent(count, now, desk, peer),
            Err(_) => self.broken(),
        }
    }

    /// The peer has taken `count` bytes of [`Conversation::unsent`].
    pub(crate) fn sent(
        &mut self,
        count: usize,
        now: Tick,
        desk: &mut Desk<'_>,
        peer: &mut Peer<'_>,
    ) {
        self.kept.take(count);
        self.note_sent(count, now, desk);
        if !self.is_flushed() {
            return;
        }
        self.refused_since = None;
        if let Phase::Leaving(farewell) = self.phase {
            self.leave(farewell, now, desk, peer);
        }
        self.leave_if_drained(now, desk, peer);
    }

    /// What came of the work that was taken; nothing when it panicked.
    pub(crate) fn worked(
        &mut self,
        result: Option<Vec<u8>>,
        now: Tick,
        desk: &mut Desk<'_>,
        peer: &mut Peer<'_>,
    ) {
        self.is_working = false;
        if self.phase == Phase::Open {
            self.last_activity = now;
            match &result {
                Some(result) => self.tell(Input::Worked(result), now, desk, peer),
                None => self.phase = Phase::Over(CloseReason::Panicked),
            }
            self.end_if_nothing_can_happen();
            self.leave_if_drained(now, desk, peer);
        }
    }

    /// A stop was asked for: what is owed may still be delivered, and nothing else. To be called after
    /// what had come before the stop has been read.
    pub(crate) fn drain(&mut self, now: Tick, desk: &mut Desk<'_>, peer: &mut Peer<'_>) {
        self.drain_until.get_or_insert(now + desk.limits.grace);
        self.leave_if_drained(now, desk, peer);
    }

    /// A stop at once was asked for.
    pub(crate) fn cut_short(&mut self) {
        self.phase = match self.phase {
            Phase::Lingering(_, reason) | Phase::Over(reason) => Phase::Over(reason),
            Phase::Open | Phase::Leaving(_) => Phase::Over(CloseReason::GraceOver),
        };
    }

    /// Writes down how it ended. To be called once, when it is over.
    pub(crate) fn close(self, now: Tick, desk: &mut Desk<'_>) {
        let reason = self.is_over().unwrap_or(CloseReason::GraceOver);
        self.record.closed(reason, now, desk.recorder);
    }

    fn is_flushed(&self) -> bool {
        self.kept.is_empty()
    }

    /// A machine that waits for its own timer is not idle, however long that takes; nor is one that
    /// has something calculated, or whose answer has not been taken.
    fn idle_at(&self, limits: &Limits) -> Tick {
        let is_idle = self.timers.is_empty() || self.machine.standing() == Standing::Idle;
        match is_idle && !self.is_working && self.is_flushed() {
            true => self.last_activity + limits.idle,
            false => Tick::MAX,
        }
    }

    /// By when a request that has begun must be whole. A machine that owes an answer may have all of
    /// it: that it has not is seen when more of it comes too late.
    fn whole_at(&self, limits: &Limits) -> Tick {
        match self.request_began {
            Some(began) if self.machine.standing() == Standing::Receiving => began + limits.request,
            _ => Tick::MAX,
        }
    }

    fn fire(&mut self, now: Tick, desk: &mut Desk<'_>, peer: &mut Peer<'_>) {
        let mut has_fired = false;
        while self.phase == Phase::Open
            && let Some(timer) = self.timers.pop_due(now)
        {
            has_fired = true;
            self.tell(Input::Timer(timer), now, desk, peer);
        }
        if has_fired {
            self.end_if_nothing_can_happen();
        }
    }

    /// After the peer's end only timers and work can bring anything.
    fn end_if_nothing_can_happen(&mut self) {
        let is_open = self.phase == Phase::Open && self.peer_ended;
        if is_open && self.timers.is_empty() && !self.is_working {
            self.phase = match self.is_flushed() {
                true => Phase::Over(CloseReason::Peer),
                false => Phase::Leaving(Farewell::Done),
            };
        }
    }

    fn leave_if_drained(&mut self, now: Tick, desk: &mut Desk<'_>, peer: &mut Peer<'_>) {
        let drains = self.drain_until.is_some() && self.phase == Phase::Open;
        if drains && self.is_flushed() && self.machine.standing() == Standing::Idle {
            self.leave(Farewell::Done, now, desk, peer);
            if let Phase::Over(reason) | Phase::Lingering(_, reason) = &mut self.phase {
                *reason = CloseReason::Drained;
            }
        }
    }

    /// Hands one input to the machine and carries out what it wants. A panic ends this connection only.
    fn tell(&mut self, input: Input<'_>, now: Tick, desk: &mut Desk<'_>, peer: &mut Peer<'_>) {
        let mut out = std::mem::take(&mut desk.out);
        let machine = &mut self.machine;
        let handled = catch_unwind(AssertUnwindSafe(|| machine.handle(now, input, &mut out)));
        match handled {
            Ok(()) => self.carry_out(&out, now, desk, peer),
            Err(_) => self.phase = Phase::Over(CloseReason::Panicked),
        }
        out.clear();
        desk.out = out;
    }

    fn carry_out(&mut self, out: &Outbox, now: Tick, desk: &mut Desk<'_>, peer: &mut Peer<'_>) {
        let (mut sends, mut first, mut delivers) = (0, &(0..0), false);
        for output in out.outputs() {
            match output {
                Output::Deliver {
                    text,
                    at,
                    ending,
                    count,
                } => {
                    delivers = true;
                    self.request_began = None;
                    let text = out.bytes(text);
                    self.record
                        .delivered(text, *at, (*ending, *count), desk.recorder);
                }
                Output::WakeAt { at, timer } => self.timers.set(*timer, *at),
                Output::Cancel(timer) => self.timers.cancel(*timer),
                Output::Work(work) => {
                    self.work = Some(work.clone());
                    self.is_working = true;
                }
                Output::Note(range) => self.record.note(out.bytes(range), now, desk.recorder),
                Output::Send(range) => {
                    sends += 1;
                    match sends {
                        1 => first = range,
                        // Several become one: each system call less is time gained.
                        2 => {
                            self.kept.push(out.bytes(first));
                            self.kept.push(out.bytes(range));
                        }
                        _ => self.kept.push(out.bytes(range)),
                    }
                }
                Output::Ready | Output::Answered(_) => {}
                Output::Close(farewell) => self.phase = Phase::Leaving(*farewell),
            }
        }
        if delivers {
            // Whatever a client has been answered is counted, even if this worker is killed now.
            desk.recorder.commit();
        }
        match sends {
            0 => {}
            1 => self.send(out.bytes(first), now, desk, peer),
            _ => self.writable(now, desk, peer),
        }
        if let Phase::Leaving(farewell) = self.phase
            && self.is_flushed()
        {
            self.leave(farewell, now, desk, peer);
        }
        if !self.is_flushed() {
            self.refused_since.get_or_insert(now);
        }
    }

    /// Sends, and keeps what the peer does not take.
    fn send(&mut self, bytes: &[u8], now: Tick, desk: &mut Desk<'_>, peer: &mut Peer<'_>) {
        if !self.is_flushed() {
            return self.kept.push(bytes);
        }
        match peer.send(bytes) {
            Ok(count) => {
                self.note_sent(count, now, desk);
                self.kept.push(&bytes[count..]);
            }
            Err(_) => self.broken(),
        }
    }

    fn note_sent(&mut self, count: usize, now: Tick, desk: &mut Desk<'_>) {
        if count > 0 {
            self.record.sent(count, desk.recorder);
            self.last_activity = now;
            // It takes something: its time begins anew.
            self.refused_since = self.refused_since.map(|_| now);
        }
    }

    /// Everything is sent: ends, or listens for a moment to a client that is, or may be, still sending.
    fn leave(&mut self, farewell: Farewell, now: Tick, desk: &mut Desk<'_>, peer: &mut Peer<'_>) {
        let reason = match farewell {
            Farewell::TooLong => CloseReason::TooLong,
            _ if self.peer_ended => CloseReason::Peer,
            _ => CloseReason::Done,
        };
        let may_still_send = farewell != Farewell::Done || peer.has_unread();
        let lingers = may_still_send && peer.end_sending() && !self.peer_ended;
        self.phase = match lingers {
            true => Phase::Lingering(now + desk.limits.linger, reason),
            false => Phase::Over(reason),
        };
    }
}

/// Whether an error means that there is nothing to do at the moment.
pub(crate) fn is_transient(error: Errno) -> bool {
    matches!(error, Errno::AGAIN | Errno::INTR)
}

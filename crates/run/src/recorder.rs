//! One worker's pen: counts into its slot and tells whoever watches.

use std::{
    cell::{Cell, RefCell},
    net::SocketAddr,
};

use history::{Event, EventKind};
use machine::Shared;
use timing::Tick;
use wire::Ending;

use crate::{
    CloseReason, Counter, Gap, Observer, Run, Shards, TurnedAway,
    board::Chain,
    shards::ServiceWords,
    tallies::{Batch, Tallies},
};

/// Counts for the one worker that holds a slot.
///
/// What is counted is published by [`Recorder::commit`]: before a client is answered, so that whatever it
/// has been answered is counted, and once for all requests of a read.
pub struct Recorder<'a> {
    shards: &'a Shards,
    observer: &'a dyn Observer,
    /// Asked once: a request should not have to ask.
    watches: bool,
    wants_text: bool,
    slot: u32,
    tallies: RefCell<Tallies>,
    /// Something of connections was counted and not published.
    has_connections: Cell<bool>,
    /// Gaps between requests that are not published yet.
    data: Cell<Option<Batch>>,
    service: ServiceWords<'a>,
}

impl<'a> Recorder<'a> {
    /// The pen for `slot`, which the caller has claimed; counts on from what the slot holds.
    pub fn new(run: &Run<'a>, slot: u32) -> Self {
        Self {
            shards: run.shards,
            observer: run.observer,
            watches: run.observer.watches(),
            wants_text: run.observer.wants_text(),
            slot,
            tallies: RefCell::new(run.shards.tallies(slot)),
            has_connections: Cell::new(false),
            data: Cell::new(None),
            service: ServiceWords {
                shards: run.shards,
                slot,
            },
        }
    }

    /// The words that the service's workers share.
    pub fn shared(&self) -> &dyn Shared {
        &self.service
    }

    /// `accept` returned a connection that will be served: gives it its number. `connected` is when
    /// the kernel had finished its handshake, and whether that is only a bound.
    pub fn accepted(&self, peer: SocketAddr, now: Tick, connected: Option<(Tick, bool)>) -> u64 {
        let board = self.shards.board();
        let connection = board.next_connection();
        board.opened();
        self.count(Counter::Accepted, 1);
        match connected {
            None => self.count(Counter::ConnectUnknown, 1),
            Some((at, is_bound)) => {
                self.count(Counter::ConnectBounds, u64::from(is_bound));
                self.gap(Gap::Connect, board.gap(Chain::Connect, at));
            }
        }
        self.gap(Gap::Accept, board.gap(Chain::Accept, now));
        self.commit();
        self.tell(connection, peer, now, || EventKind::Accepted {
            connected_ns: connected.map(|(at, _)| at.as_nanos()),
            connected_is_bound: connected.is_some_and(|(_, is_bound)| is_bound),
        });
        connection
    }

    /// A connection was accepted only to be closed.
    pub fn turned_away(&self, peer: SocketAddr, now: Tick, limit: TurnedAway) {
        self.count(Counter::TurnedAway(limit), 1);
        self.commit();
        let limit = limit.name().to_owned();
        self.tell(u64::MAX, peer, now, || EventKind::TurnedAway { limit });
    }

    /// A connection is over, by whichever way; to be called once for each that was accepted, by
    /// whoever outlives its worker.
    pub fn left(&self) {
        self.shards.board().closed();
    }

    /// The worker of `connection` was killed before it could say that the connection ended.
    pub fn killed(&self, connection: u64, peer: SocketAddr, now: Tick) {
        self.lost(CloseReason::Killed, (connection, peer), now);
    }

    /// The system would give no worker for `connection`, which was accepted.
    pub fn unserved(&self, connection: u64, peer: SocketAddr, now: Tick) {
        self.lost(CloseReason::NoWorker, (connection, peer), now);
    }

    /// The holder of this slot was killed: the connections that it had are counted as ended by that. By
    /// whoever takes the slot back, who is its one writer then.
    pub fn killed_with_all(&self) {
        let lost = {
            let tallies = self.tallies.borrow();
            let ended = CloseReason::ALL.map(|reason| tallies.counter(Counter::Ended(reason)));
            let accepted = tallies.counter(Counter::Accepted);
            accepted.saturating_sub(ended.iter().sum())
        };
        self.count(Counter::Ended(CloseReason::Killed), lost);
        self.commit();
        for _ in 0..lost {
            self.left();
        }
    }

    /// Publishes what was counted.
    pub fn commit(&self) {
        match self.data.take() {
            Some(batch) => self.publish(Gap::Data, batch),
            None => self.publish_tallies(),
        }
    }

    /// Connections first: there is no moment with a request and without its connection.
    fn publish_tallies(&self) {
        let tallies = self.tallies.borrow();
        if self.has_connections.take() {
            self.shards.publish_connections(self.slot, &tallies);
        }
        self.shards.publish_traffic(self.slot, &tallies);
    }

    /// The gaps before so many requests that came at once, the first none if there was none before: put
    /// into the batch, which is published first if they do not fit.
    fn data_gaps(&self, first: Option<u64>, requests: u64) {
        let count = requests - u64::from(first.is_none());
        let nanos = first.unwrap_or(0);
        if count == 0 {
            return;
        }
        let batch = match self.data.take() {
            Some(batch) if nanos == 0 => Batch {
                count: batch.count + count,
                ..batch
            },
            before => {
                before
                    .into_iter()
                    .for_each(|batch| self.publish(Gap::Data, batch));
                Batch { nanos, count }
            }
        };
        self.data.set(Some(batch));
    }

    fn lost(&self, reason: CloseReason, (connection, peer): (u64, SocketAddr), now: Tick) {
        self.count(Counter::Ended(reason), 1);
        self.commit();
        self.tell(connection, peer, now, || EventKind::Closed {
            reason: reason.name().to_owned(),
            received_bytes: 0,
            sent_bytes: 0,
        });
    }

    fn count(&self, counter: Counter, by: u64) {
        if !counter.is_traffic() {
            self.has_connections.set(true);
        }
        self.tallies.borrow_mut().count(counter, by);
    }

    fn gap(&self, gap: Gap, nanos: Option<u64>) {
        if let Some(nanos) = nanos {
            self.publish(gap, Batch::of(nanos));
        }
    }

    /// Publishes gaps in the tallies, and leaves them out of the histogram until the next come: so it is
    /// always known which gaps a worker may have been counting when it was killed, and the histogram of a
    /// worker that sees one gap of a kind, as a thread with one connection does, takes no memory.
    fn publish(&self, gap: Gap, batch: Batch) {
        if gap != Gap::Data {
            self.has_connections.set(true);
        }
        let before = self.tallies.borrow().last[gap as usize];
        self.shards.count_in_histogram(self.slot, gap, before);
        self.tallies.borrow_mut().record(gap, batch);
        self.publish_tallies();
    }

    fn tell(&self, connection: u64, peer: SocketAddr, at: Tick, kind: impl FnOnce() -> EventKind) {
        if self.watches {
            self.observer.on_event(&Event {
                at_ns: at.as_nanos(),
                connection,
                peer,
                pid: std::process::id(),
                kind: kind(),
            });
        }
    }
}

/// One connection's part in the record of the worker that attends to it at the moment, whose
/// recorder is handed in.
#[derive(Debug)]
pub struct ConnectionRecord {
    connection: u64,
    peer: SocketAddr,
    received_bytes: u64,
    sent_bytes: u64,
    last_request: Option<Tick>,
}

impl ConnectionRecord {
    /// The record of a connection that a worker takes up now.
    pub fn open(connection: u64, peer: SocketAddr, now: Tick, recorder: &Recorder<'_>) -> Self {
        recorder.tell(connection, peer, now, || EventKind::Opened {
            thread: thread_number(),
            parent_pid: rustix::process::getppid()
                .map_or(0, |pid| pid.as_raw_nonzero().get().unsigned_abs()),
        });
        Self {
            connection,
            peer,
            received_bytes: 0,
            sent_bytes: 0,
            last_request: None,
        }
    }

    /// Bytes were read.
    pub fn received(&mut self, count: usize, now: Tick, recorder: &Recorder<'_>) {
        if self.received_bytes == 0 {
            let board = recorder.shards.board();
            recorder.gap(Gap::FirstByte, board.gap(Chain::FirstByte, now));
            self.tell(recorder, now, || EventKind::FirstByte);
        }
        self.received_bytes += count as u64;
        recorder.count(Counter::ReceivedBytes, count as u64);
    }

    /// Bytes were written.
    pub fn sent(&mut self, count: usize, recorder: &Recorder<'_>) {
        self.sent_bytes += count as u64;
        recorder.count(Counter::SentBytes, count as u64);
    }

    /// A whole request has come, its last byte `at`; or several that came at once and ended alike, if
    /// nobody watches. To be published before they are answered.
    pub fn delivered(
        &mut self,
        text: &[u8],
        at: Tick,
        (ending, count): (Ending, u64),
        recorder: &Recorder<'_>,
    ) {
        recorder.count(Counter::Requests, count);
        recorder.count(
            match ending {
                Ending::Bare => Counter::EndedBare,
                Ending::Lf => Counter::EndedLf,
                Ending::CrLf => Counter::EndedCrLf,
            },
            count,
        );
        let gap = self.last_request.map(|last| at.nanos_since(last));
        self.last_request = Some(at);
        recorder.data_gaps(gap, count);
        let wants_text = recorder.wants_text;
        self.tell(recorder, at, || EventKind::Received {
            bytes: text.len() as u64,
            text: match wants_text {
                true => String::from_utf8_lossy(text).into_owned(),
                false => String::new(),
            },
        });
    }

    /// The service had something to say.
    pub fn note(&self, text: &[u8], now: Tick, recorder: &Recorder<'_>) {
        if recorder.wants_text {
            self.tell(recorder, now, || EventKind::Note {
                text: String::from_utf8_lossy(text).into_owned(),
            });
        }
    }

    /// The connection is over.
    pub fn closed(self, reason: CloseReason, now: Tick, recorder: &Recorder<'_>) {
        recorder.count(Counter::Ended(reason), 1);
        recorder.commit();
        self.tell(recorder, now, || EventKind::Closed {
            reason: reason.name().to_owned(),
            received_bytes: self.received_bytes,
            sent_bytes: self.sent_bytes,
        });
        recorder.observer.flush();
    }

    fn tell(&self, recorder: &Recorder<'_>, at: Tick, kind: impl FnOnce() -> EventKind) {
        recorder.tell(self.connection, self.peer, at, kind);
    }
}

fn thread_number() -> u32 {
    rustix::thread::gettid()
        .as_raw_nonzero()
        .get()
        .unsigned_abs()
}

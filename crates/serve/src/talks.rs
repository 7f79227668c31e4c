//! The connections of an event loop, by their numbers and by their deadlines.
//!
//! What a loop keeps of a connection is its own: readiness needs other things than completions do. What both
//! need of it is here ([`Talk`]): its conversation with the other end, and its entry among the deadlines.

use std::os::fd::AsFd as _;

use machine::Service;
use run::{Deadlines, Key, Limits, Run, Slab};
use timing::Tick;

use crate::{
    acceptor::Connection,
    conversation::{Conversation, Desk},
    peer::{Peer, Sends},
};

/// What a loop keeps of a connection.
pub(crate) trait Talk<'a> {
    /// The conversation with its other end, to tell it something; none when it is over.
    fn parts(&mut self) -> Option<(&mut Conversation<'a>, Peer<'_>)>;

    /// The earliest entry among the deadlines.
    fn entered(&mut self) -> &mut Tick;

    /// Enters when the conversation has to be told of the time. To be called after it was told something.
    fn enter(&mut self, key: Key, limits: &Limits, deadlines: &mut Deadlines<Key>) {
        let is_entered = *self.entered() != Tick::MAX;
        let Some((conversation, _)) = self.parts() else {
            return;
        };
        // The limit on idleness has only moved away.
        if is_entered && conversation.is_idle() {
            return;
        }
        let deadline = conversation.deadline(limits);
        deadlines.enter(key, deadline, self.entered());
    }
}

/// See the file's description.
pub(crate) struct Talks<T> {
    /// By their numbers.
    pub(crate) table: Slab<T>,
    /// An entry is that of a connection when it is at the instant that the connection keeps.
    pub(crate) deadlines: Deadlines<Key>,
}

impl<T> Talks<T> {
    pub(crate) const fn new() -> Self {
        Self {
            table: Slab::new(),
            deadlines: Deadlines::new(),
        }
    }
}

impl<'a, T: Talk<'a>> Talks<T> {
    /// The conversation of that number with its other end, to tell it something; none when it is over.
    pub(crate) fn parts(&mut self, key: Key) -> Option<(&mut Conversation<'a>, Peer<'_>)> {
        self.table.get_mut(key)?.parts()
    }

    /// Takes one whose entry has come up, which does not say that its deadline has.
    pub(crate) fn pop_due(&mut self, now: Tick) -> Option<Key> {
        while let Some((at, key)) = self.deadlines.pop_due(now) {
            let entered = self.table.get_mut(key).map(Talk::entered);
            if let Some(entered) = entered.filter(|entered| **entered == at) {
                *entered = Tick::MAX;
                return Some(key);
            }
        }
        None
    }

    /// Throws out the entries that mean nothing any more, when there are many. To be called in each turn.
    pub(crate) fn sweep(&mut self) {
        let Self { table, deadlines } = self;
        deadlines.sweep(|at, key| table.get_mut(key).is_some_and(|talk| *talk.entered() == at));
    }
}

/// Lets a conversation begin on a connection that has just been accepted.
pub(crate) fn begin<'a>(
    connection: &Connection,
    sends: Sends,
    service: &'a dyn Service,
    run: &Run<'_>,
    desk: &mut Desk<'a>,
) -> Conversation<'a> {
    let known = (connection.number, connection.peer);
    let mut peer = Peer::new(connection.stream.as_fd(), sends);
    let shared = desk.recorder.shared();
    Conversation::begin(known, service, shared, run.clock.now(), desk, &mut peer)
}

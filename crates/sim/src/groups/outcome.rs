//! What came of a run.

use std::borrow::Cow;
use std::collections::BTreeSet;

use group::{Reason, Tally};
use timing::Tick;
use trace::{Event, EventKind, HostId, Log, Place, Stamps};

use crate::Counts;

/// What came of a run.
#[derive(Debug)]
pub struct Outcome {
    /// What every member did: sent, delivered, installed a view, left, crashed. One incarnation is one host; one that others went
    /// on without has crashed. The times are the true ones.
    pub log: Log,
    /// What is wrong and cannot be told from the log.
    pub flaws: Vec<Flaw>,
    /// Too few were left to decide on anything: what was sent last may never be delivered, and rightly so.
    pub is_blocked: bool,
    /// When it ended, in true time.
    pub ended: Tick,
    /// What the network did.
    pub network: Counts,
    /// What the members counted.
    pub totals: Totals,
    /// From when a message was to be sent to when its sender delivered it, in nanoseconds.
    pub own_ns: Vec<u64>,
    /// To when the last of those who delivered it did.
    pub last_ns: Vec<u64>,
    /// From a crash to when all members of the next view without the crashed one had it.
    pub new_view_ns: Vec<u64>,
}

impl Outcome {
    /// The log as it is to be judged. Where too few members were left to decide on anything, those who are left have crashed in
    /// it: nobody owes anything to them any more, nor they to others, and what they delivered still counts.
    pub fn judged(&self) -> Cow<'_, Log> {
        if !self.is_blocked {
            return Cow::Borrowed(&self.log);
        }
        let mut log = self.log.clone();
        let is_end = |kind| matches!(kind, EventKind::Leave | EventKind::Crash);
        let ended = log.events.iter().filter(|event| is_end(event.kind));
        let ended: BTreeSet<HostId> = ended.map(|event| event.host).collect();
        let hosts: BTreeSet<HostId> = log.events.iter().map(|event| event.host).collect();
        for host in hosts.difference(&ended) {
            log.events.push(Event {
                host: *host,
                kind: EventKind::Crash,
                message: None,
                text: String::new(),
                stamps: Stamps::default(),
                place: Place::default(),
            });
        }
        Cow::Owned(log)
    }
}

/// What is wrong and cannot be told from a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaw {
    /// What was promised.
    pub condition: &'static str,
    /// What happened.
    pub text: String,
}

/// What members counted, all together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Messages that were taken.
    pub sent: u64,
    /// Messages that were delivered, by each member once.
    pub delivered: u64,
    /// Packets that were sent.
    pub packets: u64,
    /// Datagrams that asked for packets.
    pub naks: u64,
    /// Packets that were sent again.
    pub repairs: u64,
    /// Signs of life.
    pub statuses: u64,
    /// Views that were installed, by each member once.
    pub views: u64,
    /// Members that came back under a new incarnation because others went on without them.
    pub expulsions: u64,
    /// Packets that were discarded at a cut.
    pub discarded: u64,
    /// Packets that stay lost.
    pub lost: u64,
    /// Datagrams that were refused, other than for their view.
    pub refused: u64,
    /// By [`Reason::ALL`]: datagrams that were refused.
    pub refused_for: [u64; Reason::ALL.len()],
}

impl Totals {
    /// Adds what a member counted.
    pub(super) fn add(&mut self, tally: &Tally) {
        self.sent += tally.sent;
        self.delivered += tally.delivered;
        self.packets += tally.packets_sent;
        self.naks += tally.naks_sent;
        self.repairs += tally.repairs_sent;
        self.statuses += tally.statuses_sent;
        self.views += tally.views;
        self.expulsions += tally.expulsions;
        self.discarded += tally.discarded;
        self.lost += tally.lost;
        let others = Reason::ALL.iter().filter(|reason| **reason != Reason::View);
        self.refused += others.map(|reason| tally.refused(*reason)).sum::<u64>();
        for (count, reason) in self.refused_for.iter_mut().zip(Reason::ALL) {
            *count += tally.refused(reason);
        }
    }

    /// Adds those of another run.
    pub fn merge(&mut self, other: &Self) {
        self.sent += other.sent;
        self.delivered += other.delivered;
        self.packets += other.packets;
        self.naks += other.naks;
        self.repairs += other.repairs;
        self.statuses += other.statuses;
        self.views += other.views;
        self.expulsions += other.expulsions;
        self.discarded += other.discarded;
        self.lost += other.lost;
        self.refused += other.refused;
        for (count, others) in self.refused_for.iter_mut().zip(other.refused_for) {
            *count += others;
        }
    }
}

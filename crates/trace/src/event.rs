//! One thing that one host did.

/// A host (a process, a node, a member): its place in [`Log::hosts`](crate::Log::hosts).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HostId(pub u32);

/// A message: its place in [`Log::messages`](crate::Log::messages).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageId(pub u32);

/// Where in the texts an event was read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Which of the texts, from 0.
    pub source: u32,
    /// The line, from 1.
    pub line: u32,
}

/// What kind of thing happened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum EventKind {
    /// Something inside the host; also what a log does not tell more of.
    #[default]
    Local,
    /// A message was sent.
    Send,
    /// A message came in.
    Receive,
    /// A message was handed to the application, which may be later than its receipt.
    Deliver,
    /// The host installed a view of its group ([`Log::view`](crate::Log::view)).
    View,
    /// The host found itself with too few other members to go on; where it goes on after all, a view says so.
    Blocked,
    /// The host left its group in order; it does nothing more.
    Leave,
    /// The host crashed; it does nothing more.
    Crash,
}

/// One event.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Whose it is.
    pub host: HostId,
    /// What kind of thing happened.
    pub kind: EventKind,
    /// The message that was sent, received or delivered, where the log names it.
    pub message: Option<MessageId>,
    /// The log's own words.
    pub text: String,
    /// What the log claims of its time.
    pub stamps: Stamps,
    /// Where it was read.
    pub place: Place,
}

/// The times that a log claims for an event.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stamps {
    /// Lamport's clock.
    pub lamport: Option<u64>,
    /// The vector clock: the hosts with an entry above 0, in the order of their ids.
    pub vector: Option<Box<[(HostId, u64)]>>,
    /// The hybrid logical clock, packed: 48 bits of milliseconds since the Unix epoch, 16 of counter.
    pub hybrid: Option<u64>,
    /// Wall-clock time, in nanoseconds since the Unix epoch.
    pub wall_ns: Option<i64>,
}

impl Stamps {
    /// The vector clock's entries; none where there is no vector clock.
    pub fn entries(&self) -> &[(HostId, u64)] {
        self.vector.as_deref().unwrap_or_default()
    }

    /// How many events of a host the vector clock counts: 0 where it has no entry of it.
    pub fn entry(&self, host: HostId) -> u64 {
        let entries = self.entries();
        let place = entries.binary_search_by_key(&host, |(host, _)| *host);
        place.map_or(0, |at| entries[at].1)
    }
}

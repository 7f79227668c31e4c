//! What one worker has counted: counters and the exact moments of each kind of gap, as fixed words.
//!
//! There are two parts. *Traffic* changes with every request, and is small, because it is published each
//! time; *connections* changes with a connection's beginning and end.

use stats::Moments;

/// The gaps that are measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gap {
    /// Between consecutive connections, by the end of the handshake in the kernel.
    Connect,
    /// Between consecutive connections, by the return of `accept`.
    Accept,
    /// Between consecutive connections, by their first byte.
    FirstByte,
    /// Between consecutive requests of one connection.
    Data,
}

impl Gap {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Connect, Self::Accept, Self::FirstByte, Self::Data];
    pub(crate) const COUNT: usize = Self::ALL.len();
}

/// Why a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CloseReason {
    /// The service had said its farewell.
    Done,
    /// The client closed.
    Peer,
    /// The client's side reset the connection.
    Reset,
    /// The client was silent for too long.
    Idle,
    /// A request took too long from its first byte to its last.
    RequestTimeout,
    /// The client would not take its answer.
    WriteTimeout,
    /// A request was over the bound.
    TooLong,
    /// A stop was asked for, and nothing was owed.
    Drained,
    /// A stop was asked for, and the grace period ran out.
    GraceOver,
    /// The session panicked; only this connection is lost.
    Panicked,
    /// Its worker process was killed.
    Killed,
    /// The system gave no thread or process to serve it.
    NoWorker,
}

impl CloseReason {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::Done,
        Self::Peer,
        Self::Reset,
        Self::Idle,
        Self::RequestTimeout,
        Self::WriteTimeout,
        Self::TooLong,
        Self::Drained,
        Self::GraceOver,
        Self::Panicked,
        Self::Killed,
        Self::NoWorker,
    ];

    /// Its name in files and tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Peer => "peer",
            Self::Reset => "reset",
            Self::Idle => "idle",
            Self::RequestTimeout => "request-timeout",
            Self::WriteTimeout => "write-timeout",
            Self::TooLong => "too-long",
            Self::Drained => "drained",
            Self::GraceOver => "grace-over",
            Self::Panicked => "panicked",
            Self::Killed => "killed",
            Self::NoWorker => "no-worker",
        }
    }
}

/// Which limit turned a connection away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TurnedAway {
    /// This process or the machine is out of descriptors.
    Descriptors,
    /// As many connections are open as may be.
    Connections,
    /// As many workers serve as may.
    Workers,
}

impl TurnedAway {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Descriptors, Self::Connections, Self::Workers];

    /// Its name in files and tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Descriptors => "descriptors",
            Self::Connections => "connections",
            Self::Workers => "workers",
        }
    }
}

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counter {
    /// Connections accepted and given to a worker.
    Accepted,
    /// Connections ended, by reason.
    Ended(CloseReason),
    /// Connections turned away, by limit.
    TurnedAway(TurnedAway),
    /// Requests received.
    Requests,
    /// Bytes received.
    ReceivedBytes,
    /// Bytes sent.
    SentBytes,
    /// Requests that ended bare.
    EndedBare,
    /// Requests that ended with a line feed.
    EndedLf,
    /// Requests that ended with a carriage return and a line feed.
    EndedCrLf,
    /// Connections whose handshake instant is only a bound.
    ConnectBounds,
    /// Connections whose handshake instant could not be had.
    ConnectUnknown,
}

impl Counter {
    const REASONS: usize = CloseReason::ALL.len();
    const LIMITS: usize = TurnedAway::ALL.len();
    const COUNT: usize = 9 + Self::REASONS + Self::LIMITS;
    /// So many of them, the first, are traffic.
    const TRAFFIC: usize = 6;

    pub(crate) const fn is_traffic(self) -> bool {
        self.index() < Self::TRAFFIC
    }

    const fn index(self) -> usize {
        match self {
            Self::Requests => 0,
            Self::ReceivedBytes => 1,
            Self::SentBytes => 2,
            Self::EndedBare => 3,
            Self::EndedLf => 4,
            Self::EndedCrLf => 5,
            Self::Accepted => 6,
            Self::ConnectBounds => 7,
            Self::ConnectUnknown => 8,
            Self::Ended(reason) => 9 + reason as usize,
            Self::TurnedAway(limit) => 9 + Self::REASONS + limit as usize,
        }
    }
}

/// One worker's counters and moments, and the last batch of gaps of each kind, which is not in the
/// histogram yet.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Tallies {
    counters: [u64; Counter::COUNT],
    pub(crate) moments: [Moments; Gap::COUNT],
    pub(crate) last: [Batch; Gap::COUNT],
}

/// Gaps that are published at once: of requests that came in one read, one gap and then gaps of nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Batch {
    /// The first gap.
    pub(crate) nanos: u64,
    /// How many gaps there are; none: no batch.
    pub(crate) count: u64,
}

impl Batch {
    pub(crate) const fn of(nanos: u64) -> Self {
        Self { nanos, count: 1 }
    }

    /// How many gaps of nothing follow the first.
    pub(crate) const fn zeros(self) -> u64 {
        self.count.saturating_sub(1)
    }
}

impl Tallies {
    /// The size of its traffic in shared words.
    pub(crate) const TRAFFIC_WORDS: usize = Counter::TRAFFIC + GAP_WORDS;
    /// The size of its connections in shared words.
    pub(crate) const CONNECTION_WORDS: usize =
        Counter::COUNT - Counter::TRAFFIC + CONNECTION_GAPS.len() * GAP_WORDS;

    pub(crate) fn counter(&self, counter: Counter) -> u64 {
        self.counters[counter.index()]
    }

    pub(crate) fn count(&mut self, counter: Counter, by: u64) {
        self.counters[counter.index()] += by;
    }

    pub(crate) fn record(&mut self, gap: Gap, batch: Batch) {
        let moments = &mut self.moments[gap as usize];
        moments.record(batch.nanos);
        moments.record_zeros(batch.zeros());
        self.last[gap as usize] = batch;
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        for (mine, theirs) in self.counters.iter_mut().zip(&other.counters) {
            *mine += theirs;
        }
        for (mine, theirs) in self.moments.iter_mut().zip(&other.moments) {
            mine.merge(theirs);
        }
    }

    pub(crate) fn traffic(&self) -> [u64; Self::TRAFFIC_WORDS] {
        self.words(&self.counters[..Counter::TRAFFIC], &[Gap::Data])
    }

    pub(crate) fn connections(&self) -> [u64; Self::CONNECTION_WORDS] {
        self.words(&self.counters[Counter::TRAFFIC..], &CONNECTION_GAPS)
    }

    pub(crate) fn from_words(
        traffic: &[u64; Self::TRAFFIC_WORDS],
        connections: &[u64; Self::CONNECTION_WORDS],
    ) -> Self {
        let mut tallies = Self::default();
        let (first, rest) = tallies.counters.split_at_mut(Counter::TRAFFIC);
        let (traffic, data) = traffic.split_at(first.len());
        let (connections, gaps) = connections.split_at(rest.len());
        first.copy_from_slice(traffic);
        rest.copy_from_slice(connections);
        tallies.take_gaps(data, &[Gap::Data]);
        tallies.take_gaps(gaps, &CONNECTION_GAPS);
        tallies
    }

    fn words<const N: usize>(&self, counters: &[u64], gaps: &[Gap]) -> [u64; N] {
        let mut words = [0; N];
        let (first, rest) = words.split_at_mut(counters.len());
        first.copy_from_slice(counters);
        for (words, &gap) in rest.chunks_exact_mut(GAP_WORDS).zip(gaps) {
            let (moments, batch) = words.split_at_mut(Moments::WORDS);
            moments.copy_from_slice(&self.moments[gap as usize].to_words());
            let last = self.last[gap as usize];
            batch.copy_from_slice(&[last.nanos, last.count]);
        }
        words
    }

    fn take_gaps(&mut self, words: &[u64], gaps: &[Gap]) {
        for (words, &gap) in words.chunks_exact(GAP_WORDS).zip(gaps) {
            let (moments, batch) = words.split_at(Moments::WORDS);
            self.moments[gap as usize] =
                Moments::from_words(moments.try_into().expect("a part has its size"));
            self.last[gap as usize] = Batch {
                nanos: batch[0],
                count: batch[1],
            };
        }
    }
}

/// The gaps that belong to connections; the others are traffic.
const CONNECTION_GAPS: [Gap; 3] = [Gap::Connect, Gap::Accept, Gap::FirstByte];
/// Of one kind of gap: its moments and the last batch.
const GAP_WORDS: usize = Moments::WORDS + 2;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tallies_come_back_from_their_words() {
        let mut tallies = Tallies::default();
        tallies.count(Counter::TurnedAway(TurnedAway::Workers), 3);
        tallies.count(Counter::Ended(CloseReason::Killed), 2);
        for (nanos, count) in [(17, 1), (19, 4)] {
            tallies.record(Gap::Data, Batch { nanos, count });
        }
        tallies.record(Gap::Accept, Batch::of(23));
        let (traffic, connections) = (tallies.traffic(), tallies.connections());
        assert_eq!(Tallies::from_words(&traffic, &connections), tallies);
        assert_eq!(tallies.counter(Counter::Ended(CloseReason::Killed)), 2);
    }

    #[test]
    fn words_of_zero_are_nothing_counted() {
        assert_eq!(
            Tallies::from_words(
                &[0; Tallies::TRAFFIC_WORDS],
                &[0; Tallies::CONNECTION_WORDS]
            ),
            Tallies::default()
        );
    }
}

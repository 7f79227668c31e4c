//! What one worker has counted: counters and the exact moments of each kind of gap, as fixed words.

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

    const fn index(self) -> usize {
        match self {
            Self::Accepted => 0,
            Self::Requests => 1,
            Self::ReceivedBytes => 2,
            Self::SentBytes => 3,
            Self::EndedBare => 4,
            Self::EndedLf => 5,
            Self::EndedCrLf => 6,
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
    /// Its size in shared words.
    pub(crate) const WORDS: usize = Counter::COUNT + Gap::COUNT * (Moments::WORDS + 2);

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

    pub(crate) fn to_words(&self) -> [u64; Self::WORDS] {
        let mut words = [0; Self::WORDS];
        let (counters, rest) = words.split_at_mut(Counter::COUNT);
        let (moments, last) = rest.split_at_mut(Gap::COUNT * Moments::WORDS);
        counters.copy_from_slice(&self.counters);
        for (words, moments) in moments.chunks_exact_mut(Moments::WORDS).zip(&self.moments) {
            words.copy_from_slice(&moments.to_words());
        }
        for (words, batch) in last.chunks_exact_mut(2).zip(&self.last) {
            words.copy_from_slice(&[batch.nanos, batch.count]);
        }
        words
    }

    pub(crate) fn from_words(words: &[u64; Self::WORDS]) -> Self {
        let mut tallies = Self::default();
        let (counters, rest) = words.split_at(Counter::COUNT);
        let (moments, last) = rest.split_at(Gap::COUNT * Moments::WORDS);
        tallies.counters.copy_from_slice(counters);
        for (moments, words) in tallies
            .moments
            .iter_mut()
            .zip(moments.chunks_exact(Moments::WORDS))
        {
            *moments = Moments::from_words(words.try_into().expect("a chunk has its size"));
        }
        for (batch, words) in tallies.last.iter_mut().zip(last.chunks_exact(2)) {
            let [nanos, count] = [words[0], words[1]];
            *batch = Batch { nanos, count };
        }
        tallies
    }
}

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
        assert_eq!(Tallies::from_words(&tallies.to_words()), tallies);
        assert_eq!(tallies.counter(Counter::Ended(CloseReason::Killed)), 2);
    }

    #[test]
    fn words_of_zero_are_nothing_counted() {
        assert_eq!(
            Tallies::from_words(&[0; Tallies::WORDS]),
            Tallies::default()
        );
    }
}

//! What came of a simulation, in bounded memory.

use std::time::Duration;

use stats::Distribution;
use timing::Tick;

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Answered as the protocol says it must be.
    Right,
    /// Answered otherwise.
    Wrong,
    /// The connection was refused: the backlog was full.
    Refused,
    /// No connection came about in the time that a client tries.
    TimedOut,
    /// The connection ended before the answer.
    Closed,
    /// Nothing could happen any more, and it was not answered.
    Unanswered,
}

impl Ending {
    /// All there are.
    pub const ALL: [Self; 6] = [
        Self::Right,
        Self::Wrong,
        Self::Refused,
        Self::TimedOut,
        Self::Closed,
        Self::Unanswered,
    ];

    /// Its name in files and tables, as `load` has it where it has it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Right => "ok",
            Self::Wrong => "wrong",
            Self::Refused => "refused",
            Self::TimedOut => "timeout",
            Self::Closed => "closed",
            Self::Unanswered => "unanswered",
        }
    }
}

/// The results of a simulation. Durations of virtual time are in nanoseconds where they are in distributions.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Figures {
    /// Requests by how they ended, in the order of [`Ending::ALL`]; together as many as were to be asked.
    pub endings: [u64; 6],
    /// What was wrong with the first wrong answers: what was expected, what came.
    pub wrong: Vec<(Vec<u8>, Vec<u8>)>,
    /// From the beginning until the last request that ended by itself did.
    pub total: Duration,
    /// From the wish to connect until the connection stood, over connections.
    pub connect: Distribution,
    /// From the wish to connect until a worker took the connection up, over connections.
    pub taken_up: Distribution,
    /// From the intended instant to the right answer, over requests.
    pub response: Distribution,
    /// From the sending to the right answer, over requests.
    pub service: Distribution,
    /// Between connections, as they were accepted.
    pub connection_gaps: Distribution,
    /// Between requests, as they came to the server.
    pub request_gaps: Distribution,
    /// Processor time of the server, all processors together, switches included.
    pub busy: Duration,
    /// How often a processor went over from one worker to another.
    pub switches: u64,
    /// The most connections that stood at once.
    pub open_max: u64,
    /// The most workers at once, acceptors and those that only calculate included.
    pub workers_max: u64,
    /// The most connections that waited to be accepted.
    pub backlog_max: u64,
    /// How often the backlog had no room for one that knocked.
    pub overflows: u64,
    /// How many events it took.
    pub events: u64,
}

impl Figures {
    /// How many requests ended so.
    pub fn count(&self, ending: Ending) -> u64 {
        self.endings[ending as usize]
    }

    /// Whether every request was rightly answered.
    pub fn is_whole(&self) -> bool {
        self.endings.iter().sum::<u64>() == self.count(Ending::Right)
    }

    pub(super) fn end(&mut self, ending: Ending, count: u64) {
        self.endings[ending as usize] += count;
    }

    pub(super) fn keep_wrong(&mut self, expected: &[u8], found: &[u8]) {
        if self.wrong.len() < WRONG_KEPT {
            self.wrong.push((expected.to_vec(), found.to_vec()));
        }
    }
}

/// Gaps between events that may be told of out of order: each counts from the latest before it, so together they are the
/// distance from the first to the last.
#[derive(Debug, Default)]
pub(super) struct Arrivals {
    latest: Option<Tick>,
}

impl Arrivals {
    /// One more; the gap before it is recorded.
    pub(super) fn record(&mut self, at: Tick, gaps: &mut Distribution) {
        if let Some(latest) = self.latest {
            gaps.record(at.nanos_since(latest));
        }
        self.latest = self.latest.max(Some(at));
    }
}

const WRONG_KEPT: usize = 10;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_add_up_to_the_distance_whatever_the_order() {
        let (mut arrivals, mut gaps) = (Arrivals::default(), Distribution::new());
        for nanos in [5, 9, 7, 20] {
            arrivals.record(Tick::from_nanos(nanos), &mut gaps);
        }
        assert_eq!(gaps.count(), 3);
        assert_eq!(gaps.digest().mean, Some(5.0));
    }

    #[test]
    fn each_ending_has_its_place() {
        for (place, ending) in Ending::ALL.into_iter().enumerate() {
            let mut figures = Figures::default();
            figures.end(ending, 3);
            assert_eq!(figures.endings[place], 3);
            assert_eq!(figures.is_whole(), ending == Ending::Right);
        }
    }
}

//! A concurrency model as data: who attends to which connection.
//!
//! One line for each model of `serve`, under its name. Where several are the same line (an event loop of `epoll` and one
//! of `io_uring`), they differ in what things cost, and that is not in here.

/// Who attends to which connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Regime {
    /// The name of the model in `serve`.
    pub name: &'static str,
    /// How many workers there are; none: one is made for each connection.
    pub workers: Option<u32>,
    /// What a worker attends to at a time.
    pub attends: Attends,
    /// Who accepts.
    pub accepts: Accepts,
    /// What has to be made for each connection.
    pub start: Start,
    /// How many accepted connections may wait for a worker; 0 where none do.
    pub queue: u32,
    /// Calculations are made by workers of their own, one a processor, and not where the connection is attended to.
    pub offload: bool,
}

/// What a worker attends to at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attends {
    /// One connection, until it ends.
    One,
    /// All connections that it has accepted, one input after another.
    Its,
    /// All connections: whoever is free takes the next input.
    All,
}

/// Who accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accepts {
    /// Whichever worker is free.
    Workers,
    /// One that does nothing else.
    Acceptor,
}

/// What has to be made for each connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// Nothing.
    Nothing,
    /// A thread.
    Thread,
    /// A process.
    Process,
}

/// The models of `serve`, with as many workers as they have there; where that is one a processor, it is one here.
pub const REGIMES: &[Regime] = &[
    Regime {
        workers: Some(1),
        ..Regime::one_each("iterative", Start::Nothing)
    },
    Regime::one_each("thread", Start::Thread),
    Regime::one_each("process", Start::Process),
    Regime {
        workers: Some(POOL),
        accepts: Accepts::Acceptor,
        queue: POOL_QUEUE,
        ..Regime::one_each("pool", Start::Nothing)
    },
    Regime {
        workers: Some(POOL),
        ..Regime::one_each("prefork", Start::Nothing)
    },
    Regime::loops("reactor", Attends::Its),
    Regime::loops("percore", Attends::Its),
    Regime::loops("async", Attends::All),
    Regime::loops("uring", Attends::Its),
    Regime::loops("uring-percore", Attends::Its),
];

impl Regime {
    /// The regime of that name.
    pub fn by_name(name: &str) -> Option<Self> {
        REGIMES.iter().copied().find(|regime| regime.name == name)
    }

    /// Whether there is one worker for each processor.
    pub fn is_one_a_core(&self) -> bool {
        ["percore", "async", "uring-percore"].contains(&self.name)
    }

    /// How many connections are attended to at a time; none when nothing bounds it.
    pub fn at_once(&self) -> Option<u64> {
        match self.attends {
            Attends::One => self.workers.map(u64::from),
            Attends::Its | Attends::All => None,
        }
    }

    const fn one_each(name: &'static str, start: Start) -> Self {
        let accepts = match start {
            Start::Nothing => Accepts::Workers,
            Start::Thread | Start::Process => Accepts::Acceptor,
        };
        Self {
            name,
            workers: None,
            attends: Attends::One,
            accepts,
            start,
            queue: 0,
            offload: false,
        }
    }

    const fn loops(name: &'static str, attends: Attends) -> Self {
        Self {
            workers: Some(1),
            attends,
            accepts: Accepts::Workers,
            ..Self::one_each(name, Start::Nothing)
        }
    }
}

/// As `pool` and `prefork` of `serve` have.
const POOL: u32 = 64;
/// As `serve --queue` has.
const POOL_QUEUE: u32 = 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_that_makes_a_worker_for_each_has_somebody_who_does() {
        for regime in REGIMES {
            let makes = regime.start != Start::Nothing;
            assert_eq!(regime.workers.is_none(), makes, "{}", regime.name);
            let by_acceptor = regime.accepts == Accepts::Acceptor;
            assert_eq!(by_acceptor, makes || regime.queue > 0, "{}", regime.name);
        }
    }

    #[test]
    fn only_who_attends_to_one_at_a_time_bounds_how_many() {
        let at_once = |name| Regime::by_name(name).expect("listed").at_once();
        assert_eq!(at_once("iterative"), Some(1));
        assert_eq!(at_once("pool"), Some(64));
        assert_eq!(at_once("thread"), None);
        assert_eq!(at_once("reactor"), None);
    }
}

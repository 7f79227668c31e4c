//! What a host lends to the worker, and to the connection, that it attends to.

use machine::Outbox;
use run::Deadlines;
use timing::Tick;

use crate::{job::Job, ledger::Ledger, poller::Poller, token::Token};

/// One for each host: a hundred thousand connections share one buffer.
pub(crate) struct Desk<'a> {
    pub(crate) job: &'a Job<'a>,
    pub(crate) ledger: Ledger<'a>,
    pub(crate) poller: Poller<'a>,
    pub(crate) deadlines: Deadlines<Token>,
    pub(crate) outbox: Outbox,
    pub(crate) buffer: Vec<u8>,
    latest: Tick,
    /// The civil time, and when it was read.
    civil: Option<(u64, Tick)>,
}

impl<'a> Desk<'a> {
    pub(crate) fn new(job: &'a Job<'a>, poller: Poller<'a>) -> Self {
        Self {
            job,
            ledger: Ledger::new(job),
            poller,
            deadlines: Deadlines::new(),
            outbox: Outbox::watched(job.watcher.wants_notes()),
            buffer: vec![0; READ_BYTES],
            latest: Tick::ZERO,
            civil: None,
        }
    }

    /// Which worker is attended to.
    pub(crate) const fn worker(&self) -> u32 {
        self.ledger.account.worker
    }

    /// Reads the clock.
    pub(crate) fn now(&mut self) -> Tick {
        self.latest = self.job.clock.now();
        self.latest
    }

    /// The last reading, which is a few microseconds old: what was read when the last bytes came.
    pub(crate) const fn latest(&self) -> Tick {
        self.latest
    }

    /// Whether `instant` has come; without a reading if the last one says so.
    pub(crate) fn has_come(&mut self, instant: Tick) -> bool {
        instant <= self.latest || instant <= self.now()
    }

    /// The civil time in milliseconds, late by a tenth of one at most.
    pub(crate) fn unix_millis(&mut self) -> u64 {
        match self.civil {
            Some((millis, at)) if self.latest.nanos_since(at) < CIVIL_NS => millis,
            _ => {
                let millis = self.job.clock.unix_millis();
                self.civil = Some((millis, self.latest));
                millis
            }
        }
    }
}

/// One read. A thousand threads have a thousand of these buffers.
const READ_BYTES: usize = 16 * 1024;
const CIVIL_NS: u64 = 100_000;

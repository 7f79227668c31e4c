//! Processor time: of the whole generator, and of each loop, one of which may be saturated while the others
//! have nothing to do.

use run::{Whose, processor_time_ns};
use timing::Tick;

/// What a host used while it ran.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Usage {
    /// Processor time of its thread.
    pub(crate) cpu_ns: u64,
    /// From the common start until it had nothing left to do.
    pub(crate) span_ns: u64,
}

impl Usage {
    /// The share of a core.
    pub(crate) fn share(&self) -> f64 {
        self.cpu_ns as f64 / self.span_ns.max(1) as f64
    }
}

/// The usage of the thread that makes and ends it.
pub(crate) struct Meter {
    start: Tick,
    cpu_before_ns: u64,
}

impl Meter {
    /// Begins at the common start.
    pub(crate) fn begin(start: Tick) -> Self {
        Self {
            start,
            cpu_before_ns: processor_time_ns(Whose::Thread),
        }
    }

    /// By the same thread.
    pub(crate) fn end(&self, now: Tick) -> Usage {
        Usage {
            cpu_ns: processor_time_ns(Whose::Thread).saturating_sub(self.cpu_before_ns),
            span_ns: now.nanos_since(self.start),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_has_used_no_more_than_its_process_and_no_less_than_before() {
        let meter = Meter::begin(Tick::from_nanos(1000));
        let mut sum = 0_u64;
        while meter.end(Tick::ZERO).cpu_ns == 0 {
            sum = std::hint::black_box(sum.wrapping_add(1));
        }
        let usage = meter.end(Tick::from_nanos(5000));
        assert_eq!(usage.span_ns, 4000);
        assert!(usage.cpu_ns > 0 && usage.cpu_ns <= processor_time_ns(Whose::Process));
    }

    #[test]
    fn a_share_is_of_one_core() {
        let share = |cpu_ns, span_ns| Usage { cpu_ns, span_ns }.share();
        assert_eq!(share(500, 1000), 0.5);
        assert_eq!(share(0, 0), 0.0);
    }
}

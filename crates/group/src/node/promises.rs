//! What others promise of their later packets, until the packets before have been handed over.

/// Of each rank the last promise, and how far its packets have been handed to the order.
#[derive(Debug)]
pub(super) struct Promises {
    ranks: Vec<Promised>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Promised {
    handed: u64,
    sent: u64,
    promise: u64,
    is_pending: bool,
}

impl Promises {
    pub fn new(size: usize) -> Self {
        Self {
            ranks: vec![Promised::default(); size],
        }
    }

    /// A rank's packet was handed to the order.
    pub fn on_handed(&mut self, rank: usize, sequence: u64) {
        self.ranks[rank].handed = sequence;
    }

    /// A status's promise, which holds of the packets after the `sent`th.
    pub fn on_promise(&mut self, rank: usize, sent: u64, promise: u64) {
        let promised = &mut self.ranks[rank];
        if promise > promised.promise && sent >= promised.sent {
            *promised = Promised {
                sent,
                promise,
                is_pending: true,
                ..*promised
            };
        }
    }

    /// The promise that the order may be given now, once.
    pub fn due(&mut self, rank: usize) -> Option<u64> {
        let promised = &mut self.ranks[rank];
        let is_due = promised.is_pending && promised.handed >= promised.sent;
        promised.is_pending &= !is_due;
        is_due.then_some(promised.promise)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_promise_waits_for_the_packets_before_it() {
        let mut promises = Promises::new(2);
        promises.on_promise(1, 2, 70);
        assert_eq!(promises.due(1), None);
        promises.on_handed(1, 2);
        assert_eq!(promises.due(1), Some(70));
        assert_eq!(promises.due(1), None, "it is given once");
        promises.on_promise(1, 1, 60);
        assert_eq!(promises.due(1), None, "an older one came late");
    }
}

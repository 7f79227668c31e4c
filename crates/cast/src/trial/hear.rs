//! A receiver's side of a run.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use run::{Stop, Whose, processor_time_ns};
use stats::Distribution;
use timing::{Clock, Tick, sleep_until};

use super::{Account, Pace, Stamp};
use crate::{Batch, CastError, Receiver};

/// What a receiver heard.
#[derive(Debug)]
pub(super) struct Heard {
    pub(super) account: Account,
    pub(super) kernel_drops: u64,
    pub(super) calls: u64,
    pub(super) cpu_ns: u64,
    /// When the last arrived.
    pub(super) last: Option<Tick>,
    pub(super) latency: Distribution,
}

/// What all receivers of a run are told.
pub(super) struct Hearing<'a> {
    pub(super) clock: &'a dyn Clock,
    pub(super) pace: Pace,
    pub(super) payload_bytes: usize,
    pub(super) token: u32,
    /// Is asked for when the sender has ended.
    pub(super) ended: &'a Stop,
    /// Is never asked for.
    pub(super) never: &'a Stop,
    /// How many were sent, when the sender has ended.
    pub(super) sent: &'a AtomicU64,
    /// As long as nothing comes after the end, something may still be under way.
    pub(super) quiet: Duration,
}

impl Hearing<'_> {
    /// Receives until the sender has ended and nothing comes any more.
    pub(super) fn go(&self, mut receiver: Receiver) -> Result<Heard, CastError> {
        let before_ns = processor_time_ns(Whose::Thread);
        // Room for one byte more, so that what is longer is seen to be.
        let mut batch = receiver.batch(self.payload_bytes + 1);
        let mut heard = Heard {
            account: Account::default(),
            kernel_drops: 0,
            calls: 0,
            cpu_ns: 0,
            last: None,
            latency: Distribution::default(),
        };
        loop {
            if receiver.receive(&mut batch, self.ended, None)? > 0 {
                self.take(&batch, &mut heard);
            } else if self.ended.requested() {
                break;
            }
        }
        let sent = self.sent.load(Ordering::SeqCst);
        let mut until = self.clock.now() + self.quiet;
        loop {
            heard.kernel_drops = receiver.drops();
            let is_settled = heard.account.received() + heard.kernel_drops >= sent;
            if is_settled || self.clock.now() >= until {
                break;
            }
            // A socket that was shut is always ready, so that waiting for it would not be waiting.
            if receiver.receive(&mut batch, self.never, Some(Duration::ZERO))? > 0 {
                self.take(&batch, &mut heard);
                until = self.clock.now() + self.quiet;
            } else {
                sleep_until(self.clock, self.clock.now() + BETWEEN_LOOKS);
            }
        }
        heard.cpu_ns = processor_time_ns(Whose::Thread) - before_ns;
        Ok(heard)
    }

    fn take(&self, batch: &Batch, heard: &mut Heard) {
        let now = self.clock.now();
        let mut has_any = false;
        for datagram in batch.datagrams() {
            if datagram.bytes.is_empty() && self.ended.requested() {
                // What a read says of a socket that was shut.
                continue;
            }
            has_any = true;
            match Stamp::read(datagram.bytes, self.payload_bytes, self.token) {
                Ok(stamp) => {
                    heard.last = Some(now);
                    if heard.account.arrived(stamp.number) && self.pace != Pace::Flat {
                        let intended = Tick::from_nanos(stamp.intended_ns);
                        heard.latency.record(now.nanos_since(intended));
                    }
                }
                Err(why) => heard.account.refused(why),
            }
        }
        heard.calls += u64::from(has_any);
    }
}

/// Between two looks for what may still be under way.
const BETWEEN_LOOKS: Duration = Duration::from_millis(1);

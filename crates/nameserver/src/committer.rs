//! The one thread that decides: what waits is decided together, kept with one write, then published.
//!
//! ```text
//!   wait for a proposal, or for a lease to run out
//!     ─▶ take what waits ─▶ decide, one after another ─▶ keep (one write) ─▶ publish ─▶ reply ─▶ tell watchers
//!                                     │ refused: only that one       │ failed: all of them are refused
//! ```

use std::{
    io,
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError, TryRecvError},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use naming::{Batch, Done, Refusal, Request};
use timing::{Clock, SystemClock};

use crate::{
    Hub, Refused, StoreError,
    lease_clock::Saved,
    proposal::{Proposal, Wish},
    stop::Stop,
    store::Mended,
};

/// Starts it. It ends when the hub says so, after what was proposed until then.
///
/// # Errors
/// When the thread cannot be had.
pub(crate) fn start(
    hub: Arc<Hub>,
    wishes: Receiver<Wish>,
    stop: &Arc<Stop>,
) -> io::Result<JoinHandle<()>> {
    let part = stop.part("the committer");
    let saved = hub.store().clock().save();
    let committer = Committer {
        hub,
        wishes,
        clock: SystemClock::start(),
        saved,
        has_failed: false,
        is_behind: false,
    };
    thread::Builder::new()
        .name("committer".to_owned())
        .spawn(move || {
            let _part = part;
            committer.run();
        })
}

struct Committer {
    hub: Arc<Hub>,
    wishes: Receiver<Wish>,
    clock: SystemClock,
    /// The clock of leases, as it was last kept.
    saved: Saved,
    /// Whether the last write failed: then expiries, too, wait a moment.
    has_failed: bool,
    /// Whether the store has a batch that the registry has not. Then nothing may be decided: it would be decided wrongly, and
    /// under a revision that is taken.
    is_behind: bool,
}

/// Why it goes on.
enum Woken {
    Proposal(Proposal),
    Time,
    End,
}

impl Committer {
    fn run(mut self) {
        loop {
            let mut proposals = Vec::new();
            let mut is_end = false;
            match self.wait() {
                Woken::Proposal(proposal) => {
                    proposals.push(proposal);
                    is_end = self.take(&mut proposals);
                }
                Woken::Time => {}
                Woken::End => is_end = true,
            }
            self.decide(proposals);
            if is_end {
                self.finish();
                return;
            }
        }
    }

    fn wait(&self) -> Woken {
        let woken = match self.patience() {
            None => self
                .wishes
                .recv()
                .map_err(|_| RecvTimeoutError::Disconnected),
            Some(patience) => self.wishes.recv_timeout(patience),
        };
        match woken {
            Ok(Wish::Proposal(proposal)) => Woken::Proposal(proposal),
            Err(RecvTimeoutError::Timeout) => Woken::Time,
            Ok(Wish::End) | Err(RecvTimeoutError::Disconnected) => Woken::End,
        }
    }

    /// For how long there is nothing to do by itself; none: for ever.
    fn patience(&self) -> Option<Duration> {
        let next = self.hub.registry().next_expiry()?;
        let left = next.0.saturating_sub(self.hub.store().clock().now().0);
        let least = if self.has_failed {
            RETRY
        } else {
            Duration::ZERO
        };
        Some(Duration::from_millis(left).clamp(least, DATE_LOOK))
    }

    /// Takes what waits; whether the end was among it.
    fn take(&self, proposals: &mut Vec<Proposal>) -> bool {
        let mut bytes = proposals.iter().map(Proposal::bytes).sum::<usize>();
        while proposals.len() < BATCH_REQUESTS && bytes < BATCH_BYTES {
            match self.wishes.try_recv() {
                Ok(Wish::Proposal(proposal)) => {
                    bytes += proposal.bytes();
                    proposals.push(proposal);
                }
                Err(TryRecvError::Empty) => return false,
                Ok(Wish::End) | Err(TryRecvError::Disconnected) => return true,
            }
        }
        false
    }

    /// What was proposed before the end is decided; what comes after it is refused.
    fn finish(&mut self) {
        loop {
            let mut proposals = Vec::new();
            self.take(&mut proposals);
            if proposals.is_empty() {
                return;
            }
            self.decide(proposals);
        }
    }

    fn decide(&mut self, proposals: Vec<Proposal>) {
        if (self.is_behind || self.hub.store().is_broken())
            && let Err(error) = self.mend()
        {
            return refuse_all(proposals, error);
        }
        let now = self.hub.store().clock().now();
        let registry = self.hub.registry();
        let mut draft = registry.draft(now);
        let mut expired = 0;
        if registry.next_expiry().is_some_and(|next| next <= now) {
            // It asks for nothing that could be refused.
            expired = draft
                .decide(&Request::Expire)
                .map_or(0, |done| done.changed);
        }
        let decided: Vec<_> = proposals
            .into_iter()
            .map(|proposal| (draft.decide(proposal.request()), proposal))
            .collect();
        let batch = draft.finish();
        drop(registry);
        if batch.is_empty() && !self.is_clock_due() {
            return self.reply(decided);
        }
        match self.keep(&batch, decided.len() as u64) {
            Err(error) => refuse_all(decided.into_iter().map(|(_, proposal)| proposal), error),
            Ok(()) => {
                self.hub.publish(&batch);
                self.hub.tally().expired(expired);
                self.reply(decided);
                self.hub.tell(batch);
            }
        }
    }

    /// Whether somebody has set the date, and leases depend on what was kept of it.
    fn is_clock_due(&self) -> bool {
        self.hub.registry().lease_count() > 0
            && self.saved.is_misled(&self.hub.store().clock().save())
    }

    fn reply(&self, decided: Vec<(Result<Done, Refusal>, Proposal)>) {
        for (decided, proposal) in decided {
            if let Err(refusal) = &decided {
                self.hub.tally().refused(refusal);
            }
            proposal.reply(decided.map_err(Refused::Refusal));
        }
    }

    fn keep(&mut self, batch: &Batch, requests: u64) -> Result<(), StoreError> {
        let begun = self.clock.now();
        let kept = self.hub.store().keep(batch);
        let kept = match kept {
            // The last step may have failed after the batch was in the file.
            Err(error) => match self.hub.store().mend() {
                Ok(Mended::Kept) => Ok(()),
                Ok(Mended::Unkept) | Err(_) => Err(error),
            },
            kept => kept,
        };
        self.has_failed = kept.is_err();
        match &kept {
            Err(_) => self.hub.tally().unkept(),
            Ok(()) => {
                self.saved = self.hub.store().clock().save();
                let latency_ns = self.clock.now().nanos_since(begun);
                self.hub.tally().kept(requests, latency_ns);
            }
        }
        kept
    }

    /// Opens the store again after a write had failed and it could not be opened then.
    fn mend(&mut self) -> Result<(), StoreError> {
        // Until all of it has succeeded.
        self.has_failed = true;
        if self.hub.store().is_broken() {
            self.is_behind |= self.hub.store().mend()? == Mended::Kept;
        }
        if self.is_behind {
            self.hub.fill_again()?;
            self.is_behind = false;
        }
        self.has_failed = false;
        Ok(())
    }
}

fn refuse_all(proposals: impl IntoIterator<Item = Proposal>, error: StoreError) {
    let error = Arc::new(error);
    for proposal in proposals {
        proposal.reply(Err(Refused::Kept(Arc::clone(&error))));
    }
}

/// The most requests that are kept with one write: enough for the write to be a small part, few enough that the first of
/// them does not wait long for the last.
const BATCH_REQUESTS: usize = 1_024;

/// The most bytes of requests that are kept with one write.
const BATCH_BYTES: usize = 4 << 20;

/// How often somebody looks whether the date was set, while there are leases. On the same boot the date does not count; a
/// reboot soon after it was set would be misled.
const DATE_LOOK: Duration = Duration::from_secs(5);

/// After a write failed, an expiry is tried again after so long.
const RETRY: Duration = Duration::from_secs(1);

//! The sender's side of a run.

use run::{Whose, make_punctual, processor_time_ns, wait};
use rustix::event::{PollFd, PollFlags};
use stats::Distribution;
use timing::Tick;

use super::{NUMBERS_MAX, Pace, Schedule, Setting, Stamp, Terms};
use crate::{CastError, Sender, Way};

/// What the sender did.
#[derive(Debug, Default)]
pub(super) struct Sent {
    /// Numbers that were sent to each receiver.
    pub(super) numbers: u64,
    /// Just before its first call.
    pub(super) start: Tick,
    /// From then until its last returned.
    pub(super) wall_ns: u64,
    pub(super) cpu_ns: u64,
    /// How long after their instants datagrams were handed over; of a schedule.
    pub(super) lateness: Distribution,
    /// Whether nobody asked to stop.
    pub(super) is_whole: bool,
}

/// A sender with its datagrams.
pub(super) struct Sending<'a> {
    sender: Sender,
    terms: &'a Terms<'a>,
    token: u32,
    /// So many datagrams at most are handed over at once.
    most: usize,
    payload_bytes: usize,
    /// Those datagrams, one after another.
    memory: Vec<u8>,
}

impl<'a> Sending<'a> {
    pub(super) fn new(sender: Sender, setting: &Setting, terms: &'a Terms<'a>, token: u32) -> Self {
        let most = setting.most_a_call();
        Self {
            sender,
            terms,
            token,
            most,
            payload_bytes: setting.payload_bytes,
            memory: vec![0; setting.payload_bytes * most.max(AT_ONCE)],
        }
    }

    /// Sends from now on.
    pub(super) fn go(mut self, pace: Pace) -> Result<Sent, CastError> {
        make_punctual();
        let before_ns = processor_time_ns(Whose::Thread);
        let start = self.terms.clock.now();
        let mut sent = Sent {
            start,
            is_whole: true,
            ..Sent::default()
        };
        match pace {
            Pace::Flat => self.go_flat(&mut sent, start)?,
            Pace::Hertz(rate_hz) => {
                let schedule = Schedule::new(start, rate_hz, self.terms.lasting);
                self.go_by(&schedule, &mut sent)?;
            }
        }
        sent.wall_ns = self.terms.clock.now().nanos_since(start);
        sent.cpu_ns = processor_time_ns(Whose::Thread) - before_ns;
        Ok(sent)
    }

    fn go_flat(&mut self, sent: &mut Sent, start: Tick) -> Result<(), CastError> {
        let (clock, end) = (self.terms.clock, start + self.terms.lasting);
        // One a call is handed over in handfuls, so that looking at the clock is nothing beside it.
        let count = self.most.max(AT_ONCE);
        let mut now = start;
        while now < end && sent.numbers + (count as u64) <= NUMBERS_MAX {
            if self.terms.stop.requested() {
                sent.is_whole = false;
                break;
            }
            self.hand_over(sent.numbers, count, |_| now)?;
            sent.numbers += count as u64;
            now = clock.now();
        }
        Ok(())
    }

    fn go_by(&mut self, schedule: &Schedule, sent: &mut Sent) -> Result<(), CastError> {
        let total = schedule.total().min(NUMBERS_MAX);
        while sent.numbers < total {
            if self.terms.stop.requested() {
                sent.is_whole = false;
                break;
            }
            let now = self.terms.clock.now();
            let due = schedule.due(sent.numbers, now, self.most);
            if due == 0 {
                self.sleep(schedule.intended(sent.numbers), now);
                continue;
            }
            for number in sent.numbers..sent.numbers + due as u64 {
                let late_ns = now.nanos_since(schedule.intended(number));
                sent.lateness.record(late_ns);
            }
            self.hand_over(sent.numbers, due, |number| schedule.intended(number))?;
            sent.numbers += due as u64;
        }
        Ok(())
    }

    /// Until an instant, or until somebody asks to stop. Never spins: where sender and receivers share
    /// processors a spinning sender takes from the receivers what is measured.
    fn sleep(&self, until: Tick, now: Tick) {
        let soon = self.terms.stop.soon_fd();
        let mut fds = [PollFd::new(&soon, PollFlags::IN)];
        // A signal only makes it look at the clock early.
        let _ = wait(&mut fds, Some(until.since(now)));
    }

    /// Hands datagrams from a number on to the kernel.
    fn hand_over(
        &mut self,
        first: u64,
        count: usize,
        intended: impl Fn(u64) -> Tick,
    ) -> Result<(), CastError> {
        let slots = self.memory.chunks_mut(self.payload_bytes);
        for (number, slot) in (first..).zip(slots.take(count)) {
            let stamp = Stamp {
                number,
                intended_ns: intended(number).as_nanos(),
                token: self.token,
            };
            stamp.write(slot);
        }
        let mut datagrams: [&[u8]; Way::BATCH] = [&[]; Way::BATCH];
        let slots = self.memory.chunks(self.payload_bytes);
        for (datagram, slot) in datagrams.iter_mut().zip(slots) {
            *datagram = slot;
        }
        self.sender.send_many(&datagrams[..count]).map(drop)
    }
}

/// So many datagrams are sent between two looks at the clock.
const AT_ONCE: usize = 16;

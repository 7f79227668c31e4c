//! Sending again what others miss, and all that is due by the time.

use std::time::Duration;

use timing::Tick;

use super::asking::part;
use super::streams::{Action, Streams};
use crate::broken::Rule;
use crate::frame::Nak;
use crate::orders::PacketId;

impl Streams {
    /// Another member misses packets.
    pub fn on_nak(&mut self, now: Tick, from: usize, nak: &Nak) {
        let of = usize::from(nak.of);
        if of >= self.lanes.len() || from == self.own || !self.is_repaired() {
            return;
        }
        let first = nak.has.through.saturating_add(1);
        let last = nak.last.min(first.saturating_add(2 * self.window));
        for sequence in (first..=last).filter(|sequence| !nak.has.has(*sequence)) {
            self.consider_repair(now, PacketId { from: of, sequence });
        }
        if of != self.own {
            self.postpone(now, of, nak);
        }
    }

    /// Others answer when the sender did not: asked for the third time, or when the view comes to its end.
    fn consider_repair(&mut self, now: Tick, packet: PacketId) {
        let is_own = packet.from == self.own;
        let is_at_end = self.cut.is_some() || self.lanes[packet.from].is_orphan;
        let is_alone = self.settings.breaks(Rule::NoPeerRepair);
        let Some(here) = self.lanes[packet.from].here_mut(packet.sequence) else {
            return;
        };
        here.asks = here.asks.saturating_add(1);
        let is_asked = is_own || (!is_alone && (is_at_end || here.asks >= ASKS_OF_PEERS));
        if here.repair_at < Tick::MAX || !is_asked {
            return;
        }
        let rest = here.sent_at + REPAIR_REST;
        here.repair_at = match is_own {
            true if here.sent_at == Tick::ZERO || rest <= now => now,
            true => rest,
            false => now + part(&mut self.random, 2 * self.settings.nak_delay),
        };
        self.repair_at = self.repair_at.min(here.repair_at);
        self.repairs.push(packet);
    }

    /// When [`Streams::on_time`] has something to do.
    pub fn wake_at(&self) -> Tick {
        self.repair_at.min(self.ask_at)
    }

    /// What is due. Asks and repairs are bounded in number per call.
    pub fn on_time(&mut self, now: Tick, actions: &mut Vec<Action>) {
        if self.ask_at <= now {
            for of in 0..self.lanes.len() {
                self.ask(now, of, actions);
            }
            let next = self
                .lanes
                .iter()
                .map(|lane| lane.ask_at.max(lane.rest_until));
            self.ask_at = next.min().unwrap_or(Tick::MAX);
        }
        self.answer(now, actions);
    }

    /// What others asked for and is due, without asking for anything.
    pub fn answer(&mut self, now: Tick, actions: &mut Vec<Action>) {
        if self.repair_at <= now {
            self.repair(now, actions);
        }
    }

    fn repair(&mut self, now: Tick, actions: &mut Vec<Action>) {
        let (lanes, mut left) = (&mut self.lanes, REPAIRS_MAX);
        let mut next = Tick::MAX;
        self.repairs.retain(|packet| {
            let Some(here) = lanes[packet.from].here_mut(packet.sequence) else {
                return false;
            };
            let is_wanted = here.repair_at < Tick::MAX;
            let is_due = is_wanted && here.repair_at <= now && left > 0;
            if is_due {
                left -= 1;
                (here.repair_at, here.sent_at, here.asks) = (Tick::MAX, now, 0);
                actions.push(Action::Again(*packet));
            } else if is_wanted {
                next = next.min(here.repair_at.max(now + REPAIRS_PAUSE));
            }
            is_wanted && !is_due
        });
        self.repair_at = next;
    }
}

/// How long a packet is not sent again after it was sent: the one that asks cannot have got it yet.
pub(super) const REPAIR_REST: Duration = Duration::from_micros(500);
/// How often a packet must have been asked for before others than its sender answer.
const ASKS_OF_PEERS: u8 = 3;
/// How many packets are sent again at once, and the pause between two such bursts.
const REPAIRS_MAX: usize = 64;
const REPAIRS_PAUSE: Duration = Duration::from_micros(200);

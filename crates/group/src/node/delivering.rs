//! From packets that are here to messages that are delivered: order, level, application.

use super::context::Context;
use super::session::Session;
use crate::frame::data_of;
use crate::orders::{Next, PacketId};
use crate::{Delivered, Reason};

impl Session {
    /// Hands over and delivers whatever may be now.
    pub fn pump(&mut self, cx: &mut Context<'_>) {
        if self.frozen.is_some() {
            return;
        }
        self.hand_over(cx);
        self.give(cx);
    }

    /// Hands to the order what is here.
    pub fn hand_over(&mut self, cx: &mut Context<'_>) {
        while let Some(packet) = self.streams.next_ready() {
            let Some(datagram) = self.streams.datagram(packet) else {
                // Kept until it is delivered: it was, and by a rule broken on purpose it came as a new one.
                debug_assert!(cx.rest.settings.broken.is_some(), "{packet:?} is kept");
                continue;
            };
            let stamp = data_of(datagram).stamp;
            if self.ordering.on_packet(packet, stamp).is_err() {
                cx.refuse(Reason::Stamp);
                self.given[packet.from] = packet.sequence;
                self.streams.delivered(packet);
            }
            self.promises.on_handed(packet.from, packet.sequence);
            self.keep_promise(packet.from);
        }
    }

    /// Gives the order a rank's promise, if all packets before it were handed over.
    pub fn keep_promise(&mut self, rank: usize) {
        if let Some(promise) = self.promises.due(rank) {
            self.ordering.on_promise(rank, promise);
        }
    }

    /// Goes on with what an earlier call left, and may deliver as much again.
    pub fn catch_up(&mut self, cx: &mut Context<'_>) {
        self.budget = BUDGET;
        if std::mem::take(&mut self.is_behind) {
            self.pump(cx);
        }
    }

    /// Delivers what the order gives and enough members have. A newcomer that does not know what came before waits.
    pub fn give(&mut self, cx: &mut Context<'_>) {
        if self.taking.is_some() || self.is_behind {
            return;
        }
        if self.wanted == 0 {
            while self.has_budget()
                && let Some(next) = self.ordering.next()
            {
                self.deliver(cx, next.packet);
            }
            return;
        }
        while let Some(next) = self.ordering.next() {
            self.level.push_back(next);
        }
        while let Some(next) = self.level.front().copied() {
            if !self.is_safe(next) || !self.has_budget() {
                return;
            }
            self.level.pop_front();
            self.deliver(cx, next.packet);
        }
    }

    /// Whether this call may deliver more. If not, the next [`Session::catch_up`] does: a slow application does not keep
    /// this member from giving signs of life.
    fn has_budget(&mut self) -> bool {
        self.is_behind = self.budget == 0;
        !self.is_behind
    }

    /// Delivers all that is left of this view: no packet will come any more.
    pub fn give_rest(&mut self, cx: &mut Context<'_>) {
        self.ordering.finish();
        while let Some(next) = self.level.pop_front() {
            self.deliver(cx, next.packet);
        }
        while let Some(next) = self.ordering.next() {
            self.deliver(cx, next.packet);
        }
    }

    fn is_safe(&self, next: Next) -> bool {
        let has =
            |packet: PacketId| self.streams.had_by(packet.from, self.wanted) >= packet.sequence;
        has(next.packet) && next.because.is_none_or(has)
    }

    fn deliver(&mut self, cx: &mut Context<'_>, packet: PacketId) {
        let Some(datagram) = self.streams.datagram(packet) else {
            debug_assert!(cx.rest.settings.broken.is_some(), "{packet:?} is kept");
            return;
        };
        let data = data_of(datagram);
        let from = self.view.seats[packet.from].member;
        for (number, payload) in (data.first..).zip(data.messages.iter()) {
            cx.out.deliver(Delivered {
                from,
                rank: packet.from,
                number,
                view: self.view.id,
                payload,
            });
            cx.rest.tally.delivered += 1;
            // Where there is no order, a later one may have been before.
            self.numbers[packet.from] = number.max(self.numbers[packet.from]);
        }
        let count = data.messages.iter().count();
        self.budget = self.budget.saturating_sub(count.max(1));
        self.given[packet.from] = packet.sequence;
        self.streams.delivered(packet);
    }
}

/// How many messages a call delivers, and those of one packet more. So many take an application that needs 100 us for each less
/// than half as long as a member may be silent.
pub(super) const BUDGET: usize = 1024;

//! From messages to packets: natural batching, numbers, stamps, credit.

use super::context::Context;
use super::session::Session;
use crate::To;

impl Session {
    /// Takes a message that has its number: into the open packet, or behind what waits.
    pub fn put(&mut self, cx: &mut Context<'_>, message: &[u8]) {
        if !cx.rest.outgoing.has_no_queue() || !self.has_put(cx, message) {
            cx.rest.outgoing.queue(message);
        }
    }

    fn has_put(&mut self, cx: &mut Context<'_>, message: &[u8]) -> bool {
        if !self.is_open() {
            return false;
        }
        if !cx.rest.outgoing.packer.is_empty() {
            if cx.rest.outgoing.packer.push(message) {
                return true;
            }
            self.flush(cx);
        }
        let may_open = cx.rest.outgoing.packer.is_empty() && self.streams.credit() > 0;
        may_open && cx.rest.outgoing.packer.push(message)
    }

    /// Moves what waits into packets, and full packets out, as far as there is credit.
    pub fn fill(&mut self, cx: &mut Context<'_>) {
        while self.is_open() && !cx.rest.outgoing.has_no_queue() && self.streams.credit() > 0 {
            if !cx.rest.outgoing.move_up() {
                self.flush(cx);
            }
        }
    }

    /// The open packet leaves, if there is one, or if the order has something to say without one.
    pub fn flush(&mut self, cx: &mut Context<'_>) {
        let is_wanted =
            !cx.rest.outgoing.packer.is_empty() || self.ordering.has_something_to_stamp();
        if !is_wanted || !self.is_open() || self.streams.credit() == 0 {
            return;
        }
        let sequence = self.streams.sent() + 1;
        let ordering = &mut self.ordering;
        let datagram = cx
            .rest
            .outgoing
            .packer
            .seal(&self.header, sequence, |stamp| {
                ordering.stamp(sequence, stamp);
            });
        self.streams.keep_own(cx.now, datagram);
        cx.out.send(To::All, datagram);
        cx.rest.tally.packets_sent += 1;
        self.beat.on_left(cx.now);
        self.pump(cx);
    }
}

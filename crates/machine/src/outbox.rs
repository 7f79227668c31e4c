//! What a machine wants done, collected in one reusable place.
//!
//! The outbox owns one byte buffer and its entries are ranges of it, so a connection in steady
//! state allocates nothing. It is an out-parameter and not a return value, so that a driver cannot
//! forget a part of it.

use std::ops::Range;

use timing::Tick;
use wire::Ending;

use crate::{Answer, TimerId, Work};

/// One thing that a machine wants done, in the order in which it asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// Send these bytes of the outbox to the peer.
    Send(Range<usize>),
    /// A whole request has been received. The driver records a data arrival and shows the text to
    /// whoever watches.
    Deliver {
        /// Its text, without its ending.
        text: Range<usize>,
        /// When its last byte was received, which is earlier than the call in which a bare request
        /// turned out to be whole.
        at: Tick,
        /// How it ended on the wire.
        ending: Ending,
        /// How many requests this stands for: more than one only where nobody looks at each
        /// ([`Outbox::only_counting`]), and then the text is that of the first, or of none.
        count: u64,
    },
    /// Call again at this instant; replaces an earlier setting of the same timer.
    WakeAt {
        /// When.
        at: Tick,
        /// The machine's own name for it.
        timer: TimerId,
    },
    /// Forget this timer.
    Cancel(TimerId),
    /// Have this calculated and call with [`crate::Input::Worked`]. One at a time: a machine hands out
    /// no more until that has come.
    Work(Work),
    /// Something worth a line to whoever watches.
    Note(Range<usize>),
    /// From a client: it may be asked for requests now. At most once.
    Ready,
    /// From a client: the oldest request that is not yet answered has this answer.
    Answered(Answer),
    /// Send what is pending, then close for good. Nothing follows.
    Close(Farewell),
}

/// Why a machine closes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Farewell {
    /// The protocol has come to its end.
    Done,
    /// The answer has been given although the client may not be done sending.
    Early,
    /// A request outgrew its bound.
    TooLong,
}

/// Collects the outputs of [`crate::Machine::handle`].
#[derive(Debug, Default)]
pub struct Outbox {
    bytes: Vec<u8>,
    outputs: Vec<Output>,
    is_watched: bool,
    only_counts: bool,
}

impl Outbox {
    /// An outbox with nothing in it, and nobody who reads notes.
    pub fn new() -> Self {
        Self::default()
    }

    /// An outbox with nothing in it and room for a short request and its answer; `is_watched` says whether
    /// somebody reads notes.
    pub fn watched(is_watched: bool) -> Self {
        Self {
            bytes: Vec::with_capacity(SHORT_BYTES),
            outputs: Vec::with_capacity(SHORT),
            is_watched,
            ..Self::default()
        }
    }

    /// The same outbox for requests that are counted and not looked at: those that came together and
    /// ended alike become one [`Output::Deliver`], so that a pipeline's depth costs next to nothing.
    pub fn only_counting(self, only_counts: bool) -> Self {
        Self {
            only_counts,
            ..self
        }
    }

    /// Whether somebody reads notes: a costly one need not be made for nobody.
    pub const fn is_watched(&self) -> bool {
        self.is_watched
    }

    /// Sends a copy of `bytes`; nothing when they are empty.
    pub fn send(&mut self, bytes: &[u8]) {
        self.send_with(|buffer| buffer.extend_from_slice(bytes));
    }

    /// Sends what `write` appends to the buffer it is given. It must only append.
    pub fn send_with(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        let start = self.bytes.len();
        write(&mut self.bytes);
        let end = self.bytes.len();
        if start == end {
            return;
        }
        match self.outputs.last_mut() {
            Some(Output::Send(range)) if range.end == start => range.end = end,
            _ => self.outputs.push(Output::Send(start..end)),
        }
    }

    /// Reports a whole request whose last byte was received `at`.
    pub fn deliver(&mut self, request: &[u8], at: Tick, ending: Ending) {
        if self.only_counts && self.count_with_last(at, ending) {
            return;
        }
        let text = self.keep(request);
        self.outputs.push(Output::Deliver {
            text,
            at,
            ending,
            count: 1,
        });
    }

    /// Whether requests are only counted.
    pub const fn only_counts(&self) -> bool {
        self.only_counts
    }

    /// Reports so many requests that came together and ended alike, where requests are only counted; the
    /// text is that of none.
    pub fn deliver_alike(&mut self, count: u64, at: Tick, ending: Ending) {
        debug_assert!(self.only_counts, "somebody looks at each request");
        if count > 0 {
            let text = self.keep(&[]);
            self.outputs.push(Output::Deliver {
                text,
                at,
                ending,
                count,
            });
        }
    }

    /// Whether the last output was the delivery of a request that came and ended alike; it then stands
    /// for one more.
    fn count_with_last(&mut self, this_at: Tick, this_ending: Ending) -> bool {
        match self.outputs.last_mut() {
            Some(Output::Deliver {
                at, ending, count, ..
            }) if *at == this_at && *ending == this_ending => {
                *count += 1;
                true
            }
            _ => false,
        }
    }

    /// Asks for [`crate::Input::Timer`] at `at`.
    pub fn wake_at(&mut self, at: Tick, timer: TimerId) {
        self.outputs.push(Output::WakeAt { at, timer });
    }

    /// Takes a timer back.
    pub fn cancel(&mut self, timer: TimerId) {
        self.outputs.push(Output::Cancel(timer));
    }

    /// Has something calculated.
    pub fn work(&mut self, work: Work) {
        self.outputs.push(Output::Work(work));
    }

    /// Leaves a line for whoever watches; dropped when nobody does.
    pub fn note(&mut self, text: &str) {
        if !self.is_watched {
            return;
        }
        let range = self.keep(text.as_bytes());
        self.outputs.push(Output::Note(range));
    }

    /// A client may be asked from now on.
    pub fn ready(&mut self) {
        self.outputs.push(Output::Ready);
    }

    /// A client's oldest open request is answered.
    pub fn answered(&mut self, answer: Answer) {
        self.outputs.push(Output::Answered(answer));
    }

    /// Closes the connection after what has been sent so far.
    pub fn close(&mut self) {
        self.outputs.push(Output::Close(Farewell::Done));
    }

    /// Closes the connection although more of the request may be under way.
    pub fn close_early(&mut self) {
        self.outputs.push(Output::Close(Farewell::Early));
    }

    /// Closes the connection because a request outgrew its bound.
    pub fn close_too_long(&mut self) {
        self.outputs.push(Output::Close(Farewell::TooLong));
    }

    /// What has been asked for, in order.
    pub fn outputs(&self) -> &[Output] {
        &self.outputs
    }

    /// The bytes that a range of an output stands for.
    ///
    /// # Panics
    /// When the range is not of this outbox.
    pub fn bytes(&self, range: &Range<usize>) -> &[u8] {
        &self.bytes[range.clone()]
    }

    /// Everything sent, joined: for tests and for drivers that watch nothing.
    pub fn sent(&self) -> Vec<u8> {
        let mut sent = Vec::new();
        for output in &self.outputs {
            if let Output::Send(range) = output {
                sent.extend_from_slice(&self.bytes[range.clone()]);
            }
        }
        sent
    }

    /// Empties the outbox and keeps its memory, up to a bound: one large answer must not pin its
    /// size for the rest of a connection.
    pub fn clear(&mut self) {
        self.outputs.clear();
        self.bytes.clear();
        if self.bytes.capacity() > KEPT_BYTES {
            self.bytes.shrink_to(KEPT_BYTES);
        }
    }

    fn keep(&mut self, bytes: &[u8]) -> Range<usize> {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(bytes);
        start..self.bytes.len()
    }
}

/// A short request, as it came and as it is answered. Where that is enough memory is asked for once: what
/// grows step by step leaves holes, and each page with one was another 4 KiB of every forked worker.
const SHORT_BYTES: usize = 128;
/// Outputs that it causes; a list that grows from nothing begins with as many.
const SHORT: usize = 4;
/// What an emptied outbox may hold on to: a few reads' worth.
const KEPT_BYTES: usize = 256 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sends_in_a_row_become_one() {
        let mut out = Outbox::new();
        out.send(b"ab");
        out.send(b"cd");
        assert_eq!(out.outputs(), [Output::Send(0..4)]);
        assert_eq!(out.sent(), b"abcd");
    }

    #[test]
    fn a_delivery_between_sends_keeps_its_place_and_stays_out_of_the_answer() {
        let mut out = Outbox::new();
        out.send(b"ab");
        out.deliver(b"request", Tick::ZERO, Ending::Lf);
        out.send(b"cd");
        assert_eq!(out.outputs().len(), 3);
        assert_eq!(out.sent(), b"abcd");
    }

    #[test]
    fn requests_that_are_only_counted_become_one_delivery_where_they_are_alike() {
        let mut out = Outbox::new().only_counting(true);
        for ending in [Ending::Lf, Ending::Lf, Ending::Lf, Ending::CrLf] {
            out.deliver(b"request", Tick::ZERO, ending);
        }
        let counts = out.outputs().iter().map(|output| match output {
            Output::Deliver { count, .. } => *count,
            _ => 0,
        });
        assert_eq!(counts.collect::<Vec<_>>(), [3, 1]);
    }

    #[test]
    fn nothing_sent_is_no_output() {
        let mut out = Outbox::new();
        out.send(b"");
        assert!(out.outputs().is_empty());
    }

    #[test]
    fn a_large_answer_does_not_pin_its_memory() {
        let mut out = Outbox::new();
        out.send(&vec![0; 4 * KEPT_BYTES]);
        out.clear();
        assert!(out.bytes.capacity() <= KEPT_BYTES);
    }
}

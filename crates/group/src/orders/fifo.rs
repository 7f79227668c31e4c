//! The order `fifo`: the streams hand over those of a sender in ascending order, and nothing more is needed.

use super::queue::Queue;
use super::{Order, Ordering};
use crate::Settings;

pub(super) const ORDER: Order = Order {
    name: "fifo",
    promise: "each sender's messages in the order in which they were sent",
    source: "Hadzilacos and Toueg 1994, section 3",
    is_fifo: true,
    is_total: false,
    needs_all: false,
    begin,
};

fn begin(_size: usize, _own: usize, _settings: &Settings) -> Box<dyn Ordering> {
    Box::new(Queue::default())
}

//! The order `none`: packets are handed over whenever they come.

use super::queue::Queue;
use super::{Order, Ordering};
use crate::Settings;

pub(super) const ORDER: Order = Order {
    name: "none",
    promise: "each message once, whenever it comes",
    source: "-",
    is_fifo: false,
    is_total: false,
    needs_all: false,
    begin,
};

fn begin(_size: usize, _own: usize, _settings: &Settings) -> Box<dyn Ordering> {
    Box::new(Queue::default())
}

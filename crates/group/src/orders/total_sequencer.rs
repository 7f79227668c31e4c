//! The order `total-sequencer`.

use super::{Order, Ordering};
use crate::Settings;

pub(super) const ORDER: Order = Order {
    name: "total-sequencer",
    promise: "the same order everywhere, as one member decides",
    source: "Kaashoek, Tanenbaum and Flynn Hummel 1989 (method BB)",
    is_fifo: true,
    is_total: true,
    needs_all: true,
    begin,
};

fn begin(size: usize, own: usize, settings: &Settings) -> Box<dyn Ordering> {
    let _ = (size, own, settings);
    unimplemented!()
}

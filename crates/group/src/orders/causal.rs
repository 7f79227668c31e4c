//! The order `causal`.

use super::{Order, Ordering};
use crate::Settings;

pub(super) const ORDER: Order = Order {
    name: "causal",
    promise: "no message before one that may have caused it",
    source: "Birman, Schiper and Stephenson 1991, section 5.1",
    is_fifo: true,
    is_total: false,
    needs_all: true,
    begin,
};

fn begin(size: usize, own: usize, settings: &Settings) -> Box<dyn Ordering> {
    let _ = (size, own, settings);
    unimplemented!()
}

//! The order `fifo`.

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

fn begin(size: usize, own: usize, settings: &Settings) -> Box<dyn Ordering> {
    let _ = (size, own, settings);
    unimplemented!()
}

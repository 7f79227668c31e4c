//! Work for the processor that a machine hands out instead of doing it.
//!
//! A machine that calculates for a long time holds up every other connection of its event loop
//! (head-of-line blocking). So it says what is to be calculated, and the driver does it where it
//! stands or has other threads do it.

use std::{fmt, sync::Arc};

/// A calculation that depends on nothing but what it holds, and gives bytes back.
#[derive(Clone)]
pub struct Work(Arc<Calculation>);

type Calculation = dyn Fn() -> Vec<u8> + Send + Sync;

impl Work {
    /// The calculation `calculate`.
    pub fn new(calculate: impl Fn() -> Vec<u8> + Send + Sync + 'static) -> Self {
        Self(Arc::new(calculate))
    }

    /// Does it, here and now.
    pub fn run(&self) -> Vec<u8> {
        (self.0)()
    }
}

impl PartialEq for Work {
    /// Whether it is the same calculation, not whether it comes to the same.
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Work {}

impl fmt::Debug for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Work")
    }
}

//! The only source of physical time.
//!
//! Everything else is handed a [`Tick`] and never asks what time it is, so that the same code runs
//! against the machine's clock, in a test with a clock moved by hand, and in virtual time.

mod boot;
mod clock;
mod tick;

pub use boot::BootClock;
pub use clock::{Clock, ManualClock, SystemClock, sleep_until};
pub use tick::Tick;

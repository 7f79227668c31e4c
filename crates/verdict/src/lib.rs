//! Judgements from a log alone.
//!
//! **A clock is never judged by itself**: happened-before is rebuilt from program order and from who sent which
//! message to whom, and then the clocks' claims are held against it.

mod order;

pub use order::Order;

//! The casts there are. A cast is a file here and a line in [`CASTS`]; listing it is what offers it to
//! those who ask what there is.
//!
//! A new cast owes: a plan in which nothing is left open; what a sending socket needs before it is connected;
//! a receiving socket that is bound and has joined, and is given nothing that is for others.

mod broadcast;
mod multicast;
mod unicast;

pub use broadcast::BROADCAST;
pub use multicast::MULTICAST;
pub use unicast::UNICAST;

use crate::Cast;

/// All casts, in the order in which a newcomer should meet them.
pub const CASTS: &[&Cast] = &[&UNICAST, &MULTICAST, &BROADCAST];

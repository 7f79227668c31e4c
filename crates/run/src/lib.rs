//! What every driver is told: the clock, when to stop, how much is allowed, who watches, and where
//! to write down what happened. And what the loops of servers and clients are made of alike: [`Slab`],
//! [`Deadlines`], waiting to the microsecond.
//!
//! What happened is written into memory that threads and processes share alike:
//!
//! ```text
//!   Region (one anonymous shared mapping, made before any worker starts)
//!   ├─ board       counters that all workers touch with single atomic operations
//!   ├─ cells       for slot 0 … slot n, each with a single writer:
//!   │   ├─ tallies    two buffers and an index: a publication is seen whole or not at all
//!   │   └─ service    the same, for the words of the service (the mean)
//!   └─ histograms  for slot 0 … slot n: one counter a bucket, at most one step behind the tallies
//! ```

mod board;
mod crew;
mod deadlines;
mod descriptors;
mod event_file;
mod limits;
mod observer;
mod processor_time;
mod publication;
mod recorder;
mod region;
mod roaming;
mod shards;
mod signals;
mod slab;
mod stop;
mod tallies;
mod waiting;

pub use crew::{CpuWork, Crew, Sharing, cores};
pub use deadlines::Deadlines;
pub use descriptors::make_room_for_descriptors;
pub use event_file::EventFile;
pub use limits::{Limits, WhenFull};
pub use observer::{Observer, Tee};
pub use processor_time::{Whose, no_usage, processor_time_ns, usage_ns, waited_for_processor_ns};
pub use recorder::{ConnectionRecord, Recorder};
pub use region::Region;
pub use roaming::RoamingWords;
pub use shards::{Shards, Totals};
pub use signals::{ignore_stop_signals, stop_on_hangup, stop_on_signals};
pub use slab::{Key, Slab};
pub use stop::Stop;
pub use tallies::{CloseReason, Counter, Gap, TurnedAway};
pub use waiting::{make_punctual, nap, wait};

use timing::Clock;

/// What every driver of servers is told.
pub struct Run<'a> {
    /// The time.
    pub clock: &'a dyn Clock,
    /// When to stop.
    pub stop: &'a Stop,
    /// How much is allowed.
    pub limits: &'a Limits,
    /// How the workers are laid out.
    pub crew: &'a Crew,
    /// Where to write down what happened.
    pub shards: &'a Shards,
    /// Who watches.
    pub observer: &'a dyn Observer,
}

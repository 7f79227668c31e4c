//! A schedule: all that happens to the hosts of a world from outside, as data.

mod draw;
mod places;
mod text;

use std::time::Duration;

use crate::Link;

pub use draw::Knobs;
pub use places::{PLACES_MAX, Places};
pub use text::ScheduleError;

/// All that happens to the hosts of a world from outside. With it a run is decided, to the byte.
#[derive(Clone, Debug, PartialEq)]
pub struct Schedule {
    /// What the network's chances and the hosts' own are drawn from.
    pub seed: u64,
    /// How many hosts are there at the beginning, in the places from 0.
    pub members: usize,
    /// What becomes of datagrams.
    pub link: Link,
    /// What is sent, in the order of time.
    pub sendings: Vec<Sending>,
    /// What goes wrong.
    pub faults: Vec<Fault>,
    /// How long anything is sent or goes wrong. What goes wrong longer ends here.
    pub active: Duration,
    /// How long it is quiet after that, so that everything can come to its end.
    pub quiet: Duration,
}

/// A message that the host in a place sends. Nobody sends it where there is no host then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sending {
    /// When.
    pub at: Duration,
    /// Which place.
    pub place: usize,
    /// How long it is.
    pub bytes: usize,
}

/// Something that goes wrong, or is done to a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// When it begins.
    pub at: Duration,
    /// When it is over; none where it never is, or is over at once.
    pub until: Option<Duration>,
    /// What.
    pub kind: FaultKind,
}

/// What goes wrong, or is done to a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// Nothing arrives from these there. The other direction is another fault.
    Cut(Places, Places),
    /// The host does nothing, and then finds all that came meanwhile.
    Pause(usize),
    /// The host is gone; in the end a new one begins in its place.
    Crash(usize),
    /// The host leaves in order; in the end a new one begins in its place.
    Leave(usize),
    /// A host begins in a place in which there is none.
    Join(usize),
    /// The host's clock runs fast by so many millionths.
    Rate(usize, i64),
    /// The host's clock jumps ahead.
    Jump(usize, Duration),
}

impl Schedule {
    /// How many places it is about.
    pub fn places(&self) -> usize {
        let in_faults = self.faults.iter().filter_map(|fault| fault.kind.place());
        let in_sendings = self.sendings.iter().map(|sending| sending.place);
        let last = in_faults.chain(in_sendings).max();
        self.members.max(last.map_or(0, |last| last + 1))
    }
}

impl FaultKind {
    /// The place whose host it happens to, where it happens to one.
    pub fn place(self) -> Option<usize> {
        match self {
            Self::Cut(..) => None,
            Self::Pause(place)
            | Self::Crash(place)
            | Self::Leave(place)
            | Self::Join(place)
            | Self::Rate(place, _)
            | Self::Jump(place, _) => Some(place),
        }
    }
}

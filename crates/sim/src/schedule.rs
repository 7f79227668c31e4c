//! A schedule: all that happens to the hosts of a world from outside, as data.

mod draw;
mod meddling;
mod places;
mod text;

use std::time::Duration;

use crate::Link;

pub use draw::Knobs;
pub use meddling::Meddling;
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
    /// Somebody listens and sends as well: for each datagram so many millionths of one.
    Meddle(Meddling, u32),
}

impl Schedule {
    /// How many places it is about.
    pub fn places(&self) -> usize {
        let in_faults = self.faults.iter().filter_map(|fault| fault.kind.place());
        let in_sendings = self.sendings.iter().map(|sending| sending.place);
        let last = in_faults.chain(in_sendings).max();
        self.members.max(last.map_or(0, |last| last + 1))
    }

    /// Whether a host is ever in that place.
    pub fn begins(&self, place: usize) -> bool {
        let begins = |fault: &Fault| match fault.kind {
            FaultKind::Join(at) => at == place,
            FaultKind::Crash(at) | FaultKind::Leave(at) => at == place && fault.until.is_some(),
            _ => false,
        };
        place < self.members || self.faults.iter().any(begins)
    }

    /// Leaves out what is about places in which there is never a host: nothing comes of it.
    pub fn tidy(&mut self) {
        let there: Places = (0..self.places())
            .filter(|place| self.begins(*place))
            .collect();
        self.sendings
            .retain(|sending| there.contains(sending.place));
        self.faults.retain_mut(|fault| {
            if let FaultKind::Cut(from, to) = &mut fault.kind {
                (*from, *to) = (from.and(there), to.and(there));
                return *from != Places::NONE && *to != Places::NONE;
            }
            fault.kind.place().is_none_or(|place| there.contains(place))
        });
    }

    /// The same without the first member in a place, and what is about it. Those behind it have the places before theirs.
    #[must_use]
    pub fn without(&self, place: usize) -> Self {
        let mut schedule = self.clone();
        schedule.members -= usize::from(place < schedule.members);
        schedule.sendings.retain(|sending| sending.place != place);
        for sending in &mut schedule.sendings {
            sending.place -= usize::from(sending.place > place);
        }
        schedule
            .faults
            .retain(|fault| fault.kind.place() != Some(place));
        for fault in &mut schedule.faults {
            fault.kind = fault.kind.without(place);
        }
        schedule.tidy();
        schedule
    }

    /// Whether somebody meddles in this way at some time.
    pub fn has(&self, meddling: Meddling) -> bool {
        let mut faults = self.faults.iter();
        faults.any(|fault| matches!(fault.kind, FaultKind::Meddle(way, _) if way == meddling))
    }
}

impl FaultKind {
    /// The same where a place that it does not happen to is no more.
    fn without(self, place: usize) -> Self {
        let moved = |at: usize| at - usize::from(at > place);
        match self {
            Self::Cut(from, to) => Self::Cut(from.without(place), to.without(place)),
            Self::Pause(at) => Self::Pause(moved(at)),
            Self::Crash(at) => Self::Crash(moved(at)),
            Self::Leave(at) => Self::Leave(moved(at)),
            Self::Join(at) => Self::Join(moved(at)),
            Self::Rate(at, fast_ppm) => Self::Rate(moved(at), fast_ppm),
            Self::Jump(at, ahead) => Self::Jump(moved(at), ahead),
            Self::Meddle(..) => self,
        }
    }

    /// The place whose host it happens to, where it happens to one.
    pub fn place(self) -> Option<usize> {
        match self {
            Self::Cut(..) | Self::Meddle(..) => None,
            Self::Pause(place)
            | Self::Crash(place)
            | Self::Leave(place)
            | Self::Join(place)
            | Self::Rate(place, _)
            | Self::Jump(place, _) => Some(place),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_about_nobody_is_left_out_and_those_behind_move_up() {
        let text = "members 3\nlink\nsend 1s 0 1\nsend 1s 1 2\nsend 1s 2 3\ncut 1s 0,1>2\ncrash 1s 1\npause 1s..2s 2\njoin 1s 3\n\
                    leave 2s 3\n";
        let schedule: Schedule = text.parse().expect("a schedule");
        let less = schedule.without(1).to_string();
        let lines: Vec<&str> = less
            .lines()
            .skip_while(|line| !line.starts_with("send"))
            .collect();
        let expected = [
            "send 1s 0 1",
            "send 1s 1 3",
            "cut 1s 0>1",
            "pause 1s..2s 1",
            "join 1s 2",
            "leave 2s 2",
        ];
        assert_eq!(lines, expected);
        let mut alone = schedule.without(2).without(1);
        alone
            .faults
            .retain(|fault| !matches!(fault.kind, FaultKind::Join(_)));
        alone.tidy();
        assert_eq!(
            (alone.members, alone.sendings.len(), alone.faults.len()),
            (1, 1, 0)
        );
    }
}

//! Who hears whom, and who has to go for it.
//!
//! A member is heard while datagrams of its own come; how long its silence may last adapts to what it was so far. Everybody says whom
//! it hears, so each can see the links that are broken, also those that are broken in one direction only. Members go until no
//! broken link is left among those who stay: first who has the most of them; of equals the one of the higher rank (the
//! set is small where one member is deaf, dumb or dead, and right where a bridge fell).
//!
//! Members notice the same silence at different moments, and for a while one broken link of a dead member looks like any other. So a
//! link counts only when it has been broken for two heartbeats; whom nobody hears that is heard oneself goes at once.

use std::sync::Arc;
use std::time::Duration;

use timing::Tick;

use super::lead::{mask, ranks};
use crate::{Settings, View};

/// Who hears whom in one view. Sets of ranks are words: bit r. A datagram costs the same in a view of any size, a status a look at what it
/// changes: all members, or all links, are looked through only when one of them may have become too old.
#[derive(Debug)]
pub(crate) struct Detector {
    own: usize,
    all: u64,
    /// The shortest silence that is too long.
    suspect_after: Duration,
    /// How long a link is broken before it counts.
    settled_after: Duration,
    /// How long this member itself may not have run before nobody's silence counts.
    pause: Duration,
    ran_at: Tick,
    /// Somebody has become silent since it was last asked who has to go.
    is_due: bool,
    peers: Vec<Peer>,
    /// Who is heard, this member among them.
    heard: u64,
    condemned: u64,
    /// No silence is too long before then.
    silent_at: Tick,
    /// No link begins to count before then.
    settles_at: Tick,
    #[cfg(test)]
    looks: usize,
}

/// What is known of a member.
#[derive(Clone, Debug)]
struct Peer {
    last: Tick,
    /// The mean time between two signs, moved by an eighth of each difference (Jacobson 1988).
    gap: Duration,
    /// Whom it does not hear: as it said, for this member itself as it is.
    unheard: u64,
    /// Since when, by rank.
    since: Vec<Tick>,
    /// Those of them that count.
    counted: u64,
    /// Who does not hear it, as far as it counts.
    counted_by: u64,
}

impl Detector {
    /// All have just been heard.
    pub fn new(view: Arc<View>, own: usize, settings: &Settings, now: Tick) -> Self {
        let size = view.size();
        let (least, gap) = (settings.suspect_after, settings.heartbeat);
        let patience = (4 * gap).clamp(least, 4 * least);
        let peer = Peer {
            last: now,
            gap: settings.heartbeat,
            unheard: 0,
            since: vec![now; size],
            counted: 0,
            counted_by: 0,
        };
        Self {
            own,
            all: mask(0..size),
            suspect_after: settings.suspect_after,
            settled_after: 2 * settings.heartbeat,
            pause: (settings.suspect_after / 2).max(settings.heartbeat * 3 / 2),
            ran_at: now,
            is_due: false,
            peers: vec![peer; size],
            heard: mask(0..size),
            condemned: 0,
            silent_at: now + patience,
            settles_at: Tick::MAX,
            #[cfg(test)]
            looks: 0,
        }
    }

    /// A datagram of that rank's own came. After a pause of this member itself (it was not run for as long as others may be silent)
    /// nobody's silence counts.
    pub fn on_sign(&mut self, now: Tick, from: usize) {
        self.run(now);
        let own = self.own;
        let Some(peer) = self.peers.get_mut(from).filter(|_| from != own) else {
            return;
        };
        // In whole nanoseconds: the mean of a busy sender is a few of them.
        let (mean, gap) = (peer.gap.as_nanos(), now.since(peer.last).as_nanos());
        let mean = (mean * 7 + gap) / 8;
        peer.gap = Duration::from_nanos(u64::try_from(mean).unwrap_or(u64::MAX));
        peer.last = now;
        // A mean that has fallen may make it earlier.
        self.silent_at = self.silent_at.min(self.too_long_at(from));
        if self.heard >> from & 1 == 0 {
            self.heard |= 1 << from;
            self.mend(own, from);
        }
    }

    /// Whom that rank hears.
    pub fn on_hears(&mut self, now: Tick, from: usize, hears: u64) {
        self.run(now);
        if from == self.own || from >= self.peers.len() {
            return;
        }
        let unheard = !hears & self.all & !(1 << from);
        let was = self.peers[from].unheard;
        each(unheard & !was, |of| self.break_off(now, from, of));
        each(was & !unheard, |of| self.mend(from, of));
    }

    /// Whom this member hears: bit r. Itself among them.
    pub fn hears(&mut self, now: Tick) -> u64 {
        self.run(now);
        self.heard
    }

    /// The ranks that have to go, in ascending order: for what is known of links, and those given to [`Detector::condemn`].
    #[allow(
        clippy::wrong_self_convention,
        reason = "who is to go, not a conversion"
    )]
    pub fn to_go(&mut self, now: Tick) -> Vec<usize> {
        self.run(now);
        self.settle();
        self.is_due = false;
        let mut staying = self.all & !self.condemned & !self.unheard_by_all();
        while let Some(worst) = self.worst(staying) {
            staying &= !(1 << worst);
        }
        ranks(self.all & !staying)
    }

    /// That rank has to go whatever is heard of it: it wants to leave, or holds others up.
    pub fn condemn(&mut self, rank: usize) {
        if rank < self.peers.len() {
            self.condemned |= 1 << rank;
        }
    }

    /// How long that rank has been silent.
    pub fn silent(&self, now: Tick, rank: usize) -> Duration {
        match self.peers.get(rank) {
            Some(peer) if rank != self.own => now.since(peer.last),
            _ => Duration::ZERO,
        }
    }

    /// When [`Detector::to_go`] may have another answer: the silence of somebody is too long, or a broken link begins to count.
    pub fn wake_at(&self) -> Tick {
        match self.is_due {
            true => Tick::ZERO,
            false => self.silent_at.min(self.settles_at),
        }
    }

    /// Looks whose silence has become too long.
    fn run(&mut self, now: Tick) {
        let has_paused = now.since(self.ran_at) > self.pause;
        self.ran_at = self.ran_at.max(now);
        if !has_paused && now < self.silent_at {
            return;
        }
        self.silent_at = Tick::MAX;
        let own = self.own;
        for rank in (0..self.peers.len()).filter(|rank| *rank != own) {
            if has_paused {
                self.peers[rank].last = now;
                self.heard |= 1 << rank;
                self.mend(own, rank);
            }
            let is_heard = self.heard >> rank & 1 == 1;
            if is_heard && now >= self.too_long_at(rank) {
                self.heard &= !(1 << rank);
                self.break_off(now, own, rank);
                self.is_due = true;
            } else if is_heard {
                self.silent_at = self.silent_at.min(self.too_long_at(rank));
            }
        }
        self.count_looks(self.peers.len());
    }

    fn too_long_at(&self, rank: usize) -> Tick {
        let peer = &self.peers[rank];
        let adapted = peer.gap.saturating_mul(4);
        peer.last + adapted.clamp(self.suspect_after, 4 * self.suspect_after)
    }

    fn break_off(&mut self, now: Tick, from: usize, of: usize) {
        self.peers[from].unheard |= 1 << of;
        self.peers[from].since[of] = now;
        self.settles_at = self.settles_at.min(now + self.settled_after);
    }

    fn mend(&mut self, from: usize, of: usize) {
        self.peers[from].unheard &= !(1 << of);
        self.peers[from].counted &= !(1 << of);
        self.peers[of].counted_by &= !(1 << from);
    }

    /// Links that have been broken for long enough count.
    fn settle(&mut self) {
        if self.ran_at < self.settles_at {
            return;
        }
        self.settles_at = Tick::MAX;
        for from in 0..self.peers.len() {
            let new = self.peers[from].unheard & !self.peers[from].counted;
            each(new, |of| {
                let at = self.peers[from].since[of] + self.settled_after;
                if self.ran_at >= at {
                    self.peers[from].counted |= 1 << of;
                    self.peers[of].counted_by |= 1 << from;
                } else {
                    self.settles_at = self.settles_at.min(at);
                }
            });
            self.count_looks(1 + new.count_ones() as usize);
        }
    }

    /// Whom neither this member hears nor any that it hears.
    fn unheard_by_all(&self) -> u64 {
        let mut unheard = self.all & !self.heard;
        let hearing = self.heard & !self.condemned & !(1 << self.own);
        each(hearing, |from| unheard &= self.peers[from].unheard);
        unheard
    }

    /// Who has the most broken links among those who stay, of equals the highest; none if there is no such link. What a member says that
    /// is not heard itself is out of date.
    fn worst(&self, staying: u64) -> Option<usize> {
        let (mut worst, mut most) = (None, 1);
        each(staying, |rank| {
            let peer = &self.peers[rank];
            let own = match self.heard >> rank & 1 {
                1 => (peer.counted & staying).count_ones(),
                _ => 0,
            };
            let count = own + (peer.counted_by & self.heard & staying).count_ones();
            if count >= most {
                (worst, most) = (Some(rank), count);
            }
        });
        worst
    }

    fn count_looks(&mut self, _more: usize) {
        #[cfg(test)]
        {
            self.looks += _more;
        }
    }
}

/// Each rank of a set, in ascending order.
fn each(mut set: u64, mut what: impl FnMut(usize)) {
    while set != 0 {
        what(set.trailing_zeros() as usize);
        set &= set - 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{MemberId, Name, ORDERS, Seat, ViewId};

    const NOBODY: [usize; 0] = [];
    const ALL: u64 = 0b1111;

    fn at(millis: u64) -> Tick {
        Tick::from_nanos(millis * 1_000_000)
    }

    /// The member of rank 1 of four; heartbeats of 50 ms, suspicion after 250.
    fn detector() -> Detector {
        one_of(4)
    }

    fn one_of(size: u64) -> Detector {
        let name = Name::new("m").expect("a name");
        let seat = |member| Seat {
            member: MemberId(member),
            name: name.clone(),
        };
        let view = View {
            id: ViewId::default(),
            seats: (1..=size).map(seat).collect(),
        };
        Detector::new(Arc::new(view), 1, &Settings::new(&ORDERS[1]), at(0))
    }

    /// Until then those give signs of life every heartbeat, and say whom they hear.
    fn live(detector: &mut Detector, from: u64, until: u64, says: &[(usize, u64)]) -> Vec<usize> {
        for millis in (from..=until).step_by(50) {
            detector.hears(at(millis));
            for (rank, hears) in says {
                detector.on_sign(at(millis), *rank);
                detector.on_hears(at(millis), *rank, *hears);
            }
        }
        detector.to_go(at(until))
    }

    #[test]
    fn whom_nobody_hears_has_to_go_at_once() {
        let mut detector = detector();
        let says = [(0, ALL), (2, ALL)];
        assert_eq!(live(&mut detector, 0, 200, &says), NOBODY);
        assert_eq!(detector.wake_at(), at(250));
        assert_eq!(detector.hears(at(249)), ALL);
        assert_eq!(detector.hears(at(250)), 0b0111);
        assert_eq!(
            detector.wake_at(),
            Tick::ZERO,
            "until it is asked who has to go"
        );
        assert_eq!(detector.to_go(at(250)), NOBODY, "two others still hear it");
        assert_eq!(
            detector.wake_at(),
            at(350),
            "when the link has been broken for long"
        );
        assert_eq!(
            live(&mut detector, 250, 250, &[(0, 0b0111), (2, 0b0111)]),
            [3]
        );
        assert_eq!(detector.silent(at(260), 3), Duration::from_millis(260));
    }

    #[test]
    fn who_hears_nobody_sees_all_go() {
        let mut detector = detector();
        live(&mut detector, 0, 200, &[]);
        assert_eq!(live(&mut detector, 250, 250, &[]), [0, 2, 3]);
        assert_eq!(detector.hears(at(250)), 0b0010);
    }

    #[test]
    fn the_deaf_one_goes_though_all_hear_it() {
        let mut detector = detector();
        let says = [(0, ALL), (2, 0b0100), (3, ALL)];
        assert_eq!(live(&mut detector, 0, 50, &says), NOBODY);
        assert_eq!(live(&mut detector, 100, 100, &says), [2]);
        assert_eq!(live(&mut detector, 150, 150, &[(2, ALL)]), NOBODY);
    }

    #[test]
    fn of_the_two_ends_of_a_broken_link_the_higher_rank_goes() {
        let says = [(0, ALL & !0b0100), (2, ALL), (3, ALL)];
        assert_eq!(live(&mut detector(), 0, 150, &says), [2]);
        let says = [(0, ALL), (2, ALL & !0b0001), (3, ALL)];
        assert_eq!(live(&mut detector(), 0, 150, &says), [2]);
    }

    #[test]
    fn a_bridge_that_fell_leaves_the_side_that_is_heard() {
        let mut detector = detector();
        let says = [(0, ALL & !0b1100)];
        live(&mut detector, 0, 250, &says);
        assert_eq!(live(&mut detector, 300, 350, &says), [2, 3]);
    }

    #[test]
    fn one_who_is_not_heard_says_nothing_that_counts() {
        let mut detector = detector();
        // Rank 3 is the last to say that it hears nobody, and then is gone.
        live(&mut detector, 0, 0, &[(3, 0b1000)]);
        let says = [(0, ALL & !0b1000), (2, ALL & !0b1000)];
        assert_eq!(live(&mut detector, 50, 300, &says), [3]);
        assert_eq!(live(&mut detector, 350, 400, &says), [3]);
    }

    #[test]
    fn the_condemned_goes_and_its_links_do_not_count() {
        let mut detector = detector();
        detector.condemn(2);
        detector.condemn(99);
        let says = [(0, ALL), (2, 0b0100), (3, ALL & !0b0100)];
        assert_eq!(live(&mut detector, 0, 150, &says), [2]);
    }

    #[test]
    fn after_a_pause_of_ones_own_nobody_is_silent() {
        let mut detector = detector();
        live(&mut detector, 0, 200, &[(0, ALL), (2, ALL), (3, ALL)]);
        assert_eq!(detector.to_go(at(5_000)), NOBODY);
        assert_eq!(detector.hears(at(5_000)), ALL);
        assert_eq!(detector.wake_at(), at(5_250));
    }

    #[test]
    fn patience_grows_with_the_gaps_up_to_four_times() {
        let mut detector = detector();
        for millis in (0..20_000).step_by(50) {
            detector.on_sign(at(millis), 0);
            if millis % 100 == 0 {
                detector.on_sign(at(millis), 2);
            }
            if millis % 900 == 0 {
                detector.on_sign(at(millis), 3);
            }
        }
        // 250 at the least for 0; 4 times 100 for 2; 1000 at the most for 3.
        let too_long = |rank| detector.too_long_at(rank).since(detector.peers[rank].last);
        assert_eq!(too_long(0), Duration::from_millis(250));
        assert!((390..410).contains(&too_long(2).as_millis()));
        assert_eq!(too_long(3), Duration::from_secs(1));
    }
    /// Each datagram made it look through all members, and each turn through all pairs of them.
    #[test]
    fn a_datagram_costs_the_same_in_a_large_view() {
        const SIZE: usize = 64;
        const ROUNDS: u64 = 400;
        let mut detector = one_of(SIZE as u64);
        let says_all = u64::MAX;
        for round in 0..ROUNDS {
            for rank in 0..SIZE {
                let now = Tick::from_nanos(round * 50_000_000 + rank as u64 * 700_000);
                detector.on_sign(now, rank);
                // One is deaf for a while, and heals.
                let is_deaf = rank == 7 && (100..101).contains(&round);
                detector.on_hears(now, rank, if is_deaf { 1 << 7 } else { says_all });
                if now >= detector.wake_at() {
                    assert_eq!(detector.to_go(now), NOBODY);
                    assert!(detector.wake_at() > now, "round {round}, rank {rank}");
                }
            }
        }
        let datagrams = ROUNDS as usize * SIZE;
        assert!(detector.looks <= datagrams, "{}", detector.looks);
    }
}

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

/// Who hears whom in one view.
#[derive(Debug)]
pub(crate) struct Detector {
    own: usize,
    size: usize,
    /// The shortest silence that is too long.
    suspect_after: Duration,
    /// How long a link is broken before it counts.
    settled_after: Duration,
    /// How long this member itself may not have run before nobody's silence counts.
    pause: Duration,
    ran_at: Tick,
    looked_at: Tick,
    /// Somebody has become silent since it was last asked who has to go.
    is_due: bool,
    peers: Vec<Peer>,
    condemned: u64,
    /// Since when rank i does not hear rank j, at `i * size + j`: as it said, for one's own rank as it is.
    broken: Vec<Option<Tick>>,
}

/// What is known of a member.
#[derive(Clone, Debug)]
struct Peer {
    last: Tick,
    /// The mean time between two signs, moved by an eighth of each difference (Jacobson 1988).
    gap: Duration,
    is_heard: bool,
}

impl Detector {
    /// All have just been heard.
    pub fn new(view: Arc<View>, own: usize, settings: &Settings, now: Tick) -> Self {
        let size = view.size();
        let peer = Peer {
            last: now,
            gap: settings.heartbeat,
            is_heard: true,
        };
        Self {
            own,
            size,
            suspect_after: settings.suspect_after,
            settled_after: 2 * settings.heartbeat,
            pause: (settings.suspect_after / 2).max(settings.heartbeat * 3 / 2),
            ran_at: now,
            looked_at: now,
            is_due: false,
            peers: vec![peer; size],
            condemned: 0,
            broken: vec![None; size * size],
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
        if !peer.is_heard {
            peer.is_heard = true;
            self.broken[own * self.size + from] = None;
        }
    }

    /// Whom that rank hears.
    pub fn on_hears(&mut self, now: Tick, from: usize, hears: u64) {
        self.run(now);
        if from == self.own || from >= self.size {
            return;
        }
        for of in (0..self.size).filter(|of| *of != from) {
            let link = &mut self.broken[from * self.size + of];
            *link = match hears >> of & 1 == 1 {
                true => None,
                false => link.or(Some(now)),
            };
        }
    }

    /// Whom this member hears: bit r. Itself among them.
    pub fn hears(&mut self, now: Tick) -> u64 {
        self.run(now);
        self.heard()
    }

    /// The ranks that have to go, in ascending order: for what is known of links, and those given to [`Detector::condemn`].
    #[allow(
        clippy::wrong_self_convention,
        reason = "who is to go, not a conversion"
    )]
    pub fn to_go(&mut self, now: Tick) -> Vec<usize> {
        self.run(now);
        (self.looked_at, self.is_due) = (self.ran_at, false);
        let mut staying = mask(0..self.size) & !self.condemned & !self.unheard_by_all();
        let links: Vec<u64> = (0..self.size).map(|from| self.counted(now, from)).collect();
        while let Some(worst) = worst(&links, staying) {
            staying &= !(1 << worst);
        }
        ranks(mask(0..self.size) & !staying)
    }

    /// That rank has to go whatever is heard of it: it wants to leave, or holds others up.
    pub fn condemn(&mut self, rank: usize) {
        if rank < self.size {
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
        if self.is_due {
            return Tick::ZERO;
        }
        let others = (0..self.size).filter(|rank| *rank != self.own);
        let silences = others
            .filter(|rank| self.peers[*rank].is_heard)
            .map(|rank| self.too_long_at(rank));
        let links = self
            .broken
            .iter()
            .flatten()
            .map(|since| *since + self.settled_after);
        let links = links.filter(|at| *at > self.looked_at);
        silences.chain(links).min().unwrap_or(Tick::MAX)
    }

    /// Looks whose silence has become too long.
    fn run(&mut self, now: Tick) {
        let has_paused = now.since(self.ran_at) > self.pause;
        self.ran_at = self.ran_at.max(now);
        for rank in (0..self.size).filter(|rank| *rank != self.own) {
            if has_paused {
                self.peers[rank].last = now;
                self.peers[rank].is_heard = true;
                self.broken[self.own * self.size + rank] = None;
            } else if self.peers[rank].is_heard && now >= self.too_long_at(rank) {
                self.peers[rank].is_heard = false;
                self.broken[self.own * self.size + rank] = Some(now);
                self.is_due = true;
            }
        }
    }

    fn too_long_at(&self, rank: usize) -> Tick {
        let peer = &self.peers[rank];
        let adapted = peer.gap.saturating_mul(4);
        peer.last + adapted.clamp(self.suspect_after, 4 * self.suspect_after)
    }

    fn heard(&self) -> u64 {
        mask((0..self.size).filter(|rank| self.peers[*rank].is_heard))
    }

    /// Whom neither this member hears nor any that it hears.
    fn unheard_by_all(&self) -> u64 {
        let heard = self.heard() & !self.condemned;
        let mut unheard = !self.heard() & mask(0..self.size);
        for from in ranks(heard & !(1 << self.own)) {
            for of in ranks(unheard) {
                if self.broken[from * self.size + of].is_none() {
                    unheard &= !(1 << of);
                }
            }
        }
        unheard
    }

    /// Whom that rank does not hear, as far as it counts: what a member says that is not heard itself is out of date.
    fn counted(&self, now: Tick, from: usize) -> u64 {
        if !self.peers[from].is_heard {
            return 0;
        }
        let is_settled = |of: &usize| {
            self.broken[from * self.size + of]
                .is_some_and(|since| now >= since + self.settled_after)
        };
        mask((0..self.size).filter(is_settled))
    }
}

/// Who has the most broken links among those who stay, of equals the highest; none if there is no such link.
fn worst(links: &[u64], staying: u64) -> Option<usize> {
    let count = |rank: usize| {
        let others = ranks(staying)
            .into_iter()
            .filter(|from| links[*from] >> rank & 1 == 1);
        (links[rank] & staying).count_ones() as usize + others.count()
    };
    ranks(staying)
        .into_iter()
        .map(|rank| (count(rank), rank))
        .filter(|(count, _)| *count > 0)
        .max()
        .map(|(_, rank)| rank)
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
        let name = Name::new("m").expect("a name");
        let seat = |member| Seat {
            member: MemberId(member),
            name: name.clone(),
        };
        let view = View {
            id: ViewId::default(),
            seats: (1..=4).map(seat).collect(),
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
}

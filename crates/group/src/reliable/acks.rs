//! Who has told to have what.

use crate::view::MEMBERS_MAX;

/// Through which packet each member has those of each.
#[derive(Debug)]
pub(super) struct Acks {
    size: usize,
    own: usize,
    /// Of member m and sender s at `m * size + s`.
    table: Vec<u64>,
    /// The other members that are waited for.
    awaited: Vec<bool>,
    /// Of each sender what all who are awaited have. Kept, because it is asked for with each packet: in a large group looking through
    /// all members for each of all senders was most of the work that a status made.
    least: Vec<Least>,
    #[cfg(test)]
    looked_at: usize,
}

/// The least that members have of a sender, and how many have no more: when these have told more, it is looked for again.
#[derive(Clone, Copy, Debug)]
struct Least {
    through: u64,
    count: usize,
}

impl Acks {
    pub(super) fn new(size: usize, own: usize) -> Self {
        let mut acks = Self {
            size,
            own,
            table: vec![0; size * size],
            awaited: (0..size).map(|rank| rank != own).collect(),
            least: vec![Least::OF_NOBODY; size],
            #[cfg(test)]
            looked_at: 0,
        };
        (0..size).for_each(|sender| acks.look(sender));
        acks
    }

    /// That member has those of that sender through this one. What was told before stays true.
    pub(super) fn tell(&mut self, member: usize, sender: usize, through: u64) {
        let told = &mut self.table[member * self.size + sender];
        let before = std::mem::replace(told, through.max(*told));
        let least = &mut self.least[sender];
        if through > before && before == least.through && self.awaited[member] {
            least.count -= 1;
            if least.count == 0 {
                self.look(sender);
            }
        }
    }

    pub(super) fn forget(&mut self, member: usize) {
        self.awaited[member] = false;
        (0..self.size).for_each(|sender| self.look(sender));
    }

    /// Through which packet all who are awaited have those of that sender; everything where nobody is.
    pub(super) fn all_have(&self, sender: usize) -> u64 {
        self.least[sender].through
    }

    /// Who of those that are awaited has the fewest packets of that sender.
    pub(super) fn slowest(&self, sender: usize) -> Option<usize> {
        let mut awaited = (0..self.size).filter(|rank| self.awaited[*rank]);
        awaited.find(|rank| self.table[rank * self.size + sender] == self.least[sender].through)
    }

    /// Through which packet so many members have those of that sender: this one has `own`, the sender itself all that are told of.
    pub(super) fn had_by(&self, sender: usize, count: usize, own: u64) -> u64 {
        let mut all = [0; MEMBERS_MAX];
        for (rank, place) in all[..self.size].iter_mut().enumerate() {
            *place = match rank {
                _ if rank == self.own => own,
                _ if rank == sender => u64::MAX,
                _ => self.table[rank * self.size + sender],
            };
        }
        let all = &mut all[..self.size];
        all.sort_unstable_by(|one, other| other.cmp(one));
        // What this member does not have itself it does not vouch for.
        count
            .checked_sub(1)
            .map_or(own, |at| all.get(at).copied().unwrap_or(0))
            .min(own)
    }

    fn look(&mut self, sender: usize) {
        let mut least = Least::OF_NOBODY;
        for rank in (0..self.size).filter(|rank| self.awaited[*rank]) {
            let through = self.table[rank * self.size + sender];
            if through < least.through {
                least = Least { through, count: 0 };
            }
            least.count += usize::from(through == least.through);
        }
        self.least[sender] = least;
        #[cfg(test)]
        {
            self.looked_at += self.size;
        }
    }
}

impl Least {
    const OF_NOBODY: Self = Self {
        through: u64::MAX,
        count: 0,
    };
}

#[cfg(test)]
mod tests {
    use rand_core::Rng as _;
    use rand_pcg::Pcg64Mcg;

    use super::*;

    #[test]
    fn the_least_is_that_of_all_who_are_awaited() {
        let mut random = Pcg64Mcg::new(7);
        let mut acks = Acks::new(5, 2);
        for step in 0..10_000 {
            let mut draw = |below: u64| (random.next_u64() % below) as usize;
            acks.tell(draw(5), draw(5), draw(step / 10 + 2) as u64);
            if step == 7_000 {
                acks.forget(4);
            }
            for sender in 0..5 {
                let awaited = (0..5).filter(|rank| acks.awaited[*rank]);
                let told = |rank: usize| acks.table[rank * 5 + sender];
                let least = awaited.clone().map(told).min();
                assert_eq!(acks.all_have(sender), least.expect("somebody is awaited"));
                let slowest = acks.slowest(sender).expect("somebody is awaited");
                assert_eq!(Some(told(slowest)), least);
            }
        }
        (0..5).for_each(|member| acks.forget(member));
        assert_eq!((acks.all_have(0), acks.slowest(0)), (u64::MAX, None));
    }

    /// All senders were looked through for all members with each status: 4096 places at 64 members.
    #[test]
    fn a_status_costs_a_look_at_each_sender_and_no_more() {
        const SIZE: usize = 64;
        let (mut acks, mut statuses) = (Acks::new(SIZE, 0), 0);
        acks.looked_at = 0;
        for through in 1..100 {
            for member in 1..SIZE {
                (0..SIZE).for_each(|sender| acks.tell(member, sender, through));
                statuses += 1;
            }
        }
        assert!(acks.looked_at <= statuses * 2 * SIZE, "{}", acks.looked_at);
    }
}

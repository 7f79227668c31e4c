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
}

impl Acks {
    pub(super) fn new(size: usize, own: usize) -> Self {
        Self {
            size,
            own,
            table: vec![0; size * size],
            awaited: (0..size).map(|rank| rank != own).collect(),
        }
    }

    /// That member has those of that sender through this one. What was told before stays true.
    pub(super) fn tell(&mut self, member: usize, sender: usize, through: u64) {
        let told = &mut self.table[member * self.size + sender];
        *told = through.max(*told);
    }

    pub(super) fn forget(&mut self, member: usize) {
        self.awaited[member] = false;
    }

    /// Through which packet all who are awaited have those of that sender; everything where nobody is.
    pub(super) fn all_have(&self, sender: usize) -> u64 {
        self.slowest(sender)
            .map_or(u64::MAX, |(_, through)| through)
    }

    /// Who of those that are awaited has the fewest packets of that sender.
    pub(super) fn slowest(&self, sender: usize) -> Option<(usize, u64)> {
        let awaited = (0..self.size).filter(|rank| self.awaited[*rank]);
        awaited
            .map(|rank| (rank, self.table[rank * self.size + sender]))
            .min_by_key(|(_, through)| *through)
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
}

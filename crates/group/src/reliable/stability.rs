//! Who has what, by what they say.

/// Of each sender's packets, through which one each member has them.
#[derive(Debug)]
pub(super) struct Stability {
    size: usize,
    /// `had[from * size + member]`.
    had: Vec<u64>,
    /// The least of those that are waited for, by sender.
    least: Vec<u64>,
    is_forgotten: Vec<bool>,
}

impl Stability {
    /// Nobody has anything.
    pub fn new(size: usize) -> Self {
        Self {
            size,
            had: vec![0; size * size],
            least: vec![0; size],
            is_forgotten: vec![false; size],
        }
    }

    /// A member has a sender's packets through that one. Numbers never go back.
    pub fn raise(&mut self, from: usize, member: usize, through: u64) {
        let had = &mut self.had[from * self.size + member];
        if through <= *had {
            return;
        }
        let was = std::mem::replace(had, through);
        if was <= self.least[from] || member == from {
            self.look(from);
        }
    }

    /// That member is not waited for any more.
    pub fn forget(&mut self, member: usize) {
        self.is_forgotten[member] = true;
        for from in 0..self.size {
            self.look(from);
        }
    }

    /// Whether that member is not waited for.
    pub fn is_forgotten(&self, member: usize) -> bool {
        self.is_forgotten[member]
    }

    /// Through which packet of that sender everybody has them who is waited for.
    pub fn least(&self, from: usize) -> u64 {
        self.least[from]
    }

    /// The member, other than the sender, that is waited for and has the least; of equals the one of the lowest rank.
    pub fn slowest(&self, from: usize) -> Option<(usize, u64)> {
        self.others(from).min_by_key(|(_, through)| *through)
    }

    /// Through which packet of that sender so many members have them; 0 where there are not so many members.
    pub fn had_by(&self, from: usize, count: usize) -> u64 {
        if count == 0 || count > self.size {
            return 0;
        }
        let row = self.row(from);
        let mut sorted = [0; crate::view::MEMBERS_MAX];
        let Some(sorted) = sorted.get_mut(..row.len()) else {
            return 0;
        };
        sorted.copy_from_slice(row);
        *sorted.select_nth_unstable(row.len() - count).1
    }

    fn row(&self, from: usize) -> &[u64] {
        &self.had[from * self.size..(from + 1) * self.size]
    }

    fn others(&self, from: usize) -> impl Iterator<Item = (usize, u64)> {
        let row = self.row(from).iter().copied().enumerate();
        row.filter(move |(member, _)| *member != from && !self.is_forgotten[*member])
    }

    /// The sender has what it sent; alone it is all there is.
    fn look(&mut self, from: usize) {
        let others = self.others(from).map(|(_, through)| through).min();
        self.least[from] = others.unwrap_or(self.had[from * self.size + from]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_is_that_of_the_slowest_who_is_waited_for() {
        let mut stability = Stability::new(4);
        for (member, through) in [(0, 9), (1, 7), (2, 5), (3, 8), (3, 2)] {
            stability.raise(0, member, through);
        }
        assert_eq!(stability.least(0), 5);
        assert_eq!(stability.slowest(0), Some((2, 5)));
        stability.forget(2);
        assert_eq!(stability.least(0), 7);
        assert_eq!(stability.slowest(0), Some((1, 7)));
        assert_eq!(stability.least(1), 0);
        stability.forget(1);
        stability.forget(3);
        assert_eq!((stability.least(0), stability.slowest(0)), (9, None));
        stability.raise(0, 0, 11);
        assert_eq!(stability.least(0), 11);
    }

    #[test]
    fn so_many_have_what_the_last_of_them_has() {
        let mut stability = Stability::new(3);
        for (member, through) in [(0, 9), (1, 7), (2, 5)] {
            stability.raise(1, member, through);
        }
        let had = [0, 1, 2, 3, 4].map(|count| stability.had_by(1, count));
        assert_eq!(had, [0, 9, 7, 5, 0]);
    }
}

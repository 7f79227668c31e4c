//! The vector clock of a group whose members come and go: entries by member, most of which may be absent.

use crate::{ClockError, DecodeError, Relation, varint};

/// A vector clock with an entry a member that was heard of, and its stamps: a stamp is a copy of the clock. A member
/// without an entry counts 0.
///
/// It promises what [`Vector`](crate::Vector) promises, and refuses what that refuses. Members are told apart by
/// numbers, or anything else that is ordered; somebody who comes back as a new member needs a new one.
///
/// **It never has more entries than it may**, so that stamps full of members that nobody knows cannot fill the memory.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct VectorMap<M = u64> {
    own: M,
    /// In ascending order of members, each above 0, but for the own one, which is always there.
    entries: Vec<(M, u64)>,
    most: usize,
}

impl<M: Copy + Ord> VectorMap<M> {
    /// The clock of a member, before its first event. It may have `most` entries, its own among them, or 1.
    pub fn new(own: M, most: usize) -> Self {
        Self {
            own,
            entries: vec![(own, 0)],
            most: most.max(1),
        }
    }

    /// Whose clock it is.
    pub fn own(&self) -> M {
        self.own
    }

    /// Of each member that was heard of, how many of its events are known of; in ascending order of members.
    pub fn entries(&self) -> &[(M, u64)] {
        &self.entries
    }

    /// How many of a member's events are known of.
    pub fn entry(&self, member: M) -> u64 {
        self.place(member).map_or(0, |at| self.entries[at].1)
    }

    /// Something happens inside the member.
    ///
    /// # Errors
    /// [`ClockError::Exhausted`] at the end of 64 bits.
    pub fn local(&mut self) -> Result<(), ClockError> {
        let ticked = self.ticked()?;
        self.set_own(ticked);
        Ok(())
    }

    /// A message is sent. Gives the stamp that goes with it: the clock itself, for the caller to encode or to clone.
    ///
    /// # Errors
    /// [`ClockError::Exhausted`] at the end of 64 bits.
    pub fn send(&mut self) -> Result<&Self, ClockError> {
        self.local()?;
        Ok(self)
    }

    /// A message with that stamp comes in: merges it, then ticks.
    ///
    /// # Errors
    /// [`ClockError::OwnEntryAhead`], [`ClockError::TooManyEntries`], [`ClockError::Exhausted`].
    pub fn receive(&mut self, stamp: &Self) -> Result<(), ClockError> {
        let ticked = self.ticked()?;
        self.merge(stamp)?;
        self.set_own(ticked);
        Ok(())
    }

    /// Takes in what another clock knows, without an event.
    ///
    /// # Errors
    /// [`ClockError::OwnEntryAhead`], [`ClockError::TooManyEntries`].
    pub fn merge(&mut self, other: &Self) -> Result<(), ClockError> {
        let (own, claimed) = (self.entry(self.own), other.entry(self.own));
        if claimed > own {
            return Err(ClockError::OwnEntryAhead { claimed, own });
        }
        let needed = self.entries.len() + self.unheard_of(other);
        if needed > self.most {
            let most = self.most;
            return Err(ClockError::TooManyEntries { needed, most });
        }
        if needed == self.entries.len() {
            self.raise(other);
        } else {
            self.entries = union(&self.entries, &other.entries, needed);
        }
        Ok(())
    }

    /// How the event with this stamp stands to that with the other.
    pub fn relation(&self, other: &Self) -> Relation {
        let lacks = |one: &Self, other: &Self| {
            let lacks = |(member, count): &(M, u64)| one.entry(*member) < *count;
            other.entries.iter().any(lacks)
        };
        Relation::of_entries(lacks(self, other), lacks(other, self))
    }

    /// Takes out a member that left, and whose messages will not come any more: if one does, it counts as new. The own
    /// entry stays.
    pub fn forget(&mut self, member: M) {
        if member != self.own
            && let Ok(at) = self.place(member)
        {
            self.entries.remove(at);
        }
    }

    fn place(&self, member: M) -> Result<usize, usize> {
        self.entries.binary_search_by_key(&member, |entry| entry.0)
    }

    fn ticked(&self) -> Result<u64, ClockError> {
        let own = self.entry(self.own);
        own.checked_add(1).ok_or(ClockError::Exhausted)
    }

    fn set_own(&mut self, count: u64) {
        let at = self.place(self.own).expect("the own entry stays");
        self.entries[at].1 = count;
    }

    /// How many members the other knows of and this one does not.
    fn unheard_of(&self, other: &Self) -> usize {
        let mut mine = self.entries.iter().peekable();
        let is_new = |(member, count): &&(M, u64)| {
            while mine.next_if(|entry| entry.0 < *member).is_some() {}
            mine.next_if(|entry| entry.0 == *member).is_none() && *count > 0
        };
        other.entries.iter().filter(is_new).count()
    }

    /// Merges a clock that knows no member that this one does not.
    fn raise(&mut self, other: &Self) {
        let mut mine = self.entries.iter_mut().peekable();
        for &(member, count) in &other.entries {
            while mine.next_if(|entry| entry.0 < member).is_some() {}
            if let Some(entry) = mine.next_if(|entry| entry.0 == member) {
                entry.1 = entry.1.max(count);
            }
        }
    }
}

impl VectorMap {
    /// Appends its bytes, all in LEB128: how many entries, the own member, then of each entry the member and its count.
    pub fn encode(&self, out: &mut Vec<u8>) {
        varint::write(self.entries.len() as u64, out);
        varint::write(self.own, out);
        for &(member, count) in &self.entries {
            varint::write(member, out);
            varint::write(count, out);
        }
    }

    /// Takes a stamp off the front of the input, of at most `most` entries. Allocates eight times as many bytes as the
    /// input has at most.
    ///
    /// # Errors
    /// If there is none; the input is then of no further use.
    pub fn read(input: &mut &[u8], most: usize) -> Result<Self, DecodeError> {
        let size = varint::read_count(input, 2)?;
        if size > most {
            return Err(DecodeError::TooManyEntries { size, most });
        }
        let own = varint::read(input)?;
        let mut entries: Vec<(u64, u64)> = Vec::with_capacity(size);
        for _ in 0..size {
            let member = varint::read(input)?;
            let count = varint::read(input)?;
            if entries.last().is_some_and(|last| last.0 >= member) {
                return Err(DecodeError::Unsorted);
            }
            if count == 0 && member != own {
                return Err(DecodeError::Zero);
            }
            entries.push((member, count));
        }
        let clock = Self { own, entries, most };
        let size = size as u64;
        clock
            .place(own)
            .map_err(|_| DecodeError::Own { own, size })?;
        Ok(clock)
    }

    /// The stamp that these bytes are, of at most `most` entries, with nothing behind it.
    ///
    /// # Errors
    /// If they are none.
    pub fn decode(mut bytes: &[u8], most: usize) -> Result<Self, DecodeError> {
        let stamp = Self::read(&mut bytes, most)?;
        varint::end(bytes)?;
        Ok(stamp)
    }
}

/// The greater of each member's counts, of which there will be `size`.
fn union<M: Copy + Ord>(one: &[(M, u64)], other: &[(M, u64)], size: usize) -> Vec<(M, u64)> {
    let mut both = Vec::with_capacity(size);
    let mut rest = other.iter().filter(|entry| entry.1 > 0).peekable();
    for &(member, count) in one {
        while let Some(entry) = rest.next_if(|entry| entry.0 < member) {
            both.push(*entry);
        }
        let same = rest.next_if(|entry| entry.0 == member);
        both.push((member, same.map_or(count, |entry| entry.1.max(count))));
    }
    both.extend(rest);
    both
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn clock(own: u64, entries: &[(u64, u64)]) -> VectorMap {
        VectorMap {
            own,
            entries: entries.to_vec(),
            most: 8,
        }
    }

    #[test]
    fn a_receipt_merges_and_ticks() {
        let mut own = clock(5, &[(3, 1), (5, 2)]);
        let stamp = clock(4, &[(3, 4), (4, 1), (5, 1), (9, 7)]);
        own.receive(&stamp).expect("received");
        assert_eq!(own.entries(), [(3, 4), (4, 1), (5, 3), (9, 7)]);
    }

    #[test]
    fn a_member_without_an_entry_counts_nothing() {
        let (one, other) = (clock(1, &[(1, 1)]), clock(2, &[(1, 1), (2, 1)]));
        assert_eq!(one.relation(&other), Relation::Before);
        assert_eq!(other.relation(&one), Relation::After);
        let aside = clock(3, &[(3, 1)]);
        assert_eq!(one.relation(&aside), Relation::Concurrent);
        assert_eq!(one.relation(&one), Relation::Same);
    }

    #[test]
    fn a_member_that_left_makes_room() {
        let mut own = VectorMap::new(1, 2);
        own.receive(&clock(2, &[(2, 1)])).expect("room for two");
        let error = ClockError::TooManyEntries { needed: 3, most: 2 };
        assert_eq!(own.receive(&clock(3, &[(3, 1)])), Err(error));
        assert_eq!(own.entries(), [(1, 1), (2, 1)]);
        own.forget(1);
        own.forget(2);
        own.receive(&clock(3, &[(3, 1)])).expect("room again");
        assert_eq!(own.entries(), [(1, 2), (3, 1)]);
    }

    #[test]
    fn what_cannot_be_is_refused_and_leaves_the_clock_alone() {
        let mut own = clock(1, &[(1, 2)]);
        let error = ClockError::OwnEntryAhead { claimed: 3, own: 2 };
        assert_eq!(own.receive(&clock(2, &[(1, 3), (2, 1)])), Err(error));
        let mut last = clock(1, &[(1, u64::MAX)]);
        let stamp = clock(2, &[(2, 1)]);
        assert_eq!(last.receive(&stamp), Err(ClockError::Exhausted));
        assert_eq!(last.entries(), [(1, u64::MAX)]);
    }

    #[track_caller]
    fn refused(bytes: &[u8], expected: DecodeError) {
        assert_eq!(VectorMap::decode(bytes, 3), Err(expected));
    }

    #[test]
    fn bytes_that_nobody_writes_are_refused() {
        refused(&[2, 1, 2, 1, 1, 1], DecodeError::Unsorted);
        refused(&[2, 1, 1, 1, 1, 1], DecodeError::Unsorted);
        refused(&[2, 1, 1, 1, 2, 0], DecodeError::Zero);
        refused(&[1, 2, 1, 1], DecodeError::Own { own: 2, size: 1 });
        refused(&[0, 2], DecodeError::Own { own: 2, size: 0 });
        refused(&[1, 1, 1, 1, 9], DecodeError::Trailing { count: 1 });
        refused(&[0xc0, 0x84, 0x3d], DecodeError::Truncated);
        let four = [4, 1, 1, 1, 2, 1, 3, 1, 4, 1];
        refused(&four, DecodeError::TooManyEntries { size: 4, most: 3 });
    }

    #[test]
    fn a_clock_before_its_first_event_has_bytes_too() {
        let clock = VectorMap::new(7, 3);
        let mut bytes = Vec::new();
        clock.encode(&mut bytes);
        assert_eq!(VectorMap::decode(&bytes, 3), Ok(clock));
    }

    prop_compose! {
        fn any_clock(own: u64)(
            entries in prop::collection::btree_map(0..12_u64, 1..4_u64, 0..8), count in 1..4_u64,
        ) -> VectorMap {
            let mut entries: BTreeMap<u64, u64> = entries;
            entries.insert(own, count);
            VectorMap { own, entries: entries.into_iter().collect(), most: 12 }
        }
    }

    proptest! {
        #[test]
        fn a_merge_takes_the_greater_of_each(one in any_clock(3), other in any_clock(7)) {
            let mut both = one.clone();
            let merged = both.merge(&other);
            if other.entry(3) > one.entry(3) {
                prop_assert!(merged.is_err());
                prop_assert_eq!(both, one);
            } else {
                for member in 0..12 {
                    prop_assert_eq!(both.entry(member), one.entry(member).max(other.entry(member)));
                }
                prop_assert!(both.entries().is_sorted_by(|a, b| a.0 < b.0));
                prop_assert!(both.entries().iter().all(|entry| entry.1 > 0));
            }
        }

        #[test]
        fn bytes_give_the_stamp_back(stamp in any_clock(3)) {
            let mut bytes = Vec::new();
            stamp.encode(&mut bytes);
            for cut in 0..bytes.len() {
                prop_assert_eq!(VectorMap::decode(&bytes[..cut], 12), Err(DecodeError::Truncated));
            }
            prop_assert_eq!(VectorMap::decode(&bytes, 12), Ok(stamp));
        }

        #[test]
        fn any_bytes_are_a_stamp_in_one_form_or_none(bytes in prop::collection::vec(0..5_u8, 0..12)) {
            if let Ok(stamp) = VectorMap::decode(&bytes, 100) {
                let mut again = Vec::new();
                stamp.encode(&mut again);
                prop_assert_eq!(again, bytes);
            }
        }
    }
}

//! The vector clock of a group that does not change: a number a host (Fidge 1988, Mattern 1989).

use crate::{ClockError, DecodeError, Relation, varint};

/// A vector clock, and its stamps: a stamp is a copy of the clock. Entry j counts the events of host j that may have
/// caused this one, itself included.
///
/// **a may have caused b if and only if a's stamp is less than b's**: no entry is greater, and one is smaller.
///
/// Nobody can know of more events of a host than the host itself, so a stamp whose entry for this host is greater than
/// its own is refused: the own entry then grows by ticks alone, and no stamp can bring it to the end of its 64 bits.
/// Entries of others are taken as they come, for there is nothing to hold them against.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Vector {
    own: usize,
    entries: Box<[u64]>,
}

impl Vector {
    /// The clock of the host at place `own`, from 0, in a group of `size`, before its first event.
    ///
    /// # Panics
    /// If there is no such place.
    pub fn new(size: usize, own: usize) -> Self {
        Self::at(vec![0; size], own)
    }

    /// The clock with these entries.
    ///
    /// # Panics
    /// If none of them is the own one.
    pub fn at(entries: impl Into<Box<[u64]>>, own: usize) -> Self {
        let entries = entries.into();
        assert!(own < entries.len(), "host {own} of {}", entries.len());
        Self { own, entries }
    }

    /// The place of the host whose clock it is, from 0.
    pub fn own(&self) -> usize {
        self.own
    }

    /// Of each host, how many of its events are known of.
    pub fn entries(&self) -> &[u64] {
        &self.entries
    }

    /// Something happens inside the host.
    ///
    /// # Errors
    /// [`ClockError::Exhausted`] at the end of 64 bits.
    pub fn local(&mut self) -> Result<(), ClockError> {
        let own = &mut self.entries[self.own];
        *own = own.checked_add(1).ok_or(ClockError::Exhausted)?;
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
    /// [`ClockError::Size`], [`ClockError::OwnEntryAhead`], [`ClockError::Exhausted`].
    pub fn receive(&mut self, stamp: &Self) -> Result<(), ClockError> {
        // Before the merge, so that a refusal leaves the clock as it was; the merge leaves the own entry alone.
        let ticked = self.entries[self.own].checked_add(1);
        let ticked = ticked.ok_or(ClockError::Exhausted)?;
        self.merge(stamp)?;
        self.entries[self.own] = ticked;
        Ok(())
    }

    /// Takes in what another clock knows, without an event.
    ///
    /// # Errors
    /// [`ClockError::Size`], [`ClockError::OwnEntryAhead`].
    pub fn merge(&mut self, other: &Self) -> Result<(), ClockError> {
        self.same_size(other)?;
        let (own, claimed) = (self.entries[self.own], other.entries[self.own]);
        if claimed > own {
            return Err(ClockError::OwnEntryAhead { claimed, own });
        }
        for (mine, theirs) in self.entries.iter_mut().zip(&other.entries) {
            *mine = (*mine).max(*theirs);
        }
        Ok(())
    }

    /// How the event with this stamp stands to that with the other.
    ///
    /// # Errors
    /// [`ClockError::Size`].
    pub fn relation(&self, other: &Self) -> Result<Relation, ClockError> {
        self.same_size(other)?;
        let (mut behind, mut ahead) = (false, false);
        for (mine, theirs) in self.entries.iter().zip(&other.entries) {
            behind |= mine < theirs;
            ahead |= mine > theirs;
        }
        Ok(Relation::of_entries(behind, ahead))
    }

    /// Appends its bytes, all in LEB128: how many entries, the own place, the entries.
    pub fn encode(&self, out: &mut Vec<u8>) {
        varint::write(self.entries.len() as u64, out);
        varint::write(self.own as u64, out);
        for entry in &self.entries {
            varint::write(*entry, out);
        }
    }

    /// Takes a stamp off the front of the input. Allocates eight times as many bytes as the input has at most.
    ///
    /// # Errors
    /// If there is none; the input is then of no further use.
    pub fn read(input: &mut &[u8]) -> Result<Self, DecodeError> {
        let size = varint::read_count(input, 1)?;
        let own = varint::read(input)?;
        if own >= size as u64 {
            let size = size as u64;
            return Err(DecodeError::Own { own, size });
        }
        let entries: Result<Box<[u64]>, _> = (0..size).map(|_| varint::read(input)).collect();
        let own = usize::try_from(own).expect("below the size, which is a usize");
        Ok(Self::at(entries?, own))
    }

    /// The stamp that these bytes are, with nothing behind it.
    ///
    /// # Errors
    /// If they are none.
    pub fn decode(mut bytes: &[u8]) -> Result<Self, DecodeError> {
        let stamp = Self::read(&mut bytes)?;
        varint::end(bytes)?;
        Ok(stamp)
    }

    fn same_size(&self, other: &Self) -> Result<(), ClockError> {
        let (own, other) = (self.entries.len(), other.entries.len());
        if own == other {
            Ok(())
        } else {
            Err(ClockError::Size { own, other })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_receipt_merges_and_ticks() {
        let mut clock = Vector::at([3, 0, 5], 0);
        clock.receive(&Vector::at([1, 2, 4], 1)).expect("received");
        assert_eq!(clock.entries(), [4, 2, 5]);
    }

    #[track_caller]
    fn check(own: &[u64], other: &[u64], expected: Relation) {
        let (own, other) = (Vector::at(own, 0), Vector::at(other, 1));
        assert_eq!(own.relation(&other), Ok(expected));
        assert_eq!(other.relation(&own), Ok(expected.reversed()));
    }

    #[test]
    fn less_is_before_and_neither_is_concurrent() {
        check(&[1, 0], &[1, 1], Relation::Before);
        check(&[2, 0], &[1, 1], Relation::Concurrent);
        check(&[2, 1], &[2, 1], Relation::Same);
    }

    #[track_caller]
    fn refused(entries: &[u64], stamp: &[u64], expected: ClockError) {
        let mut clock = Vector::at(entries, 0);
        assert_eq!(clock.receive(&Vector::at(stamp, 0)), Err(expected));
        assert_eq!(clock.entries(), entries);
    }

    #[test]
    fn what_cannot_be_is_refused_and_leaves_the_clock_alone() {
        refused(&[1, 1], &[1, 1, 1], ClockError::Size { own: 2, other: 3 });
        let ahead = ClockError::OwnEntryAhead { claimed: 2, own: 1 };
        refused(&[1, 1], &[2, 7], ahead);
    }

    #[test]
    fn at_the_end_it_says_so() {
        let mut clock = Vector::at([u64::MAX, 0], 0);
        assert_eq!(clock.send(), Err(ClockError::Exhausted));
        refused(&[u64::MAX, 1], &[0, 1], ClockError::Exhausted);
        refused(&[u64::MAX, 1], &[0, 2], ClockError::Exhausted);
    }

    #[test]
    fn a_million_entries_in_three_bytes_are_refused() {
        let mut bytes = Vec::new();
        varint::write(1_000_000, &mut bytes);
        assert_eq!(bytes.len(), 3);
        assert_eq!(Vector::decode(&bytes), Err(DecodeError::Truncated));
    }

    #[test]
    fn a_stamp_of_nobody_is_refused() {
        let error = DecodeError::Own { own: 2, size: 2 };
        assert_eq!(Vector::decode(&[2, 2, 1, 1]), Err(error));
        let error = DecodeError::Own { own: 0, size: 0 };
        assert_eq!(Vector::decode(&[0, 0]), Err(error));
    }

    proptest! {
        #[test]
        fn bytes_give_the_stamp_back(entries in prop::collection::vec(any::<u64>(), 1..40), own: prop::sample::Index) {
            let own = own.index(entries.len());
            let clock = Vector::at(entries, own);
            let mut bytes = Vec::new();
            clock.encode(&mut bytes);
            for cut in 0..bytes.len() {
                prop_assert_eq!(Vector::decode(&bytes[..cut]), Err(DecodeError::Truncated));
            }
            prop_assert_eq!(Vector::decode(&bytes), Ok(clock));
        }

        #[test]
        fn any_bytes_are_a_stamp_in_one_form_or_none(bytes in prop::collection::vec(0..6_u8, 0..12)) {
            if let Ok(clock) = Vector::decode(&bytes) {
                let mut again = Vec::new();
                clock.encode(&mut again);
                prop_assert_eq!(again, bytes);
            }
        }

        #[test]
        fn no_bytes_are_too_much(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(clock) = Vector::decode(&bytes) {
                prop_assert!(clock.entries().len() < bytes.len());
            }
        }
    }
}

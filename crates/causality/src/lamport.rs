//! Lamport's clock: one number (Lamport 1978, implementation rules IR1 and IR2).

use crate::{ClockError, DecodeError, varint};

/// Lamport's clock, and its stamps: a stamp is a copy of the clock.
///
/// **If a may have caused b, a's stamp is less than b's**; the converse does not hold. Stamps of two hosts may be
/// equal: whoever wants a total order compares pairs of stamp and host.
///
/// It holds 64 bits. At a tick a nanosecond they last for 584 years; at the end [`ClockError::Exhausted`] is given and
/// the clock stays. A stamp counts as made up when it is more than [`Lamport::REACH`] ahead, so that no single one can
/// bring the clock, or those of others who hear of it, to the end: that takes 65,536 of them in a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lamport(u64);

impl Lamport {
    /// How far ahead of the clock a stamp is believed: 2^48, three days of a billion events a second.
    pub const REACH: u64 = 1 << 48;

    /// A clock before its first event: 0.
    pub const fn new() -> Self {
        Self(0)
    }

    /// The clock that shows this number.
    pub const fn at(value: u64) -> Self {
        Self(value)
    }

    /// The number that it shows.
    pub const fn value(self) -> u64 {
        self.0
    }

    /// Something happens inside the host. Gives the event's stamp.
    ///
    /// # Errors
    /// [`ClockError::Exhausted`] at the end of 64 bits.
    pub fn local(&mut self) -> Result<Self, ClockError> {
        self.0 = self.0.checked_add(1).ok_or(ClockError::Exhausted)?;
        Ok(*self)
    }

    /// A message is sent. Gives the stamp that goes with it.
    ///
    /// # Errors
    /// [`ClockError::Exhausted`] at the end of 64 bits.
    pub fn send(&mut self) -> Result<Self, ClockError> {
        self.local()
    }

    /// A message with that stamp comes in: the clock goes to one more than the greater of the two. Gives the
    /// event's stamp.
    ///
    /// # Errors
    /// [`ClockError::TooFarAhead`], and [`ClockError::Exhausted`] at the end of 64 bits.
    pub fn receive(&mut self, stamp: Self) -> Result<Self, ClockError> {
        let ahead = stamp.0.saturating_sub(self.0);
        if ahead > Self::REACH {
            return Err(ClockError::TooFarAhead {
                stamp: stamp.0,
                ahead,
                most: Self::REACH,
            });
        }
        let latest = self.0.max(stamp.0);
        self.0 = latest.checked_add(1).ok_or(ClockError::Exhausted)?;
        Ok(*self)
    }

    /// Appends its bytes: the number in LEB128, 1 to 10 bytes.
    pub fn encode(self, out: &mut Vec<u8>) {
        varint::write(self.0, out);
    }

    /// Takes a stamp off the front of the input.
    ///
    /// # Errors
    /// If there is none; the input is then of no further use.
    pub fn read(input: &mut &[u8]) -> Result<Self, DecodeError> {
        varint::read(input).map(Self)
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
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(clock: u64, stamp: u64, expected: Result<u64, ClockError>) {
        let mut moved = Lamport::at(clock);
        assert_eq!(
            moved.receive(Lamport::at(stamp)).map(Lamport::value),
            expected
        );
        assert_eq!(moved.value(), expected.unwrap_or(clock));
    }

    #[test]
    fn a_receipt_is_later_than_both() {
        check(0, 0, Ok(1));
        check(3, 7, Ok(8));
        check(7, 3, Ok(8));
    }

    #[test]
    fn a_stamp_beyond_reach_is_refused_and_one_in_reach_is_not() {
        check(5, 5 + Lamport::REACH, Ok(6 + Lamport::REACH));
        let error = ClockError::TooFarAhead {
            stamp: 6 + Lamport::REACH,
            ahead: 1 + Lamport::REACH,
            most: Lamport::REACH,
        };
        check(5, 6 + Lamport::REACH, Err(error));
    }

    #[test]
    fn old_stamps_are_never_refused() {
        check(u64::MAX - 1, 0, Ok(u64::MAX));
    }

    #[test]
    fn at_the_end_it_stays_and_says_so() {
        check(u64::MAX, 1, Err(ClockError::Exhausted));
        check(u64::MAX - 5, u64::MAX, Err(ClockError::Exhausted));
        let mut last = Lamport::at(u64::MAX);
        assert_eq!(last.send(), Err(ClockError::Exhausted));
        assert_eq!(last.local(), Err(ClockError::Exhausted));
        assert_eq!(last.value(), u64::MAX);
    }

    #[test]
    fn it_takes_as_many_made_up_stamps_as_the_doc_says_to_reach_the_end() {
        let mut clock = Lamport::new();
        let mut stamps = 0;
        while clock
            .receive(Lamport::at(clock.value().saturating_add(Lamport::REACH)))
            .is_ok()
        {
            stamps += 1;
        }
        assert_eq!(stamps, 65_535);
    }

    proptest! {
        #[test]
        fn bytes_give_the_stamp_back(value: u64) {
            let mut bytes = Vec::new();
            Lamport::at(value).encode(&mut bytes);
            prop_assert_eq!(Lamport::decode(&bytes), Ok(Lamport::at(value)));
            bytes.push(0);
            prop_assert_eq!(Lamport::decode(&bytes), Err(DecodeError::Trailing { count: 1 }));
        }
    }
}

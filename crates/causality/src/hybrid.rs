//! The hybrid logical clock: Lamport's clock that stays near physical time (Kulkarni, Demirbas, Madappa, Avva and
//! Leone, "Logical Physical Clocks", OPODIS 2014, figure 5).

use std::fmt;
use std::str::FromStr;

use crate::{ClockError, DecodeError, varint};

/// A hybrid clock, and its stamps: a stamp is a copy of the clock.
///
/// ```text
///   63                                             16 15             0
///   ┌────────────────────────────────────────────────┬────────────────┐
///   │ l: milliseconds since 1970, the latest known of │ c: a counter   │
///   └────────────────────────────────────────────────┴────────────────┘
/// ```
///
/// The order of the packed numbers is the order of the stamps. **If a may have caused b, a's stamp is less than b's.**
///
/// - *The wall clock stands still or jumps back*: l stays and the counter goes on, so the clock never goes back.
/// - *The counter is full*: l goes on by a millisecond and the counter begins at 0, ahead of the wall clock until that
///   has caught up. That takes more than 65,536 events in a millisecond, or a wall clock that jumped back by so many.
/// - *The end*: 48 bits of milliseconds last until the year 10889. A wall clock beyond them is refused, and a clock at
///   its very last value is [`ClockError::Exhausted`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hybrid(u64);

impl Hybrid {
    /// How far ahead of the wall clock a stamp is believed unless told: 500 ms.
    pub const MAX_AHEAD_MS: u64 = 500;

    /// The last millisecond that it can hold.
    pub const LAST_MS: u64 = (1 << 48) - 1;

    /// A clock before its first event.
    pub const fn new() -> Self {
        Self(0)
    }

    /// The clock that is packed into this number.
    pub const fn unpack(packed: u64) -> Self {
        Self(packed)
    }

    /// The number that it is packed into.
    pub const fn packed(self) -> u64 {
        self.0
    }

    /// l: the latest time known of, in milliseconds since 1970.
    pub const fn physical_ms(self) -> u64 {
        self.0 >> COUNTER_BITS
    }

    /// c: which of the events with that l.
    pub const fn counter(self) -> u16 {
        self.0 as u16
    }

    /// Something happens inside the host when the wall clock shows `now_ms`, in milliseconds since 1970. Gives the
    /// event's stamp.
    ///
    /// # Errors
    /// [`ClockError::WallClock`], [`ClockError::Exhausted`].
    pub fn local(&mut self, now_ms: u64) -> Result<Self, ClockError> {
        self.follow(now_ms, *self)
    }

    /// A message is sent when the wall clock shows `now_ms`. Gives the stamp that goes with it.
    ///
    /// # Errors
    /// [`ClockError::WallClock`], [`ClockError::Exhausted`].
    pub fn send(&mut self, now_ms: u64) -> Result<Self, ClockError> {
        self.local(now_ms)
    }

    /// A message with that stamp comes in when the wall clock shows `now_ms`; the stamp is believed if it is at most
    /// `max_ahead_ms` ahead of that ([`Hybrid::MAX_AHEAD_MS`]). Gives the event's stamp.
    ///
    /// A stamp that is not ahead of this clock moves nothing, so it is never refused, however old it is and wherever
    /// the wall clock jumped to. The measure is the wall clock and not this one: else each stamp could push it on a
    /// little.
    ///
    /// # Errors
    /// [`ClockError::AheadOfWallClock`], [`ClockError::WallClock`], [`ClockError::Exhausted`].
    pub fn receive(
        &mut self,
        now_ms: u64,
        stamp: Self,
        max_ahead_ms: u64,
    ) -> Result<Self, ClockError> {
        let ahead_ms = stamp.physical_ms().saturating_sub(now_ms);
        if stamp > *self && ahead_ms > max_ahead_ms {
            return Err(ClockError::AheadOfWallClock {
                ahead_ms,
                most_ms: max_ahead_ms,
            });
        }
        self.follow(now_ms, stamp.max(*self))
    }

    /// Appends its bytes: the packed number, 8 bytes, the highest first, so that their order is that of the stamps.
    pub fn encode(self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.0.to_be_bytes());
    }

    /// Takes a stamp off the front of the input.
    ///
    /// # Errors
    /// If it is cut short; the input is then of no further use.
    pub fn read(input: &mut &[u8]) -> Result<Self, DecodeError> {
        let (bytes, rest) = input.split_first_chunk().ok_or(DecodeError::Truncated)?;
        *input = rest;
        Ok(Self(u64::from_be_bytes(*bytes)))
    }

    /// The stamp that these bytes are, with nothing behind it.
    ///
    /// # Errors
    /// If they are not 8.
    pub fn decode(mut bytes: &[u8]) -> Result<Self, DecodeError> {
        let stamp = Self::read(&mut bytes)?;
        varint::end(bytes)?;
        Ok(stamp)
    }

    /// Moves on to the first stamp after `last`, which is not behind this clock, that is not behind the wall clock.
    ///
    /// The paper's four cases are one on packed numbers: where the wall clock is ahead of both l, the counter is 0;
    /// else the greater l is kept and its counter goes on, the greater one where they are equal. The carry out of a
    /// full counter is the millisecond by which l then goes on.
    fn follow(&mut self, now_ms: u64, last: Self) -> Result<Self, ClockError> {
        if now_ms > Self::LAST_MS {
            return Err(ClockError::WallClock { now_ms });
        }
        let next = last.0.checked_add(1).ok_or(ClockError::Exhausted)?;
        self.0 = next.max(now_ms << COUNTER_BITS);
        Ok(*self)
    }
}

/// The packed number in decimal digits.
impl fmt::Display for Hybrid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl FromStr for Hybrid {
    type Err = DecodeError;

    fn from_str(text: &str) -> Result<Self, DecodeError> {
        let is_padded = text.len() > 1 && text.starts_with('0');
        if text.is_empty() || is_padded || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(DecodeError::Text);
        }
        text.parse().map(Self).map_err(|_| DecodeError::TooLarge)
    }
}

const COUNTER_BITS: u32 = 16;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn stamp(physical_ms: u64, counter: u16) -> Hybrid {
        Hybrid::unpack(physical_ms << 16 | u64::from(counter))
    }

    #[track_caller]
    fn check(clock: Hybrid, now_ms: u64, expected: Result<Hybrid, ClockError>) {
        let mut moved = clock;
        assert_eq!(moved.send(now_ms), expected);
        assert_eq!(moved, expected.unwrap_or(clock));
    }

    #[track_caller]
    fn received(clock: Hybrid, now_ms: u64, sent: Hybrid, expected: Result<Hybrid, ClockError>) {
        let mut moved = clock;
        assert_eq!(moved.receive(now_ms, sent, Hybrid::MAX_AHEAD_MS), expected);
        assert_eq!(moved, expected.unwrap_or(clock));
    }

    #[test]
    fn it_follows_the_wall_clock_and_counts_while_that_stands_still_or_jumps_back() {
        check(stamp(7, 3), 8, Ok(stamp(8, 0)));
        check(stamp(7, 3), 7, Ok(stamp(7, 4)));
        check(stamp(7, 3), 0, Ok(stamp(7, 4)));
    }

    #[test]
    fn the_four_cases_of_the_paper() {
        received(stamp(7, 3), 6, stamp(7, 5), Ok(stamp(7, 6)));
        received(stamp(7, 3), 6, stamp(6, 5), Ok(stamp(7, 4)));
        received(stamp(7, 3), 6, stamp(8, 5), Ok(stamp(8, 6)));
        received(stamp(7, 3), 9, stamp(8, 5), Ok(stamp(9, 0)));
    }

    #[test]
    fn a_full_counter_takes_a_millisecond() {
        check(stamp(7, u16::MAX), 7, Ok(stamp(8, 0)));
        received(stamp(7, 0), 7, stamp(7, u16::MAX), Ok(stamp(8, 0)));
    }

    #[test]
    fn a_stamp_too_far_ahead_is_refused_and_an_old_one_never() {
        received(stamp(7, 0), 7, stamp(507, 0), Ok(stamp(507, 1)));
        let error = ClockError::AheadOfWallClock {
            ahead_ms: 501,
            most_ms: 500,
        };
        received(stamp(7, 0), 7, stamp(508, 0), Err(error));
        received(stamp(9_000, 4), 9_001, stamp(0, 0), Ok(stamp(9_001, 0)));
        // The wall clock jumped back by 9 s, and what was sent before that comes in.
        received(stamp(9_000, 4), 7, stamp(9_000, 4), Ok(stamp(9_000, 5)));
    }

    #[test]
    fn it_holds_48_bits_of_milliseconds() {
        let last = Hybrid::LAST_MS;
        check(stamp(7, 0), last, Ok(stamp(last, 0)));
        let error = ClockError::WallClock { now_ms: last + 1 };
        check(stamp(7, 0), last + 1, Err(error));
        check(stamp(last, u16::MAX), last, Err(ClockError::Exhausted));
        assert_eq!(Hybrid::unpack(u64::MAX).physical_ms(), last);
    }

    #[track_caller]
    fn parsed(text: &str, expected: Result<u64, DecodeError>) {
        assert_eq!(text.parse().map(Hybrid::packed), expected);
    }

    #[test]
    fn a_text_is_decimal_digits() {
        parsed("0", Ok(0));
        parsed("18446744073709551615", Ok(u64::MAX));
        parsed("18446744073709551616", Err(DecodeError::TooLarge));
        for text in ["", "+1", "-1", "01", "1 ", "0x1"] {
            parsed(text, Err(DecodeError::Text));
        }
    }

    proptest! {
        #[test]
        fn bytes_and_text_give_the_stamp_back(packed: u64) {
            let stamp = Hybrid::unpack(packed);
            let mut bytes = Vec::new();
            stamp.encode(&mut bytes);
            prop_assert_eq!(Hybrid::decode(&bytes), Ok(stamp));
            prop_assert_eq!(Hybrid::decode(&bytes[..7]), Err(DecodeError::Truncated));
            prop_assert_eq!(stamp.to_string().parse(), Ok(stamp));
        }

        #[test]
        fn whatever_comes_it_goes_forward_or_stays(
            clock: u64, now_ms: u64, sent: u64, max_ahead_ms: u64,
        ) {
            let before = Hybrid::unpack(clock);
            let mut after = before;
            let result = after.receive(now_ms, Hybrid::unpack(sent), max_ahead_ms);
            match result {
                Ok(stamp) => prop_assert!(stamp == after && after > before && after.packed() > sent),
                Err(_) => prop_assert_eq!(after, before),
            }
        }
    }
}

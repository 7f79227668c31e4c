//! Takes what is found, in order: counts it, writes it out a line each, and knows when enough is found.
//!
//! Between two primes stands a line feed, and none after the last: so the file of the laboratory is, and so
//! a search can be gone on with by appending. **A [`Mark`] describes a whole number of pieces**: what it
//! vouches for can be kept when everything after it is lost.

use std::{io, ops::ControlFlow};

use parallel::Sink;
use primes::Range;
use timing::Clock;

use super::target::Target;

/// How far what was found is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mark {
    /// All numbers up to this one.
    pub reached: Option<u64>,
    /// Primes so far.
    pub primes: u64,
    /// The last of them, where they are not only counted.
    pub greatest: Option<u64>,
    /// Bytes of the file.
    pub bytes: u64,
}

/// The sink of a search.
pub struct Keeper<'a> {
    target: Target,
    clock: &'a dyn Clock,
    /// Formatted and not yet handed over.
    buffer: Vec<u8>,
    /// The last piece's end.
    mark: Mark,
    /// The end of the last piece that the target has taken as a whole.
    handed_over: Mark,
    /// So many are enough.
    nth: Option<u64>,
    is_deserted: bool,
}

impl<'a> Keeper<'a> {
    /// A sink that goes on from what the target has.
    pub fn new(target: Target, nth: Option<u64>, clock: &'a dyn Clock) -> Self {
        Self {
            mark: target.mark(),
            handed_over: target.mark(),
            target,
            clock,
            buffer: Vec::new(),
            nth,
            is_deserted: false,
        }
    }

    /// How far it is.
    pub fn mark(&self) -> Mark {
        self.mark
    }

    /// Whether nothing more is wanted.
    pub fn has_enough(&self) -> bool {
        self.nth.is_some_and(|nth| self.mark.primes >= nth)
    }

    /// Whether whoever read along has gone away.
    pub fn is_deserted(&self) -> bool {
        self.is_deserted
    }

    /// Hands over what is still held back. Then the last byte is written.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn flush(&mut self) -> io::Result<()> {
        let is_written = self.hand_over();
        match is_written.and_then(|()| self.target.flush()) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.is_deserted = true;
                Ok(())
            }
            other => other,
        }
    }

    /// The target, for its end, and how much of what was found it has.
    pub fn into_target(self) -> (Target, Mark) {
        (self.target, self.handed_over)
    }

    fn hand_over(&mut self) -> io::Result<()> {
        let written = self.target.write(&self.buffer);
        self.buffer.clear();
        written?;
        self.handed_over = self.mark;
        Ok(())
    }

    fn keep(&mut self, piece: Range, count: u64, primes: &[u64]) -> io::Result<()> {
        let mut mark = self.mark;
        let left = self.nth.map_or(u64::MAX, |nth| nth - mark.primes);
        let wanted = usize::try_from(left).map_or(primes, |left| &primes[..left.min(primes.len())]);
        for &prime in wanted {
            if self.target.wants_lines() {
                let before = self.buffer.len();
                if mark.greatest.is_some() {
                    self.buffer.push(b'\n');
                }
                push_decimal(&mut self.buffer, prime);
                mark.bytes += (self.buffer.len() - before) as u64;
                if self.buffer.len() >= BUFFER_BYTES {
                    self.hand_over()?;
                }
            }
            mark.greatest = Some(prime);
        }
        let is_cut = wanted.len() < primes.len();
        mark.primes += match primes.is_empty() {
            true => count,
            false => wanted.len() as u64,
        };
        mark.reached = match is_cut {
            true => mark.greatest,
            false => Some(piece.last()),
        };
        self.mark = mark;
        if self.target.is_due(self.clock.now()) {
            self.hand_over()?;
            self.target.vouch_for(mark, self.clock.now())?;
        }
        Ok(())
    }
}

impl Sink for Keeper<'_> {
    fn take(&mut self, piece: Range, count: u64, primes: &[u64]) -> io::Result<ControlFlow<()>> {
        match self.keep(piece, count, primes) {
            Ok(()) if self.has_enough() => Ok(ControlFlow::Break(())),
            Ok(()) => Ok(ControlFlow::Continue(())),
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.is_deserted = true;
                Ok(ControlFlow::Break(()))
            }
            Err(error) => Err(error),
        }
    }
}

/// Appends the digits, which `write!` would take ten times as long for.
fn push_decimal(buffer: &mut Vec<u8>, mut number: u64) {
    let mut digits = [0; 20];
    let mut first = digits.len();
    loop {
        first -= 1;
        digits[first] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            break;
        }
    }
    buffer.extend_from_slice(&digits[first..]);
}

/// As many as a system call moves at little cost, and few enough to lie in a processor's cache.
const BUFFER_BYTES: usize = 1 << 18;

#[cfg(test)]
mod tests {
    use timing::ManualClock;

    use super::*;

    #[test]
    fn numbers_are_written_as_rust_writes_them() {
        for number in [0, 2, 9, 10, 999_983, u64::MAX] {
            let mut buffer = Vec::new();
            push_decimal(&mut buffer, number);
            assert_eq!(buffer, number.to_string().into_bytes());
        }
    }

    #[track_caller]
    fn check(nth: Option<u64>, pieces: &[(u64, u64, &[u64])], expected: (Mark, &[bool])) {
        let clock = ManualClock::new();
        let mut keeper = Keeper::new(Target::Nowhere, nth, &clock);
        let mut ends = Vec::new();
        for (first, last, primes) in pieces {
            let piece = Range::new(*first, *last).expect("numbers");
            let flow = keeper.take(piece, primes.len() as u64, primes);
            ends.push(flow.expect("nothing to write") == ControlFlow::Break(()));
        }
        assert_eq!((keeper.mark(), ends.as_slice()), expected);
    }

    fn mark(reached: u64, primes: u64, greatest: u64) -> Mark {
        Mark {
            reached: Some(reached),
            primes,
            greatest: Some(greatest),
            bytes: 0,
        }
    }

    #[test]
    fn enough_is_told_within_a_piece_and_at_its_end() {
        let pieces: [(u64, u64, &[u64]); 2] = [(1, 6, &[2, 3, 5]), (7, 12, &[7, 11])];
        check(None, &pieces, (mark(12, 5, 11), &[false, false]));
        check(Some(4), &pieces, (mark(7, 4, 7), &[false, true]));
        check(Some(5), &pieces, (mark(12, 5, 11), &[false, true]));
        check(Some(3), &pieces[..1], (mark(6, 3, 5), &[true]));
    }
}

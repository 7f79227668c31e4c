//! Square roots of whole numbers, quickly; and the two widths that numbers have.

use std::ops::{AddAssign, Rem};

/// The greatest number whose square is not above `number`.
///
/// The processor's root of a `f64` is correctly rounded. Below 2^52 rounding cannot carry it to the next
/// whole number, above it may be off by one either way; integer arithmetic puts that right.
#[inline(always)]
pub(crate) fn root(number: u64) -> u64 {
    let near = ((number as f64).sqrt() as u64).min(u64::from(u32::MAX));
    if near * near > number {
        near - 1
    } else if near < u64::from(u32::MAX) && (near + 1) * (near + 1) <= number {
        near + 1
    } else {
        near
    }
}

/// As [`root`]; exact without a correction.
#[inline(always)]
pub(crate) fn root32(number: u32) -> u32 {
    f64::from(number).sqrt() as u32
}

/// A number in a register of 32 or 64 bits: the processor divides the shorter ones more quickly.
pub(crate) trait Word:
    Copy + PartialOrd + From<u8> + Into<u64> + AddAssign + Rem<Output = Self>
{
    /// The greatest number whose square is not above this one.
    fn root(self) -> Self;

    #[inline(always)]
    fn is_multiple_of(self, divisor: Self) -> bool {
        self % divisor == Self::from(0)
    }
}

impl Word for u32 {
    #[inline(always)]
    fn root(self) -> Self {
        root32(self)
    }
}

impl Word for u64 {
    #[inline(always)]
    fn root(self) -> Self {
        root(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roots_are_those_of_integer_arithmetic_around_every_kind_of_square() {
        let max = u64::from(u32::MAX);
        for base in (0..2000)
            .chain(max - 2000..=max)
            .chain((0..max).step_by(9_999_991))
        {
            let square = base * base;
            let beside = [square.saturating_sub(1), square, square + 1, square + base];
            for number in beside.into_iter().chain([square.saturating_add(2 * base)]) {
                assert_eq!(root(number), number.isqrt(), "{number}");
                if let Ok(small) = u32::try_from(number) {
                    assert_eq!(root32(small), small.isqrt(), "{number}");
                }
            }
        }
        assert_eq!(root(u64::MAX), max);
    }
}

//! The search among numbers below 2^32.
//!
//! What costs is not the multiplication but the branch on its outcome, which the processor cannot foresee: where the
//! first divisor of a number lies is as good as random. So a block of numbers goes through sieves of growing length,
//! and the first two have no branch: what they let through is written to a list, one place further each time that
//! something passed.
//!
//! ```text
//!   512 odd numbers ─ 3 … 33 ─▶ 166 pass ─ 35 … 129 ─▶ 119 pass ─ 131 … root, 64 divisors a branch ─▶ primes
//! ```

use super::{Divisors, Kernel};
use crate::Range;
use crate::root::root32;

/// Tells of the primes among the odd numbers from 3 on of a piece, ascending; returns how many divisors were tried up
/// to the first that divides, or up to the root. The table has all divisors up to the greatest root, in groups of
/// [`GROUP`].
///
/// # Safety
/// The processor has the kernel's instructions.
#[inline(always)]
pub(super) unsafe fn search32<K: Kernel>(
    table: &Divisors<u32, 16>,
    piece: Range,
    mut found: impl FnMut(u64),
) -> u64 {
    let (first, last) = (piece.first().max(3) | 1, piece.last().min(u32::MAX.into()));
    let (mut steps, mut next) = (0, first);
    // Below STAGED, roots are so small that stages would try divisors beyond them.
    while next <= last && next < STAGED {
        // SAFETY: the caller vouches for the instructions.
        let (is_prime, tried) = unsafe { finish::<K>(table, next as u32, 0) };
        steps += tried;
        if is_prime {
            found(next);
        }
        next += 2;
    }
    let (mut one, mut two) = ([0; BLOCK + 1], [0; BLOCK + 1]);
    while next <= last {
        let count = ((last - next) / 2 + 1).min(BLOCK as u64);
        let numbers = (0..count as u32).map(|index| next as u32 + 2 * index);
        // SAFETY: the caller vouches for the instructions.
        let passed = unsafe { stage::<K, 0, 1>(table, numbers, &mut one, &mut steps) };
        let numbers = one[..passed].iter().copied();
        // SAFETY: as above.
        let passed = unsafe { stage::<K, 1, GROUP>(table, numbers, &mut two, &mut steps) };
        for &number in &two[..passed] {
            // SAFETY: as above.
            let (is_prime, tried) = unsafe { finish::<K>(table, number, GROUP) };
            steps += tried;
            if is_prime {
                found(number.into());
            }
        }
        next += 2 * count;
    }
    steps
}

/// Lets through what the vectors from FROM to TO do not divide, and counts the divisors that were tried for the others.
///
/// # Safety
/// The processor has the kernel's instructions.
#[inline(always)]
unsafe fn stage<K: Kernel, const FROM: usize, const TO: usize>(
    table: &Divisors<u32, 16>,
    numbers: impl Iterator<Item = u32>,
    passed: &mut [u32; BLOCK + 1],
    steps: &mut u64,
) -> usize {
    let (mut count, mut tried) = (0, 0);
    for number in numbers {
        let mut hits = 0;
        for vector in FROM..TO {
            let (inverses, limits) = (&table.inverses[vector], &table.limits[vector]);
            // SAFETY: the caller vouches for the instructions.
            let hit = unsafe { K::divides16(number, inverses, limits) };
            hits |= hit << (16 * (vector - FROM));
        }
        let passes = hits == 0;
        passed[count] = number;
        count += usize::from(passes);
        let index = u64::from(hits.trailing_zeros()) + 16 * FROM as u64 + 1;
        tried += index * u64::from(!passes);
    }
    *steps += tried;
    count
}

/// Tries the divisors from a vector on, up to the root; counts those of the vectors before, too.
///
/// # Safety
/// The processor has the kernel's instructions.
#[inline(always)]
unsafe fn finish<K: Kernel>(table: &Divisors<u32, 16>, number: u32, from: usize) -> (bool, u64) {
    let divisors = u64::from(root32(number).div_ceil(2) - 1);
    let mut vector = from;
    while (vector as u64) * 16 < divisors {
        let mut hits = 0;
        for offset in 0..GROUP {
            let (inverses, limits) = (
                &table.inverses[vector + offset],
                &table.limits[vector + offset],
            );
            // SAFETY: the caller vouches for the instructions.
            hits |= unsafe { K::divides16(number, inverses, limits) } << (16 * offset);
        }
        if hits != 0 {
            let index = vector as u64 * 16 + u64::from(hits.trailing_zeros());
            // Past the root the first that divides is the number itself: a lesser one would have one below the root
            // for its partner.
            return if index < divisors {
                (false, index + 1)
            } else {
                (true, divisors)
            };
        }
        vector += GROUP;
    }
    (true, divisors)
}

/// Vectors that are tested before a branch: 64 divisors, the bits of a word.
pub(super) const GROUP: usize = 4;

/// Odd numbers that go through the stages together.
const BLOCK: usize = 512;

/// The root of this number is 129, the last divisor of the first two stages.
const STAGED: u64 = 129 * 129;

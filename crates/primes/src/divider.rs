//! The limit of every method that divides: what the processor's divider gives when nothing else is done. And the
//! processor's speed, for what it says of itself is often the speed on its box.

use std::hint::black_box;

use crate::root::{Word, root};

/// Divides a number of `bits` bits by 2, 3, 4, … up to its root, and so again, `count` times in all.
///
/// No division waits for another, nothing is tested, no loop ends early: whoever takes the time of it has the
/// divider's throughput for the numbers that a search near 2^`bits` divides, at the same width as
/// [`trial`](crate::METHODS): 32 bits where they suffice, else 64. `seed` picks the number. Returned is the sum of the
/// remainders, which is of no use but keeps the compiler from leaving the divisions out.
///
/// # Panics
/// When `bits` is not from 4 to 64.
#[inline(never)]
pub fn divide_many(bits: u32, count: u64, seed: u64) -> u64 {
    assert!((4..=64).contains(&bits), "4 to 64 bits");
    let top = 1 << (bits - 1);
    let number = black_box(top | (seed & (top - 1)) | 1);
    let root = root(number);
    let (mut sum, mut left) = (0_u64, count);
    while left > 0 {
        let last = root.min(left.saturating_add(1));
        sum = sum.wrapping_add(match (u32::try_from(number), u32::try_from(last)) {
            (Ok(number), Ok(last)) => remainders(number, last),
            _ => remainders(number, last),
        });
        left -= last - 1;
    }
    black_box(sum)
}

/// Makes at least `count` additions, each of which waits for the one before: a cycle each (A. Fog,
/// Instruction tables), so that the time they take tells how fast the processor really runs. Returned is how many
/// they were; None on a processor for which this is not written.
#[inline(never)]
pub fn add_many(count: u64) -> Option<u64> {
    let turns = count.div_ceil(ADDITIONS_A_TURN).max(1);
    add_in_turns(turns).then_some(turns * ADDITIONS_A_TURN)
}

/// Of two registers: some processors do additions of constants before they begin.
#[cfg(target_arch = "x86_64")]
fn add_in_turns(turns: u64) -> bool {
    // SAFETY: nothing but three registers is touched, and the flags.
    unsafe {
        core::arch::asm!(
            "2:",
            "add {sum}, {step}", "add {sum}, {step}", "add {sum}, {step}", "add {sum}, {step}",
            "add {sum}, {step}", "add {sum}, {step}", "add {sum}, {step}", "add {sum}, {step}",
            "dec {left}",
            "jnz 2b",
            sum = inout(reg) 0_u64 => _,
            step = in(reg) 3_u64,
            left = inout(reg) turns => _,
            options(nomem, nostack),
        );
    }
    true
}

#[cfg(target_arch = "aarch64")]
fn add_in_turns(turns: u64) -> bool {
    // SAFETY: nothing but three registers is touched, and the flags.
    unsafe {
        core::arch::asm!(
            "2:",
            "add {sum}, {sum}, {step}", "add {sum}, {sum}, {step}",
            "add {sum}, {sum}, {step}", "add {sum}, {sum}, {step}",
            "add {sum}, {sum}, {step}", "add {sum}, {sum}, {step}",
            "add {sum}, {sum}, {step}", "add {sum}, {sum}, {step}",
            "subs {left}, {left}, #1",
            "b.ne 2b",
            sum = inout(reg) 0_u64 => _,
            step = in(reg) 3_u64,
            left = inout(reg) turns => _,
            options(nomem, nostack),
        );
    }
    true
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn add_in_turns(_: u64) -> bool {
    false
}

const ADDITIONS_A_TURN: u64 = 8;

fn remainders<N: Word>(number: N, last: N) -> u64 {
    let (mut sum, mut divisor) = (0_u64, N::from(2));
    while divisor <= last {
        sum = sum.wrapping_add((number % divisor).into());
        divisor += N::from(1);
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn additions_are_counted_where_they_are_made() {
        if let Some(made) = add_many(1001) {
            assert_eq!(made, 1008);
        }
    }

    #[test]
    fn as_many_divisions_are_made_as_were_asked_for() {
        // 4 bits and seed 0: 9, whose root is 3; 9 mod 2 = 1 and 9 mod 3 = 0 in turn.
        assert_eq!(divide_many(4, 0, 0), 0);
        assert_eq!(divide_many(4, 1, 0), 1);
        assert_eq!(divide_many(4, 2, 0), 1);
        assert_eq!(divide_many(4, 7, 0), 4);
        let number: u64 = 1 << 63 | 12_345;
        let expected = (2..102).map(|divisor| number % divisor).sum();
        assert_eq!(divide_many(64, 100, 12_345), expected);
    }
}

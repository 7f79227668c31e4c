//! The search among numbers from 2^32 on.
//!
//! Roots reach 2^32, and a table for all divisors up to there would have 32 GiB. So the table ends at
//! [`TABLE_END`], and from there on a block of numbers is tried with a few thousand divisors at a time,
//! whose inverses are made on the spot and used for all numbers of the block that are left.
//!
//! Limits are not made: 2^64 / d would be a division after all. Instead the quotient of a divisor d from d₀ on is at
//! most n / d₀, one division for thousands of divisors. What is not divided passes that bound once in 2^16 times, so
//! hits are looked at again, with a division.

use super::{Divisors, Kernel, inverse};
use crate::Range;
use crate::root::root;

/// Tells of the primes among the odd numbers from 2^32 on of a piece, as `search32` does below. The table has the odd
/// divisors up to [`TABLE_END`].
///
/// # Safety
/// The processor has the kernel's instructions.
#[inline(always)]
pub(super) unsafe fn search64<K: Kernel>(
    table: &Divisors<u64, 8>,
    piece: Range,
    mut found: impl FnMut(u64),
) -> u64 {
    let (mut steps, mut left) = (0, Vec::with_capacity(BLOCK));
    let mut scratch = Scratch::new();
    let mut next = Some(piece.first().max(1 << 32) | 1);
    while let Some(first) = next.filter(|first| *first <= piece.last()) {
        let count = ((piece.last() - first) / 2 + 1).min(BLOCK as u64);
        left.clear();
        for index in 0..count {
            let number = first + 2 * index;
            // SAFETY: the caller vouches for the instructions.
            match unsafe { first_in_table::<K>(table, number) } {
                Some(index) => steps += index + 1,
                None => left.push(number),
            }
        }
        let mut from = TABLE_END + 2;
        while !left.is_empty() {
            scratch.invert(from);
            // SAFETY: the caller vouches for the instructions.
            unsafe { scratch.thin_out::<K>(&mut left, &mut steps, &mut found) };
            from += 2 * CHUNK as u64;
        }
        next = first.checked_add(2 * count);
    }
    steps
}

/// Where in the table the first divisor of the number is.
///
/// # Safety
/// The processor has the kernel's instructions.
#[inline(always)]
unsafe fn first_in_table<K: Kernel>(table: &Divisors<u64, 8>, number: u64) -> Option<u64> {
    let inverses = table.inverses.chunks_exact(GROUP);
    for (group, (inverses, limits)) in inverses.zip(table.limits.chunks_exact(GROUP)).enumerate() {
        let mut hits = 0;
        for vector in 0..GROUP {
            // SAFETY: the caller vouches for the instructions.
            hits |=
                unsafe { K::divides8(number, &inverses[vector], &limits[vector]) } << (8 * vector);
        }
        if hits != 0 {
            return Some((group * GROUP * 8) as u64 + u64::from(hits.trailing_zeros()));
        }
    }
    None
}

/// The inverses of some thousand odd divisors in a row.
struct Scratch {
    from: u64,
    inverses: Vec<[u64; 8]>,
}

impl Scratch {
    fn new() -> Self {
        Self {
            from: 0,
            inverses: vec![[0; 8]; CHUNK / 8],
        }
    }

    #[inline(always)]
    fn invert(&mut self, from: u64) {
        self.from = from;
        for (vector, inverses) in self.inverses.iter_mut().enumerate() {
            for (lane, place) in inverses.iter_mut().enumerate() {
                *place = inverse(from + 2 * (8 * vector + lane) as u64);
            }
        }
    }

    /// Takes out of the numbers those that a divisor of this chunk divides, and those whose root lies in it.
    ///
    /// # Safety
    /// The processor has the kernel's instructions.
    #[inline(always)]
    unsafe fn thin_out<K: Kernel>(
        &self,
        numbers: &mut Vec<u64>,
        steps: &mut u64,
        found: &mut impl FnMut(u64),
    ) {
        let end = self.from + 2 * CHUNK as u64;
        // Not by `Vec::retain`: a kernel inside another function's closure is compiled without its instructions.
        let mut kept = 0;
        for index in 0..numbers.len() {
            let number = numbers[index];
            let root = root(number);
            // SAFETY: the caller vouches for the instructions.
            if let Some(divisor) = unsafe { self.first_divisor::<K>(number, root) } {
                *steps += divisor / 2;
            } else if root < end {
                *steps += root.div_ceil(2) - 1;
                found(number);
            } else {
                numbers[kept] = number;
                kept += 1;
            }
        }
        numbers.truncate(kept);
    }

    /// # Safety
    /// The processor has the kernel's instructions.
    #[inline(always)]
    unsafe fn first_divisor<K: Kernel>(&self, number: u64, root: u64) -> Option<u64> {
        let greatest_quotient = [number / self.from; 8];
        for (group, inverses) in self.inverses.chunks_exact(GROUP).enumerate() {
            let from = self.from + 2 * (group * GROUP * 8) as u64;
            if from > root {
                break;
            }
            let mut hits = 0;
            for (vector, inverses) in inverses.iter().enumerate() {
                // SAFETY: the caller vouches for the instructions.
                hits |=
                    unsafe { K::divides8(number, inverses, &greatest_quotient) } << (8 * vector);
            }
            while hits != 0 {
                let divisor = from + 2 * u64::from(hits.trailing_zeros());
                if number.is_multiple_of(divisor) {
                    return Some(divisor);
                }
                hits &= hits - 1;
            }
        }
        None
    }
}

/// The last divisor of the table; no root is smaller here.
pub(super) const TABLE_END: u64 = 65_535;

/// Vectors that are tested before a branch.
pub(super) const GROUP: usize = 8;

/// Divisors whose inverses are made at a time: 16 KiB, which the first-level cache keeps.
const CHUNK: usize = 2048;

/// Odd numbers that share them.
const BLOCK: usize = 4096;

//! Exact divisibility by many odd numbers at once, without a division.
//!
//! [`trial-fast`](crate::METHODS) explains why it works. Here is the search over tables of inverses, and the kernels
//! that it can be done with: a file for each set of instructions, [`Kernel`] being what one owes.

mod numbers32;
mod numbers64;
mod small_primes;
mod table;

mod portable;

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;

mod choice;

pub(crate) use choice::{Choice, Tables};
pub(crate) use small_primes::SmallPrimes;
pub(crate) use table::inverse;

use table::Divisors;

/// Tests a number against a vector of divisors, each given by its inverse and the greatest quotient that the word holds.
///
/// Bit k of the answer says that divisor k divides; all divisors are tested, none is skipped.
///
/// # Safety
/// **Whoever calls has made sure that the processor has the kernel's instructions.**
trait Kernel {
    /// 16 divisors of a number of 32 bits.
    ///
    /// # Safety
    /// As for the trait.
    unsafe fn divides16(number: u32, inverses: &[u32; 16], limits: &[u32; 16]) -> u64;

    /// 8 divisors of a number of 64 bits.
    ///
    /// # Safety
    /// As for the trait.
    unsafe fn divides8(number: u64, inverses: &[u64; 8], limits: &[u64; 8]) -> u64;
}

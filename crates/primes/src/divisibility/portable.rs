//! The kernel for every processor.

use super::Kernel;

pub(super) struct Portable;

impl Kernel for Portable {
    // SAFETY: nothing is asked of the caller here.
    #[inline(always)]
    unsafe fn divides16(number: u32, inverses: &[u32; 16], limits: &[u32; 16]) -> u64 {
        let mut hits = 0;
        for lane in 0..16 {
            let divides = number.wrapping_mul(inverses[lane]) <= limits[lane];
            hits |= u64::from(divides) << lane;
        }
        hits
    }

    // SAFETY: nothing is asked of the caller here.
    #[inline(always)]
    unsafe fn divides8(number: u64, inverses: &[u64; 8], limits: &[u64; 8]) -> u64 {
        let mut hits = 0;
        for lane in 0..8 {
            let divides = number.wrapping_mul(inverses[lane]) <= limits[lane];
            hits |= u64::from(divides) << lane;
        }
        hits
    }
}

//! The kernel for processors with AVX-512 F and DQ: 16 or 8 divisors in a multiplication and a comparison.

use std::arch::x86_64::{
    _mm512_cmple_epu32_mask, _mm512_cmple_epu64_mask, _mm512_loadu_si512, _mm512_mullo_epi32,
    _mm512_mullo_epi64, _mm512_set1_epi32, _mm512_set1_epi64,
};

use super::Kernel;

pub(super) struct Avx512;

impl Kernel for Avx512 {
    // SAFETY: whoever calls has made sure of the instructions, as the trait demands.
    #[inline(always)]
    unsafe fn divides16(number: u32, inverses: &[u32; 16], limits: &[u32; 16]) -> u64 {
        // SAFETY: the caller has made sure of AVX-512 F; both arrays have the 64 bytes that are read.
        unsafe {
            let inverses = _mm512_loadu_si512(inverses.as_ptr().cast());
            let limits = _mm512_loadu_si512(limits.as_ptr().cast());
            let quotients = _mm512_mullo_epi32(_mm512_set1_epi32(number as i32), inverses);
            _mm512_cmple_epu32_mask(quotients, limits).into()
        }
    }

    // SAFETY: whoever calls has made sure of the instructions, as the trait demands.
    #[inline(always)]
    unsafe fn divides8(number: u64, inverses: &[u64; 8], limits: &[u64; 8]) -> u64 {
        // SAFETY: the caller has made sure of AVX-512 F and DQ; both arrays have the 64 bytes that are read.
        unsafe {
            let inverses = _mm512_loadu_si512(inverses.as_ptr().cast());
            let limits = _mm512_loadu_si512(limits.as_ptr().cast());
            let quotients = _mm512_mullo_epi64(_mm512_set1_epi64(number as i64), inverses);
            _mm512_cmple_epu64_mask(quotients, limits).into()
        }
    }
}

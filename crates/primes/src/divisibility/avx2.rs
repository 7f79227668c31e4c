//! The kernel for processors with AVX2: 8 or 4 divisors in one instruction.
//!
//! It has no unsigned comparison, and no product of 64 bits: those are put together from what it has.

use std::arch::x86_64::{
    __m256i, _mm256_add_epi64, _mm256_castsi256_pd, _mm256_castsi256_ps, _mm256_cmpeq_epi32,
    _mm256_cmpgt_epi64, _mm256_loadu_si256, _mm256_min_epu32, _mm256_movemask_pd,
    _mm256_movemask_ps, _mm256_mul_epu32, _mm256_mullo_epi32, _mm256_set1_epi32,
    _mm256_set1_epi64x, _mm256_slli_epi64, _mm256_srli_epi64, _mm256_xor_si256,
};

use super::Kernel;

pub(super) struct Avx2;

impl Kernel for Avx2 {
    // SAFETY: whoever calls has made sure of the instructions, as the trait demands.
    #[inline(always)]
    unsafe fn divides16(number: u32, inverses: &[u32; 16], limits: &[u32; 16]) -> u64 {
        // SAFETY: the caller has made sure of AVX2; each pointer has 32 bytes behind it.
        unsafe {
            let low = divides_32(number, inverses.as_ptr(), limits.as_ptr());
            let high = divides_32(number, inverses[8..].as_ptr(), limits[8..].as_ptr());
            u64::from(low | high << 8)
        }
    }

    // SAFETY: whoever calls has made sure of the instructions, as the trait demands.
    #[inline(always)]
    unsafe fn divides8(number: u64, inverses: &[u64; 8], limits: &[u64; 8]) -> u64 {
        // SAFETY: the caller has made sure of AVX2; each pointer has 32 bytes behind it.
        unsafe {
            let low = divides_64(number, inverses.as_ptr(), limits.as_ptr());
            let high = divides_64(number, inverses[4..].as_ptr(), limits[4..].as_ptr());
            u64::from(low | high << 4)
        }
    }
}

/// # Safety
/// The processor has AVX2, and 32 bytes can be read at each pointer.
#[inline(always)]
unsafe fn divides_32(number: u32, inverses: *const u32, limits: *const u32) -> u32 {
    // SAFETY: as the caller promises.
    unsafe {
        let inverses = _mm256_loadu_si256(inverses.cast());
        let limits = _mm256_loadu_si256(limits.cast());
        let quotients = _mm256_mullo_epi32(_mm256_set1_epi32(number as i32), inverses);
        // Not above the limit: the lesser of both is the quotient.
        let hits = _mm256_cmpeq_epi32(_mm256_min_epu32(quotients, limits), quotients);
        _mm256_movemask_ps(_mm256_castsi256_ps(hits)) as u32
    }
}

/// # Safety
/// The processor has AVX2, and 32 bytes can be read at each pointer.
#[inline(always)]
unsafe fn divides_64(number: u64, inverses: *const u64, limits: *const u64) -> u32 {
    // SAFETY: as the caller promises.
    unsafe {
        let inverses = _mm256_loadu_si256(inverses.cast());
        let limits = _mm256_loadu_si256(limits.cast());
        let quotients = product(_mm256_set1_epi64x(number as i64), inverses);
        // Signed comparison orders unsigned numbers once their highest bits are turned.
        let turn = _mm256_set1_epi64x(i64::MIN);
        let quotients = _mm256_xor_si256(quotients, turn);
        let above = _mm256_cmpgt_epi64(quotients, _mm256_xor_si256(limits, turn));
        !(_mm256_movemask_pd(_mm256_castsi256_pd(above)) as u32) & 0xf
    }
}

/// The low 64 bits of each product: (a + 2^32 b)(c + 2^32 d) = a c + 2^32 (a d + b c) modulo 2^64.
///
/// # Safety
/// The processor has AVX2.
#[inline(always)]
unsafe fn product(left: __m256i, right: __m256i) -> __m256i {
    // SAFETY: as the caller promises.
    unsafe {
        let low = _mm256_mul_epu32(left, right);
        let one = _mm256_mul_epu32(left, _mm256_srli_epi64::<32>(right));
        let other = _mm256_mul_epu32(_mm256_srli_epi64::<32>(left), right);
        _mm256_add_epi64(low, _mm256_slli_epi64::<32>(_mm256_add_epi64(one, other)))
    }
}

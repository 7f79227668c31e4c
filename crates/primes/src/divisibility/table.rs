//! Tables of inverses and limits for odd divisors.

/// Of odd divisors, a vector at a time: inverses and limits.
///
/// Behind the last divisor are lanes that match no number: a number times 1 is not 0.
#[derive(Debug)]
pub(crate) struct Divisors<T, const LANES: usize> {
    pub(crate) inverses: Vec<[T; LANES]>,
    pub(crate) limits: Vec<[T; LANES]>,
}

impl Divisors<u32, 16> {
    /// Of odd divisors, in whole groups of `group` vectors.
    pub(crate) fn new32(divisors: impl Iterator<Item = u32>, group: usize) -> Self {
        let pairs = divisors.map(|d| (inverse(d.into()) as u32, u32::MAX / d));
        Self::from_pairs(pairs.collect(), group, (1, 0))
    }
}

impl Divisors<u64, 8> {
    /// As [`Divisors::new32`], for words of 64 bits.
    pub(crate) fn new64(divisors: impl Iterator<Item = u64>, group: usize) -> Self {
        let pairs = divisors.map(|d| (inverse(d), u64::MAX / d));
        Self::from_pairs(pairs.collect(), group, (1, 0))
    }
}

impl<T: Copy, const LANES: usize> Divisors<T, LANES> {
    fn from_pairs(mut pairs: Vec<(T, T)>, group: usize, none: (T, T)) -> Self {
        pairs.resize(pairs.len().next_multiple_of(LANES * group), none);
        let lanes = |pairs: &[(T, T)], pick: fn(&(T, T)) -> T| {
            std::array::from_fn(|lane| pick(&pairs[lane]))
        };
        Self {
            inverses: pairs
                .chunks_exact(LANES)
                .map(|chunk| lanes(chunk, |pair| pair.0))
                .collect(),
            limits: pairs
                .chunks_exact(LANES)
                .map(|chunk| lanes(chunk, |pair| pair.1))
                .collect(),
        }
    }
}

/// The number that times `odd` is 1 modulo 2^64; its low half is that modulo 2^32.
///
/// Newton's iteration doubles the bits that are right: 3 d ⊕ 2 is right in 5 of them, then 10, 20, 40 and more than
/// 64 are (Montgomery, and Dumas, "On Newton-Raphson iteration for multiplicative inverses modulo prime powers", 2012).
#[inline(always)]
pub(crate) fn inverse(odd: u64) -> u64 {
    let mut inverse = odd.wrapping_mul(3) ^ 2;
    for _ in 0..4 {
        inverse = inverse.wrapping_mul(2_u64.wrapping_sub(odd.wrapping_mul(inverse)));
    }
    inverse
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_inverse_times_its_number_is_one() {
        for odd in (1..100_000)
            .step_by(2)
            .chain([u64::MAX, u64::MAX - 2, (1 << 32) + 1])
        {
            assert_eq!(odd.wrapping_mul(inverse(odd)), 1, "{odd}");
        }
    }

    #[test]
    fn lanes_behind_the_last_divisor_match_no_number() {
        let table = Divisors::new32([3, 5, 7, 9].into_iter(), 2);
        assert_eq!(table.inverses.len(), 2);
        let lanes = table
            .inverses
            .iter()
            .flatten()
            .zip(table.limits.iter().flatten());
        for (&inverse, &limit) in lanes.skip(4) {
            for number in [1, 2, 3, 9, 1 << 31, u32::MAX] {
                assert!(number * inverse > limit);
            }
        }
    }
}

//! SplitMix64: many streams of random numbers from one seed, and bits that are well mixed (G. L. Steele, D. Lea and
//! C. H. Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014, figure 16).

/// 2^64 divided by the golden ratio, and odd: the step from one state of SplitMix64 to the next.
pub const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// Output number `index` of SplitMix64 with this seed, so that neighbouring seeds and neighbouring indices begin far apart.
#[inline]
pub const fn split_mix(seed: u64, index: u32) -> u64 {
    mixed(seed.wrapping_add(GOLDEN.wrapping_mul(index as u64 + 1)))
}

/// The finaliser of SplitMix64: other bits for each bits, of which each depends on all. 0 stays 0.
#[inline]
pub const fn mixed(bits: u64) -> u64 {
    let bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The outputs of the authors' program for the seed 1234567.
    #[test]
    fn the_outputs_are_those_of_the_paper() {
        let outputs = [0, 1, 2].map(|index| split_mix(1_234_567, index));
        let expected = [
            6_457_827_717_110_365_317,
            3_203_168_211_198_807_973,
            9_817_491_932_198_370_423,
        ];
        assert_eq!(outputs, expected);
        assert_eq!(mixed(0), 0);
    }
}

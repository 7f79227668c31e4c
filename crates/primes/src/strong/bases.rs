//! Bases that let no composite number pass.

/// The one base for a number below 2^32, by a hash of it.
///
/// The hash deals the numbers out to 256 heaps, and for each heap somebody searched for a base to which no composite
/// number of the heap is a strong probable prime: Forišek and Jančina, "Fast Primality Testing for Integers That Fit
/// into a Machine Word" (SOFSEM 2015). That it is so was seen again for all of them: `examples/agree.rs`.
#[inline(always)]
pub(super) fn base32(number: u32) -> u32 {
    let number = u64::from(number);
    let mut hash = (number >> 16 ^ number).wrapping_mul(0x045d_9f3b);
    hash = (hash >> 16 ^ hash).wrapping_mul(0x045d_9f3b);
    BY_HASH[((hash >> 16 ^ hash) & 255) as usize].into()
}

/// The bases for a number below 2^64, beside base 2.
///
/// Sinclair's seven bases do for all; fewer do for lesser numbers (Izykowski and Jacobsen keep the records at
/// miller-rabin.appspot.com). They were checked against the list of all strong probable primes to base 2 below
/// 2^64 (Feitsma, 2013). Each bound is the least composite number that the bases before it let pass.
#[inline(always)]
pub(super) fn bases64(number: u64) -> &'static [u64] {
    let sufficient = BY_BOUND.iter().find(|(bound, _)| number < *bound);
    sufficient.map_or(&FOR_ALL, |(_, bases)| bases)
}

const BY_BOUND: [(u64, &[u64]); 3] = [
    (
        55_245_642_489_451,
        &[
            141_889_084_524_735,
            1_199_124_725_622_454_117,
            11_096_072_698_276_303_650,
        ],
    ),
    (
        7_999_252_175_582_851,
        &[
            4_130_806_001_517,
            149_795_463_772_692_060,
            186_635_894_390_467_037,
            3_967_304_179_347_715_805,
        ],
    ),
    (
        585_226_005_592_931_977,
        &[
            123_635_709_730_000,
            9_233_062_284_813_009,
            43_835_965_440_333_360,
            761_179_012_939_631_437,
            1_263_739_024_124_850_375,
        ],
    ),
];

const FOR_ALL: [u64; 6] = [325, 9_375, 28_178, 450_775, 9_780_504, 1_795_265_022];

#[rustfmt::skip]
const BY_HASH: [u16; 256] = [
    15591, 2018, 166, 7429, 8064, 16045, 10503, 4399, 1949, 1295, 2776, 3620, 560, 3128, 5212, 2657,
    2300, 2021, 4652, 1471, 9336, 4018, 2398, 20462, 10277, 8028, 2213, 6219, 620, 3763, 4852, 5012,
    3185, 1333, 6227, 5298, 1074, 2391, 5113, 7061, 803, 1269, 3875, 422, 751, 580, 4729, 10239,
    746, 2951, 556, 2206, 3778, 481, 1522, 3476, 481, 2487, 3266, 5633, 488, 3373, 6441, 3344,
    17, 15105, 1490, 4154, 2036, 1882, 1813, 467, 3307, 14042, 6371, 658, 1005, 903, 737, 1887,
    7447, 1888, 2848, 1784, 7559, 3400, 951, 13969, 4304, 177, 41, 19875, 3110, 13221, 8726, 571,
    7043, 6943, 1199, 352, 6435, 165, 1169, 3315, 978, 233, 3003, 2562, 2994, 10587, 10030, 2377,
    1902, 5354, 4447, 1555, 263, 27027, 2283, 305, 669, 1912, 601, 6186, 429, 1930, 14873, 1784,
    1661, 524, 3577, 236, 2360, 6146, 2850, 55637, 1753, 4178, 8466, 222, 2579, 2743, 2031, 2226,
    2276, 374, 2132, 813, 23788, 1610, 4422, 5159, 1725, 3597, 3366, 14336, 579, 165, 1375, 10018,
    12616, 9816, 1371, 536, 1867, 10864, 857, 2206, 5788, 434, 8085, 17618, 727, 3639, 1595, 4944,
    2129, 2029, 8195, 8344, 6232, 9183, 8126, 1870, 3296, 7455, 8947, 25017, 541, 19115, 368, 566,
    5674, 411, 522, 1027, 8215, 2050, 6544, 10049, 614, 774, 2333, 3007, 35201, 4706, 1152, 1785,
    1028, 1540, 3743, 493, 4474, 2521, 26845, 8354, 864, 18915, 5465, 2447, 42, 4511, 1660, 166,
    1249, 6259, 2553, 304, 272, 7286, 73, 6554, 899, 2816, 5197, 13330, 7054, 2818, 3199, 811,
    922, 350, 7514, 4452, 3449, 2663, 4708, 418, 1621, 1171, 3471, 88, 11345, 412, 1559, 194,
];

#[cfg(test)]
mod tests {
    use super::*;

    /// By the definition, in arithmetic of 128 bits.
    fn is_strong(number: u64, base: u64) -> bool {
        let product = |left: u64, right: u64| {
            (u128::from(left) * u128::from(right) % u128::from(number)) as u64
        };
        let twos = (number - 1).trailing_zeros();
        let (mut power, mut square, mut exponent) = (1, base % number, (number - 1) >> twos);
        while exponent > 0 {
            if exponent & 1 == 1 {
                power = product(power, square);
            }
            square = product(square, square);
            exponent >>= 1;
        }
        power == 1
            || (0..twos)
                .scan(power, |power, _| {
                    let now = *power;
                    *power = product(now, now);
                    Some(now)
                })
                .any(|power| power == number - 1)
    }

    #[test]
    fn each_bound_is_a_composite_number_that_its_bases_let_pass() {
        for (index, (bound, bases)) in BY_BOUND.into_iter().enumerate() {
            assert!(!machine_prime::is_prime(bound), "{bound}");
            assert!(
                [2].iter().chain(bases).all(|base| is_strong(bound, *base)),
                "{bound}"
            );
            let next = bases64(bound);
            assert_eq!(next.len(), 4 + index);
            assert!(!next.iter().all(|base| is_strong(bound, *base)), "{bound}");
        }
    }
}

//! Where a value falls in a log-linear histogram, and what a bucket stands for.
//!
//! The layout is that of HdrHistogram (<http://hdrhistogram.org>, class `AbstractHistogram`,
//! "internal representation") for two significant digits from 1 up: values below 256 have a
//! bucket each, and every doubling above has 128 of equal width.
//!
//! ```text
//!  value   0 ........ 255 | 256 ..... 511 | 512 .... 1023 | ...   2^46 ... 2^47-1
//!  width          1       |       2       |       4       | ...       2^39
//!  index   0 ........ 255 | 256 ..... 383 | 384 ..... 511 | ...   5120 ..... 5247
//! ```
//!
//! It is a pair of functions and not a type so that counts can live in any `[u64; BUCKETS]`,
//! memory shared by several processes among them.

/// How many buckets there are: 128 for each of 40 doublings, and 128 more below.
pub const BUCKETS: usize = (DOUBLINGS + 1) * HALF as usize;

/// The largest value with a bucket of its own resolution: in nanoseconds, 39 hours.
pub const LARGEST_VALUE: u64 = (1 << 47) - 1;

/// The index of the bucket that `value` falls in. Values above [`LARGEST_VALUE`] fall in the last.
pub const fn bucket_of(value: u64) -> usize {
    let value = if value > LARGEST_VALUE {
        LARGEST_VALUE
    } else {
        value
    };
    let doubling = 56 - (value | (2 * HALF - 1)).leading_zeros();
    (HALF * doubling as u64 + (value >> doubling)) as usize
}

/// The least and the greatest value of a bucket, both within it. They differ by less than 1/128
/// of the least. What was clamped into the last bucket is not within its bounds.
///
/// # Panics
///
/// When `index` is not below [`BUCKETS`].
pub const fn bucket_bounds(index: usize) -> (u64, u64) {
    assert!(index < BUCKETS, "a bucket index is below BUCKETS");
    let doubling = (index as u64 / HALF).saturating_sub(1);
    let low = (index as u64 - HALF * doubling) << doubling;
    (low, low + (1 << doubling) - 1)
}

/// Buckets in a doubling. Two digits ask for steps of at most 1 in 100; 128 is the next power.
const HALF: u64 = 128;

/// Times that a range of 256 single values is doubled to reach 2^47, the first one included.
pub(crate) const DOUBLINGS: usize = 40;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Values of every magnitude, which uniform ones are not.
    fn value() -> impl Strategy<Value = u64> {
        (any::<u64>(), 17_u32..64).prop_map(|(bits, shift)| bits >> shift)
    }

    #[track_caller]
    fn check(value: u64, expected: usize) {
        assert_eq!(bucket_of(value), expected);
    }

    #[test]
    fn small_values_have_a_bucket_each() {
        (0..256).for_each(|value| check(value, value as usize));
    }

    #[test]
    fn the_first_doubling_pairs_its_values() {
        check(256, 256);
        check(257, 256);
        check(258, 257);
        check(511, 383);
        check(512, 384);
    }

    #[test]
    fn values_beyond_the_range_fall_in_the_last_bucket() {
        check(LARGEST_VALUE, BUCKETS - 1);
        check(LARGEST_VALUE + 1, BUCKETS - 1);
        check(u64::MAX, BUCKETS - 1);
    }

    #[test]
    fn buckets_follow_each_other_without_gap_or_overlap() {
        let mut next = 0;
        for index in 0..BUCKETS {
            let (low, high) = bucket_bounds(index);
            assert_eq!(low, next);
            assert_eq!((bucket_of(low), bucket_of(high)), (index, index));
            assert!(
                (high - low) * 128 < low.max(1),
                "bucket {index} is too wide"
            );
            next = high + 1;
        }
        assert_eq!(next, LARGEST_VALUE + 1);
    }

    #[test]
    #[should_panic(expected = "below BUCKETS")]
    fn a_bucket_beyond_the_last_is_refused() {
        bucket_bounds(BUCKETS);
    }

    #[test]
    fn hdrhistogram_has_as_many_buckets() {
        let theirs = hdrhistogram::Histogram::<u64>::new_with_bounds(1, LARGEST_VALUE, 2).unwrap();
        assert_eq!(theirs.distinct_values(), BUCKETS);
        assert_eq!(usize::from(theirs.buckets()), DOUBLINGS);
    }

    proptest! {
        #[test]
        fn two_values_share_a_bucket_iff_hdrhistogram_calls_them_equivalent(
            one in value(), step in 0_u64..1 << 40, near in 0_u64..4,
        ) {
            let theirs = hdrhistogram::Histogram::<u64>::new_with_bounds(1, LARGEST_VALUE, 2)
                .expect("the bounds are in order");
            for other in [(one + step).min(LARGEST_VALUE), one + near, one ^ near] {
                let other = other.min(LARGEST_VALUE);
                prop_assert_eq!(bucket_of(one) == bucket_of(other), theirs.equivalent(one, other));
            }
            let (low, high) = bucket_bounds(bucket_of(one));
            prop_assert_eq!(low, theirs.lowest_equivalent(one));
            prop_assert_eq!(high, theirs.highest_equivalent(one));
        }
    }
}

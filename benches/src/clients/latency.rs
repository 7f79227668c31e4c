//! How long answers took: counts in buckets whose width is at most a 32nd of what they hold.

/// Counts of durations, in nanoseconds.
#[derive(Clone, Debug)]
pub struct Latency {
    counts: Vec<u64>,
    total: u64,
}

impl Latency {
    /// Nothing counted yet.
    pub fn new() -> Self {
        Latency {
            counts: vec![0; bucket(u64::MAX) + 1],
            total: 0,
        }
    }

    /// Counts one.
    pub fn add(&mut self, ns: u64) {
        self.counts[bucket(ns)] += 1;
        self.total += 1;
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        self.counts.fill(0);
        self.total = 0;
    }

    /// The least that so many in a thousand do not exceed, in microseconds, at most a 32nd too high; 0 of nothing.
    pub fn per_mille_us(&self, per_mille: u64) -> f64 {
        let rank = (self.total * per_mille).div_ceil(1000).max(1);
        let mut seen = 0;
        let found = self.counts.iter().position(|count| {
            seen += count;
            seen >= rank
        });
        found.map_or(0.0, |index| highest(index) as f64 / 1e3)
    }
}

/// Exact below 64; above, 32 buckets for each power of two.
fn bucket(ns: u64) -> usize {
    let shift = (64 - SUB_BITS).saturating_sub(ns.leading_zeros());
    let mantissa = (ns >> shift) as usize;
    shift as usize * HALF + mantissa
}

/// The greatest value in a bucket.
fn highest(index: usize) -> u64 {
    let shift = (index / HALF).saturating_sub(1);
    let mantissa = (index - shift * HALF) as u64;
    (mantissa << shift) | ((1 << shift) - 1)
}

/// Bits of a value that tell its bucket.
const SUB_BITS: u32 = 6;
const HALF: usize = 1 << (SUB_BITS - 1);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_is_narrow_and_holds_its_highest() {
        for ns in [0, 1, 63, 64, 65, 127, 128, 1_000, 123_456_789, u64::MAX] {
            let top = highest(bucket(ns));
            assert!(top >= ns && top - ns <= ns / 32, "{ns}: {top}");
            assert_eq!(bucket(top), bucket(ns));
        }
    }

    #[test]
    fn percentiles_are_those_of_the_sorted_list() {
        let mut latency = Latency::new();
        assert!(latency.per_mille_us(500) == 0.0);
        for ns in 1..=60 {
            latency.add(ns);
        }
        assert!(latency.per_mille_us(500) == 0.030);
        assert!(latency.per_mille_us(990) == 0.060);
        latency.clear();
        latency.add(7_000);
        assert!((latency.per_mille_us(1) - 7.0).abs() < 7.0 / 32.0);
    }
}

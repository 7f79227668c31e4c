//! A series' histogram in the shapes that charts want: even bins, and the share beyond a duration.
//!
//! A [`Series`] brings buckets of about 0.8 % width, so that a long duration has wide buckets. Where
//! a bucket lies across an edge its count is split in proportion, as if it were spread evenly.

use history::Series;

/// Counts over bins of one width.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Bins {
    /// Where the first bin begins, in nanoseconds.
    pub(crate) start_ns: f64,
    /// The width of each, in nanoseconds; above zero.
    pub(crate) width_ns: f64,
    /// How many values each holds; fractions where a bucket was split.
    pub(crate) counts: Vec<f64>,
    /// How many values lie beyond the last.
    pub(crate) beyond: f64,
    total: f64,
}

impl Bins {
    /// `count` bins over `range`, in nanoseconds.
    pub(crate) fn of(series: &Series, range: (f64, f64), count: usize) -> Self {
        let width_ns = ((range.1 - range.0) / count as f64).max(f64::MIN_POSITIVE);
        let mut bins = Self {
            start_ns: range.0,
            width_ns,
            counts: vec![0.0; count],
            beyond: 0.0,
            total: 0.0,
        };
        for &(low, high, values) in &series.histogram_ns {
            bins.add(low as f64, high as f64 + 1.0, values as f64);
        }
        bins
    }

    /// The share of all values per nanosecond, bin by bin: what a law's density is held against.
    pub(crate) fn densities(&self) -> Vec<f64> {
        let whole = self.total.max(1.0) * self.width_ns;
        self.counts.iter().map(|count| count / whole).collect()
    }

    fn add(&mut self, low: f64, high: f64, values: f64) {
        self.total += values;
        let place = |ns: f64| (ns - self.start_ns) / self.width_ns;
        let (from, to) = (place(low), place(high));
        let last = self.counts.len() as f64;
        let share = |a: f64, b: f64| (b.min(to) - a.max(from)).max(0.0) / (to - from) * values;
        self.beyond += share(last, f64::MAX);
        let first_bin = from.clamp(0.0, last) as usize;
        let end_bin = to.clamp(0.0, last).ceil() as usize;
        for (offset, count) in self.counts[first_bin..end_bin].iter_mut().enumerate() {
            let bin = (first_bin + offset) as f64;
            *count += share(bin, bin + 1.0);
        }
    }
}

/// The range in nanoseconds in which a chart of gaps shows `series` (and `mark_ns`, where one is to
/// be seen too): from zero to the 99.5th percentile, or, when all values are close to each other,
/// as for a metronome, only where they are.
pub(crate) fn range_of(series: &[&Series], mark_ns: Option<f64>) -> (f64, f64) {
    let ends = |share: f64| series.iter().filter_map(move |one| quantile(one, share));
    let marks = mark_ns.filter(|ns| ns.is_finite());
    let low = ends(0.005).chain(marks).fold(f64::INFINITY, f64::min);
    let high = ends(0.995).chain(marks).fold(0.0, f64::max);
    if high <= 0.0 {
        return (0.0, 1.0);
    }
    // Narrower than a few buckets there is nothing to see but the buckets.
    let span = (high - low).max(high * 0.05);
    if span < high * 0.4 {
        ((low - span * 0.5).max(0.0), high + span * 0.5)
    } else {
        (0.0, high * 1.02)
    }
}

/// The least duration, to a bucket, that `share` of the values do not exceed.
pub(crate) fn quantile(series: &Series, share: f64) -> Option<f64> {
    let total: u64 = series.histogram_ns.iter().map(|bucket| bucket.2).sum();
    let wanted = (share * total as f64).ceil().max(1.0) as u64;
    let mut seen = 0;
    let found = series.histogram_ns.iter().find(|bucket| {
        seen += bucket.2;
        seen >= wanted
    });
    found.map(|bucket| bucket.1 as f64)
}

/// The share of values beyond each duration, as (nanoseconds, share), from (0, 1) on: a step at the
/// end of every bucket, thinned to about `limit` points. Shares of zero are left out.
pub(crate) fn survival(series: &Series, limit: usize) -> Vec<(f64, f64)> {
    let total: u64 = series.histogram_ns.iter().map(|bucket| bucket.2).sum();
    if total == 0 {
        return Vec::new();
    }
    let mut points = vec![(0.0, 1.0)];
    let (mut left, mut last_share) = (total, 1.0);
    // Even steps of the logarithm of the share keep the tail, in which the points are few.
    let step = (total as f64).ln() / limit as f64;
    for &(low, high, values) in &series.histogram_ns {
        if points.len() == 1 {
            points.push((low as f64, 1.0));
        }
        left = left.saturating_sub(values);
        let share = left as f64 / total as f64;
        if share > 0.0 && f64::ln(last_share / share) >= step {
            points.push((high as f64 + 1.0, share));
            last_share = share;
        }
    }
    points
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(histogram_ns: Vec<(u64, u64, u64)>) -> Series {
        Series {
            count: histogram_ns.iter().map(|bucket| bucket.2).sum(),
            histogram_ns,
            ..Series::default()
        }
    }

    #[track_caller]
    fn check(histogram: Vec<(u64, u64, u64)>, expected: &[f64], beyond: f64) {
        let bins = Bins::of(&series(histogram), (0.0, 40.0), 4);
        assert_eq!((bins.counts.as_slice(), bins.beyond), (expected, beyond));
    }

    #[test]
    fn a_bucket_within_a_bin_counts_there() {
        check(vec![(0, 9, 4), (30, 30, 1)], &[4.0, 0.0, 0.0, 1.0], 0.0);
    }

    #[test]
    fn a_bucket_across_an_edge_is_split_in_proportion() {
        check(vec![(5, 24, 8)], &[2.0, 4.0, 2.0, 0.0], 0.0);
    }

    #[test]
    fn what_lies_beyond_is_counted_as_such() {
        check(
            vec![(30, 49, 8), (1000, 1000, 3)],
            &[0.0, 0.0, 0.0, 4.0],
            7.0,
        );
    }

    #[test]
    fn no_values_have_bins_of_nothing() {
        check(vec![], &[0.0; 4], 0.0);
        assert_eq!(range_of(&[&Series::default()], None), (0.0, 1.0));
        assert_eq!(quantile(&Series::default(), 0.5), None);
        assert!(survival(&Series::default(), 10).is_empty());
    }

    #[test]
    fn densities_add_up_to_the_share_shown() {
        let bins = Bins::of(&series(vec![(0, 39, 3), (40, 79, 1)]), (0.0, 40.0), 4);
        let area: f64 = bins.densities().iter().map(|density| density * 10.0).sum();
        assert!((area - 0.75).abs() < 1e-12);
    }

    #[test]
    fn values_close_together_are_looked_at_closely() {
        let (low, high) = range_of(&[&series(vec![(500_000, 500_999, 9)])], None);
        assert!(low > 400_000.0 && high < 600_000.0);
        let (low, _) = range_of(&[&series(vec![(1, 1, 9), (500_000, 500_999, 9)])], None);
        assert_eq!(low, 0.0);
    }

    #[test]
    fn the_tail_is_kept_and_the_bulk_thinned() {
        let buckets = (0..1000).map(|i| (i * 10, i * 10 + 9, 1000 - i)).collect();
        let points = survival(&series(buckets), 50);
        assert!(points.len() < 80);
        let last = points.last().expect("points");
        assert!(last.1 <= 3.0 / 500_500.0);
        assert!(points.windows(2).all(|pair| pair[0].1 >= pair[1].1));
    }
}

//! By how much one sample lies above another, with an interval that is exact for few values.
//!
//! The estimate is that of J. L. Hodges and E. L. Lehmann, "Estimates of location based on rank tests",
//! Annals of Mathematical Statistics 34 (1963): the median of all differences between a value of one
//! sample and one of the other. The interval is the rank sum test turned round (M. Hollander, D. A.
//! Wolfe and E. Chicken, "Nonparametric Statistical Methods", third edition, 2014, section 4.3): with
//! the differences in order, `D(1) ≤ … ≤ D(mn)`,
//!
//! ```text
//!   [ D(k), D(mn + 1 - k) ]    k the greatest with  P(U ≤ k - 1) ≤ α / 2
//! ```
//!
//! where U is the count of Mann and Whitney when both samples come from one law. Its distribution is
//! counted out, so the confidence is at least 1 - α for samples of any size and law that differ by a
//! shift, three against three included; a bootstrap of three values has no such guarantee, as it can
//! make no more than ten different samples of them.

/// A shift from one sample to another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Shift {
    /// The estimate.
    pub(crate) estimate: f64,
    /// The interval; `None` when there are too few values for the confidence asked for.
    pub(crate) interval: Option<ShiftInterval>,
}

/// An interval for a shift.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct ShiftInterval {
    pub(crate) low: f64,
    pub(crate) high: f64,
    /// What it really has, at least what was asked for.
    pub(crate) confidence: f64,
}

/// How far `after` lies above `before`; `None` when one of them is empty or has a value that is none.
pub(crate) fn shift(before: &[f64], after: &[f64], confidence: f64) -> Option<Shift> {
    let pairs = after.iter().flat_map(|a| before.iter().map(move |b| a - b));
    let mut differences: Vec<f64> = pairs.collect();
    if differences.iter().any(|difference| !difference.is_finite()) {
        return None;
    }
    differences.sort_by(f64::total_cmp);
    let estimate = stats::median(&differences)?;
    let k = depth(before.len(), after.len(), 1.0 - confidence);
    let interval = k.map(|(k, confidence)| ShiftInterval {
        low: differences[k - 1],
        high: differences[differences.len() - k],
        confidence,
    });
    Some(Shift { estimate, interval })
}

/// How many of the extreme differences to leave off at each end, less one, and the confidence of what is
/// left. `None` when even the whole range has less.
fn depth(m: usize, n: usize, alpha: f64) -> Option<(usize, f64)> {
    // Beyond, the most extreme runs are let go: an interval of fewer values is wider, and holds.
    let (m, n) = (m.min(MOST), n.min(MOST));
    let counts = arrangements(m, n);
    let all: f64 = counts.iter().sum();
    let mut below = 0.0;
    let mut found = None;
    for (index, count) in counts.iter().enumerate().take(m * n / 2) {
        below += count / all;
        if below > alpha / 2.0 + ROUNDING {
            break;
        }
        found = Some((index + 1, 1.0 - 2.0 * below));
    }
    found
}

/// In how many orders of `m` and `n` values just so many pairs are the wrong way round, for each
/// number of pairs (H. B. Mann and D. R. Whitney, Annals of Mathematical Statistics 18, 1947):
///
/// ```text
///   f(u; m, n) = f(u - n; m - 1, n) + f(u; m, n - 1)
/// ```
fn arrangements(m: usize, n: usize) -> Vec<f64> {
    let most = m * n;
    let mut rows: Vec<Vec<f64>> = vec![Vec::new(); n + 1];
    for (j, row) in rows.iter_mut().enumerate() {
        *row = vec![0.0; most + 1];
        row[0] = 1.0;
        debug_assert!(j <= n);
    }
    for _ in 1..=m {
        let mut next: Vec<Vec<f64>> = Vec::with_capacity(n + 1);
        for (j, row) in rows.iter().enumerate() {
            let count = |u: usize| {
                let one = u.checked_sub(j).map_or(0.0, |u| row[u]);
                let other = next.last().map_or(0.0, |last: &Vec<f64>| last[u]);
                one + other
            };
            let counts = (0..=most).map(count).collect();
            next.push(counts);
        }
        rows = next;
    }
    rows.pop().unwrap_or_default()
}

/// As many runs of a side as the arrangements are counted for; the counts stay below 2^118, of which a
/// float keeps the leading digits.
const MOST: usize = 60;
/// Of a sum of some hundred quotients.
const ROUNDING: f64 = 1e-12;

#[cfg(test)]
mod tests {
    use super::*;

    /// Permeability constants of the human chorioamnion at term and at 12 to 26 weeks: Hollander, Wolfe
    /// and Chicken, table 4.1; the figures are also those of R's `wilcox.test(x, y, conf.int = TRUE)`.
    #[test]
    fn the_example_of_the_textbook_comes_out() {
        let term = [0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46];
        let weeks = [1.15, 0.88, 0.90, 0.74, 1.21];
        let found = shift(&weeks, &term, 0.95).expect("a shift");
        assert!((found.estimate - 0.305).abs() < 1e-9, "{found:?}");
        let interval = found.interval.expect("an interval");
        assert!((interval.low + 0.15).abs() < 1e-9, "{interval:?}");
        assert!((interval.high - 0.76).abs() < 1e-9, "{interval:?}");
        assert!((0.95..0.97).contains(&interval.confidence));
    }

    #[test]
    fn three_against_three_have_exactly_nine_tenths_and_no_more() {
        let (before, after) = ([1.0, 2.0, 4.0], [11.0, 12.0, 13.0]);
        let found = shift(&before, &after, 0.9).expect("a shift");
        let interval = found.interval.expect("an interval");
        assert_eq!((interval.low, interval.high), (7.0, 12.0));
        assert!((interval.confidence - 0.9).abs() < 1e-12);
        assert_eq!(found.estimate, 10.0);
        let more = shift(&before, &after, 0.95).expect("a shift");
        assert_eq!(more.interval, None);
    }

    #[test]
    fn too_few_have_an_estimate_and_no_interval() {
        let found = shift(&[1.0], &[3.0], 0.9).expect("a shift");
        assert_eq!((found.estimate, found.interval), (2.0, None));
        let found = shift(&[1.0, 2.0], &[3.0, 4.0], 0.9).expect("a shift");
        assert_eq!(found.interval, None);
        assert_eq!(shift(&[], &[1.0], 0.9), None);
        assert_eq!(shift(&[f64::NAN], &[1.0], 0.9), None);
    }

    #[test]
    fn arrangements_are_counted_as_the_tables_have_them() {
        // Mann and Whitney 1947, table I: for three and three, out of 20.
        let expected = [1.0, 1.0, 2.0, 3.0, 3.0, 3.0, 3.0, 2.0, 1.0, 1.0];
        assert_eq!(arrangements(3, 3), expected);
        let all: f64 = arrangements(10, 5).iter().sum();
        assert_eq!(all, 3003.0);
    }

    #[test]
    fn the_same_values_have_a_shift_of_nothing() {
        let same = [5.0; 6];
        let interval = shift(&same, &same, 0.9).and_then(|found| found.interval);
        let interval = interval.expect("an interval");
        assert_eq!((interval.low, interval.high), (0.0, 0.0));
    }
}

//! Whether gaps that were measured are those that were asked for.

use crate::{
    kolmogorov::{KsTest, ks_statistic},
    law::Law,
    sample::quantile,
};

/// What can be said of measured gaps and a law.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fit {
    /// For a continuous law: the Kolmogorov-Smirnov test.
    KolmogorovSmirnov(KsTest),
    /// For a law with a single gap, where that test does not apply because the distribution of
    /// its statistic is derived for continuous laws: how far the gaps strayed. Whether that is
    /// much, only who asked can tell.
    Deviation(AtomTest),
    /// There are fewer than four samples, from which neither figure can be made.
    TooFew {
        /// How many there are.
        count: u64,
    },
}

/// How far measured gaps strayed from the one gap asked for, in seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AtomTest {
    /// The gap asked for.
    pub asked: f64,
    /// How many gaps were measured.
    pub count: u64,
    /// The greatest deviation, up or down.
    pub largest: f64,
    /// The deviation that 99 % of the gaps do not exceed.
    pub p99: f64,
}

/// Compares gaps in seconds with a law, and leaves them in ascending order.
///
/// A sample that is no number fits no law: a continuous one is refused with statistic 1, and from
/// a single gap it deviates infinitely, as does p99 then.
pub fn fit(samples: &mut [f64], law: &dyn Law) -> Fit {
    let count = samples.len() as u64;
    samples.sort_by(f64::total_cmp);
    if count < FEWEST {
        return Fit::TooFew { count };
    }
    if law.density(law.mean()).is_some() {
        return Fit::KolmogorovSmirnov(KsTest::new(ks_statistic(samples, law), count));
    }
    let asked = law.mean();
    let deviations: Vec<f64> = samples
        .iter()
        .map(|sample| (sample - asked).abs())
        .collect();
    Fit::Deviation(AtomTest {
        asked,
        count,
        largest: quantile(&deviations, 1.0).unwrap_or(f64::INFINITY),
        p99: quantile(&deviations, 0.99).unwrap_or(f64::INFINITY),
    })
}

/// The fewest samples for which the p-value is fair, see [`KsTest`].
const FEWEST: u64 = 4;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::law::{LAWS, by_name};
    use crate::split_mix;

    fn law(name: &str, parameter: f64) -> Box<dyn Law + Send + Sync> {
        (by_name(name).unwrap().build)(parameter).unwrap()
    }

    /// Gaps of `law`, by SplitMix64.
    fn gaps(law: &dyn Law, seed: u64, count: u32) -> Vec<f64> {
        let word = |index| split_mix(seed, index) >> 11;
        (0..count)
            .map(|index| law.gap(word(index) as f64 * 2.0_f64.powi(-53)))
            .collect()
    }

    /// In how many of 200 seeds gaps of `drawn` are accepted as gaps of `asked`.
    fn accepted(drawn: &dyn Law, asked: &dyn Law, count: u32) -> usize {
        (0..200)
            .filter(|&seed| {
                let mut samples = gaps(drawn, seed << 32, count);
                matches!(fit(&mut samples, asked), Fit::KolmogorovSmirnov(test) if test.accepted)
            })
            .count()
    }

    #[track_caller]
    fn check(samples: &[f64], law: &dyn Law, expected: Fit) {
        assert_eq!(fit(&mut samples.to_vec(), law), expected);
    }

    #[test]
    fn samples_of_the_law_are_accepted_in_about_95_percent() {
        // 190 of 200 are expected, with a standard deviation of 3.1; the bounds are three of it.
        for name in ["uniform", "exponential"] {
            let law = law(name, 3.0);
            for count in [10, 100, 1000] {
                let found = accepted(&*law, &*law, count);
                assert!((181..=199).contains(&found), "{name}, {count}: {found}");
            }
        }
    }

    #[test]
    fn samples_of_another_law_are_refused() {
        let (uniform, exponential) = (law("uniform", 2.0), law("exponential", 1.0));
        assert_eq!(accepted(&*uniform, &*exponential, 1000), 0);
        assert_eq!(accepted(&*exponential, &*uniform, 1000), 0);
    }

    #[test]
    fn samples_of_another_rate_are_refused() {
        let (asked, drawn) = (law("exponential", 10.0), law("exponential", 12.0));
        assert_eq!(accepted(&*drawn, &*asked, 2000), 0);
    }

    #[test]
    fn deterministic_samples_fit_no_continuous_law() {
        let (asked, drawn) = (law("exponential", 1.0), law("deterministic", 1.0));
        assert_eq!(accepted(&*drawn, &*asked, 100), 0);
    }

    #[test]
    fn a_single_gap_is_judged_by_deviation() {
        let samples = [1.0, 1.25, 0.5, 1.0, 1.0];
        let deviation = AtomTest {
            asked: 1.0,
            count: 5,
            largest: 0.5,
            p99: 0.25 + 0.96 * 0.25,
        };
        check(&samples, &*law("d", 1.0), Fit::Deviation(deviation));
    }

    #[test]
    fn fewer_than_four_are_too_few_for_every_law() {
        for entry in LAWS {
            let law = (entry.build)(1.0).unwrap();
            for count in 0..4 {
                let samples = vec![1.0; count as usize];
                check(&samples, &*law, Fit::TooFew { count });
            }
            assert_ne!(fit(&mut [1.0; 4], &*law), Fit::TooFew { count: 4 });
        }
    }

    #[test]
    fn what_is_no_number_fits_no_law() {
        let samples = [1.0, 1.0, f64::NAN, 1.0, 1.0];
        let test = KsTest::new(1.0, 5);
        assert!(!test.accepted);
        check(&samples, &*law("u", 2.0), Fit::KolmogorovSmirnov(test));
        let deviation = AtomTest {
            asked: 1.0,
            count: 5,
            largest: f64::INFINITY,
            p99: f64::INFINITY,
        };
        check(&samples, &*law("d", 1.0), Fit::Deviation(deviation));
    }

    #[test]
    fn samples_are_left_in_order() {
        let mut samples = [3.0, 1.0, 2.0, 0.0];
        fit(&mut samples, &*law("e", 1.0));
        assert_eq!(samples, [0.0, 1.0, 2.0, 3.0]);
    }
}

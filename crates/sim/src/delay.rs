//! How long datagrams are on their way.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use rand_core::Rng;
use stats::{Law, gap_from};

use crate::instant;

/// How long a datagram is on its way. Whatever is not constant lets datagrams overtake each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delay {
    /// `200us`: always that long.
    Constant(Duration),
    /// `100us..2ms`: any time between the two is as likely as another.
    Uniform(Duration, Duration),
    /// `100us+1ms`: the first, and a time behind it that falls exponentially and has the second as its mean.
    Exponential(Duration, Duration),
}

/// Why a text is no delay.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no delay: write 200us (constant), 100us..2ms (uniform between the two) or 100us+1ms (exponential: the least, \
     and the mean of what comes on top), at most a day"
)]
pub struct DelayError(pub String);

/// Draws delays.
#[derive(Debug)]
pub(crate) struct Delays {
    least_ns: u64,
    more: Option<Box<dyn Law + Send + Sync>>,
}

impl Delays {
    /// Of that law.
    pub fn new(delay: Delay) -> Self {
        let (least, law) = match delay {
            Delay::Constant(least) => (least, None),
            Delay::Uniform(least, most) => (
                least,
                Some(("uniform", most.saturating_sub(least).as_secs_f64())),
            ),
            Delay::Exponential(least, mean) => {
                (least, Some(("exponential", 1.0 / mean.as_secs_f64())))
            }
        };
        let more = law.and_then(|(name, parameter)| {
            let entry = stats::by_name(name).expect("the law is registered");
            // A span of nothing is out of the law's range, and adds nothing.
            (entry.build)(parameter).ok()
        });
        Self {
            least_ns: u64::try_from(least.as_nanos()).unwrap_or(u64::MAX),
            more,
        }
    }

    /// The next one, in nanoseconds.
    pub fn draw(&self, random: &mut impl Rng) -> u64 {
        let more = self
            .more
            .as_deref()
            .map_or(0.0, |law| gap_from(law, random));
        self.least_ns.saturating_add((more * 1e9) as u64)
    }
}

impl fmt::Display for Delay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = instant::text;
        match *self {
            Self::Constant(span) => f.write_str(&text(span)),
            Self::Uniform(least, most) => write!(f, "{}..{}", text(least), text(most)),
            Self::Exponential(least, mean) => write!(f, "{}+{}", text(least), text(mean)),
        }
    }
}

impl FromStr for Delay {
    type Err = DelayError;

    fn from_str(text: &str) -> Result<Self, DelayError> {
        let error = || DelayError(text.chars().take(40).collect());
        let two = |(one, other)| Some((instant::read(one)?, instant::read(other)?));
        if let Some(pair) = text.split_once("..") {
            let (least, most) = two(pair).ok_or_else(error)?;
            return match least <= most {
                true => Ok(Self::Uniform(least, most)),
                false => Err(error()),
            };
        }
        if let Some(pair) = text.split_once('+') {
            let (least, mean) = two(pair).ok_or_else(error)?;
            return Ok(Self::Exponential(least, mean));
        }
        instant::read(text).map(Self::Constant).ok_or_else(error)
    }
}

#[cfg(test)]
mod tests {
    use rand_core::SeedableRng as _;
    use rand_pcg::Pcg64Mcg;

    use super::*;

    #[track_caller]
    fn check(text: &str, least_ns: u64, most_ns: u64, mean_ns: u64) {
        let delay: Delay = text.parse().expect("a delay");
        assert_eq!(delay.to_string(), text);
        let (delays, mut random) = (Delays::new(delay), Pcg64Mcg::seed_from_u64(1));
        let drawn: Vec<u64> = (0..10_000).map(|_| delays.draw(&mut random)).collect();
        assert!(
            drawn.iter().all(|ns| (least_ns..=most_ns).contains(ns)),
            "{text}"
        );
        let mean = drawn.iter().sum::<u64>() / 10_000;
        assert!(mean.abs_diff(mean_ns) <= mean_ns / 20, "{text}: {mean}");
    }

    #[test]
    fn delays_follow_their_law() {
        check("200us", 200_000, 200_000, 200_000);
        check("100us..2ms", 100_000, 2_000_000, 1_050_000);
        check("100us+1ms", 100_000, 37_000_000, 1_100_000);
        check("1ms..1ms", 1_000_000, 1_000_000, 1_000_000);
        check("1ms+0s", 1_000_000, 1_000_000, 1_000_000);
    }

    #[test]
    fn what_is_no_delay_is_refused() {
        for text in ["", "1", "2ms..1ms", "1ms..", "+1ms", "1ms+1ms+1ms"] {
            assert!(text.parse::<Delay>().is_err(), "{text}");
        }
    }
}

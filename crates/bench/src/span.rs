//! A duration as people write it in a file: `3s`, `25ms`, `1.5s`, `10m`.

use std::{fmt, str::FromStr, time::Duration};

use serde::{Deserialize, Deserializer, de};

/// A duration with its unit in its text: `ns`, `us`, `ms`, `s`, `m` or `h`. At most a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span(pub Duration);

impl FromStr for Span {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expected = || format!("`{text}` is no duration: write \"25ms\", \"1.5s\" or \"10m\"");
        let unit_at = text
            .find(|letter: char| letter.is_ascii_alphabetic())
            .ok_or_else(expected)?;
        let (digits, unit) = text.split_at(unit_at);
        let unit = UNITS.iter().find(|(name, _)| *name == unit.trim());
        let (_, unit_ns) = unit.ok_or_else(expected)?;
        let number: f64 = digits.trim().parse().map_err(|_| expected())?;
        let seconds = number * (*unit_ns as f64) / 1e9;
        let span = Duration::try_from_secs_f64(seconds).map_err(|_| expected())?;
        match span <= LONGEST {
            true => Ok(Self(span)),
            false => Err(format!("`{text}` is longer than a day")),
        }
    }
}

impl fmt::Display for Span {
    /// In the largest unit in which it is a whole number, so that it is read back as it was.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nanos = self.0.as_nanos();
        let whole = |(_, unit_ns): &&(&str, u128)| nanos.is_multiple_of(*unit_ns);
        let fitting = UNITS.iter().rev().find(whole);
        let (name, unit_ns) = fitting.filter(|_| nanos > 0).unwrap_or(&("s", 1));
        write!(f, "{}{name}", nanos / unit_ns)
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

const UNITS: [(&str, u128); 6] = [
    ("ns", 1),
    ("us", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
];
const LONGEST: Duration = Duration::from_secs(86_400);

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, nanos: u64, again: &str) {
        let span: Span = text.parse().expect(text);
        assert_eq!(span.0, Duration::from_nanos(nanos));
        assert_eq!(span.to_string(), again);
        assert_eq!(again.parse(), Ok(span));
    }

    #[test]
    fn a_span_is_read_and_written_in_the_unit_that_fits() {
        check("3s", 3_000_000_000, "3s");
        check("25ms", 25_000_000, "25ms");
        check("1.5s", 1_500_000_000, "1500ms");
        check("120 s", 120_000_000_000, "2m");
        check("0.5us", 500, "500ns");
        check("0s", 0, "0s");
    }

    #[test]
    fn what_is_no_span_is_refused_by_name() {
        for text in ["3", "", "s", "-1s", "1d", "nans", "infs", "25h", "1s2"] {
            let error = text.parse::<Span>().expect_err(text);
            assert!(error.contains(&format!("`{text}`")), "{error}");
        }
    }
}

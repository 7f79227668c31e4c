//! Values of flags that carry a unit or a range.

use std::time::Duration;

use jiff::SignedDuration;

/// Parses `25ms`, `1.5s`, `2m`, or a bare number of seconds.
///
/// # Errors
/// When the text is none, or negative, or longer than a day.
pub fn duration(text: &str) -> Result<Duration, String> {
    let expected =
        || format!("`{text}` is no duration: write 25ms, 1.5s, 2m or a number of seconds");
    let duration = match text.parse::<f64>() {
        Ok(seconds) => Duration::try_from_secs_f64(seconds).map_err(|_| expected())?,
        Err(_) => {
            let parsed: SignedDuration = text.parse().map_err(|_| expected())?;
            Duration::try_from(parsed).map_err(|_| expected())?
        }
    };
    match duration <= LONGEST {
        true => Ok(duration),
        false => Err(format!("`{text}` is longer than a day")),
    }
}

/// Parses `4096`, `64KiB` or `1MiB` as a number of bytes.
///
/// # Errors
/// When the text is none, or zero, or over a gibibyte.
pub fn bytes(text: &str) -> Result<usize, String> {
    let units = [
        ("KiB", 1 << 10),
        ("MiB", 1 << 20),
        ("GiB", 1 << 30),
        ("B", 1),
    ];
    let (digits, unit) = units
        .iter()
        .find_map(|(name, unit)| Some((text.strip_suffix(name)?, *unit)))
        .unwrap_or((text, 1));
    let count = digits
        .trim()
        .parse::<usize>()
        .ok()
        .and_then(|count| count.checked_mul(unit));
    match count {
        Some(count) if (1..=1 << 30).contains(&count) => Ok(count),
        _ => Err(format!(
            "`{text}` is no size from 1 byte to 1 GiB: write 4096, 64KiB or 1MiB"
        )),
    }
}

/// Parses `10,100`, or `10..100+10` for 10, 20 … 100.
///
/// # Errors
/// When the text is neither, or a number is zero or over a million.
pub fn counts(text: &str) -> Result<Vec<u64>, String> {
    let expected = || format!("`{text}` is no list of counts: write 10,20,50 or 10..100+10");
    let mut counts = Vec::new();
    for part in text.split(',') {
        let Some((first, rest)) = part.split_once("..") else {
            counts.push(part.trim().parse().map_err(|_| expected())?);
            continue;
        };
        let (last, step) = rest.split_once('+').unwrap_or((rest, "1"));
        let numbers = [first, last, step].map(|number| number.trim().parse::<u64>());
        match numbers {
            [Ok(first), Ok(last), Ok(step)] if step > 0 && first <= last && last <= MOST => {
                counts.extend((first..=last).step_by(usize::try_from(step).unwrap_or(usize::MAX)));
            }
            _ => return Err(expected()),
        }
    }
    counts.sort_unstable();
    counts.dedup();
    match counts.iter().all(|count| (1..=MOST).contains(count)) && counts.len() <= 1000 {
        true => Ok(counts),
        false => Err(format!(
            "`{text}`: counts are from 1 to {MOST}, at most 1000 of them"
        )),
    }
}

/// Parses one byte: a character, or `space`.
///
/// # Errors
/// When the text is something else, or a digit or a line feed, which would be ambiguous.
pub fn separator(text: &str) -> Result<u8, String> {
    match text.as_bytes() {
        b"space" => Ok(b' '),
        [byte] if !byte.is_ascii_digit() && !byte.is_ascii_control() => Ok(*byte),
        _ => Err(format!(
            "`{text}` is no separator: write one character that is no digit, or space"
        )),
    }
}

const LONGEST: Duration = Duration::from_secs(86_400);
const MOST: u64 = 1_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_with_and_without_a_unit() {
        assert_eq!(duration("25ms"), Ok(Duration::from_millis(25)));
        assert_eq!(duration("1.5s"), Ok(Duration::from_millis(1500)));
        assert_eq!(duration("3"), Ok(Duration::from_secs(3)));
    }

    #[test]
    fn what_is_no_duration_is_refused_by_name() {
        for text in ["-1", "nan", "inf", "-3s", "soon", "", "2d", "1e18"] {
            let error = duration(text).expect_err(text);
            assert!(error.contains(&format!("`{text}`")), "{error}");
        }
    }

    #[test]
    fn sizes_are_read_with_and_without_a_unit() {
        assert_eq!(bytes("64KiB"), Ok(65_536));
        assert_eq!(bytes("10"), Ok(10));
        assert!(bytes("0").is_err() && bytes("5TiB").is_err());
    }

    #[test]
    fn a_range_of_counts_includes_both_ends() {
        assert_eq!(counts("10..40+10,100"), Ok(vec![10, 20, 30, 40, 100]));
        for text in ["0", "", "9..1", "1..9+0", "x", "1..99999999999"] {
            assert!(counts(text).is_err(), "{text}");
        }
    }
}

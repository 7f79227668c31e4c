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

/// Parses a whole number up to 2^64-1: `1000000`, `1_000_000`, `1e6`, `10^6`, and any of them plus or minus
/// another, as in `2^64-1`.
///
/// # Errors
/// When the text is none, or negative, or greater.
pub fn whole_number(text: &str) -> Result<u64, String> {
    let sum = match text.rfind(['+', '-']).filter(|at| *at > 0) {
        None => term(text),
        Some(at) => {
            let (before, after) = (term(&text[..at]), term(&text[at + 1..]));
            match (before, after) {
                (Some(before), Some(after)) if text.as_bytes()[at] == b'+' => {
                    before.checked_add(after)
                }
                (Some(before), Some(after)) => before.checked_sub(after),
                _ => None,
            }
        }
    };
    sum.and_then(|sum| u64::try_from(sum).ok()).ok_or_else(|| {
        format!("`{text}` is no whole number from 0 to 2^64-1: write 1000000, 1_000_000, 1e6, 10^6 or 2^32-1")
    })
}

/// `DIGITS`, `DIGITSeDIGITS` or `DIGITS^DIGITS`; none as well when it is 2^128 or greater.
fn term(text: &str) -> Option<u128> {
    let is_decimal = text.contains(['e', 'E']);
    let (base, power) = text.split_once(['e', 'E', '^']).unwrap_or((text, "1"));
    let (base, power) = (digits(base)?, u32::try_from(digits(power)?).ok()?);
    match is_decimal {
        true if base == 0 => Some(0),
        true => base.checked_mul(10_u128.checked_pow(power)?),
        false => base.checked_pow(power),
    }
}

fn digits(text: &str) -> Option<u128> {
    let is_number = text.starts_with(|c: char| c.is_ascii_digit())
        && text.ends_with(|c: char| c.is_ascii_digit())
        && text.chars().all(|c| c.is_ascii_digit() || c == '_');
    is_number.then(|| text.replace('_', "").parse().ok())?
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
    fn whole_numbers_are_read_in_every_form_that_people_write() {
        let check = |text, expected| assert_eq!(whole_number(text), Ok(expected), "{text}");
        check("0", 0);
        check("1000000", 1_000_000);
        check("1_000_000", 1_000_000);
        check("1e6", 1_000_000);
        check("10^6", 1_000_000);
        check("2^64-1", u64::MAX);
        check("18446744073709551615", u64::MAX);
        check("2^40+15", (1 << 40) + 15);
        check("1e19", 10_000_000_000_000_000_000);
        check("0^0", 1);
        check("0e99999", 0);
    }

    #[test]
    fn what_is_no_whole_number_is_refused_with_the_forms_there_are() {
        for text in [
            "",
            "-1",
            "-",
            "1.5",
            "1e-3",
            "1e",
            "e6",
            "_1",
            "1_",
            "1__",
            "ten",
            "0x10",
            "2^64",
            "18446744073709551616",
            "1e20",
            "2^127+2^127",
            "9^99",
            "1e99999999999",
            "1-2",
            "+1",
            "--",
            "1e2e3",
            "2^2^2",
            "\u{663}",
            "1 000",
        ] {
            let error = whole_number(text).expect_err(text);
            assert!(
                error.contains(&format!("`{text}`")) && error.contains("2^64-1"),
                "{error}"
            );
        }
    }

    #[test]
    fn a_range_of_counts_includes_both_ends() {
        assert_eq!(counts("10..40+10,100"), Ok(vec![10, 20, 30, 40, 100]));
        for text in ["0", "", "9..1", "1..9+0", "x", "1..99999999999"] {
            assert!(counts(text).is_err(), "{text}");
        }
    }
}

//! Spans of time as text, exact to the nanosecond: `250us`, `12.5ms`, `2s`.

use std::time::Duration;

/// The text of a span; [`read`] gives the same span back.
pub(crate) fn text(span: Duration) -> String {
    let nanos = span.as_nanos();
    let (unit, scale) = match nanos {
        0 => return "0s".to_owned(),
        _ if nanos.is_multiple_of(1_000_000_000) => ("s", 1_000_000_000),
        1_000_000.. => ("ms", 1_000_000),
        1_000.. => ("us", 1_000),
        _ => ("ns", 1),
    };
    let (whole, part) = (nanos / scale, nanos % scale);
    if part == 0 {
        return format!("{whole}{unit}");
    }
    let digits = scale.ilog10() as usize;
    let part = format!("{part:0digits$}");
    format!("{whole}.{}{unit}", part.trim_end_matches('0'))
}

/// The span of a text; none where it is no such text, or is longer than a day.
pub(crate) fn read(text: &str) -> Option<Duration> {
    let at = text.find(|c: char| c.is_ascii_alphabetic())?;
    let (number, unit) = text.split_at(at);
    let scale: u64 = match unit {
        "s" => 1_000_000_000,
        "ms" => 1_000_000,
        "us" => 1_000,
        "ns" => 1,
        _ => return None,
    };
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let digits = scale.ilog10() as usize;
    if whole.is_empty() || !is_number(whole) || !is_number(part) || part.len() > digits {
        return None;
    }
    let part = format!("{part:0<digits$}");
    let part: u64 = if part.is_empty() {
        0
    } else {
        part.parse().ok()?
    };
    let whole: u64 = whole.parse().ok()?;
    let nanos = whole.checked_mul(scale)?.checked_add(part)?;
    (nanos <= LONGEST_NS).then_some(Duration::from_nanos(nanos))
}

/// A day.
const LONGEST_NS: u64 = 86_400_000_000_000;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_span_has_the_unit_that_people_would_take() {
        let texts = [0, 1, 1_500, 250_000, 12_500_000, 2_000_000_000].map(|nanos| {
            let span = Duration::from_nanos(nanos);
            text(span)
        });
        assert_eq!(texts, ["0s", "1ns", "1.5us", "250us", "12.5ms", "2s"]);
    }

    #[test]
    fn what_is_no_span_is_none() {
        for text in [
            "",
            "1",
            "s",
            "1h",
            "-1s",
            "1.s2",
            "1.1ns",
            "99999999s",
            "1.2.3s",
            "+1s",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_span_is_read_back(nanos in 0..LONGEST_NS) {
            let span = Duration::from_nanos(nanos);
            prop_assert_eq!(read(&text(span)), Some(span));
        }
    }
}

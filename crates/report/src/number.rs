//! Numbers as people read them: with a unit, and with three significant digits where more would only
//! pretend.

/// A duration with its unit and three significant digits: `830 µs`, `25.0 ms`, `1.24 s`, `20.2 min`.
/// Minutes begin at 1000 s, hours at 1000 min. What is not finite is a dash.
pub fn duration(ns: f64) -> String {
    if !ns.is_finite() {
        return DASH.to_owned();
    }
    // A value that rounds up to 1000 of a unit is 1 of the next.
    let fits = |unit: &&(f64, &str)| (ns.abs() / unit.0) < 999.5;
    let (size, name) = UNITS.iter().find(fits).unwrap_or(&UNITS[UNITS.len() - 1]);
    format!("{} {name}", figure(ns / size))
}

/// A duration that may be absent, then a dash.
pub(crate) fn maybe_duration(ns: Option<f64>) -> String {
    ns.map_or_else(|| DASH.to_owned(), duration)
}

/// A number with three significant digits and no unit; `0` for zero, a dash for what is not finite.
pub(crate) fn figure(value: f64) -> String {
    let size = value.abs();
    if !value.is_finite() {
        DASH.to_owned()
    } else if size == 0.0 {
        "0".to_owned()
    } else if size < 0.000_999_5 {
        format!("{value:.1e}")
    } else {
        // Rounding may add a digit (9.996 is 10.0), which the half unit anticipates.
        let decimals = [
            (99.95, 0),
            (9.995, 1),
            (0.9995, 2),
            (0.099_95, 3),
            (0.009_995, 4),
        ]
        .iter()
        .find(|(limit, _)| size >= *limit)
        .map_or(5, |(_, decimals)| *decimals);
        grouped(&format!("{value:.decimals$}"))
    }
}

/// A number for an axis: as [`figure`], without zeros at the end.
pub(crate) fn tick(value: f64) -> String {
    let text = figure(value);
    if text.contains('e') {
        return text.replace(".0e", "e");
    }
    if !text.contains('.') {
        return text;
    }
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A duration for an axis: as [`duration`], without zeros at the end.
pub(crate) fn tick_duration(ns: f64) -> String {
    if ns == 0.0 {
        return "0".to_owned();
    }
    let text = duration(ns);
    match text.split_once(' ') {
        Some((number, unit)) if number.contains('.') => {
            let short = number.trim_end_matches('0').trim_end_matches('.');
            format!("{short} {unit}")
        }
        _ => text,
    }
}

/// A rate or a count for an axis: `500`, `20 k`, `1.5 M`.
pub(crate) fn tick_rate(value: f64) -> String {
    match value.abs() {
        size if size >= 999_500.0 => format!("{} M", tick(value / 1e6)),
        size if size >= 9_999.5 => format!("{} k", tick(value / 1e3)),
        _ => tick(value),
    }
}

/// From one shown value to another: `26.4–26.5 ms`, the unit once where both have it.
pub(crate) fn between(from: &str, to: &str) -> String {
    match (from.split_once(' '), to.split_once(' ')) {
        (Some((number, unit)), Some((_, other))) if unit == other => format!("{number}–{to}"),
        _ => format!("{from}–{to}"),
    }
}

/// A count, with a narrow space between groups of three digits.
pub fn count(value: u64) -> String {
    grouped(&value.to_string())
}

/// A count of things by their name in the singular: `1 run`, `3 runs`.
pub fn counted(value: u64, noun: &str) -> String {
    let plural = if value == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", count(value))
}

/// A size in bytes, with a binary unit.
pub(crate) fn bytes(value: f64) -> String {
    let units = ["B", "KiB", "MiB", "GiB", "TiB"];
    let mut value = value;
    let mut index = 0;
    while value.abs() >= 999.5 && index + 1 < units.len() {
        value /= 1024.0;
        index += 1;
    }
    format!("{} {}", figure(value), units[index])
}

/// A share as a percentage with three significant digits.
pub(crate) fn percent(share: f64) -> String {
    format!("{} %", figure(share * 100.0))
}

/// A proportion that somebody asked for, as a percentage without idle zeros: `25 %`.
pub(crate) fn share(of: f64) -> String {
    format!("{} %", tick(of * 100.0))
}

/// A size that somebody asked for: `64 B`, `1.50 KiB`.
pub(crate) fn size(value: u64) -> String {
    match value {
        0..1000 => format!("{value} B"),
        _ => bytes(value as f64),
    }
}

/// The unit in which an axis up to `ns` is labelled: its name and its length in nanoseconds.
pub(crate) fn axis_unit(ns: f64) -> (&'static str, f64) {
    let largest = UNITS[..4].iter().rev().find(|(size, _)| ns >= *size);
    let (size, name) = largest.unwrap_or(&UNITS[0]);
    (name, *size)
}

/// For what is unknown or is no number.
pub(crate) const DASH: &str = "–";

const UNITS: [(f64, &str); 6] = [
    (1.0, "ns"),
    (1e3, "µs"),
    (1e6, "ms"),
    (1e9, "s"),
    (60e9, "min"),
    (3600e9, "h"),
];

/// Puts a narrow no-break space (U+202F) between groups of three digits, from five digits on.
fn grouped(text: &str) -> String {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text),
    };
    if digits.len() < 5 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.to_owned();
    }
    let mut out = String::from(sign);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push('\u{202f}');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(ns: f64, expected: &str) {
        assert_eq!(duration(ns), expected);
    }

    #[test]
    fn a_duration_has_three_digits_and_the_largest_unit_that_fits() {
        check(0.0, "0 ns");
        check(1.0, "1.00 ns");
        check(830_000.0, "830 µs");
        check(25e6, "25.0 ms");
        check(1.24e9, "1.24 s");
        check(300.446e9, "300 s");
        check(1210e9, "20.2 min");
        check(100.0 * 3600e9, "100 h");
    }

    #[test]
    fn a_duration_that_rounds_up_changes_its_unit() {
        check(999_499.0, "999 µs");
        check(999_500.0, "1.00 ms");
        check(9.996e6, "10.0 ms");
        check(99.96e6, "100 ms");
        check(999.7e9, "16.7 min");
    }

    #[test]
    fn a_duration_before_the_beginning_keeps_its_sign() {
        check(-25e6, "-25.0 ms");
    }

    #[test]
    fn what_is_not_finite_is_a_dash() {
        check(f64::NAN, DASH);
        check(f64::INFINITY, DASH);
        assert_eq!(figure(f64::NEG_INFINITY), DASH);
        assert_eq!(maybe_duration(None), DASH);
    }

    #[test]
    fn long_numbers_are_grouped() {
        assert_eq!(count(1000), "1000");
        assert_eq!(count(12_000), "12\u{202f}000");
        assert_eq!(count(1_000_000), "1\u{202f}000\u{202f}000");
    }

    #[test]
    fn one_thing_is_no_plural() {
        assert_eq!(
            [0, 1, 2].map(|n| counted(n, "run")),
            ["0 runs", "1 run", "2 runs"]
        );
    }

    #[test]
    fn an_axis_has_no_idle_zeros() {
        assert_eq!(tick(2.5), "2.5");
        assert_eq!(tick(0.0), "0");
        assert_eq!(tick(100.0), "100");
        assert_eq!(tick(30.0), "30");
        assert_eq!(tick(1e-6), "1e-6");
        assert_eq!([500.0, 2e4, 1.5e6].map(tick_rate), ["500", "20 k", "1.5 M"]);
        assert_eq!(tick_duration(0.0), "0");
        assert_eq!(tick_duration(30e6), "30 ms");
        assert_eq!(tick_duration(100e6), "100 ms");
    }

    #[test]
    fn a_range_says_its_unit_once() {
        assert_eq!(between("26.4 ms", "26.5 ms"), "26.4–26.5 ms");
        assert_eq!(between("999 µs", "1.00 ms"), "999 µs–1.00 ms");
        assert_eq!(between("3", "4"), "3–4");
    }

    #[test]
    fn sizes_have_binary_units() {
        assert_eq!(bytes(0.0), "0 B");
        assert_eq!(bytes(1536.0), "1.50 KiB");
        assert_eq!([size(64), size(1536)], ["64 B", "1.50 KiB"]);
        assert_eq!([share(0.25), share(0.125)], ["25 %", "12.5 %"]);
        assert_eq!(bytes(3.0 * 1024.0 * 1024.0), "3.00 MiB");
    }
}

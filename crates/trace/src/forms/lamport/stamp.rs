//! Stamps in brackets: `(LAMPORT_TIME=3, LOCAL_TIME=2019-05-30 12:00:01.5)`, `(VECTOR_TIME=[1, 0, 2])`.

use std::sync::LazyLock;

use regex::Regex;

/// A stamp in a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    pub value: Value,
    pub wall_ns: Option<i64>,
    /// Where it stands in its line.
    pub start: usize,
    pub end: usize,
}

/// What a stamp says.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Value {
    /// One counter.
    Scalar(u64),
    /// A counter a process, in an order that the program knows.
    Positions(Vec<u64>),
    /// A counter a process, by name.
    Named(Vec<(String, u64)>),
}

/// Finds the stamps of a line, which is given in small letters too.
pub(super) fn stamps_of(line: &str, small: &str) -> Vec<Stamp> {
    static STAMP: LazyLock<Regex> = LazyLock::new(|| {
        let value = r"([0-9]+|\[[^\[\]()]*\]|(?:defaultdict\([^{}]*)?\{[^{}()]*\}\)?)";
        let stamp =
            format!(r"\(\s*(?:lamport|vector|logical)[_ ](?:time|clock)\s*[=:]\s*{value}\s*([,)])");
        Regex::new(&stamp).expect("an expression")
    });
    let mut found = Vec::new();
    for captures in STAMP.captures_iter(small) {
        let part = |at: usize| captures.get(at).expect("groups that always match");
        let (whole, value, end) = (part(0), part(1), part(2));
        let Some(value) = Value::of(&line[value.range()]) else {
            continue;
        };
        let rest = &line[whole.end()..];
        let (wall_ns, end) = match (end.as_str(), rest.find(['(', ')'])) {
            // The rest is a stamp's, if it closes before another one opens.
            (",", Some(at)) if rest[at..].starts_with(')') => {
                (wall_of(&rest[..at]), whole.end() + at + 1)
            }
            _ => (None, whole.end()),
        };
        found.push(Stamp {
            value,
            wall_ns,
            start: whole.start(),
            end,
        });
    }
    found
}

impl Value {
    fn of(text: &str) -> Option<Self> {
        if let Ok(number) = text.parse() {
            return Some(Self::Scalar(number));
        }
        if let Some(list) = text.strip_prefix('[') {
            let list = list.strip_suffix(']')?;
            let numbers = list.split([',', ' ']).filter(|part| !part.is_empty());
            return numbers
                .map(|number| number.parse().ok())
                .collect::<Option<_>>()
                .map(Self::Positions);
        }
        let inner = &text[text.find('{')? + 1..text.rfind('}')?];
        let entries = inner.split(',').filter(|part| !part.trim().is_empty());
        let entry = |part: &str| {
            let (name, count) = part.split_once(':')?;
            let name = name.trim().trim_matches(['\'', '"']);
            Some((name.to_owned(), count.trim().parse().ok()?))
        };
        entries.map(entry).collect::<Option<_>>().map(Self::Named)
    }
}

/// The time after `LOCAL_TIME=`, or whatever it is called: `2019-05-30 12:00:01.123456`, taken for UTC because the
/// zone is not told.
fn wall_of(text: &str) -> Option<i64> {
    static TIME: LazyLock<Regex> = LazyLock::new(|| {
        let time = r"(\d{4})-(\d{2})-(\d{2})[ T](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?";
        Regex::new(&time.replace(r"\d", "[0-9]")).expect("an expression")
    });
    let captures = TIME.captures(text)?;
    let number = |at: usize| {
        captures
            .get(at)
            .and_then(|part| part.as_str().parse::<i64>().ok())
    };
    let days = days_since_epoch(number(1)?, number(2)?, number(3)?)?;
    let seconds = days * 86_400 + number(4)? * 3600 + number(5)? * 60 + number(6)?;
    let fraction = captures.get(7).map_or("", |part| part.as_str());
    let fraction: i64 = format!("{fraction:0<9}").parse().ok()?;
    seconds.checked_mul(1_000_000_000)?.checked_add(fraction)
}

/// Days from 1970-01-01 to a day of the Gregorian calendar (Hinnant 2013, "chrono-Compatible Low-Level Date Algorithms").
fn days_since_epoch(year: i64, month: i64, day: i64) -> Option<i64> {
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    Some(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, expected: &[Value]) {
        let stamps = stamps_of(line, &line.to_ascii_lowercase());
        let values: Vec<Value> = stamps.into_iter().map(|stamp| stamp.value).collect();
        assert_eq!(values, expected);
    }

    #[test]
    fn every_way_of_writing_a_stamp_is_read() {
        check("x (LAMPORT_TIME=3)", &[Value::Scalar(3)]);
        check("x(Lamport_Time = 3, LOCAL_TIME=now)!", &[Value::Scalar(3)]);
        check(
            "x (VECTOR_TIME=[1, 0, 2])",
            &[Value::Positions(vec![1, 0, 2])],
        );
        check(
            "x (LAMPORT_TIME=[1 0 2], SYSTEM_TIME=x)",
            &[Value::Positions(vec![1, 0, 2])],
        );
        let named = Value::Named(vec![("a".to_owned(), 1), ("b".to_owned(), 2)]);
        check("x (VECTOR_TIME={'a': 1, 'b': 2})", &[named]);
        check(
            "(LAMPORT_TIME=1)(LAMPORT_TIME=2, LO",
            &[Value::Scalar(1), Value::Scalar(2)],
        );
        check("(LAMPORT_TIME=12", &[]);
        check("(LAMPORT_TIME=99999999999999999999)", &[]);
    }

    #[test]
    fn wall_time_is_counted_from_the_epoch() {
        assert_eq!(
            wall_of("LOCAL_TIME=1970-01-02 00:00:01.5"),
            Some(86_401_500_000_000)
        );
        assert_eq!(
            wall_of("LOCAL_TIME=2024-02-29T00:00:00"),
            Some(1_709_164_800_000_000_000)
        );
        assert_eq!(
            wall_of("LOCAL_TIME=1969-12-31 23:59:59"),
            Some(-1_000_000_000)
        );
        assert_eq!(wall_of("LOCAL_TIME=2024-13-01 00:00:00"), None);
        assert_eq!(wall_of("LOCAL_TIME=later"), None);
    }
}

//! A text, backwards.

use unicode_segmentation::UnicodeSegmentation;

use crate::Unit;

/// `text` with its units in reverse order. Text that is not UTF-8 has no code points, so it is
/// reversed by bytes.
pub(crate) fn reversed(text: &[u8], unit: Unit) -> Vec<u8> {
    match (unit, std::str::from_utf8(text)) {
        (Unit::CodePoints, Ok(text)) => text.chars().rev().collect::<String>().into_bytes(),
        (Unit::Graphemes, Ok(text)) => text.graphemes(true).rev().collect::<String>().into_bytes(),
        (Unit::Bytes, _) | (_, Err(_)) => text.iter().rev().copied().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &[u8], unit: Unit, expected: &[u8]) {
        assert_eq!(reversed(text, unit), expected);
    }

    #[test]
    fn the_unit_decides_what_stays_together() {
        let text = "ae\u{301}".as_bytes();
        check(text, Unit::CodePoints, "\u{301}ea".as_bytes());
        check(text, Unit::Graphemes, "e\u{301}a".as_bytes());
        check(text, Unit::Bytes, b"\x81\xccea");
    }

    #[test]
    fn what_is_not_utf8_is_reversed_by_bytes() {
        check(b"a\xffb", Unit::CodePoints, b"b\xffa");
    }
}

//! Numbers and words written as Python writes them, so that answers compare byte for byte.
//!
//! The services here have counterparts written in Python; a reply is right when it is the text
//! Python would have sent. The rules come from CPython 3.11: `repr(float)` from
//! `Objects/floatobject.c` and `Python/pystrtod.c`, `str.swapcase` from `Objects/unicodeobject.c`.

/// Python's `repr(value)`, which is also its `str(value)`: the shortest digits that read back as
/// the same number.
///
/// Plain digits always carry a point (`2.0`). Below `1e-4` and from `1e16` on, an exponent with a
/// sign and at least two digits takes over (`1e-05`, `1e+16`). Negative zero keeps its sign,
/// infinities are `inf` and `-inf`, and every NaN is `nan`.
pub fn float_text(value: f64) -> String {
    if value.is_nan() {
        return "nan".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    let scientific = shortest(value);
    let (digits, exponent) = scientific
        .split_once('e')
        .expect("the `e` format always writes an exponent");
    let exponent: i32 = exponent
        .parse()
        .expect("the `e` format writes a decimal exponent");
    if PLAIN_EXPONENTS.contains(&exponent) {
        return plain(digits, exponent);
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", exponent.unsigned_abs())
}

/// Python's `text.swapcase()`: upper case becomes lower case and lower case becomes upper case,
/// with the full mappings of Unicode, so the text may grow (`ß` becomes `SS`, `İ` two code points).
///
/// A capital sigma that ends a word becomes `ς`. Title case (`ǅ`) and everything without case stay
/// as they are. The tables are those of the Rust standard library: a letter that got its
/// counterpart in a later Unicode version than Python's own is swapped here and kept there.
pub fn swap_case(text: &str) -> String {
    // Whether a sigma is final depends on its neighbours, which only `str::to_lowercase` looks at;
    // so the whole text is lowered once and read side by side with the original.
    let lowered_text = text.to_lowercase();
    let mut lowered = lowered_text.chars();
    let mut swapped = String::with_capacity(text.len());
    for original in text.chars() {
        let mapped = lowered.by_ref().take(original.to_lowercase().len());
        if original.is_uppercase() {
            swapped.extend(mapped);
        } else {
            mapped.for_each(drop);
            if original.is_lowercase() {
                swapped.extend(original.to_uppercase());
            } else {
                swapped.push(original);
            }
        }
    }
    swapped
}

/// The shortest digits that read back as `value`, a finite number, as in `-1.25e-7`.
///
/// When the number lies exactly between two such texts, Rust takes the larger and Python the one
/// whose last digit is even (mode 0 of `_Py_dg_dtoa` in `Python/dtoa.c`): 2**-25 ends in `312`
/// there and in `313` here. Writing as many digits with a fixed precision rounds to even; it may
/// miss the number only next to a power of two, where the floats below lie closer.
fn shortest(value: f64) -> String {
    let rounded_up = format!("{value:e}");
    let digits = rounded_up.split('e').next().unwrap_or_default();
    let digit_count = digits.bytes().filter(u8::is_ascii_digit).count();
    let rounded_to_even = format!("{value:.*e}", digit_count - 1);
    if rounded_to_even.parse() == Ok(value) {
        rounded_to_even
    } else {
        rounded_up
    }
}

/// `digits`, as in `-1.25`, with the point moved `exponent` places to the right, or to the left if
/// it is negative, and with at least one digit on both sides of it.
fn plain(digits: &str, exponent: i32) -> String {
    let sign = if digits.starts_with('-') { "-" } else { "" };
    let mut digits: String = digits.chars().filter(char::is_ascii_digit).collect();
    let Ok(exponent) = usize::try_from(exponent) else {
        let zeros = "0".repeat(exponent.unsigned_abs() as usize - 1);
        return format!("{sign}0.{zeros}{digits}");
    };
    let whole_count = exponent + 1;
    while digits.len() <= whole_count {
        digits.push('0');
    }
    let (whole, fraction) = digits.split_at(whole_count);
    format!("{sign}{whole}.{fraction}")
}

/// The decimal exponents that are written without an exponent: `repr_style` of
/// `PyOS_double_to_string` in `Python/pystrtod.c`, where the point may move left by 4 and right
/// by 16.
const PLAIN_EXPONENTS: std::ops::Range<i32> = -4..16;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check_float(value: f64, expected: &str) {
        assert_eq!(float_text(value), expected);
    }

    #[track_caller]
    fn check_swap(text: &str, expected: &str) {
        assert_eq!(swap_case(text), expected);
    }

    #[test]
    fn whole_floats_keep_their_point() {
        check_float(2.0, "2.0");
        check_float(0.0, "0.0");
        check_float(123_456_789_012_345.0, "123456789012345.0");
    }

    #[test]
    fn fractions_are_as_short_as_they_can_be() {
        check_float(0.1, "0.1");
        check_float(2.0 / 3.0, "0.6666666666666666");
        check_float(0.1 + 0.2, "0.30000000000000004");
        check_float(-12.5, "-12.5");
        check_float(-0.0625, "-0.0625");
    }

    #[test]
    fn halfway_between_two_texts_the_even_digit_wins() {
        check_float(2.0_f64.powi(-25), "2.9802322387695312e-08");
        check_float(93_941_380_079_593.25 / 4.0, "23485345019898.312");
        check_float(2.0_f64.powi(-44), "5.684341886080802e-14");
    }

    #[test]
    fn large_floats_get_a_signed_exponent() {
        check_float(9_007_199_254_740_993.0, "9007199254740992.0");
        check_float(1e16, "1e+16");
        check_float(1.5e22, "1.5e+22");
        check_float(f64::MAX, "1.7976931348623157e+308");
    }

    #[test]
    fn small_floats_get_two_exponent_digits() {
        check_float(0.0001, "0.0001");
        check_float(0.00001, "1e-05");
        check_float(-0.000012, "-1.2e-05");
        check_float(5e-324, "5e-324");
    }

    #[test]
    fn special_floats_have_python_names() {
        check_float(-0.0, "-0.0");
        check_float(f64::INFINITY, "inf");
        check_float(f64::NEG_INFINITY, "-inf");
        check_float(f64::NAN, "nan");
        check_float(-f64::NAN, "nan");
    }

    #[test]
    fn upper_and_lower_case_change_places() {
        check_swap("", "");
        check_swap("Hello, World 42!", "hELLO, wORLD 42!");
        check_swap("grüß dich", "GRÜSS DICH");
    }

    #[test]
    fn full_mappings_may_lengthen_the_text() {
        check_swap("ßﬁ", "SSFI");
        check_swap("aİb", "Ai\u{307}B");
    }

    #[test]
    fn only_the_last_sigma_of_a_word_is_final() {
        check_swap("ΟΔΟΣ", "οδος");
        check_swap("ΣΑΣΑ", "σασα");
        check_swap("ΑΣ. ΑΣ", "ας. ας");
        check_swap("Σ", "σ");
        check_swap("İΣ", "i\u{307}ς");
    }

    #[test]
    fn title_case_and_caseless_letters_stay() {
        check_swap("ǅ漢字٣", "ǅ漢字٣");
    }

    proptest! {
        #[test]
        fn every_float_reads_back_as_itself(bits: u64) {
            let value = f64::from_bits(bits);
            let read: f64 = float_text(value).parse().unwrap();
            prop_assert!(read == value || (read.is_nan() && value.is_nan()));
        }
    }
}

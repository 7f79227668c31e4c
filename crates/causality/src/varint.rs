//! Numbers as bytes: LEB128, seven bits a byte, the lowest first, the top bit set while more follow.
//!
//! Each number has one form, the shortest, of 1 to 10 bytes.

use crate::DecodeError;

/// Appends a number.
pub fn write(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Takes a number off the front.
///
/// # Errors
/// If there is none; the input is then of no further use.
pub fn read(input: &mut &[u8]) -> Result<u64, DecodeError> {
    let mut value = 0;
    for (place, &byte) in input.iter().take(10).enumerate() {
        // The tenth byte holds the 64th bit alone.
        if place == 9 && byte > 1 {
            return Err(DecodeError::TooLarge);
        }
        value |= u64::from(byte & 0x7f) << (7 * place);
        if byte < 0x80 {
            if byte == 0 && place > 0 {
                return Err(DecodeError::Overlong);
            }
            *input = &input[place + 1..];
            return Ok(value);
        }
    }
    Err(DecodeError::Truncated)
}

/// Takes a count of things off the front, each of which takes `least` bytes or more: one that the rest has no bytes
/// for is refused before anything is allocated for it.
pub(crate) fn read_count(input: &mut &[u8], least: usize) -> Result<usize, DecodeError> {
    let count = read(input)?;
    match usize::try_from(count) {
        Ok(count) if count <= input.len() / least => Ok(count),
        _ => Err(DecodeError::Truncated),
    }
}

/// Nothing may follow.
pub(crate) fn end(rest: &[u8]) -> Result<(), DecodeError> {
    match rest.len() {
        0 => Ok(()),
        count => Err(DecodeError::Trailing { count }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(mut bytes: &[u8], expected: Result<u64, DecodeError>) {
        assert_eq!(read(&mut bytes), expected);
    }

    #[test]
    fn a_number_has_one_form() {
        check(&[0], Ok(0));
        check(&[0x7f], Ok(127));
        check(&[0x80, 1], Ok(128));
        check(&[0x80, 0], Err(DecodeError::Overlong));
        check(&[0xff, 0x80, 0], Err(DecodeError::Overlong));
    }

    #[test]
    fn numbers_end_with_64_bits() {
        let greatest = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1];
        check(&greatest, Ok(u64::MAX));
        check(&[0x80; 11], Err(DecodeError::TooLarge));
        let mut beyond = greatest;
        beyond[9] = 2;
        check(&beyond, Err(DecodeError::TooLarge));
    }

    #[test]
    fn a_cut_number_is_refused() {
        check(&[], Err(DecodeError::Truncated));
        check(&[0x80], Err(DecodeError::Truncated));
        check(&[0xff; 9], Err(DecodeError::Truncated));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(value: u64, shift in 0..64_u32) {
            let value = value >> shift;
            let mut bytes = Vec::new();
            write(value, &mut bytes);
            let mut rest = &bytes[..];
            prop_assert_eq!(read(&mut rest), Ok(value));
            prop_assert!(rest.is_empty());
        }

        #[test]
        fn what_is_read_would_be_written(bytes in prop::collection::vec(any::<u8>(), 0..12)) {
            let mut rest = &bytes[..];
            if let Ok(value) = read(&mut rest) {
                let mut again = Vec::new();
                write(value, &mut again);
                prop_assert_eq!(&bytes[..bytes.len() - rest.len()], &again[..]);
            }
        }
    }
}

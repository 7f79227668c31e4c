//! What a datagram may hold.
//!
//! The plain form is a contract with programs that others wrote: a receiver that asks for 1024 bytes cuts
//! a longer datagram without a word, and one that decodes UTF-8 may end at the first byte that is none.

use std::net::SocketAddr;

/// The longest text of the plain form, in bytes: what the classic receivers ask `recvfrom` for.
pub const PLAIN_BYTES_MAX: usize = 1024;

/// What cannot be sent in one datagram.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum PayloadError {
    /// Too long for the plain form.
    #[error(
        "a text of {bytes} bytes is longer than the {PLAIN_BYTES_MAX} that plain receivers ask for, and they \
         would cut it without a word; shorten it, or send it with --raw"
    )]
    TooLongForPlain {
        /// Its length.
        bytes: usize,
    },
    /// Not UTF-8.
    #[error(
        "byte {at} of the text is no UTF-8, and receivers that decode it may end there; send it with --raw"
    )]
    NoText {
        /// How many bytes before it are text.
        at: usize,
    },
    /// Longer than a datagram can be.
    #[error(
        "{bytes} bytes do not fit into one datagram, which holds {max} at most; send them in pieces"
    )]
    TooLong {
        /// Its length.
        bytes: usize,
        /// How many fit.
        max: usize,
    },
}

/// The bytes as a text of the plain form.
///
/// # Errors
/// When they are no UTF-8, or more than [`PLAIN_BYTES_MAX`].
pub fn plain(bytes: &[u8]) -> Result<&str, PayloadError> {
    if bytes.len() > PLAIN_BYTES_MAX {
        return Err(PayloadError::TooLongForPlain { bytes: bytes.len() });
    }
    std::str::from_utf8(bytes).map_err(|error| PayloadError::NoText {
        at: error.valid_up_to(),
    })
}

/// Checks that so many bytes fit into one datagram to `target`.
///
/// # Errors
/// When they do not.
pub fn fits(bytes: usize, target: SocketAddr) -> Result<(), PayloadError> {
    let max = bytes_max(target);
    match bytes <= max {
        true => Ok(()),
        false => Err(PayloadError::TooLong { bytes, max }),
    }
}

/// How many bytes one datagram to `target` holds: 65,535 less the headers that count (RFC 768; in IPv6 the
/// network's header does not, RFC 8200).
pub fn bytes_max(target: SocketAddr) -> usize {
    match target {
        SocketAddr::V4(_) => 65_507,
        SocketAddr::V6(_) => 65_527,
    }
}

/// The headers of a datagram to `target`, in bytes: what must fit into a frame beside its payload.
pub(crate) fn header_bytes(target: SocketAddr) -> usize {
    match target {
        SocketAddr::V4(_) => 28,
        SocketAddr::V6(_) => 48,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_plain_up_to_what_receivers_ask_for() {
        assert_eq!(plain(b""), Ok(""));
        let longest = "x".repeat(PLAIN_BYTES_MAX);
        assert_eq!(plain(longest.as_bytes()), Ok(longest.as_str()));
        let longer = "x".repeat(PLAIN_BYTES_MAX + 1);
        let error = plain(longer.as_bytes()).expect_err("too long");
        assert_eq!(error, PayloadError::TooLongForPlain { bytes: 1025 });
        assert!(error.to_string().contains("--raw"));
    }

    #[test]
    fn bytes_that_are_no_text_are_refused_with_the_place() {
        let error = plain(b"ab\xff\xfe\0").expect_err("no text");
        assert_eq!(error, PayloadError::NoText { at: 2 });
    }

    #[test]
    fn a_datagram_holds_what_its_length_field_can_say() {
        let v4 = "127.0.0.1:1".parse().expect("an address");
        let v6 = "[::1]:1".parse().expect("an address");
        assert!(fits(65_507, v4).is_ok() && fits(65_508, v4).is_err());
        assert!(fits(65_527, v6).is_ok() && fits(65_528, v6).is_err());
    }
}

//! Message authentication codes (RFC 2104) of the algorithms that signatures may have.

use std::fmt;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Sha256, Sha384, Sha512};

/// A code that is being made: keyed, and with what it covers so far.
#[derive(Clone)]
pub(crate) enum Mac {
    Sha256(Hmac<Sha256>),
    Sha384(Hmac<Sha384>),
    Sha512(Hmac<Sha512>),
}

impl Mac {
    pub fn sha256(secret: &[u8]) -> Self {
        Self::Sha256(Hmac::new_from_slice(secret).expect(ANY_LENGTH))
    }

    pub fn sha384(secret: &[u8]) -> Self {
        Self::Sha384(Hmac::new_from_slice(secret).expect(ANY_LENGTH))
    }

    pub fn sha512(secret: &[u8]) -> Self {
        Self::Sha512(Hmac::new_from_slice(secret).expect(ANY_LENGTH))
    }

    /// How many bytes the code has.
    pub fn bytes(&self) -> usize {
        match self {
            Self::Sha256(_) => 32,
            Self::Sha384(_) => 48,
            Self::Sha512(_) => 64,
        }
    }

    /// Covers more.
    pub fn update(&mut self, data: &[u8]) {
        match self {
            Self::Sha256(mac) => mac.update(data),
            Self::Sha384(mac) => mac.update(data),
            Self::Sha512(mac) => mac.update(data),
        }
    }

    /// The code.
    pub fn code(self) -> Vec<u8> {
        match self {
            Self::Sha256(mac) => mac.finalize().into_bytes().to_vec(),
            Self::Sha384(mac) => mac.finalize().into_bytes().to_vec(),
            Self::Sha512(mac) => mac.finalize().into_bytes().to_vec(),
        }
    }

    /// Whether that is the code's beginning, in a time that does not tell how much of it was right.
    pub fn begins_with(self, code: &[u8]) -> bool {
        match self {
            Self::Sha256(mac) => mac.verify_truncated_left(code).is_ok(),
            Self::Sha384(mac) => mac.verify_truncated_left(code).is_ok(),
            Self::Sha512(mac) => mac.verify_truncated_left(code).is_ok(),
        }
    }
}

/// It shows nothing of its key.
impl fmt::Debug for Mac {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Mac of {} bytes", self.bytes())
    }
}

const ANY_LENGTH: &str = "keys may have any length";

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4231, test case 2.
    #[test]
    fn codes_are_those_of_the_standard() {
        let of = |mut mac: Mac| {
            mac.update(b"what do ya want ");
            mac.update(b"for nothing?");
            assert_eq!(mac.bytes(), mac.clone().code().len());
            assert!(mac.clone().begins_with(&mac.clone().code()[..16]));
            assert!(!mac.clone().begins_with(&[0; 16]));
            mac.code()[..4].to_vec()
        };
        assert_eq!(of(Mac::sha256(b"Jefe")), [0x5b, 0xdc, 0xc1, 0x46]);
        assert_eq!(of(Mac::sha384(b"Jefe")), [0xaf, 0x45, 0xd2, 0xe3]);
        assert_eq!(of(Mac::sha512(b"Jefe")), [0x16, 0x4b, 0x7a, 0x7b]);
    }
}

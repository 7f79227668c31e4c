//! A SHA-256 digest in base64 (RFC 4648), for the one thing that needs it: the page's content
//! security policy names its script by hash.

use history::Sha256;

/// The digest of `message` in base64 with padding, as a `script-src` wants it behind `sha256-`.
pub(crate) fn sha256_base64(message: &[u8]) -> String {
    base64(&Sha256::of(message))
}

fn base64(bytes: &[u8]) -> String {
    let mut out = String::new();
    for group in bytes.chunks(3) {
        let byte = |index: usize| u32::from(*group.get(index).unwrap_or(&0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4 {
            let letter = ALPHABET[(bits >> (18 - 6 * place) & 63) as usize];
            out.push(if place <= group.len() {
                char::from(letter)
            } else {
                '='
            });
        }
    }
    out
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_padded_to_groups_of_four() {
        assert_eq!(base64(b"f"), "Zg==");
        assert_eq!(base64(b"fo"), "Zm8=");
        assert_eq!(base64(b"foobar"), "Zm9vYmFy");
    }
}

//! CRC-32C (Castagnoli, Bräuer and Herrmann 1993; the checksum of iSCSI, RFC 3720, appendix B.4).
//!
//! UDP's own sum has 16 bits and may be switched off. This one finds every burst of up to 32 bits; it keeps out what
//! was damaged or was never a frame, and nobody who means harm.

/// The checksum of pieces that follow one another.
pub fn crc32c(pieces: &[&[u8]]) -> u32 {
    let mut crc = !0_u32;
    for &byte in pieces.iter().copied().flatten() {
        crc = TABLE[usize::from(crc as u8 ^ byte)] ^ (crc >> 8);
    }
    !crc
}

const fn table() -> [u32; 256] {
    let mut table = [0; 256];
    let mut at = 0;
    while at < 256 {
        let mut value = at as u32;
        let mut bit = 0;
        while bit < 8 {
            value = (value >> 1) ^ (POLYNOMIAL & (value & 1).wrapping_neg());
            bit += 1;
        }
        table[at] = value;
        at += 1;
    }
    table
}

/// 0x1EDC6F41 with its bits reversed.
const POLYNOMIAL: u32 = 0x82f6_3b78;
const TABLE: [u32; 256] = table();

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of RFC 3720, appendix B.4, and the check value of the usual catalogues.
    #[test]
    fn the_published_examples_come_out() {
        assert_eq!(crc32c(&[b"123456789"]), 0xe306_9283);
        assert_eq!(crc32c(&[&[0; 32]]), 0x8a91_36aa);
        assert_eq!(crc32c(&[&[0xff; 32]]), 0x62a8_ab43);
        let ascending: Vec<u8> = (0..32).collect();
        assert_eq!(crc32c(&[&ascending]), 0x46dd_794e);
    }

    #[test]
    fn pieces_are_one_text() {
        assert_eq!(crc32c(&[b"1234", b"", b"56789"]), crc32c(&[b"123456789"]));
        assert_eq!(crc32c(&[]), 0);
    }
}

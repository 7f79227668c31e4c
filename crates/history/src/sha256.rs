//! SHA-256 (FIPS 180-4): what tells whether two files have the same bytes without having both.

/// A digest in the making: bytes are added in pieces of any size.
#[derive(Clone, Debug)]
pub struct Sha256 {
    state: [u32; 8],
    /// What came after the last whole block.
    rest: Vec<u8>,
    bytes: u64,
}

impl Default for Sha256 {
    fn default() -> Self {
        Self::new()
    }
}

impl Sha256 {
    /// Nothing has come yet.
    pub const fn new() -> Self {
        Self {
            state: INITIAL,
            rest: Vec::new(),
            bytes: 0,
        }
    }

    /// The digest of a message that is at hand.
    pub fn of(message: &[u8]) -> [u8; 32] {
        let mut digest = Self::new();
        digest.update(message);
        digest.finish()
    }

    /// The next bytes.
    pub fn update(&mut self, mut bytes: &[u8]) {
        self.bytes += bytes.len() as u64;
        if !self.rest.is_empty() {
            let lacking = (BLOCK - self.rest.len()).min(bytes.len());
            self.rest.extend_from_slice(&bytes[..lacking]);
            bytes = &bytes[lacking..];
            if self.rest.len() < BLOCK {
                return;
            }
            compress(&mut self.state, &self.rest);
            self.rest.clear();
        }
        let mut blocks = bytes.chunks_exact(BLOCK);
        for block in blocks.by_ref() {
            compress(&mut self.state, block);
        }
        self.rest.extend_from_slice(blocks.remainder());
    }

    /// FIPS 180-4, sections 5.1.1 (padding) and 6.2.2 (the hash).
    pub fn finish(mut self) -> [u8; 32] {
        let bits = self.bytes * 8;
        self.rest.push(0x80);
        let whole = (self.rest.len() + 8).next_multiple_of(BLOCK);
        self.rest.resize(whole - 8, 0);
        self.rest.extend_from_slice(&bits.to_be_bytes());
        for block in self.rest.chunks_exact(BLOCK) {
            compress(&mut self.state, block);
        }
        let mut digest = [0; 32];
        for (bytes, word) in digest.chunks_exact_mut(4).zip(self.state) {
            bytes.copy_from_slice(&word.to_be_bytes());
        }
        digest
    }

    /// The same in hexadecimal, as `sha256sum` prints it.
    pub fn finish_hex(self) -> String {
        let digits = self.finish().map(|byte| format!("{byte:02x}"));
        digits.concat()
    }
}

fn compress(state: &mut [u32; 8], block: &[u8]) {
    let mut schedule = [0u32; 64];
    for (word, bytes) in schedule.iter_mut().zip(block.chunks_exact(4)) {
        *word = u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
    }
    for t in 16..64 {
        let (a, b) = (schedule[t - 15], schedule[t - 2]);
        let sigma_0 = a.rotate_right(7) ^ a.rotate_right(18) ^ (a >> 3);
        let sigma_1 = b.rotate_right(17) ^ b.rotate_right(19) ^ (b >> 10);
        schedule[t] = sigma_1
            .wrapping_add(schedule[t - 7])
            .wrapping_add(sigma_0)
            .wrapping_add(schedule[t - 16]);
    }
    let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = *state;
    for t in 0..64 {
        let sum_1 = e.rotate_right(6) ^ e.rotate_right(11) ^ e.rotate_right(25);
        let sum_0 = a.rotate_right(2) ^ a.rotate_right(13) ^ a.rotate_right(22);
        let choice = (e & f) ^ (!e & g);
        let majority = (a & b) ^ (a & c) ^ (b & c);
        let first = h
            .wrapping_add(sum_1)
            .wrapping_add(choice)
            .wrapping_add(ROUND[t])
            .wrapping_add(schedule[t]);
        let second = sum_0.wrapping_add(majority);
        (h, g, f, e) = (g, f, e, d.wrapping_add(first));
        (d, c, b, a) = (c, b, a, first.wrapping_add(second));
    }
    for (word, addend) in state.iter_mut().zip([a, b, c, d, e, f, g, h]) {
        *word = word.wrapping_add(addend);
    }
}

/// Bytes of a block.
const BLOCK: usize = 64;

/// FIPS 180-4, section 5.3.3: fractions of the square roots of the first eight primes.
const INITIAL: [u32; 8] = [
    0x6a09_e667,
    0xbb67_ae85,
    0x3c6e_f372,
    0xa54f_f53a,
    0x510e_527f,
    0x9b05_688c,
    0x1f83_d9ab,
    0x5be0_cd19,
];

/// FIPS 180-4, section 4.2.2: fractions of the cube roots of the first 64 primes.
#[rustfmt::skip]
const ROUND: [u32; 64] = [
    0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4, 0xab1c_5ed5,
    0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174,
    0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da,
    0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7, 0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967,
    0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85,
    0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070,
    0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
    0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(message: &[u8], expected: &str) {
        let whole = Sha256::of(message).map(|byte| format!("{byte:02x}"));
        assert_eq!(whole.concat(), expected);
        for size in [1, 7, 63, 64, 65, 1000] {
            let mut pieces = Sha256::new();
            for piece in message.chunks(size) {
                pieces.update(piece);
            }
            assert_eq!(pieces.finish_hex(), expected, "in pieces of {size} bytes");
        }
    }

    #[test]
    fn the_examples_of_the_standard_come_out() {
        check(
            b"",
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        );
        check(
            b"abc",
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        );
        check(
            b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
        );
        check(
            &vec![b'a'; 1_000_000],
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0",
        );
    }

    #[test]
    fn a_message_that_ends_near_a_block_is_padded_into_the_next() {
        // 55 bytes leave room for the length, 56 do not, 64 begin a block of padding.
        check(
            &[0x61; 55],
            "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318",
        );
        check(
            &[0x61; 56],
            "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a",
        );
        check(
            &[0x61; 64],
            "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb",
        );
    }
}

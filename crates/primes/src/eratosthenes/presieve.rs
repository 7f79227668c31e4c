//! Multiples of the smallest primes: they repeat after few bytes, so they are crossed off once and copied from there.

use super::wheel::{RESIDUES, place};

/// A pattern for each group of primes: all bits but those of their multiples, for as many bytes as the product of
/// the group.
#[derive(Debug)]
pub(super) struct Patterns(Vec<Vec<u8>>);

impl Patterns {
    pub(super) fn new() -> Self {
        Self(GROUPS.iter().map(|group| pattern(group)).collect())
    }

    /// Makes the bytes what the patterns leave, `first` being the first byte's place among all numbers.
    pub(super) fn copy_to(&self, bytes: &mut [u8], first: u64) {
        for (index, part) in bytes.chunks_mut(PART).enumerate() {
            part.fill(u8::MAX);
            let first = first + (index * PART) as u64;
            for pattern in &self.0 {
                and(part, pattern, (first % pattern.len() as u64) as usize);
            }
        }
        if first > LAST / 30 {
            return;
        }
        // Here the primes stand themselves, and 1, which is none.
        for prime in GROUPS.into_iter().flatten().map(|prime| u64::from(*prime)) {
            let byte = (prime / 30).checked_sub(first);
            if let Some(byte) = byte.and_then(|byte| bytes.get_mut(byte as usize)) {
                *byte |= 1 << place((prime % 30) as usize);
            }
        }
        if first == 0 {
            bytes[0] &= !1;
        }
    }
}

/// Leaves of the bytes what the pattern has, from its byte `at` on and round about.
fn and(mut bytes: &mut [u8], pattern: &[u8], mut at: usize) {
    while !bytes.is_empty() {
        let run = bytes.len().min(pattern.len() - at);
        let (now, later) = bytes.split_at_mut(run);
        for (byte, kept) in now.iter_mut().zip(&pattern[at..]) {
            *byte &= kept;
        }
        (bytes, at) = (later, 0);
    }
}

fn pattern(group: &[u8]) -> Vec<u8> {
    let period: usize = group.iter().map(|prime| usize::from(*prime)).product();
    let mut pattern = vec![u8::MAX; period];
    for prime in group.iter().map(|prime| usize::from(*prime)) {
        for multiple in (0..30 * period).step_by(prime) {
            if let Some(bit) = RESIDUES
                .iter()
                .position(|residue| multiple % 30 == usize::from(*residue))
            {
                pattern[multiple / 30] &= !(1 << bit);
            }
        }
    }
    pattern
}

/// The greatest prime of the patterns.
pub(super) const LAST: u64 = 163;

/// Such that no pattern is longer than 10 KiB: a third of the first-level cache.
const GROUPS: [&[u8]; 16] = [
    &[7, 23, 37],
    &[11, 19, 31],
    &[13, 17, 29],
    &[41, 163],
    &[43, 157],
    &[47, 151],
    &[53, 149],
    &[59, 139],
    &[61, 137],
    &[67, 131],
    &[71, 127],
    &[73, 113],
    &[79, 109],
    &[83, 107],
    &[89, 103],
    &[97, 101],
];

/// Bytes that all patterns are applied to before the next ones.
const PART: usize = 1 << 14;

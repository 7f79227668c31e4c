//! Primes on their way through the bytes, crossing off their multiples.
//!
//! A prime p = 30 a + r meets its multiples p q for all q that 2, 3 and 5 do not divide. Those q have 8 residues, and with
//! q the products' bytes and bits go round: from q to the next q of the same residue it is p bytes, and the bit is
//! the same. So eight multiples are crossed off in a row, with masks that depend on r alone: they are constants of a
//! function that is compiled for each of the 8 r.

use super::wheel::{FIRST_FROM, GAPS, RESIDUES, carry, mask, whole};

/// A prime and where its next multiple is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Walker {
    /// Bytes from the beginning of the stretch that comes next.
    offset: u64,
    /// The prime over 30; what is left over is known from the list that the walker is in.
    thirtieth: u32,
    /// The place of the other factor's residue.
    turn: u32,
}

impl Walker {
    /// A prime whose place of residue is `class`, before bytes that begin with byte `first`, at the product with the least
    /// factor that is neither below `factor` nor divided by 2, 3 or 5.
    #[inline(always)]
    pub(super) fn new(prime: u64, class: usize, first: u64, factor: u64) -> Self {
        let (thirtieth, mut turns) = (prime / 30, factor / 30);
        let mut turn = usize::from(FIRST_FROM[(factor % 30) as usize]);
        if turn == 8 {
            (turn, turns) = (0, turns + 1);
        }
        let byte =
            prime * turns + thirtieth * u64::from(RESIDUES[turn]) + whole(class, turn) as u64;
        Self {
            offset: byte - first,
            thirtieth: thirtieth as u32,
            turn: turn as u32,
        }
    }

    /// Tells of byte and bit of every multiple in the next so many bytes.
    #[inline(always)]
    pub(super) fn step_through(mut self, class: usize, bytes: u64, mut told: impl FnMut(u64, u32)) {
        while self.offset < bytes {
            told(
                self.offset,
                MASKS[class][self.turn as usize].trailing_ones(),
            );
            self.step(class);
        }
    }

    #[inline(always)]
    fn step(&mut self, class: usize) {
        let turn = self.turn as usize;
        self.offset +=
            u64::from(self.thirtieth) * u64::from(GAPS[turn]) + CARRIES[class][turn] as u64;
        self.turn = (self.turn + 1) % 8;
    }

    /// Crosses off what is in the bytes, and stands before those that follow.
    #[inline(always)]
    fn walk<const CLASS: usize>(&mut self, bytes: &mut [u8]) {
        let len = bytes.len() as u64;
        while self.offset < len && self.turn != 0 {
            bytes[self.offset as usize] &= MASKS[CLASS][self.turn as usize];
            self.step(CLASS);
        }
        if self.offset < len {
            self.offset =
                rounds::<CLASS>(bytes, self.offset as usize, self.thirtieth as usize) as u64;
        }
        while self.offset < len {
            bytes[self.offset as usize] &= MASKS[CLASS][self.turn as usize];
            self.step(CLASS);
        }
        self.offset -= len;
    }
}

/// All primes of a class walk through the bytes.
pub(super) fn walk_all(class: usize, walkers: &mut [Walker], bytes: &mut [u8]) {
    match class {
        0 => walkers
            .iter_mut()
            .for_each(|walker| walker.walk::<0>(bytes)),
        1 => walkers
            .iter_mut()
            .for_each(|walker| walker.walk::<1>(bytes)),
        2 => walkers
            .iter_mut()
            .for_each(|walker| walker.walk::<2>(bytes)),
        3 => walkers
            .iter_mut()
            .for_each(|walker| walker.walk::<3>(bytes)),
        4 => walkers
            .iter_mut()
            .for_each(|walker| walker.walk::<4>(bytes)),
        5 => walkers
            .iter_mut()
            .for_each(|walker| walker.walk::<5>(bytes)),
        6 => walkers
            .iter_mut()
            .for_each(|walker| walker.walk::<6>(bytes)),
        _ => walkers
            .iter_mut()
            .for_each(|walker| walker.walk::<7>(bytes)),
    }
}

/// Crosses off eight multiples at a time, from turn 0 to turn 0, while there is room for eight; returns where the next is.
#[inline(always)]
fn rounds<const CLASS: usize>(bytes: &mut [u8], mut offset: usize, thirtieth: usize) -> usize {
    let prime = 30 * thirtieth + usize::from(RESIDUES[CLASS]);
    let after: [usize; 8] = std::array::from_fn(|turn| {
        thirtieth * usize::from(RESIDUES[turn] - 1) + whole(CLASS, turn)
    });
    let end = bytes.len().saturating_sub(after[7]);
    while offset < end {
        // SAFETY: the eight lie in ascending order, and `offset + after[7]` is less than the length.
        unsafe {
            *bytes.get_unchecked_mut(offset) &= const { mask(CLASS, 0) };
            *bytes.get_unchecked_mut(offset + after[1]) &= const { mask(CLASS, 1) };
            *bytes.get_unchecked_mut(offset + after[2]) &= const { mask(CLASS, 2) };
            *bytes.get_unchecked_mut(offset + after[3]) &= const { mask(CLASS, 3) };
            *bytes.get_unchecked_mut(offset + after[4]) &= const { mask(CLASS, 4) };
            *bytes.get_unchecked_mut(offset + after[5]) &= const { mask(CLASS, 5) };
            *bytes.get_unchecked_mut(offset + after[6]) &= const { mask(CLASS, 6) };
            *bytes.get_unchecked_mut(offset + after[7]) &= const { mask(CLASS, 7) };
        }
        offset += prime;
    }
    offset
}

const MASKS: [[u8; 8]; 8] = {
    let mut masks = [[0; 8]; 8];
    let mut at = 0;
    while at < 64 {
        masks[at / 8][at % 8] = mask(at / 8, at % 8);
        at += 1;
    }
    masks
};

const CARRIES: [[u8; 8]; 8] = {
    let mut carries = [[0; 8]; 8];
    let mut at = 0;
    while at < 64 {
        carries[at / 8][at % 8] = carry(at / 8, at % 8) as u8;
        at += 1;
    }
    carries
};

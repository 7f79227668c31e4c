//! The wheel of 30: which numbers have a bit, and where the multiples of a prime are.

/// What is left over by 30 of numbers that 2, 3 and 5 do not divide; bit k of byte b is 30 b + RESIDUES\[k\].
pub(crate) const RESIDUES: [u8; 8] = [1, 7, 11, 13, 17, 19, 23, 29];

/// From each residue to the next, the last to 31.
pub(super) const GAPS: [u8; 8] = [6, 4, 2, 4, 2, 4, 6, 2];

/// What to leave of a byte when the number with residue `one` times one with residue `other` is crossed off; both are
/// given by their places in [`RESIDUES`].
pub(super) const fn mask(one: usize, other: usize) -> u8 {
    !(1 << place(RESIDUES[one] as usize * RESIDUES[other] as usize % 30))
}

/// Whole bytes that the residues alone make of a product.
pub(super) const fn whole(one: usize, other: usize) -> usize {
    RESIDUES[one] as usize * RESIDUES[other] as usize / 30
}

/// Bytes that the residues alone add on the way from the product with `other` to that with the next residue.
pub(super) const fn carry(one: usize, other: usize) -> usize {
    let (from, gap) = (RESIDUES[one] as usize, GAPS[other] as usize);
    (from * gap + from * RESIDUES[other] as usize % 30) / 30
}

/// The place of a residue in [`RESIDUES`].
pub(super) const fn place(residue: usize) -> usize {
    let mut place = 0;
    while RESIDUES[place] as usize != residue {
        place += 1;
    }
    place
}

/// How many numbers from 1 to this one 2, 3 and 5 do not divide.
pub(super) fn spokes(number: u64) -> u64 {
    number / 30 * 8 + u64::from(SPOKES[(number % 30) as usize])
}

/// Of a number by what it leaves over by 30: the place of the first residue that is not below; 8 past 29.
pub(super) const FIRST_FROM: [u8; 30] = {
    let mut first = [0; 30];
    let mut rest = 0;
    while rest < 30 {
        while (RESIDUES[first[rest] as usize] as usize) < rest {
            first[rest] += 1;
        }
        rest += 1;
    }
    first
};

const SPOKES: [u8; 30] = {
    let mut spokes = [0; 30];
    let mut rest = 0;
    while rest < 30 {
        let mut place = 0;
        while place < 8 {
            spokes[rest] += (RESIDUES[place] as usize <= rest) as u8;
            place += 1;
        }
        rest += 1;
    }
    spokes
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn walking_from_product_to_product_leads_to_their_bytes() {
        for (one, residue) in RESIDUES.into_iter().enumerate() {
            let prime = 30 * 7 + usize::from(residue);
            let mut byte = prime / 30;
            for (other, factor) in RESIDUES.into_iter().enumerate() {
                let product = prime * usize::from(factor);
                assert_eq!(byte, product / 30);
                assert_eq!(byte, 7 * usize::from(factor) + whole(one, other));
                assert_eq!(mask(one, other), !(1 << place(product % 30)));
                byte += 7 * usize::from(GAPS[other]) + carry(one, other);
            }
            assert_eq!(byte, prime * 31 / 30);
        }
    }

    #[test]
    fn spokes_are_counted() {
        let mut count = 0;
        for number in 0..1000_u64 {
            count += u64::from(number % 2 != 0 && number % 3 != 0 && number % 5 != 0);
            assert_eq!(spokes(number), count);
        }
        assert_eq!(
            FIRST_FROM.map(|place| RESIDUES[usize::from(place)])[..9],
            [1, 1, 7, 7, 7, 7, 7, 7, 11]
        );
    }
}

//! Numbers of 64 bits.

use std::hint::select_unpredictable;

use super::bases::bases64;
use crate::divisibility::inverse;

/// Tells which of the numbers are prime, in their order, and returns how many rows of squares that took. The numbers
/// are odd and above 2.
pub(crate) fn primes64(numbers: &[u64], mut found: impl FnMut(u64)) -> u64 {
    let mut rows = 0;
    for group in numbers.chunks(SIDE_BY_SIDE) {
        // What is missing of a group is filled up with its last number; that is computed in no more time.
        let fields = std::array::from_fn(|index| Field::new(group[index.min(group.len() - 1)]));
        let halves = power_of_two(&fields);
        rows += group.len() as u64;
        for (field, half) in fields.iter().zip(halves).take(group.len()) {
            if half != field.one && half != field.minus_one() {
                continue;
            }
            // 2^((n-1)/2) = -1 lies in the row, and so does 1 if (n-1)/2 is odd. Else what led to that 1 must be seen.
            let is_settled = half == field.minus_one() || field.modulus % 4 == 3;
            let (is_prime, more) = field.is_prime(is_settled);
            rows += more;
            if is_prime {
                found(field.modulus);
            }
        }
    }
    rows
}

/// 2 to the power (n - 1) / 2 in each field, from the highest bit of the exponent on.
#[inline(always)]
fn power_of_two(fields: &[Field; SIDE_BY_SIDE]) -> [u64; SIDE_BY_SIDE] {
    let greatest = fields.iter().fold(0, |all, field| all | field.modulus);
    let mut powers = fields.each_ref().map(|field| field.one);
    // 1 squared is 1, so shorter exponents may begin with zeros. Bit 0 of n is not in (n - 1) / 2.
    for bit in (1..64 - greatest.leading_zeros()).rev() {
        // Values of an array that is made anew stay in registers; written in place, they would go through memory.
        powers = std::array::from_fn(|lane| {
            let field = &fields[lane];
            let square = field.multiply(powers[lane], powers[lane]);
            let double = field.double(square);
            select_unpredictable(field.modulus >> bit & 1 == 1, double, square)
        });
    }
    powers
}

/// Arithmetic modulo an odd number below 2^64: a stands for a · 2^64, and products are divided by 2^64 without a division
/// (Montgomery, "Modular multiplication without trial division", Math. Comp. 44 (1985)).
#[derive(Clone, Copy, Debug)]
struct Field {
    modulus: u64,
    /// Its inverse modulo 2^64.
    inverse: u64,
    /// What stands for 1.
    one: u64,
}

impl Field {
    #[inline(always)]
    fn new(modulus: u64) -> Self {
        Self {
            modulus,
            inverse: inverse(modulus),
            one: modulus.wrapping_neg() % modulus,
        }
    }

    #[inline(always)]
    fn minus_one(&self) -> u64 {
        self.modulus - self.one
    }

    /// The product, below the modulus: what is taken away has the same low half, so that zeros are left there.
    #[inline(always)]
    fn multiply(&self, left: u64, right: u64) -> u64 {
        let product = u128::from(left) * u128::from(right);
        let quotient = (product as u64).wrapping_mul(self.inverse);
        let taken = (u128::from(quotient) * u128::from(self.modulus)) >> 64;
        let (rest, is_below) = ((product >> 64) as u64).overflowing_sub(taken as u64);
        select_unpredictable(is_below, rest.wrapping_add(self.modulus), rest)
    }

    #[inline(always)]
    fn double(&self, value: u64) -> u64 {
        let (rest, is_below) = value.overflowing_sub(self.modulus - value);
        select_unpredictable(is_below, rest.wrapping_add(self.modulus), rest)
    }

    /// Whether the modulus is prime, and how many rows that took. Unless it is settled already, base 2 is among them.
    fn is_prime(&self, two_is_settled: bool) -> (bool, u64) {
        let others = bases64(self.modulus);
        let mut bases = [2; 7];
        bases[1..=others.len()].copy_from_slice(others);
        let bases = &bases[usize::from(two_is_settled)..=others.len()];
        let is_prime = match bases.len() {
            3 => self.is_strong::<3>(bases),
            4 => self.is_strong::<4>(bases),
            5 => self.is_strong::<5>(bases),
            6 => self.is_strong::<6>(bases),
            _ => self.is_strong::<7>(bases),
        };
        (is_prime, bases.len() as u64)
    }

    /// What stands for 2^64: (2^64)^2. From 2, squared six times.
    fn square_of_word(&self) -> u64 {
        (0..6).fold(self.double(self.one), |power, _| {
            self.multiply(power, power)
        })
    }

    /// Whether the modulus is a strong probable prime to each of the bases. A base that it divides says nothing.
    #[inline(always)]
    fn is_strong<const N: usize>(&self, bases: &[u64]) -> bool {
        let bases: [u64; N] = *bases.as_array().expect("as many as the caller counted");
        let square_of_word = self.square_of_word();
        let bases = bases.map(|base| self.multiply(base % self.modulus, square_of_word));
        let twos = (self.modulus - 1).trailing_zeros();
        let mut powers = self.powers(bases, self.modulus >> twos);
        let mut keeps = std::array::from_fn::<bool, N, _>(|index| {
            powers[index] == self.one || powers[index] == self.minus_one() || bases[index] == 0
        });
        for _ in 1..twos {
            for (power, keeps) in powers.iter_mut().zip(&mut keeps) {
                *power = self.multiply(*power, *power);
                *keeps |= *power == self.minus_one();
            }
        }
        keeps.iter().all(|keeps| *keeps)
    }

    /// The bases to a power, three bits of the exponent at a time: the first eight powers of each are kept ready.
    #[inline(always)]
    fn powers<const N: usize>(&self, bases: [u64; N], exponent: u64) -> [u64; N] {
        let mut ready = [[self.one; N]; 8];
        for power in 1..8 {
            for base in 0..N {
                ready[power][base] = self.multiply(ready[power - 1][base], bases[base]);
            }
        }
        let mut shift = (63 - exponent.leading_zeros()) / 3 * 3;
        let mut powers = ready[(exponent >> shift) as usize];
        while shift > 0 {
            shift -= 3;
            let factors = &ready[(exponent >> shift & 7) as usize];
            for _ in 0..3 {
                powers = powers.map(|power| self.multiply(power, power));
            }
            powers = std::array::from_fn(|base| self.multiply(powers[base], factors[base]));
        }
        powers
    }
}

/// Numbers whose rows are computed side by side.
const SIDE_BY_SIDE: usize = 4;

//! Numbers below 2^32: one base, and products that fit a register.

use std::hint::select_unpredictable;

use super::bases::base32;
use crate::divisibility::inverse;

/// Tells which of the numbers are prime, in their order, and returns how many rows of squares that took. The numbers
/// are odd, above 2 and below 2^32.
pub(crate) fn primes32(numbers: &[u64], mut found: impl FnMut(u64)) -> u64 {
    let mut rows = 0;
    for group in numbers.chunks(SIDE_BY_SIDE) {
        let fields =
            std::array::from_fn(|index| Field::new(group[index.min(group.len() - 1)] as u32));
        let halves = powers(&fields);
        rows += group.len() as u64;
        for (field, half) in fields.iter().zip(halves).take(group.len()) {
            let is_half = half == field.one || half == field.minus_one() || field.base == 0;
            // As in `primes64`: only a 1 whose root is in the row, too, leaves something to be seen.
            let is_settled = half != field.one || field.modulus % 4 == 3;
            if is_half && (is_settled || field.is_strong()) {
                found(field.modulus.into());
            }
        }
    }
    rows
}

/// The base to the power (n - 1) / 2 in each field.
#[inline(always)]
fn powers(fields: &[Field; SIDE_BY_SIDE]) -> [u32; SIDE_BY_SIDE] {
    let greatest = fields.iter().fold(0, |all, field| all | field.modulus);
    let mut powers = fields.each_ref().map(|field| field.one);
    for bit in (1..32 - greatest.leading_zeros()).rev() {
        // Values of an array that is made anew stay in registers; written in place, they would go through memory.
        powers = std::array::from_fn(|lane| {
            let field = &fields[lane];
            let square = field.multiply(powers[lane], powers[lane]);
            let more = field.multiply(square, field.base);
            select_unpredictable(field.modulus >> bit & 1 == 1, more, square)
        });
    }
    powers
}

/// Arithmetic modulo an odd number below 2^32, in Montgomery's form: a stands for a · 2^32.
#[derive(Clone, Copy, Debug)]
struct Field {
    modulus: u32,
    inverse: u32,
    one: u32,
    /// What stands for the base of this number; 0 if the number divides it, which says nothing.
    base: u32,
}

impl Field {
    #[inline(always)]
    fn new(modulus: u32) -> Self {
        let base = u64::from(base32(modulus)) << 32;
        Self {
            modulus,
            inverse: inverse(modulus.into()) as u32,
            one: modulus.wrapping_neg() % modulus,
            base: (base % u64::from(modulus)) as u32,
        }
    }

    #[inline(always)]
    fn minus_one(&self) -> u32 {
        self.modulus - self.one
    }

    #[inline(always)]
    fn multiply(&self, left: u32, right: u32) -> u32 {
        let product = u64::from(left) * u64::from(right);
        let quotient = (product as u32).wrapping_mul(self.inverse);
        let taken = (u64::from(quotient) * u64::from(self.modulus)) >> 32;
        let (rest, is_below) = ((product >> 32) as u32).overflowing_sub(taken as u32);
        select_unpredictable(is_below, rest.wrapping_add(self.modulus), rest)
    }

    /// Whether the modulus is a strong probable prime to its base, from the first square on.
    fn is_strong(&self) -> bool {
        let twos = (self.modulus - 1).trailing_zeros();
        let exponent = self.modulus >> twos;
        let mut power = self.one;
        for bit in (0..32 - exponent.leading_zeros()).rev() {
            power = self.multiply(power, power);
            if exponent >> bit & 1 == 1 {
                power = self.multiply(power, self.base);
            }
        }
        if power == self.one {
            return true;
        }
        (0..twos).any(|_| {
            let is_minus_one = power == self.minus_one();
            power = self.multiply(power, power);
            is_minus_one
        })
    }
}

/// Numbers whose rows are computed side by side.
const SIDE_BY_SIDE: usize = 4;

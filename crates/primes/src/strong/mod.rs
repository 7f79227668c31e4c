//! Strong probable primes: the test of Miller and Rabin, in Montgomery's arithmetic.
//!
//! Let n be odd, n - 1 = 2^s d with d odd. If n is prime, then for every base b that n does not divide, b^d = 1 or one of
//! b^d, b^2d, …, b^(2^(s-1) d) is -1 modulo n: for the last square of that row, b^(n-1), is 1 (Fermat), and modulo a prime
//! only 1 and -1 have 1 for their square. An n that keeps to this is a *strong probable prime* to base b. Few
//! composite numbers are (at most one base in four lets any of them pass), and for numbers of 64 bits it is known which
//! bases let none pass: [`bases`].
//!
//! ```text
//!   base 2, several numbers at once ─ most composite numbers end here ─▶ the other bases, all at once ─▶ prime
//! ```
//!
//! A square waits for the square before it, some 12 cycles, but takes the multiplier only 4. So several rows are
//! computed side by side: numbers at first, then the bases of one number.

mod bases;
mod word32;
mod word64;

pub(crate) use word32::primes32;
pub(crate) use word64::primes64;

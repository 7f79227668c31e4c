//! The methods, one file each.
//!
//! A method owes its caller: exactly the primes of the piece that it is asked for, ascending, wherever the piece lies
//! among the numbers of 64 bits; steps that add up to the same sum however a range is cut; no more memory in `count`
//! for a long piece than for a short one.

mod miller_rabin;
mod naive;
mod sieve;
mod trial;
mod trial_fast;
mod trial_odd;
mod wheel;

use crate::Method;

/// All methods, the simplest first.
///
/// Of a constant the code of closures and generics would be compiled anew by whichever crate names it, and by its settings:
/// without optimisation in all tests of the command line.
pub static METHODS: &[Method] = &[
    naive::METHOD,
    trial::METHOD,
    trial_odd::METHOD,
    wheel::METHOD,
    trial_fast::METHOD,
    miller_rabin::METHOD,
    sieve::METHOD,
];

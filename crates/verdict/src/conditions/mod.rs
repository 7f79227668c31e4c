//! What clocks promise, one condition a file.
//!
//! A condition owes its caller: nothing where the log has no such stamps; `invalid` only with a pair of events that the
//! log itself proves wrong, whatever may be missing from it; `unknown` where something missing may be the reason.

#[cfg(test)]
mod brute;
mod hybrid;
mod lamport;
mod lamport_total;
mod order_of_numbers;
mod order_of_vectors;
mod vector;
mod vector_consistency;
mod wall;

use trace::Log;

use crate::Order;
use crate::judgement::Outcome;

/// Something that a kind of clock promises.
pub struct Condition {
    /// Its name on the command line and in files.
    pub name: &'static str,
    /// What is promised, in a line. `->` is happened-before.
    pub promise: &'static str,
    /// None where the log has no such stamps.
    pub(crate) judge: fn(&Log, &Order) -> Option<Outcome>,
}

/// All conditions.
pub const CONDITIONS: &[Condition] = &[
    lamport::CONDITION,
    lamport_total::CONDITION,
    vector::CONDITION,
    vector_consistency::CONDITION,
    hybrid::CONDITION,
    wall::CONDITION,
];

//! Vector clocks held against the order that was taken from them, where a log names no messages.

use trace::Log;

use super::{Condition, vector};
use crate::judgement::Outcome;
use crate::{Basis, Order};

pub(super) const CONDITION: Condition = Condition {
    name: "vector-consistency",
    promise: "the vectors agree with each other: who knows of an event knows all that it knew",
    judge,
};

/// The order has an edge from each event to whoever knows of it; so the vectors agree if they are an order and that
/// one. What the messages really were is not in the log: clocks that are wrong together pass.
fn judge(log: &Log, order: &Order) -> Option<Outcome> {
    if order.basis() != Basis::VectorClocks {
        return None;
    }
    vector::outcome(
        log,
        order,
        "the order was taken from the vectors, so no more can be told than that they agree with each other",
    )
}

//! Lamport's clock condition (Lamport 1978, section "Logical Clocks").

use trace::Log;

use super::Condition;
use crate::judgement::Outcome;
use crate::nearest::Nearest;
use crate::words::and_more;
use crate::{Basis, Order};

pub(super) const CONDITION: Condition = Condition {
    name: "lamport",
    promise: "a -> b: the stamp of a is less than that of b",
    judge,
};

/// Less-than is transitive, so the nearest stamped pairs are enough.
fn judge(log: &Log, order: &Order) -> Option<Outcome> {
    let stamp = |event| log.event(event).stamps.lamport;
    let count = log.ids().filter_map(stamp).count();
    if count == 0 {
        return None;
    }
    let Some(nearest) = Nearest::of(log, order, |event| event.stamps.lamport.is_some()) else {
        return Some(Outcome::unknown(super::vector::TOO_LARGE));
    };
    let (mut first, mut wrong) = (None, 0_u64);
    for &b in order.sequence() {
        let Some(of_b) = stamp(b) else {
            continue;
        };
        for a in nearest.before(order, b) {
            if let Some(of_a) = stamp(a).filter(|of_a| *of_a >= of_b) {
                first.get_or_insert((a, b, of_a, of_b));
                wrong += 1;
            }
        }
    }
    if let Some((a, b, of_a, of_b)) = first {
        let [one, other] = [a, b].map(|event| order.name(log, event));
        let path = order.told(log, a, b);
        let text = format!(
            "{one} is stamped {of_a} and comes before {other}, stamped {of_b}: {path}{}",
            and_more(wrong)
        );
        return Some(Outcome::invalid(text, (a, b)));
    }
    let unmatched = order.doubts.unmatched.len();
    if order.basis() != Basis::Messages && unmatched > 0 {
        return Some(Outcome::unknown(format!(
            "nothing is wrong, but it cannot be told which messages some receipts were ({unmatched}): no send, or more \
             than one, may have had the stamp that they came from"
        )));
    }
    Some(Outcome::valid(format!(
        "stamps that follow the order: {count}"
    )))
}

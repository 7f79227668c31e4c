//! Lamport's clock condition (Lamport 1978, section "Logical Clocks").

use trace::{Event, Log};

use super::{Condition, order_of_numbers};
use crate::judgement::Outcome;
use crate::words::and_more;
use crate::{Basis, Order};

pub(super) const CONDITION: Condition = Condition {
    name: "lamport",
    promise: "a -> b: the stamp of a is less than that of b",
    judge,
};

fn judge(log: &Log, order: &Order) -> Option<Outcome> {
    let stamp = |event: &Event| event.stamps.lamport;
    let count = match order_of_numbers::check(log, order, stamp, |stamp| stamp.to_string())? {
        Ok(count) => count,
        Err(outcome) => return Some(outcome),
    };
    Some(
        by_receipts(log, order)
            .unwrap_or_else(|| Outcome::valid(format!("stamps that follow the order: {count}"))),
    )
}

/// What is to be said where the stamps follow the order, which itself was told by the stamps.
fn by_receipts(log: &Log, order: &Order) -> Option<Outcome> {
    let doubts = &order.doubts;
    if order.basis() == Basis::Messages {
        return None;
    }
    if let Some(&(send, receipt)) = doubts.too_early.first() {
        let [from, to] = [send, receipt].map(|event| order.name(log, event));
        let [sent, received] =
            [send, receipt].map(|event| log.event(event).stamps.lamport.unwrap_or_default());
        let text = format!(
            "{to} is a receipt stamped {received}, but no send that it may be of has a smaller stamp; {from}, stamped \
             {sent}, is the earliest: {} did not take the message's stamp into account{}",
            log.host_name(order.host(receipt)),
            and_more(doubts.too_early.len() as u64)
        );
        return Some(match order.gap(log) {
            None => Outcome::invalid(text, (send, receipt)),
            Some(why) => {
                let text = format!("{text}; unless its send is missing from the log: {why}");
                Outcome::new(history::Verdict::Unknown, text, Some((send, receipt)))
            }
        });
    }
    let unmatched = doubts.unmatched.len() + doubts.unsent.len();
    if unmatched > 0 {
        return Some(Outcome::unknown(format!(
            "nothing wrong was found, but which messages some receipts were could not be told ({unmatched}): several \
             sends may be meant, or none"
        )));
    }
    let by_stamps = doubts.by_stamps.len();
    (by_stamps > 0).then(|| {
        Outcome::valid(format!(
            "consistent with a correct clock: which message was which was told by the stamps (receipts: {by_stamps})"
        ))
    })
}

//! Lamport's total order: stamps, and hosts where stamps are equal (Lamport 1978, section "Ordering the Events Totally").

use trace::Log;

use super::Condition;
use crate::Order;
use crate::judgement::Outcome;
use crate::words::and_more;

pub(super) const CONDITION: Condition = Condition {
    name: "lamport-total",
    promise: "no two events have the same pair of stamp and host, so the pairs order all events",
    judge,
};

fn judge(log: &Log, order: &Order) -> Option<Outcome> {
    let stamped = |event| Some((log.event(event).stamps.lamport?, event));
    let (mut count, mut first, mut wrong) = (0, None, 0);
    for lane in order.lanes() {
        let mut stamps: Vec<_> = lane.iter().copied().filter_map(stamped).collect();
        stamps.sort_unstable();
        count += stamps.len();
        for pair in stamps.windows(2).filter(|pair| pair[0].0 == pair[1].0) {
            first.get_or_insert((pair[0].1, pair[1].1, pair[0].0));
            wrong += 1;
        }
    }
    if count == 0 {
        return None;
    }
    let Some((a, b, stamp)) = first else {
        return Some(Outcome::valid(format!(
            "no two events have the same stamp and host ({count})"
        )));
    };
    let [one, other] = [a, b].map(|event| order.name(log, event));
    let text = format!(
        "{one} and {other} are both stamped {stamp}{}",
        and_more(wrong)
    );
    Some(Outcome::invalid(text, (a, b)))
}

//! Each sender's messages in its order, gaps allowed: what is left of FIFO where nothing is repaired.

use trace::HostId;

use super::GroupCondition;
use super::outcome::{Breaches, Outcome, Witness};
use super::record::{Delivery, Record};
use crate::words::counted;

pub(super) const CONDITION: GroupCondition = GroupCondition {
    name: "fifo-order",
    promise: "of one sender's messages nobody delivers a later one before an earlier one",
    judge,
};

fn judge(record: &Record<'_>) -> Option<Outcome> {
    let mut breaches = Breaches::default();
    let mut deliveries = 0;
    for host in (0..record.lanes.len() as u32).map(HostId) {
        let mut last: Vec<Option<(u32, Delivery)>> = vec![None; record.lanes.len()];
        for delivery in &record.lane(host).deliveries {
            let Some(sender) = record.sender(delivery.message) else {
                continue;
            };
            let index = record.sent[delivery.message.0 as usize].index;
            let last = &mut last[sender.0 as usize];
            match *last {
                Some((before, later)) if before > index => {
                    breaches.prove(|| tell(record, host, sender, *delivery, later));
                }
                _ => *last = Some((index, *delivery)),
            }
        }
        deliveries += record.lane(host).deliveries.len();
    }
    Some(breaches.outcome(record, deliveries, || {
        let deliveries = counted(deliveries, "delivery", "deliveries");
        format!("{deliveries}, none after a later one of its sender")
    }))
}

fn tell(
    record: &Record<'_>,
    host: HostId,
    sender: HostId,
    first: Delivery,
    second: Delivery,
) -> (String, Witness) {
    let [one, other] = [first, second].map(|delivery| record.message(delivery.message));
    let text = format!(
        "{} sent {one} before {other}, but {} delivered {other} before {one}",
        record.host(sender),
        record.host(host)
    );
    let sends = [first, second].map(|one| record.sent[one.message.0 as usize].send);
    let events = sends.into_iter().flatten();
    let witness = Witness {
        messages: vec![first.message, second.message],
        hosts: vec![sender, host],
        events: events.chain([second.event, first.event]).collect(),
        lacks: Vec::new(),
    };
    (text, witness)
}

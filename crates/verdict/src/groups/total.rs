//! One order for all.

use super::GroupCondition;
use super::cohort::{Cohort, Who};
use super::one_order::{Contradiction, Item, Room, Sequence};
use super::outcome::{Breaches, Outcome, Witness};
use super::record::Record;
use crate::words::counted;

pub(super) const CONDITION: GroupCondition = GroupCondition {
    name: "total",
    promise: "no two that go on together deliver two messages in different orders",
    judge: |record| Some(judge(record, Who::InOrder)),
};

fn judge(record: &Record<'_>, who: Who) -> Outcome {
    let mut breaches = Breaches::default();
    let mut room = Room::new(record.sent.len());
    let (mut compared, mut views) = (0, 0);
    for cohort in record.cohorts(who) {
        if cohort.members.len() < 2 {
            continue;
        }
        if let Some(found) = room.contradiction(&cohort.sequences()) {
            breaches.prove(|| tell(record, &cohort, &found));
        }
        let deliveries = cohort.members.iter().map(|(.., delivered)| delivered.len());
        compared += deliveries.sum::<usize>();
        views += 1;
    }
    breaches.outcome(record, || {
        let deliveries = counted(compared, "delivery", "deliveries");
        let views = counted(views, "view", "views");
        match (compared, record.has_views()) {
            (0, _) => NOTHING.to_owned(),
            (_, true) => format!("{deliveries} compared in {views}, no two in different orders"),
            (_, false) => format!("{deliveries} compared, no two in different orders"),
        }
    })
}

impl Cohort<'_> {
    /// What the hosts delivered, as sequences that can be compared.
    pub fn sequences(&self) -> Vec<Sequence> {
        let members = self.members.iter();
        let sequence = |delivered: &[super::record::Delivery]| {
            let items = delivered.iter();
            items
                .map(|delivery| (delivery.message.0, delivery.event))
                .collect()
        };
        members
            .map(|(host, _, delivered)| (*host, sequence(delivered)))
            .collect()
    }
}

/// Two messages that two hosts delivered in different orders, in words.
pub(super) fn tell(
    record: &Record<'_>,
    cohort: &Cohort<'_>,
    found: &Contradiction,
) -> (String, Witness) {
    let message = |item: Item| trace::MessageId(item.0);
    let name = |item: Item| record.message(message(item));
    let place = record.in_view(cohort.view);
    match found {
        Contradiction::Pair {
            one,
            other,
            first,
            second,
            other_first,
            other_second,
        } => {
            let [who, whom] = [*one, *other].map(|host| record.host(host));
            let (a, b) = (name(*first), name(*second));
            let text = format!("{who} delivered {a} before {b}, {whom} {b} before {a}{place}");
            let witness = Witness {
                messages: vec![message(*first), message(*second)],
                hosts: vec![*one, *other],
                events: vec![first.1, second.1, *other_second, *other_first],
            };
            (text, witness)
        }
        Contradiction::Cycle(steps) => {
            let told = steps.iter().take(CYCLE_TOLD).map(|(host, a, b)| {
                let (a, b) = (name(*a), name(*b));
                format!("{} delivered {a} before {b}", record.host(*host))
            });
            let more = match steps.len().saturating_sub(CYCLE_TOLD) {
                0 => String::new(),
                more => format!(" and so on through {more} more"),
            };
            let told: Vec<String> = told.collect();
            let text = format!("no one order fits: {}{more}{place}", told.join(", "));
            let mut hosts: Vec<_> = steps.iter().map(|(host, ..)| *host).collect();
            hosts.sort_unstable();
            hosts.dedup();
            let witness = Witness {
                messages: steps.iter().map(|(_, a, _)| message(*a)).collect(),
                hosts,
                events: steps.iter().flat_map(|(_, a, b)| [a.1, b.1]).collect(),
            };
            (text, witness)
        }
    }
}

/// Steps of a cycle that are told.
const CYCLE_TOLD: usize = 6;

/// What is said where no two hosts have anything to compare.
pub(super) const NOTHING: &str =
    "no two hosts went on together after a delivery, so there was nothing to compare";

//! One order for all.

use trace::MessageId;

use super::GroupCondition;
use super::cohort::{Cohort, Who};
use super::one_order::{Contradiction, Room, Sequence};
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
    breaches.outcome(record, compared, || {
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
    let name = |item| record.message(MessageId(item));
    let told = found.told(record, "delivered", name);
    let witness = Witness {
        messages: found.items().into_iter().map(MessageId).collect(),
        ..found.witness()
    };
    (told + &record.in_view(cohort.view), witness)
}

/// What is said where no two hosts have anything to compare.
pub(super) const NOTHING: &str =
    "no two hosts went on together after a delivery, so there was nothing to compare";

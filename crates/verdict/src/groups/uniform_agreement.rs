//! What anybody delivered, all who go on delivered, even if it crashed right then.

use trace::{HostId, MessageId};

use super::GroupCondition;
use super::agreement::Count;
use super::cohort::{Cohort, Who};
use super::outcome::{Breaches, Lack, Outcome, Witness};
use super::record::{Delivery, Record, Stay};
use crate::words::counted;

pub(super) const CONDITION: GroupCondition = GroupCondition {
    name: "uniform-agreement",
    promise: "what anybody delivers, crashed or not, all who go on from that view deliver in it",
    judge,
};

fn judge(record: &Record<'_>) -> Option<Outcome> {
    let mut breaches = Breaches::default();
    let mut count = Count::new(record.sent.len());
    let mut held = vec![0; record.sent.len()];
    let mut compared = 0;
    for cohort in record.cohorts(Who::Everybody) {
        let goes_on = |(host, stay, _): &(HostId, &Stay, &[Delivery])| {
            stay.next.is_some() || record.stayed(*host)
        };
        let members = cohort.members.iter().copied();
        let (on, gone): (Vec<_>, Vec<_>) = members.partition(goes_on);
        let view = cohort.view;
        let [on, gone] = [on, gone].map(|members| Cohort { view, members });
        if on.members.is_empty() {
            continue;
        }
        for (message, holders) in count.of(on.slices()) {
            held[message.0 as usize] = holders;
        }
        let all = count.of(cohort.slices());
        compared += all.len();
        for (message, _) in all {
            if std::mem::take(&mut held[message.0 as usize]) < on.members.len() {
                breaches.lack(|| tell(record, &on, &gone, message));
            }
        }
    }
    Some(breaches.outcome(record, compared, || {
        let messages = counted(compared, "message", "messages");
        format!("{messages}, each delivered by all who went on if by anybody")
    }))
}

/// Who delivered a message, best one that is gone, and who went on without it.
fn tell(
    record: &Record<'_>,
    on: &Cohort<'_>,
    gone: &Cohort<'_>,
    message: MessageId,
) -> (String, Witness) {
    let find = |delivered: &[Delivery]| {
        let found = delivered.iter().find(|one| one.message == message);
        found.map(|one| one.event)
    };
    let mut all = gone.members.iter().chain(&on.members);
    let with = all.find_map(|(host, _, own)| Some((*host, find(own)?)));
    let (with, event) = with.expect("somebody delivered it");
    let mut others = on.members.iter();
    let without = others.find(|(.., own)| find(own).is_none());
    let (without, stay, _) = without.expect("somebody went on without it");
    let [who, whom] = [with, *without].map(|host| record.host(host));
    let text = format!(
        "{who} delivered {}{}, {whom} went on without it",
        record.message(message),
        record.in_view(on.view)
    );
    let next = stay.next.map(|(_, event)| event);
    let witness = Witness {
        messages: vec![message],
        hosts: vec![with, *without],
        events: [event].into_iter().chain(next).collect(),
        lacks: vec![Lack {
            host: *without,
            message,
            before: next,
        }],
    };
    (text, witness)
}

//! One sequence for all, crashed or not: whoever stops has delivered a beginning of it.

use trace::{HostId, MessageId};

use super::GroupCondition;
use super::cohort::{Cohort, Who};
use super::one_order::Room;
use super::outcome::{Breaches, Lack, Outcome, Witness};
use super::record::{Delivery, Record};
use super::total;
use crate::words::counted;

pub(super) const CONDITION: GroupCondition = GroupCondition {
    name: "uniform-total",
    promise: "in a view all deliver one sequence, and who crashed a beginning of it, without gaps",
    judge,
};

fn judge(record: &Record<'_>) -> Option<Outcome> {
    let mut breaches = Breaches::default();
    let mut room = Room::new(record.sent.len());
    let mut compared = 0;
    for cohort in record.cohorts(Who::Everybody) {
        if let Some(found) = room.contradiction(&cohort.sequences()) {
            breaches.prove(|| total::tell(record, &cohort, &found));
            continue;
        }
        let by_length = cohort.members.iter().max_by_key(|(.., own)| own.len());
        let Some((longest, _, whole)) = by_length else {
            continue;
        };
        for (host, _, own) in &cohort.members {
            compared += own.len();
            let pairs = own.iter().zip(*whole);
            if let Some((one, other)) = pairs.clone().find(|(a, b)| a.message != b.message) {
                breaches.lack(|| {
                    let sides = [(*host, *one, *own), (*longest, *other, *whole)];
                    tell(record, &cohort, sides)
                });
            }
        }
    }
    Some(breaches.outcome(record, compared, || {
        let deliveries = counted(compared, "delivery", "deliveries");
        format!("{deliveries}, at each host a beginning of one sequence")
    }))
}

/// A host, what it delivered where another delivered something else, and all that it did.
type Side<'a> = (HostId, Delivery, &'a [Delivery]);

/// Where two sequences part: one has a message that the other has not, or not there.
fn tell(record: &Record<'_>, cohort: &Cohort<'_>, sides: [Side<'_>; 2]) -> (String, Witness) {
    let place = record.in_view(cohort.view);
    let has = |side: &Side<'_>, message: MessageId| side.2.iter().any(|one| one.message == message);
    let [(one, mine, _), (other, theirs, _)] = sides;
    let [who, whom] = [one, other].map(|host| record.host(host));
    let [a, b] = [mine, theirs].map(|delivery| record.message(delivery.message));
    let lacks_theirs = !has(&sides[0], theirs.message);
    let lacks_mine = !has(&sides[1], mine.message);
    let text = match (lacks_theirs, lacks_mine) {
        (true, true) => format!(
            "{who} delivered {a} where {whom} delivered {b}, and neither delivered the other's{place}"
        ),
        (true, false) => {
            format!("{who} delivered {a} and never {b}, which {whom} delivered before it{place}")
        }
        _ => format!("{whom} delivered {b} and never {a}, which {who} delivered before it{place}"),
    };
    let lack = |host, what: Delivery, there: Delivery| Lack {
        host,
        message: what.message,
        before: Some(there.event),
    };
    let lacks = [
        lacks_theirs.then(|| lack(one, theirs, mine)),
        lacks_mine.then(|| lack(other, mine, theirs)),
    ];
    let lacks = lacks.into_iter().flatten();
    let witness = Witness {
        messages: vec![mine.message, theirs.message],
        hosts: vec![one, other],
        events: vec![mine.event, theirs.event],
        lacks: lacks.collect(),
    };
    (text, witness)
}

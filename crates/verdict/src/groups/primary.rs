//! One line of views: never two groups side by side.

use super::GroupCondition;
use super::outcome::{Breaches, Outcome, Witness};
use super::record::Record;
use crate::words::counted;

pub(super) const CONDITION: GroupCondition = GroupCondition {
    name: "primary",
    promise: "a view is followed by one next view, not by two side by side",
    judge,
};

fn judge(record: &Record<'_>) -> Option<Outcome> {
    if !record.has_views() {
        return None;
    }
    let mut breaches = Breaches::default();
    for (at, seen) in record.views.iter().enumerate() {
        let [(one, first), (other, second), ..] = seen.nexts[..] else {
            continue;
        };
        breaches.prove(|| {
            let [a, b] = [first, second].map(|event| record.log.event(event).host);
            let text = format!(
                "view {} was followed by {} at {} and by {} at {}: two groups went on side by side",
                record.view(at),
                record.view(one),
                record.host(a),
                record.view(other),
                record.host(b)
            );
            let witness = Witness {
                hosts: vec![a, b],
                events: vec![first, second],
                ..Witness::default()
            };
            (text, witness)
        });
    }
    let views = record.views.len();
    Some(breaches.outcome(record, record.views.len(), || {
        let views = counted(views, "view", "views");
        format!("{views}, none with two next ones")
    }))
}

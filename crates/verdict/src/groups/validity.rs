//! Who stays hears itself.

use trace::{HostId, MessageId};

use super::GroupCondition;
use super::outcome::{Breaches, Lack, Outcome, Witness};
use super::record::Record;
use crate::words::counted;

pub(super) const CONDITION: GroupCondition = GroupCondition {
    name: "validity",
    promise: "a member that stays delivers what it sends",
    judge,
};

fn judge(record: &Record<'_>) -> Option<Outcome> {
    let stayed: Vec<bool> = (0..record.lanes.len() as u32)
        .map(|host| record.is_member(HostId(host)) && record.stayed(HostId(host)))
        .collect();
    let mut is_heard = vec![false; record.sent.len()];
    for host in record.members() {
        for delivery in &record.lane(host).deliveries {
            if record.sender(delivery.message) == Some(host) {
                is_heard[delivery.message.0 as usize] = true;
            }
        }
    }
    let mut breaches = Breaches::default();
    let mut count = 0;
    for message in (0..record.sent.len() as u32).map(MessageId) {
        let Some(sender) = record
            .sender(message)
            .filter(|host| stayed[host.0 as usize])
        else {
            continue;
        };
        count += 1;
        if !is_heard[message.0 as usize] {
            breaches.lack(|| tell(record, sender, message));
        }
    }
    Some(breaches.outcome(record, count, || {
        let messages = counted(count, "message", "messages");
        format!("{messages} of members that stayed, each delivered by its sender")
    }))
}

fn tell(record: &Record<'_>, sender: HostId, message: MessageId) -> (String, Witness) {
    let (who, what) = (record.host(sender), record.message(message));
    let text = format!("{who} sent {what} and stayed, but never delivered it itself");
    let witness = Witness {
        messages: vec![message],
        hosts: vec![sender],
        events: record.sent[message.0 as usize].send.into_iter().collect(),
        lacks: vec![Lack {
            host: sender,
            message,
            before: None,
        }],
    };
    (text, witness)
}

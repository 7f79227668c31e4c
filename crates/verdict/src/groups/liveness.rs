//! After quiet: what was sent is there.

use std::collections::BTreeMap;

use history::Verdict;
use trace::{HostId, MessageId};

use super::GroupCondition;
use super::agreement::Count;
use super::newcomer::Past;
use super::outcome::{Breaches, Lack, Outcome, Witness};
use super::record::{End, Record};
use crate::words::counted;

pub(super) const CONDITION: GroupCondition = GroupCondition {
    name: "liveness",
    promise: "when all is quiet, what those who stayed have sent, all who stayed have delivered",
    judge,
};

fn judge(record: &Record<'_>) -> Option<Outcome> {
    let mut groups: BTreeMap<Option<usize>, Vec<HostId>> = BTreeMap::new();
    let mut stayed = 0;
    for host in record.members().filter(|host| record.stayed(*host)) {
        let last = record.lane(host).stays.last();
        let view = last.and_then(|stay| stay.view);
        groups.entry(view).or_default().push(host);
        stayed += 1;
    }
    if stayed == 0 {
        return Some(nobody(record));
    }
    let mut breaches = Breaches::default();
    let mut past = Past::default();
    let mut count = Count::new(record.sent.len());
    let mut messages = 0;
    for hosts in groups.values() {
        let lacking = lacking(record, hosts, &mut count, &mut messages);
        let mut has = vec![
            false;
            if lacking.is_empty() {
                0
            } else {
                record.sent.len()
            }
        ];
        for &host in hosts.iter().filter(|_| !lacking.is_empty()) {
            let delivered = &record.lane(host).deliveries;
            for delivery in delivered {
                has[delivery.message.0 as usize] = true;
            }
            for &message in lacking.iter().filter(|message| !has[message.0 as usize]) {
                let is_excused =
                    past.is_excused(record, host, message) && past.was_delivered(record, message);
                if !is_excused {
                    breaches.lack(|| tell(record, host, message));
                }
            }
            for delivery in delivered {
                has[delivery.message.0 as usize] = false;
            }
        }
    }
    let outcome = breaches.outcome(record, messages, || {
        let messages = counted(messages, "message", "messages");
        let hosts = counted(stayed, "host", "hosts");
        format!("{messages} of {hosts} that stayed, each delivered by all of them")
    });
    let is_sure = groups.len() == 1 || outcome.verdict != Verdict::Valid;
    match is_sure {
        true => Some(outcome),
        false => Some(Outcome::unknown(apart(record, &groups))),
    }
}

/// That nobody is left to judge, and why.
fn nobody(record: &Record<'_>) -> Outcome {
    let mut ends = record.members().map(|host| record.lane(host).end);
    let has_left = ends.all(|end| matches!(end, End::Left(_)));
    match (&record.doubt, has_left) {
        (Some(doubt), _) => Outcome::unknown(doubt),
        (None, true) => Outcome::idle("nothing to judge: all members left"),
        (None, false) => Outcome::idle("nothing to judge: no member stayed to the end"),
    }
}

/// The messages of these hosts that not all of them delivered.
fn lacking(
    record: &Record<'_>,
    hosts: &[HostId],
    count: &mut Count,
    messages: &mut usize,
) -> Vec<MessageId> {
    let mut is_in = vec![false; record.lanes.len()];
    for host in hosts {
        is_in[host.0 as usize] = true;
    }
    let delivered = hosts.iter().map(|host| &record.lane(*host).deliveries[..]);
    let mut held = vec![0; record.sent.len()];
    for (message, holders) in count.of(delivered) {
        held[message.0 as usize] = holders;
    }
    let mut lacking = Vec::new();
    for (message, holders) in (0..).map(MessageId).zip(held) {
        let sender = record.sender(message);
        if sender.is_some_and(|sender| is_in[sender.0 as usize]) {
            *messages += 1;
            lacking.extend((holders < hosts.len()).then_some(message));
        }
    }
    lacking
}

fn tell(record: &Record<'_>, host: HostId, message: MessageId) -> (String, Witness) {
    let sender = record.sender(message).expect("its sender stayed");
    let [who, whom] = [sender, host].map(|host| record.host(host));
    let what = record.message(message);
    let text = match sender == host {
        true => format!("{who} sent {what} and stayed, but never delivered it"),
        false => {
            format!("{who} sent {what}, and {whom} never delivered it; both stayed to the end")
        }
    };
    let witness = Witness {
        messages: vec![message],
        hosts: vec![sender, host],
        events: record.sent[message.0 as usize].send.into_iter().collect(),
        lacks: vec![Lack {
            host,
            message,
            before: None,
        }],
    };
    (text, witness)
}

/// That those who stayed are not together.
fn apart(record: &Record<'_>, groups: &BTreeMap<Option<usize>, Vec<HostId>>) -> String {
    let told = groups.iter().take(GROUPS_TOLD).map(|(view, hosts)| {
        let place = match view {
            Some(_) => record.in_view(*view),
            None => " in no view".to_owned(),
        };
        format!("{}{place}", record.names(hosts))
    });
    let told: Vec<String> = told.collect();
    format!(
        "those who stayed are not together at the end: {}; the network may have been apart until then",
        told.join("; ")
    )
}

const GROUPS_TOLD: usize = 4;

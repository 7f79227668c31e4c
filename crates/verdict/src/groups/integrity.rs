//! Nothing is made up and nothing is doubled.

use trace::{EventId, HostId};

use super::GroupCondition;
use super::outcome::{Breaches, Outcome, Witness};
use super::record::{Delivery, Record};
use crate::words::counted;

pub(super) const CONDITION: GroupCondition = GroupCondition {
    name: "integrity",
    promise: "nobody delivers a message twice, or one that nobody sent, or its own before it sent it",
    judge,
};

fn judge(record: &Record<'_>) -> Option<Outcome> {
    let mut breaches = Breaches::default();
    let mut unsure = None;
    let mut count = 0;
    for host in (0..record.lanes.len() as u32).map(HostId) {
        let lane = record.lane(host);
        for delivery in &lane.deliveries {
            let sent = record.sent[delivery.message.0 as usize];
            match sent.send {
                _ if sent.is_contested => {
                    unsure.get_or_insert_with(|| contested(record, *delivery));
                }
                None if is_sender_missing(record) => {
                    unsure.get_or_insert_with(|| unsent(record, host, *delivery).0);
                }
                None => match record.torn_sender(delivery.message) {
                    Some(torn) => {
                        unsure.get_or_insert_with(|| torn_off(record, host, *delivery, torn));
                    }
                    None => breaches.lack(|| unsent(record, host, *delivery)),
                },
                Some(send) if is_early(record, host, send, *delivery) => {
                    breaches.prove(|| early(record, host, send, *delivery));
                }
                Some(_) => {}
            }
        }
        for delivery in &lane.doubles {
            match record.sent[delivery.message.0 as usize].is_contested {
                true => unsure = unsure.or_else(|| Some(contested(record, *delivery))),
                false => breaches.prove(|| double(record, host, *delivery)),
            }
        }
        count += lane.deliveries.len() + lane.doubles.len();
    }
    let outcome = breaches.outcome(record, count, || {
        let deliveries = counted(count, "delivery", "deliveries");
        format!("{deliveries}, each of a message that was sent, at no host twice")
    });
    match unsure {
        Some(text) if outcome.verdict != history::Verdict::Invalid => Some(Outcome::unknown(text)),
        _ => Some(outcome),
    }
}

/// Whether somebody may have sent messages of whom there is no log: without views nobody says who is there.
fn is_sender_missing(record: &Record<'_>) -> bool {
    record.absent.is_some() || !record.has_views()
}

fn is_early(record: &Record<'_>, host: HostId, send: EventId, delivery: Delivery) -> bool {
    record.log.event(send).host == host && delivery.event < send
}

fn unsent(record: &Record<'_>, host: HostId, delivery: Delivery) -> (String, Witness) {
    let (who, what) = (record.host(host), record.message(delivery.message));
    let advice = match record.absent {
        Some(host) => format!("; of {} there is no log", record.host(host)),
        None if record.has_views() => String::new(),
        None => "; if its sender wrote a log, give that too".to_owned(),
    };
    let text = format!("{who} delivered {what}, which nobody sent{advice}");
    (text, of_one(host, delivery, None))
}

/// That a message may have been sent in the line that its sender's log ends in.
fn torn_off(record: &Record<'_>, host: HostId, delivery: Delivery, torn: HostId) -> String {
    let (text, _) = unsent(record, host, delivery);
    let whose = record.host(torn);
    format!(
        "{text}, as far as the logs go; that of {whose} ends in the middle of a line, so it may have sent it last"
    )
}

fn early(
    record: &Record<'_>,
    host: HostId,
    send: EventId,
    delivery: Delivery,
) -> (String, Witness) {
    let (who, what) = (record.host(host), record.message(delivery.message));
    let text = format!("{who} delivered {what} before it sent it");
    (text, of_one(host, delivery, Some(send)))
}

fn double(record: &Record<'_>, host: HostId, delivery: Delivery) -> (String, Witness) {
    let (who, what) = (record.host(host), record.message(delivery.message));
    let mut all = record.lane(host).deliveries.iter();
    let first = all.find(|one| one.message == delivery.message);
    let text = format!("{who} delivered {what} twice");
    (text, of_one(host, delivery, first.map(|one| one.event)))
}

fn contested(record: &Record<'_>, delivery: Delivery) -> String {
    let what = record.message(delivery.message);
    format!(
        "{what} was sent several times under one name, so that it cannot be told which of them came; each message \
         needs a name of its own"
    )
}

fn of_one(host: HostId, delivery: Delivery, other: Option<EventId>) -> Witness {
    Witness {
        messages: vec![delivery.message],
        hosts: vec![host],
        events: other.into_iter().chain([delivery.event]).collect(),
        lacks: Vec::new(),
    }
}

//! Whether what comes before a message is delivered before it: what `fifo` and `causal` have in common.
//!
//! It is enough to look at what comes *right* before a message: its sender's last message and, for causal order, what its
//! sender had delivered since it sent that. Whoever delivers each message after those has delivered it after all that comes before
//! them too, for they were delivered in the same way.

use trace::{EventId, HostId, MessageId};

use super::newcomer::Past;
use super::outcome::{Breaches, Lack, Outcome, Witness};
use super::record::{Record, Sent};
use crate::words::counted;

/// What counts as coming before a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Before {
    /// What its sender had sent.
    Sent,
    /// That, and what its sender had delivered.
    SentOrDelivered,
}

/// Of which message it is asked what came before it.
struct Asked<'r, 'a> {
    record: &'r Record<'a>,
    before: Before,
    past: Past,
}

/// Judges every delivery of every host.
pub(super) fn judge(record: &Record<'_>, before: Before) -> Outcome {
    let mut asked = Asked {
        record,
        before,
        past: Past::default(),
    };
    let mut breaches = Breaches::default();
    let mut places = vec![0_u32; record.sent.len()];
    let (mut deliveries, mut hosts) = (0, 0);
    for host in (0..record.lanes.len() as u32).map(HostId) {
        let delivered = &record.lane(host).deliveries;
        for (delivery, place) in delivered.iter().zip(1..) {
            places[delivery.message.0 as usize] = place;
        }
        asked.judge_host(host, &places, &mut breaches);
        for delivery in delivered {
            places[delivery.message.0 as usize] = 0;
        }
        deliveries += delivered.len();
        hosts += usize::from(!delivered.is_empty());
    }
    breaches.outcome(record, deliveries, || {
        let deliveries = counted(deliveries, "delivery", "deliveries");
        let hosts = counted(hosts, "host", "hosts");
        format!("{deliveries} at {hosts}, each after all that it had to come after")
    })
}

impl Asked<'_, '_> {
    fn judge_host(&mut self, host: HostId, places: &[u32], breaches: &mut Breaches) {
        let record = self.record;
        let lane = record.lane(host);
        for delivery in &lane.deliveries {
            let message = delivery.message;
            let Some(sender) = record.sender(message) else {
                continue;
            };
            let sent = record.sent[message.0 as usize];
            if let Some(previous) = sent.previous {
                self.hold(host, (previous, None), delivery.message, places, breaches);
            }
            if self.before == Before::SentOrDelivered {
                let (from, to) = sent.heard;
                for cause in &record.lane(sender).deliveries[from as usize..to as usize] {
                    let cause = (cause.message, Some(cause.event));
                    self.hold(host, cause, delivery.message, places, breaches);
                }
            }
        }
    }

    /// Whether a host delivered what came right before a message before it. `heard` is where the sender delivered that;
    /// none if it sent it.
    fn hold(
        &mut self,
        host: HostId,
        (cause, heard): (MessageId, Option<EventId>),
        message: MessageId,
        places: &[u32],
        breaches: &mut Breaches,
    ) {
        let [before, after] = [cause, message].map(|one| places[one.0 as usize]);
        if before > 0 && before <= after {
            return;
        }
        let record = self.record;
        if before > after {
            breaches.prove(|| self.tell(host, cause, heard, message, places));
            return;
        }
        let is_own = record.sender(cause) == Some(host) && !record.lane(host).delivers_own;
        if !is_own && !self.past.is_excused(record, host, cause) {
            breaches.lack(|| self.tell(host, cause, heard, message, places));
        }
    }

    fn tell(
        &self,
        host: HostId,
        cause: MessageId,
        heard: Option<EventId>,
        message: MessageId,
        places: &[u32],
    ) -> (String, Witness) {
        let record = self.record;
        let sender = record.sender(message).expect("asked of none else");
        let [first, second] = [cause, message].map(|one| record.message(one));
        let did = match heard {
            Some(_) => format!("delivered {first} before it sent {second}"),
            None => format!("sent {first} before {second}"),
        };
        let event = |message: MessageId| {
            let place = places[message.0 as usize] as usize;
            let delivery = place.checked_sub(1)?;
            Some(record.lane(host).deliveries[delivery].event)
        };
        let delivered = event(cause);
        let but = match delivered {
            Some(_) => format!("delivered {second} before {first}"),
            None => format!("delivered {second} and never {first}"),
        };
        let [who, whom] = [sender, host].map(|one| record.host(one));
        let of = |message: MessageId| -> Sent { record.sent[message.0 as usize] };
        let events = [
            heard.or(of(cause).send),
            of(message).send,
            event(message),
            delivered,
        ];
        let witness = Witness {
            messages: vec![cause, message],
            hosts: vec![sender, host],
            events: events.into_iter().flatten().collect(),
            lacks: match delivered {
                Some(_) => Vec::new(),
                None => vec![Lack {
                    host,
                    message: cause,
                    before: event(message),
                }],
            },
        };
        (format!("{who} {did}, but {whom} {but}"), witness)
    }
}

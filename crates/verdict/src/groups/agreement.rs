//! The same messages for all: virtual synchrony, and sending view delivery.

use trace::{EventId, HostId, MessageId};

use super::GroupCondition;
use super::cohort::{Cohort, Who};
use super::outcome::{Breaches, Lack, Outcome, Witness};
use super::record::{Delivery, Record};
use super::total::NOTHING;
use crate::words::counted;

pub(super) const CONDITION: GroupCondition = GroupCondition {
    name: "agreement",
    promise: "those that go on together delivered the same messages; a message is delivered in one view, its sender's",
    judge,
};

fn judge(record: &Record<'_>) -> Option<Outcome> {
    let mut breaches = Breaches::default();
    hold_views(record, &mut breaches);
    let mut count = Count::new(record.sent.len());
    let (mut compared, mut views, mut deliveries) = (0, 0, 0);
    for cohort in record.cohorts(Who::WentOn) {
        if cohort.members.len() < 2 {
            continue;
        }
        views += 1;
        compared += cohort.members.len();
        deliveries += cohort.slices().map(<[_]>::len).sum::<usize>();
        if cohort.is_plain() {
            continue;
        }
        let all = count.of(cohort.slices());
        for (message, holders) in all {
            if holders < cohort.members.len() {
                breaches.lack(|| tell(record, &cohort, message));
            }
        }
    }
    Some(breaches.outcome(record, deliveries, || {
        let views = counted(views, "view", "views");
        match (deliveries, record.has_views()) {
            (0, _) => NOTHING.to_owned(),
            (_, true) => {
                format!("{views} compared, the same messages for all who went on together")
            }
            (_, false) => format!("{compared} hosts delivered the same messages"),
        }
    }))
}

/// How many hosts of a cohort delivered each message; room that is used for one after the other.
#[derive(Debug)]
pub(super) struct Count {
    /// Of each message by how many, and by which host of the cohort last, from 1.
    by_message: Vec<(u32, u32)>,
}

impl Count {
    /// Room for so many messages.
    pub fn new(messages: usize) -> Self {
        Self {
            by_message: vec![(0, 0); messages],
        }
    }

    /// The messages that hosts delivered, in the order in which they are first met, and by how many hosts each.
    pub fn of<'r>(
        &mut self,
        hosts: impl Iterator<Item = &'r [Delivery]>,
    ) -> Vec<(MessageId, usize)> {
        let mut all = Vec::new();
        for (delivered, host) in hosts.zip(1..) {
            for delivery in delivered {
                let (count, last) = &mut self.by_message[delivery.message.0 as usize];
                if *count == 0 {
                    all.push((delivery.message, 0));
                }
                if *last != host {
                    (*count, *last) = (*count + 1, host);
                }
            }
        }
        for (message, holders) in &mut all {
            let (count, _) = std::mem::take(&mut self.by_message[message.0 as usize]);
            *holders = count as usize;
        }
        all
    }
}

impl Cohort<'_> {
    /// Whether all have the same sequence.
    fn is_plain(&self) -> bool {
        let first = self.members[0].2;
        let is_same = |other: &[Delivery]| {
            other.len() == first.len()
                && other.iter().zip(first).all(|(a, b)| a.message == b.message)
        };
        self.members.iter().all(|(.., other)| is_same(other))
    }
}

/// Who delivered a message and who did not.
fn tell(record: &Record<'_>, cohort: &Cohort<'_>, message: MessageId) -> (String, Witness) {
    let find = |delivered: &[Delivery]| {
        let found = delivered.iter().find(|one| one.message == message);
        found.map(|delivery| delivery.event)
    };
    let mut with: Option<(HostId, EventId)> = None;
    let mut without: Option<(HostId, Option<EventId>)> = None;
    let mut next = None;
    for (host, stay, delivered) in &cohort.members {
        match find(delivered) {
            Some(event) => with = with.or(Some((*host, event))),
            None => without = without.or(Some((*host, stay.next.map(|(_, event)| event)))),
        }
        next = next.or(stay.next.map(|(next, _)| next));
    }
    let (one, event) = with.expect("somebody delivered it");
    let (other, end) = without.expect("somebody did not");
    let [who, whom] = [one, other].map(|host| record.host(host));
    let what = record.message(message);
    let together = match (cohort.view, next) {
        (Some(view), Some(next)) => {
            let (view, next) = (record.view(view), record.view(next));
            format!(" in view {view}, and both went on to view {next}")
        }
        (Some(view), None) => format!(" in view {}, and both stayed in it", record.view(view)),
        _ => String::new(),
    };
    let text = format!("{who} delivered {what}, {whom} did not{together}");
    let witness = Witness {
        messages: vec![message],
        hosts: vec![one, other],
        events: [event].into_iter().chain(end).collect(),
        lacks: vec![Lack {
            host: other,
            message,
            before: end,
        }],
    };
    (text, witness)
}

/// Whether each message was delivered in one view, which its sender is a member of.
fn hold_views(record: &Record<'_>, breaches: &mut Breaches) {
    if !record.has_views() {
        return;
    }
    let mut first: Vec<Option<(Option<usize>, EventId)>> = vec![None; record.sent.len()];
    for host in record.members() {
        let lane = record.lane(host);
        for stay in &lane.stays {
            for delivery in lane.delivered(stay) {
                let known = &mut first[delivery.message.0 as usize];
                match *known {
                    None => {
                        *known = Some((stay.view, delivery.event));
                        hold_sender(record, stay.view, *delivery, breaches);
                    }
                    Some((view, _)) if view == stay.view => {}
                    Some(other) => {
                        let this = (stay.view, delivery.event);
                        breaches.prove(|| tell_views(record, delivery.message, other, this));
                    }
                }
            }
        }
    }
}

fn hold_sender(
    record: &Record<'_>,
    view: Option<usize>,
    delivery: Delivery,
    breaches: &mut Breaches,
) {
    let Some(view) = view else { return };
    let members = &record.views[view].view.members;
    let sender = record.sender(delivery.message);
    // Who is in a view that names nobody is not known.
    let is_known = !members.is_empty();
    let Some(sender) = sender.filter(|host| is_known && !members.contains(host)) else {
        return;
    };
    breaches.prove(|| {
        let host = record.log.event(delivery.event).host;
        let [who, whose] = [host, sender].map(|host| record.host(host));
        let what = record.message(delivery.message);
        let text = format!(
            "{who} delivered {what}{}, which its sender {whose} is not a member of",
            record.in_view(Some(view))
        );
        let send = record.sent[delivery.message.0 as usize].send;
        let witness = Witness {
            messages: vec![delivery.message],
            hosts: vec![sender, host],
            events: send.into_iter().chain([delivery.event]).collect(),
            lacks: Vec::new(),
        };
        (text, witness)
    });
}

fn tell_views(
    record: &Record<'_>,
    message: MessageId,
    one: (Option<usize>, EventId),
    other: (Option<usize>, EventId),
) -> (String, Witness) {
    let place = |view: Option<usize>| match view {
        Some(_) => record.in_view(view),
        None => " before its first view".to_owned(),
    };
    let hosts = [one, other].map(|(_, event)| record.log.event(event).host);
    let [who, whom] = hosts.map(|host| record.host(host));
    let text = format!(
        "{who} delivered {}{}, {whom}{}",
        record.message(message),
        place(one.0),
        place(other.0)
    );
    let witness = Witness {
        messages: vec![message],
        hosts: hosts.to_vec(),
        events: vec![one.1, other.1],
        lacks: Vec::new(),
    };
    (text, witness)
}

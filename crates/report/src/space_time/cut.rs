//! What shows that a promise is broken, cut out of a log: the witnesses' hosts, their messages, the views around.

use std::collections::BTreeSet;

use trace::{Event, EventId, EventKind, HostId, Log, MessageId, Place, Stamps, View};
use verdict::{GroupJudgement, Lack, Order};

/// A small log, and where its witnesses are.
pub(super) struct Cut {
    /// The log.
    pub(super) log: Log,
    /// What happened before what in it.
    pub(super) order: Order,
    /// The events in it that show it by being there.
    pub(super) witnesses: Vec<EventId>,
    /// Events in it that did not happen, and should have.
    pub(super) missing: Vec<EventId>,
    /// Sends in it of messages that hosts received which are not in it.
    pub(super) received: Vec<EventId>,
    /// The messages that show it.
    pub(super) messages: Vec<MessageId>,
    /// How many events would have to be drawn beside those that are.
    pub(super) left_out: u64,
}

impl Cut {
    /// What is needed to see it.
    pub(super) fn of(log: &Log, judgement: &GroupJudgement) -> Self {
        let wanted = Wanted::of(log, judgement);
        let mut kept: Vec<EventId> = log.ids().filter(|id| wanted.is(log, *id)).collect();
        kept.extend(&judgement.events);
        kept.sort_unstable();
        let about: Vec<EventId> = views_about(log, &kept, &wanted.hosts);
        kept.extend(about);
        kept.sort_unstable();
        kept.dedup();
        let all = kept.len();
        if all > MOST {
            kept = about_the_witnesses(&kept, &judgement.events);
        }
        let mut cut = copied(log, &kept, judgement);
        cut.left_out = (all - kept.len()) as u64;
        cut
    }
}

/// Whose events of which messages are wanted.
struct Wanted {
    hosts: BTreeSet<HostId>,
    messages: BTreeSet<MessageId>,
}

impl Wanted {
    fn of(log: &Log, judgement: &GroupJudgement) -> Self {
        let mut hosts: BTreeSet<HostId> = judgement.hosts.iter().copied().collect();
        let mut messages: BTreeSet<MessageId> = judgement.messages.iter().copied().collect();
        for event in judgement.events.iter().map(|event| log.event(*event)) {
            hosts.insert(event.host);
            messages.extend(event.message);
        }
        // Where no message shows it, views do, and then all who are in them are looked at.
        if messages.is_empty() {
            hosts.extend(installers(log, &judgement.events).take(HOSTS_MOST));
        }
        let sends = log.events.iter().filter(|one| one.kind == EventKind::Send);
        let of_ours = sends.filter(|one| one.message.is_some_and(|it| messages.contains(&it)));
        hosts.extend(of_ours.map(|one| one.host));
        Self { hosts, messages }
    }

    fn is(&self, log: &Log, id: EventId) -> bool {
        let event = log.event(id);
        let is_end = matches!(event.kind, EventKind::Leave | EventKind::Crash);
        let is_of = event.message.is_some_and(|it| self.messages.contains(&it));
        self.hosts.contains(&event.host) && (is_end || is_of)
    }
}

/// Who installed one of the views that these events install.
fn installers(log: &Log, events: &[EventId]) -> impl Iterator<Item = HostId> {
    let name = |id: &EventId| log.view(*id).map(|view| view.name.as_str());
    let names: BTreeSet<Option<&str>> = events.iter().map(name).collect();
    let all = log.ids().filter(move |id| {
        let name = log.view(*id).map(|view| view.name.as_str());
        name.is_some() && names.contains(&name)
    });
    all.map(|id| log.event(id).host)
}

/// Of each host, the views between the first and the last of its kept events, and the ones before and after; of a host
/// with none of them, the views that others of them are in.
fn views_about(log: &Log, kept: &[EventId], hosts: &BTreeSet<HostId>) -> Vec<EventId> {
    let mut about = Vec::new();
    let mut without = Vec::new();
    for host in hosts {
        let own = kept.iter().filter(|id| {
            let event = log.event(**id);
            event.host == *host && !matches!(event.kind, EventKind::Leave | EventKind::Crash)
        });
        let own: Vec<EventId> = own.copied().collect();
        let of_host = |id: &EventId| log.event(*id).host == *host && log.view(*id).is_some();
        let views: Vec<EventId> = log.ids().filter(of_host).collect();
        let Some((first, last)) = own.first().zip(own.last()) else {
            without.extend(views);
            continue;
        };
        let from = views.partition_point(|view| view < first).saturating_sub(1);
        let to = views.partition_point(|view| view < last) + 1;
        about.extend(&views[from..to.min(views.len())]);
    }
    let name = |id: &EventId| log.view(*id).map(|view| view.name.as_str());
    let names: BTreeSet<Option<&str>> = about.iter().map(name).collect();
    let shared = without.iter().filter(|id| names.contains(&name(id)));
    let shared: Vec<EventId> = shared.copied().collect();
    about.extend(shared);
    about
}

/// As many as are drawn: those next to the witnesses.
fn about_the_witnesses(kept: &[EventId], witnesses: &[EventId]) -> Vec<EventId> {
    let distance = |id: &EventId| {
        let distances = witnesses.iter().map(|witness| witness.0.abs_diff(id.0));
        distances.min().unwrap_or(id.0)
    };
    let mut nearest = kept.to_vec();
    nearest.sort_by_key(distance);
    nearest.truncate(MOST);
    nearest.sort_unstable();
    nearest
}

fn copied(log: &Log, kept: &[EventId], judgement: &GroupJudgement) -> Cut {
    let mut small = Small::default();
    let hosts: BTreeSet<HostId> = kept.iter().map(|id| log.event(*id).host).collect();
    for host in &hosts {
        small.log.host(log.host_name(*host));
    }
    for id in kept {
        let lacks = judgement.lacks.iter();
        for lack in lacks.filter(|lack| lack.before == Some(*id)) {
            small.lack(log, lack, log.event(*id).stamps.wall_ns);
        }
        let at = small.copy(log, *id);
        if judgement.events.contains(id) {
            small.witnesses.push(at);
        }
        if is_received(log, *id) {
            small.received.push(at);
        }
    }
    let last = kept.iter().filter_map(|id| log.event(*id).stamps.wall_ns);
    let last = last.max();
    for lack in judgement.lacks.iter().filter(|lack| lack.before.is_none()) {
        small.lack(log, lack, last);
    }
    let messages = judgement.messages.iter();
    let messages = messages.map(|id| small.log.message(&log.messages[id.0 as usize]));
    Cut {
        messages: messages.collect(),
        order: Order::of(&small.log),
        log: small.log,
        witnesses: small.witnesses,
        missing: small.missing,
        received: small.received,
        left_out: 0,
    }
}

/// Whether an event sends a message that another host received.
fn is_received(log: &Log, send: EventId) -> bool {
    let Event {
        kind,
        host,
        message,
        ..
    } = log.event(send);
    let is_receipt = |other: &&Event| {
        let is_arrival = matches!(other.kind, EventKind::Receive | EventKind::Deliver);
        is_arrival && other.message == *message && other.host != *host
    };
    *kind == EventKind::Send && message.is_some() && log.events.iter().any(|one| is_receipt(&one))
}

/// A small log that is being put together.
#[derive(Default)]
struct Small {
    log: Log,
    witnesses: Vec<EventId>,
    missing: Vec<EventId>,
    received: Vec<EventId>,
}

impl Small {
    fn copy(&mut self, log: &Log, id: EventId) -> EventId {
        let event = log.event(id);
        let copy = Event {
            host: self.log.host(log.host_name(event.host)),
            message: event.message.map(|it| self.message(log, it)),
            stamps: Stamps {
                wall_ns: event.stamps.wall_ns,
                ..Stamps::default()
            },
            ..event.clone()
        };
        let at = self.push(copy);
        if let Some(view) = log.view(id) {
            let members = view.members.iter();
            let members = members.map(|host| self.log.host(log.host_name(*host)));
            let (members, name) = (members.collect(), view.name.clone());
            self.log.set_view(at, View { name, members });
        }
        at
    }

    /// Where a delivery is missing there is an event of no kind, so that nothing follows from it.
    fn lack(&mut self, log: &Log, lack: &Lack, wall_ns: Option<i64>) {
        let missing = Event {
            host: self.log.host(log.host_name(lack.host)),
            kind: EventKind::Local,
            message: Some(self.message(log, lack.message)),
            text: match lack.before {
                Some(_) => "lacks",
                None => "never delivers",
            }
            .to_owned(),
            stamps: Stamps {
                wall_ns,
                ..Stamps::default()
            },
            place: Place::default(),
        };
        let at = self.push(missing);
        self.missing.push(at);
    }

    fn message(&mut self, log: &Log, id: MessageId) -> MessageId {
        self.log.message(&log.messages[id.0 as usize])
    }

    fn push(&mut self, event: Event) -> EventId {
        let at = EventId(u32::try_from(self.log.events.len()).expect("few events"));
        self.log.events.push(event);
        at
    }
}

/// So many events of views are looked at for hosts that are drawn beside the witnesses.
const HOSTS_MOST: usize = 8;

/// More events than this are no small picture.
const MOST: usize = 60;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::space_time::sample;
    use verdict::GROUP_CONDITIONS;

    fn broken(log: &Log) -> Vec<GroupJudgement> {
        let all: Vec<_> = GROUP_CONDITIONS.iter().collect();
        let mut judged = GroupJudgement::all(log, &all);
        judged.retain(|one| one.verdict == history::Verdict::Invalid);
        judged
    }

    #[test]
    fn a_cut_has_the_witnesses_and_the_views_around_and_no_other_message() {
        let log = sample::broken_order().log;
        let broken = broken(&log);
        let total = broken.iter().find(|one| one.condition == "total");
        let total = total.expect("two orders");
        let cut = Cut::of(&log, total);
        let kinds = |kind: EventKind| cut.log.events.iter().filter(|one| one.kind == kind).count();
        assert_eq!((kinds(EventKind::Send), kinds(EventKind::Deliver)), (2, 4));
        assert_eq!((cut.log.messages.len(), cut.left_out), (2, 0));
        assert!(kinds(EventKind::View) >= 2);
        assert!(!cut.witnesses.is_empty());
        for witness in &cut.witnesses {
            assert!(cut.log.event(*witness).message.is_some());
        }
    }

    #[test]
    fn what_is_next_to_the_witnesses_is_kept_of_much() {
        let kept: Vec<EventId> = (0..200).map(EventId).collect();
        let nearest = about_the_witnesses(&kept, &[EventId(100)]);
        assert_eq!(nearest.len(), MOST);
        assert!(nearest.contains(&EventId(100)) && !nearest.contains(&EventId(0)));
        assert!(nearest.is_sorted());
    }
}

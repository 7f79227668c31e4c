//! A log as the history of a group: sends, deliveries, views, ends.

use std::collections::HashMap;

use trace::{EventId, EventKind, Flaw, FlawKind, HostId, Log, MessageId, Name};

use crate::words::listed;

/// A log as the history of a group.
#[derive(Debug)]
pub(super) struct Record<'a> {
    pub log: &'a Log,
    /// Of each host what it did.
    pub lanes: Vec<Lane>,
    /// Of each message who sent it after what.
    pub sent: Vec<Sent>,
    /// The views, in the order in which they were first met.
    pub views: Vec<Seen<'a>>,
    /// A host that is named as a member and has no events.
    pub absent: Option<HostId>,
    gap: Option<String>,
    /// Why what looks kept may be broken: it is not known what some member did.
    pub(super) doubt: Option<String>,
    /// The hosts whose log ends in the middle of a line, each with the last number that a message of its has in its name.
    torn: Vec<(HostId, Option<u64>)>,
}

/// What a host did.
#[derive(Debug, Default)]
pub(super) struct Lane {
    /// What it delivered, in its order; what it delivered again is not among it.
    pub deliveries: Vec<Delivery>,
    /// What it delivered again.
    pub doubles: Vec<Delivery>,
    /// Its views in its order; of a log without views one that has no name.
    pub stays: Vec<Stay>,
    /// How it ended.
    pub end: End,
    /// Whether it found itself with too few others at the last, so that it owes nothing since.
    pub is_blocked: bool,
    /// Whether the log has anything of it.
    pub is_there: bool,
    /// Whether it delivered any message of its own. One that never does is taken to know them when it sends them.
    pub delivers_own: bool,
    sends: u32,
    last_sent: Option<MessageId>,
    heard: u32,
}

/// A message was handed to the application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Delivery {
    pub message: MessageId,
    pub event: EventId,
}

/// The time of a host in a view.
#[derive(Clone, Debug)]
pub(super) struct Stay {
    /// Its place among [`Record::views`]; none before the first.
    pub view: Option<usize>,
    /// Where it was installed.
    pub begin: Option<EventId>,
    /// Its first delivery in it, and the one behind its last.
    pub first: usize,
    pub end: usize,
    /// The view that came next, and where.
    pub next: Option<(usize, EventId)>,
}

/// How a host ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum End {
    /// Not at all, as far as the log goes.
    #[default]
    Open,
    /// It left in order.
    Left(EventId),
    /// It crashed.
    Crashed(EventId),
}

/// Who sent a message, and what the sender had done since it sent its last one.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sent {
    /// Where; of several times the first.
    pub send: Option<EventId>,
    /// Which of its sender's messages, from 0.
    pub index: u32,
    /// The message that its sender sent before it.
    pub previous: Option<MessageId>,
    /// Which of its sender's deliveries lie between that and this.
    pub heard: (u32, u32),
    /// Whether it was sent several times.
    pub is_contested: bool,
}

/// A view that hosts installed.
#[derive(Debug)]
pub(super) struct Seen<'a> {
    pub view: &'a trace::View,
    /// Where it was first installed.
    pub event: EventId,
    /// The views that came next at some host, each with the first place of it.
    pub nexts: Vec<(usize, EventId)>,
    /// Whether some host had another view before it.
    pub has_before: bool,
}

impl<'a> Record<'a> {
    /// Reads a log. Where it tells of no delivery at all, receipts count as deliveries.
    pub fn of(log: &'a Log) -> Self {
        let is_delivery = |event: &trace::Event| event.kind == EventKind::Deliver;
        let handed = match log.events.iter().any(is_delivery) {
            true => EventKind::Deliver,
            false => EventKind::Receive,
        };
        let mut record = Self {
            log,
            lanes: Vec::new(),
            sent: vec![Sent::default(); log.messages.len()],
            views: Vec::new(),
            absent: None,
            gap: gap_of(log).or_else(|| untold(log, handed)),
            doubt: None,
            torn: torn(log),
        };
        record.lanes.resize_with(log.hosts.len(), Lane::default);
        let mut doubles = doubles(log, handed).into_iter().peekable();
        let mut view_ids = HashMap::new();
        for event in log.ids() {
            match doubles.next_if_eq(&event) {
                Some(_) => record.take_double(event),
                None => record.take(event, handed, &mut view_ids),
            }
        }
        for lane in &mut record.lanes {
            lane.close();
        }
        record.find_absent();
        record.doubt = record.find_doubt();
        record
    }

    fn take(&mut self, id: EventId, handed: EventKind, view_ids: &mut HashMap<&'a str, usize>) {
        let log = self.log;
        let event = log.event(id);
        let lane = &mut self.lanes[event.host.0 as usize];
        lane.is_there = true;
        if lane.end != End::Open && event.kind != EventKind::Local {
            self.gap.get_or_insert_with(|| {
                format!(
                    "{} goes on after its end; what is started again needs a new name",
                    log.host_name(event.host)
                )
            });
        }
        match (event.kind, event.message) {
            (EventKind::Send, Some(message)) => self.take_send(id, event.host, message),
            (kind, Some(message)) if kind == handed => {
                let own = self.sent[message.0 as usize].send;
                lane.delivers_own |= own.is_some_and(|send| log.event(send).host == event.host);
                lane.deliveries.push(Delivery { message, event: id });
            }
            (EventKind::View, _) => match log.view(id) {
                Some(view) => self.take_view(id, event.host, view, view_ids),
                None => {
                    let name = log.host_name(event.host);
                    let gap = || format!("{name} installed a view that has no name");
                    self.gap.get_or_insert_with(gap);
                }
            },
            (EventKind::Blocked, _) => lane.is_blocked = true,
            (EventKind::Leave, _) => lane.end = End::Left(id),
            (EventKind::Crash, _) => lane.end = End::Crashed(id),
            _ => {}
        }
    }

    fn take_double(&mut self, id: EventId) {
        let event = self.log.event(id);
        let lane = &mut self.lanes[event.host.0 as usize];
        let doubles = event.message.map(|message| Delivery { message, event: id });
        lane.doubles.extend(doubles);
    }

    fn take_send(&mut self, id: EventId, host: HostId, message: MessageId) {
        let lane = &mut self.lanes[host.0 as usize];
        let sent = &mut self.sent[message.0 as usize];
        if sent.send.is_some() {
            sent.is_contested = true;
            return;
        }
        let count = u32::try_from(lane.deliveries.len()).expect("fewer than 2^32 events");
        *sent = Sent {
            send: Some(id),
            index: lane.sends,
            previous: lane.last_sent.replace(message),
            heard: (lane.heard, count),
            is_contested: false,
        };
        lane.heard = count;
        lane.sends += 1;
    }

    fn take_view(
        &mut self,
        id: EventId,
        host: HostId,
        view: &'a trace::View,
        view_ids: &mut HashMap<&'a str, usize>,
    ) {
        let views = &mut self.views;
        let at = *view_ids.entry(&view.name).or_insert_with(|| {
            views.push(Seen {
                view,
                event: id,
                nexts: Vec::new(),
                has_before: false,
            });
            views.len() - 1
        });
        let lane = &mut self.lanes[host.0 as usize];
        if let Some(before) = lane.enter(at, id) {
            views[at].has_before = true;
            let nexts = &mut views[before].nexts;
            if nexts.iter().all(|(next, _)| *next != at) {
                nexts.push((at, id));
            }
        }
    }

    fn find_absent(&mut self) {
        let mut members = self.views.iter().flat_map(|seen| &seen.view.members);
        self.absent = members.find(|host| !self.lane(**host).is_there).copied();
    }

    /// What of the log itself is missing, as far as its reader saw that.
    pub fn gap(&self) -> Option<&str> {
        self.gap.as_deref()
    }

    /// Whether the log tells of views.
    pub fn has_views(&self) -> bool {
        !self.views.is_empty()
    }

    /// Whether a host is a member: with views, one that installed one; else everyone of whom the log has anything.
    pub fn is_member(&self, host: HostId) -> bool {
        let lane = self.lane(host);
        match self.has_views() {
            true => lane.stays.iter().any(|stay| stay.view.is_some()),
            false => lane.is_there,
        }
    }

    /// All members.
    pub fn members(&self) -> impl Iterator<Item = HostId> + '_ {
        (0..self.lanes.len() as u32)
            .map(HostId)
            .filter(|host| self.is_member(*host))
    }

    /// Whether a member was there to the end: it did not end, nobody went on without it, and it was not blocked.
    pub fn stayed(&self, host: HostId) -> bool {
        let lane = self.lane(host);
        let is_left_behind = |stay: &Stay| {
            stay.view
                .is_some_and(|view| !self.views[view].nexts.is_empty())
        };
        let is_open = lane.end == End::Open && !lane.is_blocked;
        is_open && !lane.stays.last().is_some_and(is_left_behind) && self.misser(host).is_none()
    }

    /// Who was blocked in the view in which this host's log just ends: somebody of that view was gone, and it may be this host.
    pub(super) fn misser(&self, host: HostId) -> Option<HostId> {
        let last = |lane: &Lane| lane.stays.last().and_then(|stay| stay.view);
        let lane = self.lane(host);
        let view = last(lane).filter(|_| lane.end == End::Open && !lane.is_blocked)?;
        let hosts = (0..self.lanes.len() as u32).map(HostId);
        let mut blocked = hosts.filter(|other| self.lane(*other).is_blocked);
        blocked.find(|other| last(self.lane(*other)) == Some(view))
    }

    /// Whether a host came to a group that had been there before, so that it need not deliver what that had delivered.
    pub fn is_newcomer(&self, host: HostId) -> bool {
        let first = self.lane(host).stays.iter().find_map(|stay| stay.view);
        first.is_some_and(|view| self.views[view].has_before || self.absent.is_some())
    }

    /// What a host did.
    pub fn lane(&self, host: HostId) -> &Lane {
        &self.lanes[host.0 as usize]
    }

    /// Who sent a message, if that is clear.
    pub fn sender(&self, message: MessageId) -> Option<HostId> {
        let sent = &self.sent[message.0 as usize];
        let send = sent.send.filter(|_| !sent.is_contested);
        send.map(|send| self.log.event(send).host)
    }

    /// A host whose log ends in the middle of a line and that may have sent a message of which the log has no sending. That of
    /// another host it is only where its name says so.
    pub fn torn_sender(&self, message: MessageId) -> Option<HostId> {
        let named = Name::of_message(self.message(message));
        let owner = named.and_then(|(host, number)| Some((self.host_called(&host)?, number)));
        let may_be = |(host, last): &(HostId, Option<u64>)| match owner {
            None => true,
            Some((owner, number)) => owner == *host && Some(number) > *last,
        };
        let mut torn = self.torn.iter().copied();
        torn.find(may_be).map(|(host, _)| host)
    }

    /// The host of that name, which may be called by what stands before `~` where no other is called so.
    fn host_called(&self, name: &str) -> Option<HostId> {
        let short = name.rsplit_once('~').map_or(name, |(short, _)| short);
        let log = self.log;
        log.host_named(name).or_else(|| log.host_named(short))
    }

    /// A message's name.
    pub fn message(&self, message: MessageId) -> &'a str {
        &self.log.messages[message.0 as usize]
    }

    /// A host's name.
    pub fn host(&self, host: HostId) -> &'a str {
        self.log.host_name(host)
    }

    /// A view's name.
    pub fn view(&self, view: usize) -> &'a str {
        &self.views[view].view.name
    }

    /// ` in view 7`, where the log tells of views.
    pub fn in_view(&self, view: Option<usize>) -> String {
        view.map_or_else(String::new, |view| format!(" in view {}", self.view(view)))
    }

    /// The names of hosts, for a sentence.
    pub fn names(&self, hosts: &[HostId]) -> String {
        listed(hosts.iter().map(|host| self.host(*host).to_owned()))
    }
}

impl Lane {
    /// Begins a view; gives the one before.
    fn enter(&mut self, view: usize, event: EventId) -> Option<usize> {
        let first = self.deliveries.len();
        self.is_blocked = false;
        if self.stays.is_empty() && first > 0 {
            self.stays.push(Stay::before_views());
        }
        let mut before = None;
        if let Some(last) = self.stays.last_mut() {
            last.end = first;
            last.next = Some((view, event));
            before = last.view;
        }
        self.stays.push(Stay {
            view: Some(view),
            begin: Some(event),
            first,
            end: first,
            next: None,
        });
        before
    }

    fn close(&mut self) {
        if self.stays.is_empty() && self.is_there {
            self.stays.push(Stay::before_views());
        }
        if let Some(last) = self.stays.last_mut() {
            last.end = self.deliveries.len();
        }
    }

    /// What it delivered in a view.
    pub fn delivered(&self, stay: &Stay) -> &[Delivery] {
        &self.deliveries[stay.first..stay.end]
    }
}

impl Stay {
    fn before_views() -> Self {
        Self {
            view: None,
            begin: None,
            first: 0,
            end: 0,
            next: None,
        }
    }
}

/// The deliveries of what the same host had delivered before, in the order of the log.
fn doubles(log: &Log, handed: EventKind) -> Vec<EventId> {
    let mut by_host: Vec<Vec<EventId>> = vec![Vec::new(); log.hosts.len()];
    for id in log.ids().filter(|id| log.event(*id).kind == handed) {
        by_host[log.event(id).host.0 as usize].push(id);
    }
    let mut last = vec![0_u32; log.messages.len()];
    let mut doubles = Vec::new();
    for (events, host) in by_host.into_iter().zip(1..) {
        doubles.extend(events.into_iter().filter(|id| {
            let message = log.event(*id).message;
            message.is_some_and(|one| std::mem::replace(&mut last[one.0 as usize], host) == host)
        }));
    }
    doubles.sort_unstable();
    doubles
}

/// The hosts whose log ends in the middle of a line, and through which number they sent.
fn torn(log: &Log) -> Vec<(HostId, Option<u64>)> {
    let torn = log.torn.iter().map(|tear| {
        let own = log.events.iter().filter(|event| event.host == tear.host);
        let sent = own.filter(|event| event.kind == EventKind::Send);
        let messages = sent.filter_map(|event| event.message);
        let numbers = messages.filter_map(|it| Name::of_message(&log.messages[it.0 as usize]));
        (tear.host, numbers.map(|(_, number)| number).max())
    });
    torn.collect()
}

/// That a log without views has no delivery either: it may be one of something else than a group.
fn untold(log: &Log, handed: EventKind) -> Option<String> {
    let is_of_group = |event: &trace::Event| event.kind == handed || event.kind == EventKind::View;
    let has_none = !log.events.iter().any(is_of_group);
    has_none.then(|| "it tells of no delivery at all".to_owned())
}

/// What is missing from the log, as far as its reader saw that. That messages have no send, or come twice, is for the
/// conditions to say.
fn gap_of(log: &Log) -> Option<String> {
    use FlawKind::{Hole, HostGuessed, Part, TornLoss, Truncated, Unreadable};
    let is_gap = |kind| {
        matches!(
            kind,
            TornLoss | Truncated | Unreadable | Part | HostGuessed | Hole
        )
    };
    // What a process did not come to write when it was killed is nobody's but its own: it has crashed.
    let is_end = |flaw: &Flaw| flaw.kind == Truncated && log.is_told_end(flaw.place);
    let mut flaws = log.flaws.iter();
    let flaw = flaws.find(|flaw| is_gap(flaw.kind) && !is_end(flaw))?;
    Some(flaw.text.trim_end_matches('.').to_owned())
}

//! What members write into together: the log, and the times that are read off it.

use group::{MemberId, Name, View, ViewId};
use timing::Tick;
use trace::{Event, EventId, EventKind, HostId, Log, MessageId, Place, Stamps};

use super::meddler::Meddler;
use super::outcome::Flaw;

/// What members write into together.
#[derive(Debug, Default)]
pub(super) struct Record {
    pub log: Log,
    pub flaws: Vec<Flaw>,
    /// All incarnations, in the order of their beginnings.
    pub people: Vec<Person>,
    /// Installations of views: when, by whom (a place in `people`), which.
    pub installed: Vec<(Tick, usize, View)>,
    /// Crashes: when, and whose.
    crashes: Vec<(Tick, MemberId)>,
    /// What members that were expelled were told of their last incarnation.
    pub fates: Vec<Fate>,
    /// Somebody who listens and is no member.
    pub meddler: Option<Meddler>,
}

/// An incarnation.
#[derive(Debug)]
pub(super) struct Person {
    pub member: MemberId,
    pub name: Name,
    /// Its messages, by their number.
    pub sent: Vec<Sent>,
    /// Whether it crashed, left or became another.
    pub is_over: bool,
    host: Option<HostId>,
}

/// What a member was told of its last incarnation.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fate {
    /// Who was told: a place in the record.
    pub told: usize,
    /// The last incarnation.
    pub was: MemberId,
    /// The number of its last message that was delivered.
    pub delivered: u64,
}

/// A message, and when it was delivered.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sent {
    message: MessageId,
    wanted: Tick,
    own: Option<Tick>,
    last: Option<Tick>,
}

impl Record {
    /// A new incarnation. Gives its place in [`Record::people`].
    pub fn begin(&mut self, name: &Name, member: MemberId) -> usize {
        self.people.push(Person {
            member,
            name: name.clone(),
            sent: Vec::new(),
            is_over: false,
            host: None,
        });
        self.people.len() - 1
    }

    /// It is about to send a message that was to be sent at `wanted`. Gives the number that the message must have.
    pub fn send(&mut self, now: Tick, person: usize, wanted: Tick) -> u64 {
        let Person {
            member, name, sent, ..
        } = &self.people[person];
        let number = sent.len() as u64 + 1;
        let message = name.message(member.0, number);
        let message = self.log.message(&message);
        self.people[person].sent.push(Sent {
            message,
            wanted,
            own: None,
            last: None,
        });
        self.event(now, person, EventKind::Send, Some(message));
        number
    }

    /// The message that it was about to send was not taken.
    pub fn unsend(&mut self, person: usize) {
        self.people[person].sent.pop();
        self.log.events.pop();
    }

    /// A message was delivered.
    pub fn deliver(&mut self, now: Tick, person: usize, from: MemberId, number: u64) {
        let sender = self.people.iter().rposition(|one| one.member == from);
        let at = usize::try_from(number.wrapping_sub(1)).unwrap_or(usize::MAX);
        let sent = sender.and_then(|sender| self.people[sender].sent.get_mut(at));
        let message = match sent {
            Some(sent) => {
                sent.last = Some(now);
                if sender == Some(person) && sent.own.is_none() {
                    sent.own = Some(now);
                }
                sent.message
            }
            // Nobody sent it: that is for the judges to find.
            None => {
                let name = format!("nobody#{from}:{number}");
                self.log.message(&name)
            }
        };
        self.event(now, person, EventKind::Deliver, Some(message));
    }

    /// A view was installed.
    pub fn view(&mut self, now: Tick, person: usize, view: &View) {
        let event = self.event(now, person, EventKind::View, None);
        let members = view.seats.iter();
        let members = members
            .map(|seat| self.host_of(seat.member, &seat.name))
            .collect();
        let name = view.id.to_string();
        self.log.set_view(event, trace::View { name, members });
        self.installed.push((now, person, view.clone()));
    }

    /// An incarnation left in order.
    pub fn leave(&mut self, now: Tick, person: usize) {
        self.event(now, person, EventKind::Leave, None);
        self.people[person].is_over = true;
    }

    /// An incarnation is no more.
    pub fn crash(&mut self, now: Tick, person: usize) {
        self.event(now, person, EventKind::Crash, None);
        let person = &mut self.people[person];
        person.is_over = true;
        self.crashes.push((now, person.member));
    }

    /// The same, where others have gone on already.
    pub fn expel(&mut self, now: Tick, person: usize) {
        self.event(now, person, EventKind::Crash, None);
        self.people[person].is_over = true;
    }

    /// Something is wrong that cannot be told from the log.
    pub fn blame(&mut self, condition: &'static str, text: String) {
        if self.flaws.len() < FLAWS_MAX {
            self.flaws.push(Flaw { condition, text });
        }
    }

    /// The view of the greatest id that anybody installed.
    pub fn last_view(&self) -> Option<&View> {
        let views = self.installed.iter().map(|(_, _, view)| view);
        views.max_by_key(|view| view.id)
    }

    /// The latencies to the sender's own delivery and to the last one.
    pub fn latencies(&self) -> (Vec<u64>, Vec<u64>) {
        let all = || self.people.iter().flat_map(|person| &person.sent);
        let own = all().filter_map(|one| Some(one.own?.nanos_since(one.wanted)));
        let last = all().filter_map(|one| Some(one.last?.nanos_since(one.wanted)));
        (own.collect(), last.collect())
    }

    /// From each crash to when all members of the next view without the crashed one had it.
    pub fn view_times(&self) -> Vec<u64> {
        let of = |(crash, member): &(Tick, MemberId)| {
            let since = |(at, _, _): &&(Tick, usize, View)| at >= crash;
            let before = self
                .installed
                .iter()
                .rev()
                .find(|(at, _, view)| at < crash && view.rank(*member).is_some());
            let (_, _, before) = before?;
            let mut after = self.installed.iter().filter(since);
            let next = after.find(|(_, _, view)| {
                view.rank(*member).is_none() && view.id.epoch > before.id.epoch
            });
            let next: ViewId = next?.2.id;
            let of_next = self.installed.iter().filter(|(_, _, view)| view.id == next);
            let last = of_next.map(|(at, _, _)| *at).max()?;
            Some(last.nanos_since(*crash))
        };
        self.crashes.iter().filter_map(of).collect()
    }

    fn host_of(&mut self, member: MemberId, name: &Name) -> HostId {
        let person = self.people.iter_mut().rfind(|one| one.member == member);
        match person {
            Some(person) => *person
                .host
                .get_or_insert_with(|| self.log.host(&name.host(member.0))),
            None => self.log.host(&name.host(member.0)),
        }
    }

    fn event(
        &mut self,
        now: Tick,
        person: usize,
        kind: EventKind,
        message: Option<MessageId>,
    ) -> EventId {
        let log = &mut self.log;
        let Person {
            host, name, member, ..
        } = &mut self.people[person];
        let host = *host.get_or_insert_with(|| log.host(&name.host(member.0)));
        let id = EventId(u32::try_from(log.events.len()).expect("fewer than 2^32 events"));
        log.events.push(Event {
            host,
            kind,
            message,
            text: String::new(),
            stamps: Stamps {
                wall_ns: i64::try_from(now.as_nanos()).ok(),
                ..Stamps::default()
            },
            place: Place::default(),
        });
        id
    }
}

/// What is wrong is told so many times.
const FLAWS_MAX: usize = 8;

//! A group's member as a host: the node, its application, and what it knows of where others are.

use std::collections::VecDeque;
use std::rc::Rc;

use group::{Delivered, Effects, MemberId, Name, Node, Notice, SendError, To, View};
use timing::Tick;

use super::application::{Application, mixed};
use super::record::{Fate, Record};
use crate::{Host, Outbox, Strewn, Turn, Whom};

/// A group's member as a host.
pub(super) struct Member {
    pub node: Node,
    pub rest: Rest,
    /// Messages to be sent: how long each is, and since when it is to be.
    pub backlog: VecDeque<(usize, Tick)>,
    /// Whether it was told to leave.
    pub is_leaving: bool,
    /// Whether it has left.
    pub is_gone: bool,
    payload: Vec<u8>,
}

/// What the node's effects touch.
pub(super) struct Rest {
    pub application: Application,
    /// The incarnation: a place in the record.
    pub person: usize,
    name: Name,
    /// Where members were last heard.
    places: Vec<(MemberId, usize)>,
    is_total: bool,
    expected: Vec<u8>,
}

type MemberTurn<'a> = Turn<'a, Record>;

impl Member {
    /// A member with nothing delivered.
    pub fn new(node: Node, name: Name, is_total: bool, record: &mut Record) -> Self {
        let person = record.begin(&name, node.member());
        Self {
            node,
            rest: Rest {
                application: Application::default(),
                person,
                name,
                places: Vec::new(),
                is_total,
                expected: Vec::new(),
            },
            backlog: VecDeque::new(),
            is_leaving: false,
            is_gone: false,
            payload: Vec::new(),
        }
    }

    /// Lets the node do something.
    pub fn act(
        &mut self,
        turn: &mut MemberTurn<'_>,
        act: impl FnOnce(&mut Node, Tick, &mut Hands<'_>),
    ) {
        let Turn {
            now,
            true_now,
            out,
            record,
        } = turn;
        let mut hands = Hands {
            rest: &mut self.rest,
            out,
            record,
            true_now: *true_now,
        };
        act(&mut self.node, *now, &mut hands);
        if self.node.is_gone() && !self.is_gone {
            self.is_gone = true;
            if !turn.record.people[self.rest.person].is_over {
                turn.record.leave(turn.true_now, self.rest.person);
            }
            if !self.is_leaving {
                let text = format!("{} left although nobody told it to", self.rest.name);
                turn.record.blame("leave", text);
            }
        }
    }

    /// Sends what is to be sent, as far as it is taken.
    fn send(&mut self, turn: &mut MemberTurn<'_>) {
        while let Some((bytes, wanted)) = self.backlog.front().copied() {
            if self.is_leaving || !self.node.has_room() {
                return;
            }
            let person = self.rest.person;
            let number = turn.record.send(turn.true_now, person, wanted);
            payload_of(self.node.member(), number, bytes, &mut self.payload);
            let payload = std::mem::take(&mut self.payload);
            let mut sent = Ok(0);
            self.act(turn, |node, now, hands| {
                sent = node.send(now, &payload, hands)
            });
            self.payload = payload;
            match sent {
                Ok(given) if given == number => {}
                Ok(given) => {
                    let name = &self.rest.name;
                    let text = format!("{name}'s message {number} was given the number {given}");
                    turn.record.blame("numbers", text);
                }
                Err(SendError::Busy) => return turn.record.unsend(person),
                Err(SendError::Shed | SendError::TooLong { .. } | SendError::NotThere) => {
                    turn.record.unsend(person);
                }
            }
            self.backlog.pop_front();
        }
    }
}

impl Host for Member {
    type Record = Record;

    fn on_datagram(&mut self, turn: &mut MemberTurn<'_>, from: usize, datagram: &[u8]) {
        if let Some(sender) = group::sender_of(datagram) {
            self.rest.learn(sender, from);
        }
        self.act(turn, |node, now, hands| {
            node.on_datagram(now, datagram, hands)
        });
    }

    fn on_time(&mut self, turn: &mut MemberTurn<'_>) {
        self.act(turn, |node, now, hands| node.on_time(now, hands));
    }

    fn drained(&mut self, turn: &mut MemberTurn<'_>) {
        self.send(turn);
        self.act(turn, |node, now, hands| node.drained(now, hands));
    }

    fn wake_at(&self) -> Tick {
        self.node.wake_at()
    }

    fn overheard(record: &mut Record, from: usize, datagram: &Rc<[u8]>, strewn: &mut Vec<Strewn>) {
        if let Some(meddler) = &mut record.meddler {
            meddler.listen(from, datagram, strewn);
        }
    }
}

impl Rest {
    fn learn(&mut self, member: MemberId, place: usize) {
        if let Some(known) = self.places.iter_mut().find(|(one, _)| *one == member) {
            known.1 = place;
        } else if self.places.len() < PLACES_KNOWN_MAX {
            // Forgers have any number of names: whoever comes late is sent to with all others.
            self.places.push((member, place));
        }
    }
}

/// What a node does to the world around it.
pub(super) struct Hands<'a> {
    rest: &'a mut Rest,
    out: &'a mut Outbox,
    record: &'a mut Record,
    true_now: Tick,
}

impl Effects for Hands<'_> {
    fn send(&mut self, to: To, datagram: &[u8]) {
        let place = match to {
            To::All => None,
            To::One(member) => self.rest.places.iter().find(|(one, _)| *one == member),
        };
        let whom = place.map_or(Whom::All, |(_, place)| Whom::One(*place));
        self.out.send(whom, datagram);
    }

    fn deliver(&mut self, delivered: Delivered<'_>) {
        let Delivered {
            from,
            number,
            payload,
            ..
        } = delivered;
        let rest = &mut *self.rest;
        rest.application.deliver(from, number, rest.is_total);
        payload_of(from, number, payload.len(), &mut rest.expected);
        if rest.expected != payload {
            let name = &rest.name;
            let text =
                format!("{name} was given message {number} of {from} with other bytes in it");
            self.record.blame("payload", text);
        }
        self.record
            .deliver(self.true_now, rest.person, from, number);
    }

    fn installed(&mut self, view: &View, own: usize) {
        let person = self.rest.person;
        let member = self.record.people[person].member;
        if view.rank(member) != Some(own) {
            let name = &self.rest.name;
            let text = format!("{name} installed view {} in which it is not", view.id);
            self.record.blame("own-view", text);
        }
        self.record.view(self.true_now, person, view);
    }

    fn snapshot(&mut self) -> Vec<u8> {
        self.rest.application.snapshot()
    }

    fn restore(&mut self, state: &[u8]) {
        match Application::restored(state) {
            Some(application) => self.rest.application = application,
            None => {
                let name = &self.rest.name;
                let text = format!("{name} was given a state that was mutilated");
                self.record.blame("state", text);
            }
        }
    }

    fn notice(&mut self, notice: Notice) {
        match notice {
            Notice::Expelled { was, now } => {
                let person = self.rest.person;
                if self.record.people[person].member != was {
                    let text = format!("{} was never {was}", self.rest.name);
                    self.record.blame("own-view", text);
                }
                self.record.expel(self.true_now, person);
                // One that was leaving anyhow does not come back.
                if was != now {
                    self.rest.person = self.record.begin(&self.rest.name, now);
                }
            }
            Notice::Fate { was, delivered } => self.record.fates.push(Fate {
                told: self.rest.person,
                was,
                delivered,
            }),
            _ => {}
        }
    }
}

/// What a message says follows from whose it is, which, and how long.
fn payload_of(from: MemberId, number: u64, bytes: usize, out: &mut Vec<u8>) {
    out.clear();
    let mut word = from.0 ^ number.rotate_left(32);
    while out.len() < bytes {
        word = mixed(word);
        let left = (bytes - out.len()).min(8);
        out.extend_from_slice(&word.to_be_bytes()[..left]);
    }
}

/// Where so many members are is remembered.
const PLACES_KNOWN_MAX: usize = 1024;

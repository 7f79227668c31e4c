//! A member: what it does with what it is handed.

use std::ops::RangeInclusive;

use causality::{Hybrid, Lamport, Relation, VectorMap};
use trace::EventKind;

use crate::{
    Body, Frame, GroupId, Happening, Known, Name, Notice, Output, Reason, Say, Shown, Stamp,
    TEXT_BYTES_MAX, Tally,
    clocks::Clocks,
    recent::Recent,
    roster::{Peer, Roster},
    window::Place,
};

/// One member of a group, from its start to its leaving.
#[derive(Debug)]
pub struct Member {
    incarnation: u64,
    group_name: String,
    group: GroupId,
    name: Name,
    clocks: Clocks,
    roster: Roster,
    recent: Recent,
    tally: Tally,
    phase: Phase,
}

/// What comes to a member.
#[derive(Clone, Copy, Debug)]
pub enum Input<'a> {
    /// It begins. Given once, before anything else; what is given before it is ignored.
    Start,
    /// Something is to be said.
    Say(&'a str),
    /// A datagram came in.
    Datagram(&'a [u8]),
    /// It ends; what is given after that is ignored.
    Leave,
}

/// What time it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Now {
    /// What the wall clock shows, in milliseconds since 1970. It may jump: no order is made of it.
    pub wall_ms: u64,
}

/// What is known of another member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeerReport {
    /// What people call it.
    pub name: String,
    /// Its name in logs.
    pub host: String,
    /// How many of its messages were shown.
    pub shown: u64,
    /// How many of its messages are lost.
    pub lost: u64,
    /// Whether it said good-bye.
    pub is_gone: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Before,
    Here,
    Gone,
}

impl Member {
    /// A member of the group of that name. `incarnation` is drawn at random at every start: it is what others know it
    /// by, wherever its datagrams come from and whatever it is called.
    pub fn new(group: &str, name: Name, incarnation: u64) -> Self {
        Self {
            incarnation,
            group_name: group.to_owned(),
            group: GroupId::of(group),
            clocks: Clocks::new(incarnation),
            roster: Roster::new(incarnation, name.clone()),
            name,
            recent: Recent::default(),
            tally: Tally::default(),
            phase: Phase::Before,
        }
    }

    /// Its name in logs.
    pub fn host(&self) -> String {
        self.name.host(self.incarnation)
    }

    /// What it counted.
    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    /// The others whom it heard speak, in the order of their incarnations.
    pub fn peers(&self) -> Vec<PeerReport> {
        let heard = self.roster.peers().filter(|(_, peer)| peer.is_heard);
        let report = |(member, peer): (u64, &Peer)| PeerReport {
            name: self.roster.called(member),
            host: self.roster.host(member),
            shown: peer.shown,
            lost: peer.lost,
            is_gone: peer.is_gone,
        };
        heard.map(report).collect()
    }

    /// Takes in one thing, and appends what follows from it.
    pub fn handle(&mut self, now: Now, input: Input<'_>, out: &mut Vec<Output>) {
        match (self.phase, input) {
            (Phase::Before, Input::Start) => self.start(now, out),
            (Phase::Here, Input::Say(text)) => self.say(now, text, out),
            (Phase::Here, Input::Datagram(bytes)) => self.on_datagram(now, bytes, out),
            (Phase::Here, Input::Leave) => self.leave(now, out),
            _ => {}
        }
    }

    fn start(&mut self, now: Now, out: &mut Vec<Output>) {
        self.phase = Phase::Here;
        if self.clocks.tick(now.wall_ms).is_ok() {
            let text = format!("joined the group {}", self.group_name);
            self.log(now, EventKind::Local, None, text, out);
        }
        let name = self.name.clone();
        self.send(Body::Hello { name }, out);
    }

    fn leave(&mut self, now: Now, out: &mut Vec<Output>) {
        self.phase = Phase::Gone;
        if self.clocks.tick(now.wall_ms).is_ok() {
            let text = format!("left the group {}", self.group_name);
            self.log(now, EventKind::Local, None, text, out);
        }
        let name = self.name.clone();
        self.send(Body::Bye { name }, out);
    }

    fn say(&mut self, now: Now, text: &str, out: &mut Vec<Output>) {
        if text.len() > TEXT_BYTES_MAX {
            return out.push(Output::Tell(Notice::TooLong { bytes: text.len() }));
        }
        if let Err(error) = self.clocks.tick(now.wall_ms) {
            return out.push(Output::Tell(Notice::Stuck(error)));
        }
        self.tally.sent += 1;
        let sequence = self.tally.sent;
        let vector = self.clocks.vector.clone();
        let others = vector.entries().iter().map(|entry| entry.0);
        let known = self.roster.known(others);
        let say = Say {
            name: self.name.clone(),
            lamport: self.clocks.lamport,
            hybrid: self.clocks.hybrid,
            vector,
            known: known.into_iter().map(|(_, known)| known).collect(),
            text: text.to_owned(),
        };
        let message = self.roster.message(self.incarnation, sequence);
        self.log(now, EventKind::Send, Some(message), text.to_owned(), out);
        let shown = self.shown(sequence, &say, false);
        self.recent.push(sequence, say.vector.clone());
        self.send(Body::Say(Box::new(say)), out);
        out.push(Output::Show(shown));
    }

    fn on_datagram(&mut self, now: Now, bytes: &[u8], out: &mut Vec<Output>) {
        let taken = Frame::decode(bytes).and_then(|frame| self.on_frame(now, &frame, out));
        if let Err(reason) = taken
            && self.tally.refuse(reason)
        {
            out.push(Output::Tell(Notice::Refused(reason)));
        }
    }

    /// Changes nothing when it refuses.
    fn on_frame(&mut self, now: Now, frame: &Frame, out: &mut Vec<Output>) -> Result<(), Reason> {
        if frame.group != self.group {
            return Err(Reason::Group);
        }
        if frame.incarnation == self.incarnation {
            self.tally.own += 1;
            return Ok(());
        }
        let sender = (frame.incarnation, frame.body.name());
        match &frame.body {
            Body::Hello { .. } => {
                self.roster.admits([sender].into_iter())?;
                if self.on_presence(frame, out) {
                    self.answer(out);
                }
            }
            Body::Here { known, .. } => {
                let hearsay = known.iter().map(|(member, known)| (*member, &known.name));
                self.roster.admits(hearsay.chain([sender]))?;
                self.on_presence(frame, out);
                for (member, known) in known.iter().filter(|one| one.0 != self.incarnation) {
                    self.roster.enter(*member, &known.name, known.sequence);
                }
            }
            Body::Say(say) => self.on_say(now, frame, say, out)?,
            Body::Bye { .. } => {
                self.roster.admits([sender].into_iter())?;
                // Whoever was never heard of has nothing to take leave from.
                if self.roster.get(frame.incarnation).is_some() {
                    self.on_presence(frame, out);
                    self.on_bye(frame, out);
                }
            }
        }
        Ok(())
    }

    /// A member says that it is there, and how many messages it has sent. Whether it speaks for the first time.
    fn on_presence(&mut self, frame: &Frame, out: &mut Vec<Output>) -> bool {
        let is_first = self.hear(frame, frame.sequence, out);
        let peer = self.roster.get_mut(frame.incarnation).expect("heard");
        let missing = peer.window.sent(frame.sequence);
        match is_first {
            // It was there before this member, or this member before it: what it sent until now nobody missed.
            true => peer.window.forgive(frame.sequence),
            false => {
                if let Some(sequences) = missing {
                    self.lose(frame.incarnation, sequences, out);
                }
            }
        }
        is_first
    }

    fn on_bye(&mut self, frame: &Frame, out: &mut Vec<Output>) {
        let peer = self.roster.get_mut(frame.incarnation).expect("heard");
        if !std::mem::replace(&mut peer.is_gone, true) {
            let name = self.roster.called(frame.incarnation);
            out.push(Output::Tell(Notice::Left { name }));
        }
    }

    fn answer(&mut self, out: &mut Vec<Output>) {
        let name = self.name.clone();
        let members: Vec<u64> = self.roster.peers().map(|(member, _)| member).collect();
        let known = self.roster.known(members.into_iter());
        self.send(Body::Here { name, known }, out);
    }

    fn on_say(
        &mut self,
        now: Now,
        frame: &Frame,
        say: &Say,
        out: &mut Vec<Output>,
    ) -> Result<(), Reason> {
        let sender = frame.incarnation;
        let hearsay = say.others().map(|(member, known)| (member, &known.name));
        self.roster.admits(hearsay.chain([(sender, &say.name)]))?;
        let of_own = say.others().find(|(member, _)| *member == self.incarnation);
        if of_own.is_some_and(|(_, known)| known.sequence > self.tally.sent) {
            return Err(Reason::Claims);
        }
        let window = self.roster.get(sender).map(|peer| &peer.window);
        let place = window.map_or(Place::New(None), |window| window.place(frame.sequence));
        match &place {
            Place::New(_) | Place::Late { .. } => {}
            Place::Duplicate => {
                self.tally.duplicates += 1;
                return Ok(());
            }
            Place::TooOld => {
                self.tally.old += 1;
                return Ok(());
            }
            Place::TooFar => return Err(Reason::Sequence),
        }
        self.clocks.receive(now.wall_ms, say)?;
        self.hear(frame, frame.sequence - 1, out);
        self.take(frame, say, place, now, out);
        Ok(())
    }

    /// A message that is not refused.
    fn take(&mut self, frame: &Frame, say: &Say, place: Place, now: Now, out: &mut Vec<Output>) {
        let sender = frame.incarnation;
        let is_late = matches!(place, Place::Late { .. });
        for (member, known) in say.others().filter(|one| one.0 != self.incarnation) {
            // Whether earlier ones were sent before this member listened nobody knows.
            let missed = known.sequence.saturating_sub(1);
            self.roster.enter(member, &known.name, missed);
        }
        if let Place::New(Some(sequences)) = place.clone() {
            self.lose(sender, sequences, out);
        }
        let peer = self.roster.get_mut(sender).expect("heard");
        peer.window.take(frame.sequence);
        peer.past = peer.past.max(frame.sequence);
        peer.shown += 1;
        if (Place::Late { was_missed: true }) == place {
            peer.lost = peer.lost.saturating_sub(1);
            self.tally.lost = self.tally.lost.saturating_sub(1);
        }
        self.tally.shown += 1;
        self.tally.late += u64::from(is_late);
        let message = self.roster.message(sender, frame.sequence);
        self.log(
            now,
            EventKind::Receive,
            Some(message),
            say.text.clone(),
            out,
        );
        let mut shown = self.shown(frame.sequence, say, is_late);
        shown.missing = self.missing(say);
        self.recent.push(frame.sequence, say.vector.clone());
        out.push(Output::Show(shown));
    }

    /// What the sender knew and has not come, each said once; and takes in what the sender knew.
    fn missing(&mut self, say: &Say) -> Vec<String> {
        let mut missing = Vec::new();
        for (member, Known { sequence, .. }) in say.others() {
            let Some(peer) = self.roster.get_mut(member) else {
                continue;
            };
            peer.past = peer.past.max(*sequence);
            if *sequence > peer.mentioned && peer.window.lacks(*sequence) {
                peer.mentioned = *sequence;
                missing.push((member, *sequence));
            }
        }
        let short = |(member, sequence)| self.roster.short(member, sequence);
        missing.into_iter().map(short).collect()
    }

    fn shown(&self, sequence: u64, say: &Say, is_late: bool) -> Shown {
        let member = say.vector.own();
        let names = |those: Vec<(u64, u64)>| {
            let name = |(member, sequence)| self.roster.short(member, sequence);
            those.into_iter().map(name).collect()
        };
        Shown {
            from: self.roster.called(member),
            host: self.roster.host(member),
            sequence,
            message: self.roster.message(member, sequence),
            text: say.text.clone(),
            is_own: member == self.incarnation,
            is_late,
            concurrent: names(self.recent.those(Relation::Concurrent, &say.vector)),
            missing: Vec::new(),
            known_to: names(self.recent.those(Relation::After, &say.vector)),
            stamp: self.stamp(say.lamport, say.hybrid, &say.vector),
        }
    }

    fn hear(&mut self, frame: &Frame, sent: u64, out: &mut Vec<Output>) -> bool {
        let is_first = self.roster.hear(frame, sent);
        if is_first {
            let name = self.roster.called(frame.incarnation);
            let is_alone = name == frame.body.name().as_str();
            out.push(Output::Tell(match is_alone {
                true => Notice::Joined { name },
                false => Notice::SameName { name },
            }));
        }
        is_first
    }

    fn lose(&mut self, member: u64, sequences: RangeInclusive<u64>, out: &mut Vec<Output>) {
        let count = sequences.end() - sequences.start() + 1;
        self.tally.lost += count;
        if let Some(peer) = self.roster.get_mut(member) {
            peer.lost += count;
        }
        let name = self.roster.called(member);
        out.push(Output::Tell(Notice::Lost { name, sequences }));
    }

    fn send(&self, body: Body, out: &mut Vec<Output>) {
        let frame = Frame {
            group: self.group,
            incarnation: self.incarnation,
            sequence: self.tally.sent,
            body,
        };
        let mut bytes = Vec::new();
        frame.encode(&mut bytes);
        out.push(Output::Send(bytes));
    }

    fn log(
        &self,
        now: Now,
        kind: EventKind,
        message: Option<String>,
        text: String,
        out: &mut Vec<Output>,
    ) {
        let clocks = &self.clocks;
        out.push(Output::Log(Happening {
            index: clocks.index(),
            kind,
            message,
            text,
            stamp: self.stamp(clocks.lamport, clocks.hybrid, &clocks.vector),
            wall_ms: now.wall_ms,
        }));
    }

    fn stamp(&self, lamport: Lamport, hybrid: Hybrid, vector: &VectorMap) -> Stamp {
        let entries = vector.entries().iter();
        Stamp {
            lamport,
            hybrid,
            vector: entries
                .map(|(member, count)| (self.roster.host(*member), *count))
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests;

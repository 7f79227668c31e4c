//! Members in one view, as far as an order sees them: packets that come in any order that streams allow, promises that come late,
//! members that stop, and the cut in the end.

use std::collections::{BTreeMap, BTreeSet};

use causality::Vector;

use super::{Next, Order, Ordering, PacketId};

/// The members of a view, and all that was sent in it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct World<O> {
    delivery: Delivery,
    pub members: Vec<Member<O>>,
    pub packets: BTreeMap<PacketId, Packet>,
    pub is_cut: bool,
}

/// A packet, with what its sender knew.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Packet {
    stamp: Vec<u8>,
    /// What its sender had sent and delivered before; none where the stamp is made up.
    pub past: Option<Vector>,
    pub is_refused: bool,
}

/// A member.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Member<O> {
    pub ordering: O,
    /// What was given to the order.
    pub has: BTreeSet<PacketId>,
    /// What the order gave.
    pub given: Vec<PacketId>,
    /// Without which packets its places would not be known.
    becauses: Vec<Option<PacketId>>,
    /// How much of it was delivered.
    pub delivered: usize,
    /// Who is known to have what is to be delivered next.
    acks: BTreeSet<usize>,
    /// It has stopped.
    pub is_gone: bool,
    pub sent: u64,
    /// What it sent and promised when it last said so.
    pub said: (u64, u64),
    /// Of each rank, the last promise that it was told.
    told: Vec<u64>,
    knows: Vector,
}

/// What a packet waits for whose turn has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Delivery {
    /// Nothing.
    Agreed,
    /// That more than half of the members have it, and what placed it.
    Safe,
    /// That more than half have it, whether they have what placed it or not: which is wrong.
    SafeWithoutRecord,
}

/// Something that happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Step {
    /// A member sends a packet.
    Send(usize),
    /// A packet comes to a member.
    Receive(usize, PacketId),
    /// A member says what it promises.
    Say(usize),
    /// A member hears what another one said.
    Hear(usize, usize),
    /// A member hears that another one has what is to be delivered next.
    Ack(usize, usize),
    /// A member stops.
    Crash(usize),
    /// The others agree on what counts, and deliver that.
    Cut,
}

/// What was promised and is not so.
pub(super) type Broken = String;

impl<O: Ordering> World<O> {
    pub fn new(size: usize, delivery: Delivery, mut begin: impl FnMut(usize) -> O) -> Self {
        let member = |own| Member {
            ordering: begin(own),
            has: BTreeSet::new(),
            given: Vec::new(),
            becauses: Vec::new(),
            delivered: 0,
            acks: BTreeSet::new(),
            is_gone: false,
            sent: 0,
            said: (0, 0),
            told: vec![0; size],
            knows: Vector::new(size, own),
        };
        Self {
            members: (0..size).map(member).collect(),
            packets: BTreeMap::new(),
            is_cut: false,
            delivery,
        }
    }

    /// Does that. [`World::check`] says what came of it.
    pub fn take(&mut self, step: Step) -> Result<(), Broken> {
        match step {
            Step::Send(rank) => self.send(rank, None),
            Step::Receive(to, packet) => self.receive(to, packet),
            Step::Say(rank) => {
                let member = &mut self.members[rank];
                let promise = member.ordering.promise();
                if promise < member.said.1 {
                    return Err(format!("{rank} promises less than before"));
                }
                member.said = (member.sent, promise);
                Ok(())
            }
            Step::Hear(to, from) => {
                let promise = self.members[from].said.1;
                self.members[to].told[from] = promise;
                self.members[to].ordering.on_promise(from, promise);
                self.deliver(to)
            }
            Step::Ack(to, from) => {
                self.members[to].acks.insert(from);
                self.deliver(to)
            }
            Step::Crash(rank) => {
                self.members[rank].is_gone = true;
                Ok(())
            }
            Step::Cut => self.cut(),
        }
    }

    /// A packet leaves, with that stamp in place of its own where one is given.
    pub fn send(&mut self, rank: usize, made_up: Option<Vec<u8>>) -> Result<(), Broken> {
        let member = &mut self.members[rank];
        member.sent += 1;
        let id = PacketId {
            from: rank,
            sequence: member.sent,
        };
        let (mut stamp, mut past) = (Vec::new(), None);
        if let Some(made_up) = made_up {
            stamp = made_up;
        } else {
            member.ordering.stamp(id.sequence, &mut stamp);
            past = Some(member.knows.send().expect("far from the end").clone());
        }
        let is_refused = member.ordering.on_packet(id, &stamp).is_err();
        member.has.insert(id);
        let is_honest = past.is_some() && self.is_honest(rank);
        if is_refused && is_honest {
            return Err(format!("{id:?} is refused by its sender"));
        }
        let packet = Packet {
            stamp,
            past,
            is_refused,
        };
        self.packets.insert(id, packet);
        self.deliver(rank)
    }

    /// Whether no stamp of that member was made up.
    pub fn is_honest(&self, rank: usize) -> bool {
        let is_made_up =
            |(id, packet): (&PacketId, &Packet)| id.from == rank && packet.past.is_none();
        !self.packets.iter().any(is_made_up)
    }

    fn receive(&mut self, to: usize, id: PacketId) -> Result<(), Broken> {
        let packet = &self.packets[&id];
        let member = &mut self.members[to];
        let is_refused = member.ordering.on_packet(id, &packet.stamp).is_err();
        if is_refused != packet.is_refused {
            return Err(format!("{id:?} is refused by some"));
        }
        member.has.insert(id);
        self.deliver(to)
    }

    fn deliver(&mut self, to: usize) -> Result<(), Broken> {
        let member = &mut self.members[to];
        while let Some(Next { packet, because }) = member.ordering.next() {
            let is_here = |id| member.has.contains(&id);
            if !is_here(packet) || because.is_some_and(|because| !is_here(because)) {
                return Err(format!("{to} is given {packet:?} and has it not"));
            }
            member.given.push(packet);
            member.becauses.push(because);
        }
        while self.may_deliver(to) {
            let member = &mut self.members[to];
            let packet = member.given[member.delivered];
            member.delivered += 1;
            member.acks.clear();
            if let Some(past) = &self.packets[&packet].past
                && packet.from != to
            {
                member.knows.merge(past).expect("one vector a view");
            }
        }
        Ok(())
    }

    fn may_deliver(&self, rank: usize) -> bool {
        let member = &self.members[rank];
        let is_safe = 2 * (member.acks.len() + 1) > self.members.len();
        let may = self.is_cut || self.delivery == Delivery::Agreed || is_safe;
        may && member.delivered < member.given.len()
    }

    fn cut(&mut self) -> Result<(), Broken> {
        let cut = self.cut_now();
        self.is_cut = true;
        for rank in self.staying() {
            for id in &cut {
                if !self.members[rank].has.contains(id) {
                    let stamp = &self.packets[id].stamp;
                    // Refused by all alike, which was looked at where it was sent.
                    let _ = self.members[rank].ordering.on_packet(*id, stamp);
                    self.members[rank].has.insert(*id);
                }
            }
            self.members[rank].ordering.finish();
            self.deliver(rank)?;
        }
        Ok(())
    }

    /// All that those have who stay.
    pub fn cut_now(&self) -> BTreeSet<PacketId> {
        let staying = self.staying();
        let has = staying.iter().flat_map(|rank| &self.members[*rank].has);
        has.copied().collect()
    }

    /// The ranks that have not stopped.
    pub fn running(&self) -> Vec<usize> {
        let runs = |rank: &usize| !self.members[*rank].is_gone;
        (0..self.members.len()).filter(runs).collect()
    }

    /// The ranks that go on: whoever makes stamps up goes when the others cut.
    pub fn staying(&self) -> Vec<usize> {
        let mut ranks = self.running();
        ranks.retain(|rank| self.is_honest(*rank));
        ranks
    }

    /// What may come to a member next.
    pub fn receivable(&self, order: &Order, to: usize) -> Vec<PacketId> {
        let has = &self.members[to].has;
        let mut ids: Vec<PacketId> = self.packets.keys().copied().collect();
        ids.retain(|id| !has.contains(id));
        if order.is_fifo {
            ids.dedup_by_key(|id| id.from);
        }
        ids
    }

    /// Whom a member may hear something new from: it has all that had been sent by then.
    pub fn hearable(&self, to: usize) -> Vec<usize> {
        let member = &self.members[to];
        let has_all = |from: usize, sent: u64| {
            let has = member.has.iter().filter(|id| id.from == from);
            has.count() as u64 >= sent
        };
        let is_new = |from: &usize| {
            let (sent, promise) = self.members[*from].said;
            *from != to && promise > member.told[*from] && has_all(*from, sent)
        };
        (0..self.members.len()).filter(is_new).collect()
    }

    /// Whether a member may hear of another one that it has what is to be delivered next.
    pub fn is_ackable(&self, to: usize, from: usize) -> bool {
        let member = &self.members[to];
        let Some(packet) = member.given.get(member.delivered) else {
            return false;
        };
        let has = |id: &PacketId| {
            let all = (1..=id.sequence).map(|sequence| PacketId { sequence, ..*id });
            all.into_iter()
                .all(|id| self.members[from].has.contains(&id))
        };
        let because = &member.becauses[member.delivered];
        let has_record = self.delivery == Delivery::SafeWithoutRecord || because.iter().all(has);
        to != from && !member.acks.contains(&from) && has(packet) && has_record
    }

    /// Whether what those delivered counts who have gone.
    pub fn is_uniform(&self) -> bool {
        self.delivery != Delivery::Agreed
    }

    /// Lets everything come, and everybody say what others wait for, until nothing is left. All must then have been delivered.
    pub fn settle(&mut self, order: &Order) -> Result<(), Broken> {
        for _ in 0..1000 {
            let mut is_quiet = true;
            for rank in self.staying() {
                while let Some(id) = self.receivable(order, rank).first() {
                    self.take(Step::Receive(rank, *id))?;
                    is_quiet = false;
                }
                if self.members[rank].ordering.has_something_to_stamp() {
                    self.take(Step::Send(rank))?;
                    is_quiet = false;
                }
                if self.members[rank].ordering.owes() {
                    self.take(Step::Say(rank))?;
                    is_quiet = false;
                }
                for from in self.hearable(rank) {
                    self.take(Step::Hear(rank, from))?;
                    is_quiet = false;
                }
                for from in self.running() {
                    if self.is_ackable(rank, from) {
                        self.take(Step::Ack(rank, from))?;
                        is_quiet = false;
                    }
                }
            }
            if is_quiet {
                return self.all_is_given();
            }
        }
        Err("there is no end to it".to_owned())
    }

    fn all_is_given(&self) -> Result<(), Broken> {
        for rank in self.staying() {
            for (id, packet) in &self.packets {
                let member = &self.members[rank];
                if !packet.is_refused && !member.given[..member.delivered].contains(id) {
                    return Err(format!("{rank} never delivers {id:?}"));
                }
            }
        }
        Ok(())
    }
}

/// The packets whose turn it is, as (rank, sequence).
pub(super) fn due(ordering: &mut impl Ordering) -> Vec<(usize, u64)> {
    let next = || ordering.next();
    let given = std::iter::from_fn(next);
    given
        .map(|next| (next.packet.from, next.packet.sequence))
        .collect()
}

/// A packet by rank and sequence.
pub(super) const fn packet(from: usize, sequence: u64) -> PacketId {
    PacketId { from, sequence }
}

impl<O: Ordering + ?Sized> Ordering for Box<O> {
    fn stamp(&mut self, sequence: u64, out: &mut Vec<u8>) {
        (**self).stamp(sequence, out);
    }

    fn on_packet(&mut self, packet: PacketId, stamp: &[u8]) -> Result<(), super::BadStamp> {
        (**self).on_packet(packet, stamp)
    }

    fn on_promise(&mut self, from: usize, promise: u64) {
        (**self).on_promise(from, promise);
    }

    fn promise(&mut self) -> u64 {
        (**self).promise()
    }

    fn owes(&self) -> bool {
        (**self).owes()
    }

    fn has_something_to_stamp(&self) -> bool {
        (**self).has_something_to_stamp()
    }

    fn next(&mut self) -> Option<Next> {
        (**self).next()
    }

    fn finish(&mut self) {
        (**self).finish();
    }
}

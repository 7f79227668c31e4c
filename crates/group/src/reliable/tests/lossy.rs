//! Three members over a network that loses, doubles and delays, in virtual time.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use rand_core::{Rng as _, SeedableRng as _};
use rand_pcg::Pcg64Mcg;
use timing::Tick;

use super::{Action, Arrival, Streams, handed, id, settings, streams};
use crate::frame::{Nak, Status};
use crate::orders::PacketId;

const SIZE: usize = 3;
const PACKETS: u64 = 60;
const STATUS_EVERY: Duration = Duration::from_millis(10);

#[derive(Clone)]
enum Message {
    Packet(PacketId),
    Status(Status),
    Nak(Nak),
}

struct World {
    members: Vec<Streams>,
    handed: Vec<Vec<(usize, u64)>>,
    /// By time and a number that makes the order of equals that of their sending.
    flying: BTreeMap<(Tick, u64), (usize, usize, Message)>,
    flown: u64,
    random: Pcg64Mcg,
    loss: u64,
    crashed: BTreeSet<usize>,
}

impl World {
    fn new(seed: u64, order: &str, loss: u64) -> Self {
        let settings = settings(order);
        Self {
            members: (0..SIZE).map(|own| streams(SIZE, own, &settings)).collect(),
            handed: vec![Vec::new(); SIZE],
            flying: BTreeMap::new(),
            flown: 0,
            random: Pcg64Mcg::seed_from_u64(seed),
            loss,
            crashed: BTreeSet::new(),
        }
    }

    fn below(&mut self, end: u64) -> u64 {
        self.random.next_u64() % end
    }

    fn say(&mut self, now: Tick, from: usize, message: &Message) {
        for to in (0..SIZE).filter(|to| *to != from) {
            for copy in 0..2 {
                let chance = if copy == 0 { 100 - self.loss } else { 3 };
                if self.below(100) < chance {
                    let delay = Duration::from_nanos(50_000 + self.below(1_500_000));
                    self.flown += 1;
                    let key = (now + delay, self.flown);
                    self.flying.insert(key, (from, to, message.clone()));
                }
            }
        }
    }

    fn arrive(&mut self, now: Tick, from: usize, to: usize, message: &Message) {
        let member = &mut self.members[to];
        match message {
            Message::Packet(packet) => {
                let arrival = member.on_packet(now, *packet, &packet.sequence.to_be_bytes());
                assert!(packet.from != to || arrival == Arrival::Duplicate);
            }
            Message::Status(status) => member.on_status(now, from, status),
            Message::Nak(nak) => member.on_nak(now, from, nak),
        }
    }

    fn turn(&mut self, now: Tick, rank: usize) {
        for (from, sequence) in handed(&mut self.members[rank]) {
            let bytes = sequence.to_be_bytes();
            let packet = id(from, sequence);
            assert_eq!(self.members[rank].datagram(packet), Some(&bytes[..]));
            self.members[rank].delivered(packet);
            self.handed[rank].push((from, sequence));
        }
        let mut actions = Vec::new();
        self.members[rank].on_time(now, &mut actions);
        for action in actions {
            match action {
                Action::Nak(nak) => self.say(now, rank, &Message::Nak(nak)),
                Action::Again(packet) => {
                    assert!(self.members[rank].datagram(packet).is_some());
                    self.say(now, rank, &Message::Packet(packet));
                }
                Action::Lost(..) => panic!("nothing is lost where it is repaired"),
            }
        }
    }

    fn send(&mut self, now: Tick, rank: usize) {
        let member = &mut self.members[rank];
        if member.credit() > 0 && member.sent() < PACKETS {
            let sequence = member.sent() + 1;
            member.keep_own(now, &sequence.to_be_bytes());
            self.say(now, rank, &Message::Packet(id(rank, sequence)));
        }
    }

    fn tell(&mut self, now: Tick, rank: usize) {
        let member = &mut self.members[rank];
        let status = Status {
            sent: member.sent(),
            received: member.received(),
            ..Status::default()
        };
        member.reported();
        self.say(now, rank, &Message::Status(status));
    }

    /// Everything that happens in one step of 100 us.
    fn step(&mut self, now: Tick) {
        while let Some((key, _)) = self.flying.first_key_value()
            && key.0 <= now
        {
            let (_, (from, to, message)) = self.flying.pop_first().expect("one is there");
            if !self.crashed.contains(&to) {
                self.arrive(now, from, to, &message);
            }
        }
        for rank in 0..SIZE {
            if self.crashed.contains(&rank) {
                continue;
            }
            if self.below(2) == 0 {
                self.send(now, rank);
            }
            let offset = rank as u64 * 3_000_000;
            if (now.as_nanos() + offset).is_multiple_of(STATUS_EVERY.as_nanos() as u64) {
                self.tell(now, rank);
            }
            self.turn(now, rank);
        }
    }

    fn is_through(&self) -> bool {
        self.handed
            .iter()
            .all(|all| all.len() as u64 == SIZE as u64 * PACKETS)
    }
}

#[test]
fn all_packets_reach_all_in_order_whatever_is_lost() {
    for seed in 0..200 {
        let order = ["fifo", "none"][seed as usize % 2];
        let mut world = World::new(seed, order, seed % 40);
        let end = (0..100_000).find(|step| {
            world.step(Tick::from_nanos(step * 100_000));
            world.is_through()
        });
        assert!(
            end.is_some(),
            "seed {seed}: {:?}",
            world.handed.iter().map(Vec::len).collect::<Vec<_>>()
        );
        for all in &mut world.handed {
            for from in 0..SIZE {
                let mut of: Vec<u64> = all.iter().filter(|p| p.0 == from).map(|p| p.1).collect();
                if order == "none" {
                    of.sort_unstable();
                }
                assert!(of.into_iter().eq(1..=PACKETS), "seed {seed}, sender {from}");
            }
        }
    }
}

/// One crashes in the middle; the others find their cut and get what is missing of it from each other.
#[test]
fn those_who_are_left_fill_their_cut_from_each_other() {
    let mut filled = 0;
    for seed in 0..200 {
        let order = ["fifo", "none"][seed as usize % 2];
        let mut world = World::new(seed, order, 20 + seed % 20);
        let crash = 40 + world.below(60);
        for step in 0..=crash {
            world.step(Tick::from_nanos(step * 100_000));
        }
        world.crashed.insert(0);
        world.flying.clear();
        let now = Tick::from_nanos(crash * 100_000);
        let held = [1, 2].map(|rank: usize| world.members[rank].holdings());
        let last = |rank: usize| held.iter().map(|all| all[rank].last()).max().unwrap_or(0);
        let has = |rank: usize, s: u64| held.iter().any(|all| all[rank].holds(s));
        let cut: Vec<_> = (0..SIZE)
            .map(|rank| {
                let missing = (1..).find(|s| !has(rank, *s)).expect("there is an end");
                match order {
                    "fifo" => super::holding(missing - 1, &[]),
                    _ => {
                        let behind: Vec<u64> = (missing + 1..=last(rank))
                            .filter(|s| has(rank, *s))
                            .collect();
                        super::holding(missing - 1, &behind)
                    }
                }
            })
            .collect();
        for rank in [1, 2] {
            filled += u64::from(!world.members[rank].has_all_of(&cut));
            world.members[rank].aim_at(now, &cut);
        }
        let end = (crash + 1..crash + 20_000).find(|step| {
            let now = Tick::from_nanos(step * 100_000);
            for rank in [1, 2] {
                world.turn(now, rank);
            }
            while let Some((key, _)) = world.flying.first_key_value()
                && key.0 <= now
            {
                let (_, (from, to, message)) = world.flying.pop_first().expect("one is there");
                if to != 0 {
                    world.arrive(now, from, to, &message);
                }
            }
            (1..SIZE).all(|rank| world.members[rank].has_all_of(&cut))
        });
        assert!(end.is_some(), "seed {seed}");
        for rank in [1, 2] {
            world.turn(Tick::from_nanos(u64::MAX / 2), rank);
        }
        let sets =
            [1, 2].map(|rank: usize| world.handed[rank].iter().copied().collect::<BTreeSet<_>>());
        assert_eq!(sets[0], sets[1], "seed {seed}");
    }
    assert!(
        filled > 100,
        "few cuts were larger than what was there: {filled}"
    );
}

//! Members that change their view together over a network that loses, doubles, delays and parts, with crashes and false suspicions: what
//! must hold in every run.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use rand_core::{Rng, SeedableRng};
use rand_pcg::Pcg64Mcg;
use timing::Tick;

use super::{ChangeAction, ViewChange};
use crate::frame::{Change, Holding, Proposal};
use crate::{BROKEN, MemberId, Name, ORDERS, Partitions, Quorum, Seat, Settings, To, View, ViewId};

/// A run.
struct Trial {
    random: Pcg64Mcg,
    settings: Settings,
    view: Arc<View>,
    now: Tick,
    members: Vec<Member>,
    /// Who stays away for good.
    leavers: BTreeSet<usize>,
    /// When, from whom, to whom.
    network: BTreeMap<(Tick, u64), (usize, usize, Change)>,
    sent: u64,
    /// Links that are down.
    down: BTreeSet<(usize, usize)>,
    is_quiet: bool,
}

struct Member {
    change: ViewChange,
    has_crashed: bool,
    /// What it has of each rank.
    packets: Vec<BTreeSet<u64>>,
    /// What it had delivered of each rank when it stopped.
    delivered: Option<Vec<u64>>,
    aim: Option<Proposal>,
    decided: Option<Proposal>,
    suspects: BTreeSet<usize>,
    is_blocked: bool,
}

const STEP: Duration = Duration::from_millis(5);
const QUIET_AT: Tick = Tick::from_nanos(3_000_000_000);
const END_AT: Tick = Tick::from_nanos(30_000_000_000);

impl Trial {
    fn new(seed: u64, settings: Settings) -> Self {
        let mut random = Pcg64Mcg::seed_from_u64(seed);
        let size = 3 + random.next_u32() as usize % 3;
        let seats = (0..size).map(|rank| seat(100 * (rank as u64 % 2 + 1) + rank as u64));
        let view = Arc::new(View {
            id: ViewId {
                epoch: 7,
                by: MemberId(1),
            },
            seats: seats.collect(),
        });
        let members = (0..size).map(|own| Member {
            change: ViewChange::new(view.clone(), own, &settings, seed ^ own as u64),
            has_crashed: false,
            packets: vec![BTreeSet::new(); size],
            delivered: None,
            aim: None,
            decided: None,
            suspects: BTreeSet::new(),
            is_blocked: false,
        });
        Self {
            members: members.collect(),
            random,
            settings,
            view,
            now: Tick::ZERO,
            leavers: BTreeSet::new(),
            network: BTreeMap::new(),
            sent: 0,
            down: BTreeSet::new(),
            is_quiet: false,
        }
    }

    fn run(mut self) -> Result<Self, String> {
        while self.now < END_AT && !self.is_over() {
            self.now += STEP;
            self.is_quiet = self.now >= QUIET_AT;
            self.happen();
            while let Some(((at, key), (from, to, change))) = self.network.pop_first() {
                if at > self.now {
                    self.network.insert((at, key), (from, to, change));
                    break;
                }
                self.hear(from, to, &change);
            }
            for rank in 0..self.members.len() {
                self.step(rank);
            }
            self.check()?;
        }
        // When the faults have stopped, all who are left know how it goes on.
        match self.waits() {
            Some(rank) => Err(format!("{rank} never goes on")),
            None => Ok(self),
        }
    }

    fn chance(&mut self, per_mille: u32) -> bool {
        self.random.next_u32() % 1000 < per_mille
    }

    fn draw(&mut self, count: usize) -> usize {
        self.random.next_u32() as usize % count
    }

    /// Crashes, suspicions, broken links, packets, until it is quiet.
    fn happen(&mut self) {
        let size = self.members.len();
        // The cruelest moment: whoever has just decided is gone before anybody has heard.
        for rank in 0..size {
            let member = &self.members[rank];
            if !self.is_quiet && member.decided.is_some() && !member.has_crashed && self.chance(200)
            {
                self.members[rank].has_crashed = true;
            }
        }
        if self.is_quiet {
            self.down.clear();
            let crashed = (0..size).filter(|rank| self.members[*rank].has_crashed);
            let gone: BTreeSet<usize> = crashed.chain(self.leavers.iter().copied()).collect();
            self.members
                .iter_mut()
                .for_each(|member| member.suspects = gone.clone());
            return;
        }
        let (one, other) = (self.draw(size), self.draw(size));
        if self.chance(2) {
            self.members[one].has_crashed = true;
        }
        if self.chance(2) {
            self.leavers.insert(one);
        }
        if self.chance(30) {
            self.down.insert((one, other));
        }
        if self.chance(10) {
            let side = self.random.next_u32();
            let pairs = (0..size).flat_map(|from| (0..size).map(move |to| (from, to)));
            for (from, to) in pairs.filter(|(from, to)| side >> from & 1 != side >> to & 1) {
                self.down.insert((from, to));
                self.members[to].suspects.insert(from);
            }
        }
        if self.chance(15) {
            self.down.clear();
        }
        if self.chance(15) {
            self.members[one].suspects.insert(other);
        }
        if self.chance(10) {
            self.members[one].suspects.clear();
        }
        if !self.members[one].has_crashed && self.members[one].delivered.is_none() {
            let next = self.members[one].packets[one].len() as u64 + 1;
            for rank in 0..size {
                if rank == one || self.chance(700) {
                    self.members[rank].packets[one].insert(next);
                }
            }
        }
    }

    fn step(&mut self, rank: usize) {
        if self.members[rank].has_crashed {
            return;
        }
        let own = self.view.seats[rank].member;
        // Who has gone on without this one is silent in the old view.
        let has_left = |other: &usize| {
            let decided = self.members[*other].decided.as_ref();
            self.is_quiet && decided.is_some_and(|decided| decided.next.rank(own).is_none())
        };
        let mut to_go = self.members[rank].suspects.clone();
        to_go.extend(&self.leavers);
        to_go.extend((0..self.members.len()).filter(has_left));
        let to_go: Vec<usize> = to_go.into_iter().collect();
        let to_come = if self.is_quiet || self.chance(20) {
            vec![seat(900), seat(150)]
        } else {
            Vec::new()
        };
        let (now, leavers) = (self.now, self.leavers.clone());
        self.with(rank, |change, holdings, actions| {
            leavers.iter().for_each(|leaver| change.leaves(*leaver));
            change.want(now, &to_go, &to_come);
            if change.wake_at() <= now {
                change.on_time(now, holdings, actions);
            }
        });
        self.repair(rank);
        // Those who go on answer the signs of life of those who have not heard of it.
        if self.members[rank].decided.is_none() && self.chance(100) {
            for other in 0..self.members.len() {
                if let Some(decided) = self.members[other].decided.clone()
                    && !self.members[other].has_crashed
                {
                    self.say(other, rank, Change::Commit(decided));
                }
            }
        }
    }

    /// What is missing of the cut comes now and then, from whoever has it.
    fn repair(&mut self, rank: usize) {
        let Some(aim) = self.members[rank].aim.clone() else {
            return;
        };
        let mut is_full = true;
        for of in 0..self.members.len() {
            for sequence in 1..=aim.cut[of].through {
                if self.members[rank].packets[of].contains(&sequence) {
                    continue;
                }
                let from = self.draw(self.members.len());
                let other = &self.members[from];
                let can = !other.has_crashed
                    && !self.down.contains(&(from, rank))
                    && other.packets[of].contains(&sequence);
                match can && self.chance(300) {
                    true => _ = self.members[rank].packets[of].insert(sequence),
                    false => is_full = false,
                }
            }
        }
        if is_full {
            self.members[rank].aim = None;
            let now = self.now;
            self.with(rank, |change, _, actions| change.on_full(now, actions));
        }
    }

    fn hear(&mut self, from: usize, to: usize, change: &Change) {
        if self.members[to].has_crashed || self.down.contains(&(from, to)) {
            return;
        }
        let now = self.now;
        self.with(to, |machine, holdings, actions| {
            machine.on_change(now, from, change, holdings, actions);
        });
    }

    fn with(
        &mut self,
        rank: usize,
        call: impl FnOnce(&mut ViewChange, &mut dyn FnMut() -> Vec<Holding>, &mut Vec<ChangeAction>),
    ) {
        let member = &mut self.members[rank];
        let mut actions = Vec::new();
        let packets = &member.packets;
        call(
            &mut member.change,
            &mut || packets.iter().map(holding).collect(),
            &mut actions,
        );
        for action in actions {
            self.act(rank, action);
        }
    }

    fn act(&mut self, rank: usize, action: ChangeAction) {
        let member = &mut self.members[rank];
        match action {
            ChangeAction::Send(To::All, change) => {
                for to in (0..self.members.len()).filter(|to| *to != rank) {
                    self.say(rank, to, change.clone());
                }
            }
            ChangeAction::Send(To::One(to), change) => {
                let to = self.view.rank(to).expect("only seats are answered");
                self.say(rank, to, change);
            }
            ChangeAction::Stop => {
                assert!(member.delivered.is_none(), "it stops once");
                member.delivered = Some(
                    member
                        .packets
                        .iter()
                        .map(|own| holding(own).through)
                        .collect(),
                );
            }
            ChangeAction::Aim(proposal) => member.aim = Some(proposal),
            ChangeAction::Install(proposal) => {
                assert!(member.decided.is_none(), "it installs once");
                member.aim = None;
                member.decided = Some(proposal);
            }
            ChangeAction::Blocked => {
                assert!(!member.is_blocked, "said once");
                member.is_blocked = true;
            }
        }
    }

    fn say(&mut self, from: usize, to: usize, change: Change) {
        let loss = if self.is_quiet { 0 } else { 200 };
        let copies = u32::from(!self.chance(loss)) + u32::from(self.chance(loss / 2));
        for _ in 0..copies {
            let delay = Duration::from_micros(u64::from(self.random.next_u32() % 60_000));
            self.sent += 1;
            let key = (self.now + delay, self.sent);
            self.network.insert(key, (from, to, change.clone()));
        }
    }

    /// Whether nothing more can happen that matters.
    fn is_over(&self) -> bool {
        let mut alive = self.members.iter().filter(|member| !member.has_crashed);
        alive.all(|member| member.decided.is_some()) || (self.is_quiet && self.waits().is_none())
    }

    /// Somebody that stays and does not know how it goes on, though enough are left.
    fn waits(&self) -> Option<usize> {
        let alive: Vec<usize> = (0..self.members.len())
            .filter(|rank| !self.members[*rank].has_crashed)
            .collect();
        let stays = |rank: &usize| !self.leavers.contains(rank);
        let staying = alive.iter().filter(|rank| stays(rank)).count();
        let gives_up = staying + self.leavers.len() < self.members.len();
        let is_possible = self.view.may_decide(&alive, &self.settings)
            && staying > 0
            && (!gives_up || self.settings.may_give_up(staying))
            && !alive.iter().any(|rank| self.is_bound_in_vain(*rank));
        let mut waiting = alive.into_iter().filter(stays);
        waiting.find(|rank| is_possible && self.members[*rank].decided.is_none())
    }

    /// Whether a member is bound to a proposal that gives others up and needs more than are left of those it lets go on.
    fn is_bound_in_vain(&self, rank: usize) -> bool {
        let accepted = self.members[rank].change.accepted.as_ref();
        let Some(proposal) = accepted.filter(|proposal| proposal.gives_up) else {
            return false;
        };
        let is_left = |rank: &usize| {
            let goes_on = proposal.next.rank(self.view.seats[*rank].member).is_some();
            goes_on && !self.members[*rank].has_crashed
        };
        let left = (0..self.members.len()).filter(is_left).count();
        !self.settings.may_give_up(left)
    }

    /// One next view a view; whoever goes on into it delivers all that it had delivered.
    fn check(&self) -> Result<(), String> {
        let decided: Vec<(usize, &Proposal)> = (0..self.members.len())
            .filter_map(|rank| Some((rank, self.members[rank].decided.as_ref()?)))
            .collect();
        for (rank, proposal) in &decided {
            let next = &proposal.next;
            let goes_on = |seat: &&Seat| next.rank(seat.member).is_some();
            let going_on = self.view.seats.iter().filter(goes_on).count();
            let goes = |rank: usize| next.rank(self.view.seats[rank].member).is_none();
            let gives_up =
                (0..self.members.len()).any(|rank| goes(rank) && !self.leavers.contains(&rank));
            if gives_up && !self.settings.may_give_up(going_on) {
                return Err(format!("{rank} goes on though too many were given up"));
            }
            for (other, theirs) in &decided {
                let must_be_same = match self.settings.partitions {
                    Partitions::Primary => true,
                    Partitions::Partitionable => proposal.next.id == theirs.next.id,
                };
                let is_same = proposal.next == theirs.next && proposal.cut == theirs.cut;
                if must_be_same && !is_same {
                    return Err(format!("{rank} and {other} go on with different views"));
                }
            }
            if proposal.next.rank(self.view.seats[*rank].member).is_none() {
                continue;
            }
            let delivered = self.members[*rank]
                .delivered
                .as_ref()
                .ok_or("installed unstopped")?;
            for (of, through) in delivered.iter().enumerate() {
                if proposal.cut[of].through < *through {
                    return Err(format!("{rank} delivered what the cut lacks"));
                }
            }
        }
        Ok(())
    }
}

fn seat(member: u64) -> Seat {
    Seat {
        member: MemberId(member),
        name: Name::new("m").expect("a name"),
    }
}

fn holding(packets: &BTreeSet<u64>) -> Holding {
    let through = (1..)
        .take_while(|sequence| packets.contains(sequence))
        .count() as u64;
    let mut beyond = Vec::new();
    for sequence in packets.iter().filter(|sequence| **sequence > through) {
        let bit = (sequence - through - 2) as usize;
        beyond.resize(beyond.len().max(bit / 64 + 1), 0u64);
        beyond[bit / 64] |= 1 << (bit % 64);
    }
    Holding { through, beyond }
}

fn settings(partitions: Partitions, quorum: Quorum) -> Settings {
    let mut settings = Settings::new(&ORDERS[1]);
    (settings.partitions, settings.quorum) = (partitions, quorum);
    settings
}

/// How many of the runs decided anything.
#[track_caller]
fn check(settings: &Settings, seeds: std::ops::Range<u64>) -> usize {
    let mut decided = 0;
    for seed in seeds {
        match Trial::new(seed, settings.clone()).run() {
            Ok(trial) => {
                decided += usize::from(trial.members.iter().any(|one| one.decided.is_some()))
            }
            Err(why) => panic!("seed {seed}: {why}"),
        }
    }
    decided
}

#[test]
fn a_view_has_one_next_view_and_everybody_left_goes_on() {
    assert!(check(&settings(Partitions::Primary, Quorum::LastView), 0..500) > 300);
}

#[test]
fn so_it_is_with_a_configured_quorum() {
    assert!(check(&settings(Partitions::Primary, Quorum::Of(5)), 500..1000) > 150);
}

#[test]
fn every_part_may_go_on_where_that_is_allowed_and_nobody_with_two() {
    let settings = settings(Partitions::Partitionable, Quorum::LastView);
    assert!(check(&settings, 0..300) > 250);
}

#[test]
fn any_half_is_too_little() {
    let mut settings = settings(Partitions::Primary, Quorum::LastView);
    settings.broken = BROKEN.iter().find(|broken| broken.name == "two-primaries");
    let caught = (0..500).find(|seed| Trial::new(*seed, settings.clone()).run().is_err());
    assert!(caught.is_some());
}

#[test]
fn what_was_drawn_holds_what_it_says() {
    let packets = BTreeSet::from([1, 2, 4, 70]);
    let told = holding(&packets);
    for sequence in 1..200 {
        assert_eq!(
            told.has(sequence),
            packets.contains(&sequence),
            "{sequence}"
        );
    }
}

//! STAND-IN
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use timing::Tick;

use crate::frame::{Holding, Nak, Status};
use crate::orders::PacketId;
use crate::{Settings, View};

#[derive(Debug)]
pub(crate) struct Streams {
    own: usize,
    size: usize,
    window: u64,
    is_fifo: bool,
    kept: Vec<BTreeMap<u64, Vec<u8>>>,
    handed: Vec<u64>,
    queue: std::collections::VecDeque<PacketId>,
    heard: Vec<u64>,
    received: Vec<Vec<u64>>,
    unreported: u64,
    cut: Option<Vec<Holding>>,
    naks_at: Tick,
    again: Vec<PacketId>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Arrival {
    New,
    Duplicate,
    Beyond,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    Nak(Nak),
    Again(PacketId),
    #[allow(dead_code)]
    Lost(usize, std::ops::RangeInclusive<u64>),
}

impl Streams {
    pub fn new(view: Arc<View>, own: usize, settings: &Settings, _seed: u64) -> Self {
        let size = view.size();
        Self {
            own,
            size,
            window: settings.window_packets as u64,
            is_fifo: settings.order.is_fifo,
            kept: vec![BTreeMap::new(); size],
            handed: vec![0; size],
            queue: Default::default(),
            heard: vec![0; size],
            received: vec![vec![0; size]; size],
            unreported: 0,
            cut: None,
            naks_at: Tick::MAX,
            again: Vec::new(),
        }
    }
    pub fn credit(&self) -> u64 {
        let least = (0..self.size)
            .filter(|r| *r != self.own)
            .map(|r| self.received[r][self.own])
            .min()
            .unwrap_or(self.sent());
        (least + self.window).saturating_sub(self.sent())
    }
    pub fn holds_up(&self) -> Option<(usize, Tick)> {
        None
    }
    pub fn sent(&self) -> u64 {
        self.heard[self.own]
    }
    pub fn keep_own(&mut self, now: Tick, datagram: &[u8]) {
        let p = PacketId {
            from: self.own,
            sequence: self.sent() + 1,
        };
        self.on_packet(now, p, datagram);
        self.unreported -= 1;
    }
    pub fn on_packet(&mut self, now: Tick, packet: PacketId, datagram: &[u8]) -> Arrival {
        let r = packet.from;
        self.again.retain(|p| *p != packet);
        if self.kept[r].contains_key(&packet.sequence) {
            return Arrival::Duplicate;
        }
        if packet.sequence > self.received[self.own][r] + 2 * self.window {
            return Arrival::Beyond;
        }
        self.kept[r].insert(packet.sequence, datagram.to_vec());
        self.heard[r] = self.heard[r].max(packet.sequence);
        let mut t = self.received[self.own][r];
        while self.kept[r].contains_key(&(t + 1)) {
            t += 1;
        }
        self.received[self.own][r] = t;
        self.unreported += 1;
        if !self.is_fifo {
            self.queue.push_back(packet);
        }
        self.gaps(now);
        Arrival::New
    }
    fn goal(&self, r: usize) -> u64 {
        self.cut.as_ref().map_or(self.heard[r], |c| {
            c[r].through + 64 * c[r].beyond.len() as u64
        })
    }
    fn gaps(&mut self, now: Tick) {
        let missing = (0..self.size).any(|r| self.received[self.own][r] < self.goal(r));
        if !missing {
            self.naks_at = Tick::MAX;
        } else if self.naks_at == Tick::MAX {
            self.naks_at = now + Duration::from_millis(1);
        }
    }
    pub fn next_ready(&mut self) -> Option<PacketId> {
        if !self.is_fifo {
            return self.queue.pop_front();
        }
        for r in 0..self.size {
            let s = self.handed[r] + 1;
            let limit = self.cut.as_ref().map_or(u64::MAX, |c| c[r].through);
            if s <= limit && self.kept[r].contains_key(&s) {
                self.handed[r] = s;
                return Some(PacketId {
                    from: r,
                    sequence: s,
                });
            }
        }
        None
    }
    pub fn datagram(&self, packet: PacketId) -> Option<&[u8]> {
        self.kept[packet.from].get(&packet.sequence).map(|d| &d[..])
    }
    pub fn delivered(&mut self, _: PacketId) {}
    pub fn on_status(&mut self, now: Tick, from: usize, status: &Status) {
        for r in 0..self.size {
            self.received[from][r] = self.received[from][r].max(status.received[r]);
        }
        self.heard[from] = self.heard[from].max(status.sent);
        self.gaps(now);
    }
    pub fn on_nak(&mut self, _: Tick, _: usize, nak: &Nak) {
        let of = usize::from(nak.of);
        if of != self.own && self.cut.is_none() {
            return;
        }
        for s in nak.has.through + 1..=nak.last {
            let p = PacketId {
                from: of,
                sequence: s,
            };
            if self.kept[of].contains_key(&s) && !self.again.contains(&p) {
                self.again.push(p);
            }
        }
    }
    pub fn received(&self) -> Vec<u64> {
        self.received[self.own].clone()
    }
    pub fn unreported(&self) -> u64 {
        self.unreported
    }
    pub fn reported(&mut self) {
        self.unreported = 0;
    }
    pub fn holdings(&self) -> Vec<Holding> {
        (0..self.size)
            .map(|r| {
                let through = self.received[self.own][r];
                let mut h = Holding {
                    through,
                    beyond: Vec::new(),
                };
                for (s, _) in self.kept[r].range(through + 2..) {
                    let at = (s - through - 2) as usize;
                    if h.beyond.len() <= at / 64 {
                        h.beyond.resize(at / 64 + 1, 0);
                    }
                    h.beyond[at / 64] |= 1 << (at % 64);
                }
                h
            })
            .collect()
    }
    pub fn had_by(&self, from: usize, count: usize) -> u64 {
        let mut all: Vec<u64> = (0..self.size)
            .map(|r| {
                if r == from {
                    self.heard[from].max(self.received[r][from])
                } else {
                    self.received[r][from]
                }
            })
            .collect();
        if from != self.own {
            all[from] = self.received[self.own][from];
        }
        all.sort_unstable_by(|a, b| b.cmp(a));
        all[count.max(1) - 1]
    }
    pub fn aim_at(&mut self, now: Tick, cut: &[Holding]) {
        self.cut = Some(cut.to_vec());
        self.naks_at = Tick::MAX;
        self.gaps(now);
    }
    pub fn has_all_of(&self, cut: &[Holding]) -> bool {
        (0..self.size).all(|r| {
            (1..=cut[r].through).all(|s| self.kept[r].contains_key(&s))
                && (0..64 * cut[r].beyond.len()).all(|b| {
                    cut[r].beyond[b / 64] >> (b % 64) & 1 == 0
                        || self.kept[r].contains_key(&(cut[r].through + 2 + b as u64))
                })
        })
    }
    pub fn wake_at(&self) -> Tick {
        if self.again.is_empty() {
            self.naks_at
        } else {
            Tick::ZERO
        }
    }
    pub fn on_time(&mut self, now: Tick, actions: &mut Vec<Action>) {
        for p in std::mem::take(&mut self.again) {
            actions.push(Action::Again(p));
        }
        if self.naks_at <= now {
            for r in 0..self.size {
                let through = self.received[self.own][r];
                if through < self.goal(r) {
                    actions.push(Action::Nak(Nak {
                        of: r as u8,
                        has: Holding {
                            through,
                            beyond: Vec::new(),
                        },
                        last: self.goal(r),
                    }));
                }
            }
            self.naks_at = now + Duration::from_millis(2);
        }
    }
}

//! Somebody who listens on a group's network, and sends what no member does.
//!
//! Whatever is overheard is the raw material: it is damaged, said again, or made into something that a member might have
//! written. What comes of it follows from the seed and from what was overheard before.

use std::ops::Range;
use std::rc::Rc;

use rand_core::{Rng as _, SeedableRng as _};
use rand_pcg::Pcg64Mcg;

use crate::{Meddling, Strewn, Whom};

/// Somebody who listens, and sends as well while some fault of the schedule says so.
#[derive(Debug)]
pub struct Meddler {
    random: Pcg64Mcg,
    /// Which fault, in which way, for each datagram how many millionths of one.
    at_work: Vec<(usize, Meddling, u32)>,
    /// What was overheard: the latest, each in the place of the oldest when all are taken.
    heard: Vec<Rc<[u8]>>,
    count: usize,
    /// What was said in another group of that name, in its order.
    ghosts: Vec<Rc<[u8]>>,
    next_ghost: usize,
    /// How many more it sends.
    left: u64,
}

impl Meddler {
    /// Somebody who only listens so far, has heard `ghosts` in another group of that name, and sends at most so many datagrams.
    pub fn new(seed: u64, ghosts: Vec<Rc<[u8]>>, sent_max: u64) -> Self {
        Self {
            random: Pcg64Mcg::seed_from_u64(seed ^ SALT),
            at_work: Vec::new(),
            heard: Vec::new(),
            count: 0,
            ghosts,
            next_ghost: 0,
            left: sent_max,
        }
    }

    /// From now on it sends as well, until that fault is over.
    pub fn begin(&mut self, fault: usize, meddling: Meddling, share_ppm: u32) {
        self.at_work.push((fault, meddling, share_ppm));
    }

    /// It sends nothing any more for that fault.
    pub fn end(&mut self, fault: usize) {
        self.at_work.retain(|(of, _, _)| *of != fault);
    }

    /// What it has heard, if that was not too much to be kept.
    pub fn into_heard(self) -> Vec<Rc<[u8]>> {
        self.heard
    }

    /// The host in that place sent that.
    pub fn listen(&mut self, from: usize, datagram: &Rc<[u8]>, strewn: &mut Vec<Strewn>) {
        match self.heard.len() < HEARD_MAX {
            true => self.heard.push(Rc::clone(datagram)),
            false => self.heard[self.count % HEARD_MAX] = Rc::clone(datagram),
        }
        self.count += 1;
        for at in 0..self.at_work.len() {
            let (_, meddling, share_ppm) = self.at_work[at];
            let (whole, part) = (share_ppm / MILLION, share_ppm % MILLION);
            let is_one_more = self.below(MILLION as usize) < part as usize;
            for _ in 0..whole + u32::from(is_one_more) {
                self.meddle(meddling, from, strewn);
            }
        }
    }

    fn meddle(&mut self, meddling: Meddling, from: usize, strewn: &mut Vec<Strewn>) {
        match meddling {
            Meddling::Garbled => {
                let garbled = self.garbled();
                self.strew(from, garbled.into(), strewn);
            }
            Meddling::Forged => {
                let forged = self.forged();
                self.strew(from, forged.into(), strewn);
            }
            Meddling::Ghosts => {
                if let Some(ghost) = self.ghosts.get(self.next_ghost).cloned() {
                    self.next_ghost = (self.next_ghost + 1) % self.ghosts.len();
                    self.strew(from, ghost, strewn);
                }
            }
            Meddling::Replayed => {
                let first = self.below(self.heard.len());
                let last = (first + (1 << self.below(5))).min(self.heard.len());
                for at in first..last {
                    let again = Rc::clone(&self.heard[at]);
                    self.strew(from, again, strewn);
                }
            }
        }
    }

    /// Sends something, with the address of whoever was just heard or another one.
    fn strew(&mut self, from: usize, datagram: Rc<[u8]>, strewn: &mut Vec<Strewn>) {
        if self.left == 0 {
            return;
        }
        self.left -= 1;
        let from = if self.below(2) == 0 { from } else { NOBODY };
        let to = match self.below(8) {
            0 => Whom::One(self.below(8)),
            _ => Whom::All,
        };
        strewn.push(Strewn { from, to, datagram });
    }

    /// What no member writes, or none of this group.
    fn garbled(&mut self) -> Vec<u8> {
        let mut bytes = self.any().to_vec();
        let length = bytes.len();
        match self.below(9) {
            0 => {
                bytes.clear();
                self.pad(200, &mut bytes);
            }
            1 => {
                bytes.truncate(SUM.end);
                self.pad(200, &mut bytes);
            }
            2 => bytes.truncate(self.below(length)),
            3 => {
                bytes.push(0);
                self.pad(64, &mut bytes);
            }
            4 => self.damage(0..length, &mut bytes),
            5 => self.damage(VERSION..KIND, &mut bytes),
            // From here on it is whole, and of others: its checksum is made right.
            6 => self.damage(GROUP, &mut bytes),
            7 => self.damage(PROMISES, &mut bytes),
            _ => bytes[KIND] = 0xf0 | self.below(16) as u8,
        }
        let is_of_others = bytes.len() == length && {
            let whole = &self.heard[0];
            bytes[GROUP] != whole[GROUP]
                || bytes[PROMISES] != whole[PROMISES]
                || bytes[KIND] >= 0xf0
        };
        if is_of_others {
            group::seal(&mut bytes);
        }
        bytes
    }

    fn damage(&mut self, range: Range<usize>, bytes: &mut [u8]) {
        let at = range.start + self.below(range.len());
        bytes[at] ^= 1 << self.below(8);
    }

    /// What a member might have written.
    fn forged(&mut self) -> Vec<u8> {
        let mut bytes = self.recent().to_vec();
        for _ in 0..=self.below(3) {
            self.forge(&mut bytes);
        }
        bytes.truncate(LONGEST);
        group::seal(&mut bytes);
        bytes
    }

    fn forge(&mut self, bytes: &mut Vec<u8>) {
        let other = self.recent();
        let length = bytes.len();
        match self.below(11) {
            0 => {
                let at = self.below(length);
                bytes[at] = self.random.next_u32() as u8;
            }
            1 | 2 => self.set_number(bytes),
            3 => bytes[SENDER].copy_from_slice(&other[SENDER]),
            4 => bytes[VIEW].copy_from_slice(&other[VIEW]),
            5 => bytes[KIND] = 1 + self.below(KINDS) as u8,
            6 => {
                let at = SUM.end + self.below(length.min(other.len()) - SUM.end + 1);
                bytes.truncate(at);
                bytes.extend_from_slice(&other[at..]);
            }
            7 => bytes.truncate(SUM.end + self.below(length - SUM.end + 1)),
            8 => self.pad(32, bytes),
            9 => self.say_numbers(bytes),
            _ => self.stamp(bytes),
        }
    }

    /// One of the numbers in it becomes another: one of those at which something might run over.
    fn set_number(&mut self, bytes: &mut [u8]) {
        let body = SUM.end + self.below(bytes.len().saturating_sub(SUM.end + 7).max(1));
        let at = match self.below(6) {
            0 => SENDER.start,
            1 => VIEW.start,
            2 => VIEW.start + 8,
            // The first two numbers of a body are where most of them are.
            3 => SUM.end,
            4 => SUM.end + 8,
            _ => body,
        };
        let Some(field) = bytes.get_mut(at..at + 8) else {
            return;
        };
        let was = u64::from_be_bytes((&*field).try_into().expect("eight bytes"));
        let number = match self.below(3) {
            0 => was.wrapping_add(1),
            1 => was.wrapping_add(self.below(1 << 16) as u64),
            _ => self.edge(),
        };
        field.copy_from_slice(&number.to_be_bytes());
    }

    /// It becomes a kind of frame whose body is numbers: so short ones are heard which members seldom send.
    fn say_numbers(&mut self, bytes: &mut Vec<u8>) {
        bytes.truncate(SUM.end);
        bytes[KIND] = 1 + self.below(KINDS) as u8;
        for _ in 0..self.below(4) {
            let number = self.edge().to_be_bytes();
            bytes.extend(number);
        }
        if self.below(3) == 0 {
            bytes.extend([0, 0, 0, self.below(4) as u8]);
        }
    }

    /// Its stamp, if it is a packet, becomes one number, in seven bits a byte.
    fn stamp(&mut self, bytes: &mut Vec<u8>) {
        let mut number = self.edge();
        let mut stamp = Vec::new();
        loop {
            let more = if number > 0x7f { 0x80 } else { 0 };
            stamp.push((number & 0x7f) as u8 | more);
            number >>= 7;
            if more == 0 {
                break;
            }
        }
        if let Some(field) = bytes.get_mut(STAMP_LENGTH) {
            field.copy_from_slice(&(stamp.len() as u16).to_be_bytes());
            bytes.extend(stamp);
        }
    }

    fn edge(&mut self) -> u64 {
        let at = self.below(EDGES.len() + 1);
        match EDGES.get(at) {
            Some(edge) => *edge,
            None => self.below(1 << 10) as u64,
        }
    }

    fn pad(&mut self, most: usize, bytes: &mut Vec<u8>) {
        for _ in 0..self.below(most) {
            bytes.push(self.random.next_u32() as u8);
        }
    }

    fn any(&mut self) -> Rc<[u8]> {
        let at = self.below(self.heard.len());
        Rc::clone(&self.heard[at])
    }

    /// Something of late, or anything.
    fn recent(&mut self) -> Rc<[u8]> {
        match self.below(2) {
            0 => self.any(),
            _ => {
                let back = 1 + self.below(self.heard.len().min(RECENT));
                let at = (self.count - back) % HEARD_MAX;
                Rc::clone(&self.heard[at])
            }
        }
    }

    /// A number below that one; 0 where there is none.
    fn below(&mut self, end: usize) -> usize {
        let end = end.max(1) as u128;
        ((u128::from(self.random.next_u64()) * end) >> 64) as usize
    }
}

/// Numbers at which something might run over.
const EDGES: [u64; 10] = [
    0,
    1,
    u32::MAX as u64,
    1 << 32,
    (1 << 48) - 1,
    1 << 48,
    (1 << 48) + 1,
    1 << 63,
    u64::MAX - 1,
    u64::MAX,
];

// Where things stand in a frame: docs/groups.md has the table.
const VERSION: usize = 4;
const KIND: usize = 5;
const GROUP: Range<usize> = 8..16;
const PROMISES: Range<usize> = 16..20;
const SENDER: Range<usize> = 20..28;
const VIEW: Range<usize> = 28..44;
const SUM: Range<usize> = 44..48;
const STAMP_LENGTH: Range<usize> = 64..66;

/// Kinds of frames are less than this.
const KINDS: usize = 18;

/// The longest that is forged.
const LONGEST: usize = 9_000;

/// What is kept of what was overheard.
const HEARD_MAX: usize = 4096;

/// So much of it is of late.
const RECENT: usize = 64;

/// A place in which there is nobody.
const NOBODY: usize = 255;

const MILLION: u32 = 1_000_000;

/// Its chances are not those of the schedule or of the network.
const SALT: u64 = 0x6d65_6464_6c65_7221;

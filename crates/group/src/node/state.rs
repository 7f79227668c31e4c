//! What newcomers are given: the application's state, and what became of the messages of those who are gone.
//!
//! ```text
//!   newcomer: WantState(0) ──▶ any older seat: Welcome, State(0..), State, ...   up to a burst
//!             WantState(where it stands) ──▶ the next burst ... WantState(all): thank you
//! ```
//!
//! A state that is longer than may be given is not: the answer is a piece without bytes, and the newcomer goes away. With a part of
//! it, or none, it would not be in the state that the others are in.

use std::collections::{BTreeSet, VecDeque};
use std::time::Duration;

use timing::Tick;

use crate::frame::{Body, StateBytes, Welcome};
use crate::{MemberId, Settings, ViewId};

/// Through which message those of each gone incarnation were delivered, of the last ones that went.
#[derive(Debug)]
pub(super) struct Fates {
    gone: VecDeque<(MemberId, u64)>,
}

impl Fates {
    /// Nobody is gone.
    pub fn new() -> Self {
        Self {
            gone: VecDeque::new(),
        }
    }

    /// That member is gone; its messages were delivered through that one. What was known before stays.
    pub fn record(&mut self, member: MemberId, delivered: u64) {
        if self.of(member).is_some() {
            return;
        }
        if self.gone.len() >= REMEMBERED {
            self.gone.pop_front();
        }
        self.gone.push_back((member, delivered));
    }

    /// What became of that member's messages, if that is remembered.
    pub fn of(&self, member: MemberId) -> Option<u64> {
        let mut gone = self.gone.iter();
        gone.find(|(one, _)| *one == member)
            .map(|(_, delivered)| *delivered)
    }

    /// All that is remembered, who went first before the others.
    pub fn list(&self) -> Vec<(MemberId, u64)> {
        self.gone.iter().copied().collect()
    }

    /// What another remembers.
    pub fn take_over(&mut self, theirs: &[(MemberId, u64)]) {
        for (member, delivered) in theirs {
            self.record(*member, *delivered);
        }
    }
}

/// The state as it was when a view began, for those who came with it.
#[derive(Debug)]
pub(super) struct Giving {
    view: ViewId,
    /// Nothing where it is too long.
    bytes: Vec<u8>,
    total: usize,
    delivered: Vec<u64>,
    fates: Vec<(MemberId, u64)>,
    newcomers: BTreeSet<MemberId>,
    finished: BTreeSet<MemberId>,
    piece_bytes: usize,
    until: Tick,
}

impl Giving {
    /// `delivered` has, of each rank of the view, how many of its messages were delivered before.
    pub fn new(
        view: ViewId,
        bytes: Vec<u8>,
        delivered: Vec<u64>,
        fates: Vec<(MemberId, u64)>,
        newcomers: Vec<MemberId>,
        settings: &Settings,
        now: Tick,
    ) -> Self {
        let total = bytes.len();
        let is_given = total <= settings.state_bytes;
        Self {
            view,
            bytes: if is_given { bytes } else { Vec::new() },
            total,
            delivered,
            fates,
            newcomers: newcomers.into_iter().collect(),
            finished: BTreeSet::new(),
            piece_bytes: settings.datagram_bytes - PIECE_OVERHEAD,
            until: now + 2 * patience(settings),
        }
    }

    /// With which view the newcomers came.
    pub fn view(&self) -> ViewId {
        self.view
    }

    /// What a newcomer is to be sent that stands at that byte.
    pub fn answer(&mut self, to: MemberId, offset: u64, bodies: &mut Vec<Body<'static>>) {
        if !self.newcomers.contains(&to) {
            return;
        }
        let total = self.bytes.len();
        if total < self.total {
            bodies.push(Body::State(StateBytes {
                to,
                total: self.total as u64,
                offset: 0,
                bytes: Vec::new(),
            }));
            return;
        }
        if offset > 0 && offset >= total as u64 {
            self.finished.insert(to);
            return;
        }
        if offset == 0 {
            bodies.push(Body::Welcome(Welcome {
                to,
                fates: self.fates.clone(),
                delivered: self.delivered.clone(),
            }));
        }
        let mut start = offset as usize;
        for _ in 0..BURST {
            let end = total.min(start + self.piece_bytes);
            bodies.push(Body::State(StateBytes {
                to,
                total: total as u64,
                offset: start as u64,
                bytes: self.bytes[start..end].to_vec(),
            }));
            start = end;
            if start == total {
                return;
            }
        }
    }

    /// Whether nobody needs it any more.
    pub fn is_over(&self, now: Tick) -> bool {
        now >= self.until || self.finished.len() == self.newcomers.len()
    }

    /// When nobody needs it any more, at the latest.
    pub fn until(&self) -> Tick {
        self.until
    }
}

/// A newcomer's side: the state as far as it came.
#[derive(Debug)]
pub(super) struct Taking {
    view: ViewId,
    /// Whom it may ask; the one it asks now stands first.
    givers: VecDeque<MemberId>,
    me: MemberId,
    heartbeat: Duration,
    state_bytes_max: u64,
    welcome: Option<Welcome>,
    bytes: Vec<u8>,
    total: Option<u64>,
    /// How long it is, where it is too long.
    refused: Option<u64>,
    /// From which byte it asked last, and how often for nothing.
    asked: u64,
    in_vain: u32,
    ask_at: Tick,
    until: Tick,
}

impl Taking {
    /// `givers` are those who may have the state, the likeliest first.
    pub fn new(
        view: ViewId,
        givers: Vec<MemberId>,
        me: MemberId,
        settings: &Settings,
        now: Tick,
    ) -> Self {
        Self {
            view,
            givers: givers.into(),
            me,
            heartbeat: settings.heartbeat,
            state_bytes_max: settings.state_bytes as u64,
            welcome: None,
            bytes: Vec::new(),
            total: None,
            refused: None,
            asked: 0,
            in_vain: 0,
            ask_at: now,
            until: now + patience(settings),
        }
    }

    /// With which view it came.
    pub fn view(&self) -> ViewId {
        self.view
    }

    /// Whom it asks.
    pub fn giver(&self) -> MemberId {
        self.givers.front().copied().unwrap_or_default()
    }

    /// What it must know of what was delivered before.
    pub fn on_welcome(&mut self, from: MemberId, welcome: &Welcome) {
        let is_whole = welcome.delivered.len() == self.givers.len() + 1;
        if from == self.giver() && welcome.to == self.me && is_whole && self.welcome.is_none() {
            self.welcome = Some(welcome.clone());
            self.in_vain = 0;
        }
    }

    /// A piece came.
    pub fn on_state(&mut self, now: Tick, from: MemberId, piece: &StateBytes) {
        let is_mine = from == self.giver() && piece.to == self.me;
        if !is_mine || self.total.is_some_and(|total| total != piece.total) {
            return;
        }
        let is_none_given = piece.bytes.is_empty() && piece.offset == 0 && piece.total > 0;
        if is_none_given || piece.total > self.state_bytes_max {
            self.refused = Some(piece.total);
            return;
        }
        let here = self.bytes.len() as u64;
        if piece.offset > here {
            // One before it is lost, or late.
            self.ask_at = self.ask_at.min(now + self.heartbeat / 16);
            return;
        }
        let known = usize::try_from(here - piece.offset).unwrap_or(usize::MAX);
        self.total = Some(piece.total);
        let Some(new) = piece.bytes.get(known..).filter(|new| !new.is_empty()) else {
            return;
        };
        self.bytes.extend_from_slice(new);
        self.in_vain = 0;
        let burst = (BURST * piece.bytes.len()) as u64;
        if self.bytes.len() as u64 >= self.asked + burst {
            self.ask_at = now;
        }
    }

    /// Whom to ask now, from which byte on.
    pub fn on_time(&mut self, now: Tick) -> Option<(MemberId, u64)> {
        if now < self.ask_at || self.is_over() {
            return None;
        }
        if self.in_vain >= ASKS_IN_VAIN {
            self.turn_to_the_next();
        }
        self.in_vain += 1;
        self.asked = match self.welcome {
            Some(_) => self.bytes.len() as u64,
            None => 0,
        };
        self.ask_at = now + self.heartbeat / 2;
        Some((self.giver(), self.asked))
    }

    /// When [`Taking::on_time`] has something to do.
    pub fn wake_at(&self) -> Tick {
        match self.is_over() {
            true => Tick::MAX,
            false => self.ask_at.min(self.until),
        }
    }

    /// Whether nobody is left who has the state.
    pub fn is_hopeless(&self, now: Tick) -> bool {
        now >= self.until && !self.is_over()
    }

    /// How long the state is, if it is too long to be given.
    pub fn refused(&self) -> Option<u64> {
        self.refused
    }

    fn is_over(&self) -> bool {
        self.is_whole() || self.refused.is_some()
    }

    /// The state, and what came with it, once all of it is here.
    pub fn whole(&mut self) -> Option<(Vec<u8>, Welcome)> {
        if !self.is_whole() {
            return None;
        }
        Some((std::mem::take(&mut self.bytes), self.welcome.take()?))
    }

    /// Another giver may write the same state in other bytes, so nothing of this one's is kept.
    fn turn_to_the_next(&mut self) {
        self.in_vain = 0;
        if self.givers.len() > 1 {
            self.givers.rotate_left(1);
            (self.welcome, self.total) = (None, None);
            self.bytes.clear();
        }
    }

    fn is_whole(&self) -> bool {
        self.welcome.is_some() && self.total == Some(self.bytes.len() as u64)
    }
}

/// How long a newcomer asks for the state.
fn patience(settings: &Settings) -> Duration {
    20 * settings.suspect_after
}

/// How many gone members, and own views, are remembered.
pub(super) const REMEMBERED: usize = 64;

/// How many pieces answer one asking.
const BURST: usize = 8;

/// How often one asks the same member in vain.
const ASKS_IN_VAIN: u32 = 8;

/// What a piece needs in its datagram beside its bytes.
const PIECE_OVERHEAD: usize = 128;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ORDERS;
    use proptest::prelude::*;
    use rand_core::{Rng, SeedableRng};
    use rand_pcg::Pcg64Mcg;

    const ME: MemberId = MemberId(9);

    fn settings() -> Settings {
        Settings {
            datagram_bytes: 512,
            ..Settings::new(&ORDERS[0])
        }
    }

    fn giving(bytes: &[u8]) -> Giving {
        let id = ViewId::default();
        let fates = vec![(MemberId(7), 3)];
        Giving::new(
            id,
            bytes.to_vec(),
            vec![4, 0],
            fates,
            vec![ME],
            &settings(),
            Tick::ZERO,
        )
    }

    /// Hands the state over while so many answers of a hundred are lost. What came, and how often it was asked for.
    fn hand_over(bytes: &[u8], loss: u32) -> (Option<(Vec<u8>, Welcome)>, usize) {
        let (mut giving, giver) = (giving(bytes), MemberId(1));
        let mut taking = Taking::new(giving.view(), vec![giver], ME, &settings(), Tick::ZERO);
        let mut random = Pcg64Mcg::seed_from_u64(bytes.len() as u64);
        let (mut asked, mut now) = (0, Tick::ZERO);
        while asked < 1000 {
            while let Some((to, offset)) = taking.on_time(now) {
                assert_eq!(to, giver);
                asked += 1;
                let mut bodies = Vec::new();
                giving.answer(ME, offset, &mut bodies);
                assert!(bodies.len() <= BURST + 1);
                for body in bodies {
                    match body {
                        _ if random.next_u32() % 100 < loss => {}
                        Body::Welcome(welcome) => taking.on_welcome(giver, &welcome),
                        Body::State(piece) => taking.on_state(now, giver, &piece),
                        other => panic!("{other:?} is nothing for newcomers"),
                    }
                }
            }
            if let Some(whole) = taking.whole() {
                giving.answer(ME, bytes.len() as u64, &mut Vec::new());
                assert!(bytes.is_empty() || giving.is_over(now));
                return (Some(whole), asked);
            }
            assert!(taking.wake_at() > now);
            now = taking.wake_at();
        }
        (None, asked)
    }

    #[test]
    fn a_state_without_loss_takes_an_asking_a_burst() {
        let bytes = vec![3; 10 * BURST * (512 - PIECE_OVERHEAD)];
        let (whole, asked) = hand_over(&bytes, 0);
        let (state, welcome) = whole.expect("all of it came");
        assert_eq!((state, asked), (bytes, 10));
        assert_eq!(welcome.delivered, [4, 0]);
        assert_eq!(welcome.fates, [(MemberId(7), 3)]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn it_comes_whole_whatever_is_lost(length in 0usize..20_000, loss in 1u32..60) {
            let bytes: Vec<u8> = (0..length).map(|at| (at * 7 % 251) as u8).collect();
            let (whole, _) = hand_over(&bytes, loss);
            prop_assert!(whole.is_some_and(|(state, _)| state == bytes));
        }
    }

    #[test]
    fn who_does_not_answer_is_given_up_and_all_of_them_in_the_end() {
        let givers = vec![MemberId(1), MemberId(2)];
        let mut taking = Taking::new(ViewId::default(), givers, ME, &settings(), Tick::ZERO);
        let mut asked = BTreeSet::new();
        let mut now = Tick::ZERO;
        while !taking.is_hopeless(now) {
            asked.extend(taking.on_time(now).map(|(giver, _)| giver));
            now = taking.wake_at();
        }
        assert_eq!(asked.len(), 2);
        assert_eq!(now, Tick::ZERO + patience(&settings()));
    }

    #[test]
    fn what_others_send_or_is_too_long_is_not_taken() {
        let mut taking = Taking::new(
            ViewId::default(),
            vec![MemberId(1)],
            ME,
            &settings(),
            Tick::ZERO,
        );
        let piece = |to, total| StateBytes {
            to,
            total,
            offset: 0,
            bytes: vec![1],
        };
        taking.on_state(Tick::ZERO, MemberId(2), &piece(ME, 1));
        taking.on_state(Tick::ZERO, MemberId(1), &piece(MemberId(3), 1));
        assert!(taking.bytes.is_empty() && taking.total.is_none() && taking.refused().is_none());
        taking.on_state(Tick::ZERO, MemberId(1), &piece(ME, 1 << 40));
        assert!(taking.bytes.is_empty() && taking.total.is_none());
        assert_eq!(taking.refused(), Some(1 << 40));
        let mut bodies = Vec::new();
        giving(b"state").answer(MemberId(4), 0, &mut bodies);
        assert_eq!(bodies, [], "whoever is no newcomer is given nothing");
        giving(b"").answer(ME, 1 << 40, &mut bodies);
        giving(b"state").answer(ME, 1 << 40, &mut bodies);
        assert_eq!(bodies, [], "nothing is behind the end");
    }

    #[test]
    fn a_state_that_is_too_long_is_refused_and_nothing_of_it_is_kept() {
        for (length, is_given) in [(1 << 20, true), ((1 << 20) + 1, false)] {
            let mut giving = giving(&vec![7; length]);
            assert_eq!(giving.bytes.is_empty(), !is_given);
            let givers = vec![MemberId(1)];
            let mut taking = Taking::new(giving.view(), givers, ME, &settings(), Tick::ZERO);
            let mut bodies = Vec::new();
            assert_eq!(taking.on_time(Tick::ZERO), Some((MemberId(1), 0)));
            giving.answer(ME, 0, &mut bodies);
            for body in &bodies {
                if let Body::State(piece) = body {
                    taking.on_state(Tick::ZERO, MemberId(1), piece);
                }
            }
            let refused = Some(length as u64).filter(|_| !is_given);
            assert_eq!(taking.refused(), refused);
            if !is_given {
                assert_eq!((bodies.len(), taking.wake_at()), (1, Tick::MAX));
                assert_eq!(taking.on_time(Tick::MAX), None, "it asks nobody else");
                assert!(taking.whole().is_none() && !taking.is_hopeless(Tick::MAX));
            }
        }
    }

    #[test]
    fn the_last_that_went_are_remembered_as_they_went_first() {
        let mut fates = Fates::new();
        for member in 1..=REMEMBERED as u64 + 1 {
            fates.record(MemberId(member), member);
        }
        fates.take_over(&[(MemberId(5), 77), (MemberId(1), 88)]);
        assert_eq!(fates.of(MemberId(2)), None);
        assert_eq!(fates.of(MemberId(5)), Some(5));
        assert_eq!(fates.of(MemberId(1)), Some(88));
        assert_eq!(fates.list().len(), REMEMBERED);
    }
}

//! What a node has beside its place in a view, and what it is handed with each call.

use std::sync::Arc;

use rand_core::{Rng as _, SeedableRng as _};
use rand_pcg::Pcg64Mcg;
use timing::Tick;

use super::farewell::Farewell;
use super::last_view::LastView;
use super::merge::Merge;
use super::probe::Answers;
use super::queue::Outgoing;
use super::state::{Fates, Giving};
use crate::frame::{Body, Header, again_of, encode};
use crate::{Effects, GroupId, MemberId, Name, Notice, Reason, Seat, Settings, Tally, To, ViewId};

/// What a node has whichever view it is in.
#[derive(Debug)]
pub(super) struct Rest {
    pub group: GroupId,
    pub name: Name,
    pub settings: Arc<Settings>,
    pub promises: u32,
    pub me: MemberId,
    /// Earlier incarnations of which nobody has told yet what was delivered.
    pub was: Vec<MemberId>,
    /// It wants to leave.
    pub leaving: Option<Farewell>,
    pub outgoing: Outgoing,
    pub tally: Tally,
    pub fates: Fates,
    pub last: Option<Box<LastView>>,
    /// The state for those who came with the last views, each as it was then.
    pub giving: Vec<Giving>,
    pub merge: Merge,
    pub answers: Answers,
    /// Datagrams wait to be read: what seems to be missing may be among them.
    pub is_reading: bool,
    rng: Pcg64Mcg,
    wire: Vec<u8>,
}

/// A call of the driver's: when, and what may be done about it.
pub(super) struct Context<'a> {
    pub rest: &'a mut Rest,
    pub now: Tick,
    pub out: &'a mut dyn Effects,
}

impl Rest {
    /// Lets go of the state that nobody needs any more.
    pub fn forget_given(&mut self, now: Tick) {
        self.giving.retain(|giving| !giving.is_over(now));
    }

    pub fn new(group: GroupId, name: Name, settings: Settings, seed: u64) -> Self {
        let mut rest = Self {
            group,
            name,
            promises: settings.promises(),
            me: MemberId(0),
            was: Vec::new(),
            leaving: None,
            outgoing: Outgoing::new(&settings),
            merge: Merge::new(&settings, 0),
            answers: Answers::default(),
            is_reading: false,
            settings: Arc::new(settings),
            tally: Tally::default(),
            fates: Fates::new(),
            last: None,
            giving: Vec::new(),
            rng: Pcg64Mcg::seed_from_u64(seed),
            wire: Vec::new(),
        };
        rest.me = rest.draw_member();
        let seed = rest.draw();
        rest.merge = Merge::new(&rest.settings, seed);
        rest
    }

    /// A number that decides nothing but delays.
    pub fn draw(&mut self) -> u64 {
        self.rng.next_u64()
    }

    /// An incarnation.
    pub fn draw_member(&mut self) -> MemberId {
        MemberId(self.rng.next_u64().max(1))
    }

    /// This member's place in a view.
    pub fn seat(&self) -> Seat {
        Seat {
            member: self.me,
            name: self.name.clone(),
        }
    }

    /// The header of this member's frames about that view.
    pub fn header(&self, view: ViewId) -> Header {
        Header {
            group: self.group,
            promises: self.promises,
            sender: self.me,
            view,
        }
    }
}

impl Context<'_> {
    /// Sends a frame.
    pub fn say(&mut self, to: To, header: &Header, body: &Body<'_>) {
        let wire = &mut self.rest.wire;
        wire.clear();
        encode(header, body, wire);
        self.out.send(to, wire);
    }

    /// Sends a packet again, which came or left as that datagram.
    pub fn say_again(&mut self, datagram: &[u8]) {
        let wire = &mut self.rest.wire;
        wire.clear();
        again_of(datagram, wire);
        self.out.send(To::All, wire);
        self.rest.tally.repairs_sent += 1;
    }

    /// A datagram is refused.
    pub fn refuse(&mut self, reason: Reason) {
        if self.rest.tally.refuse(reason) {
            self.out.notice(Notice::Refused(reason));
        }
    }

    /// Tells what became of the messages of this member's earlier incarnations, as far as that is known.
    pub fn tell_fates(&mut self) {
        for was in std::mem::take(&mut self.rest.was) {
            self.out.notice(match self.rest.fates.of(was) {
                Some(delivered) => Notice::Fate { was, delivered },
                None => Notice::FateUnknown { was },
            });
        }
    }
}

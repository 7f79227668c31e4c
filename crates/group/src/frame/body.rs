//! What stands behind the header.

use super::codec::{AGAIN, DATA};
use super::reader::{HOLDING_WORDS_MAX, RING_WORDS_MAX, Reader};
use super::{Change, Data, Header};
use crate::view::MEMBERS_MAX;
use crate::{MemberId, Name, Reason, Seat, View, ViewId};

/// What a frame says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Body<'a> {
    /// A packet.
    Data(Data<'a>),
    /// The same, sent again, by whomever: no sign of its sender's life.
    Again(Data<'a>),
    /// Packets are missing.
    Nak(Nak),
    /// A sign of life, with what the sender has.
    Status(Status),
    /// Someone who is in no view wants to come in.
    Join(Join),
    /// A member wants to leave.
    Leave,
    /// Of the change from the header's view to the next.
    Change(Change),
    /// The sender is in the header's view, and sees that a member of it has gone on: how? The number comes back in *out*.
    Ask(u64),
    /// The answer to those who are not in the view that came next.
    Out(Out),
    /// A newcomer wants the state, from this byte on.
    WantState(u64),
    /// A piece of it.
    State(StateBytes),
    /// What the group knows of those who are gone: sent with the first piece of state.
    Welcome(Welcome),
    /// Is that member there, in the header's view (or in none, and looks around)?
    Probe(Probe),
    /// The answer, of a member of the header's view.
    Here(Here),
}

/// The answer to those who are not in the view that came next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Out {
    /// The asker's number: what was recorded at another time has another.
    pub nonce: u64,
    /// The sender's view, which is the header's, as it is.
    pub view: View,
}

/// Is that member there?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Probe {
    /// Which; others may get this too.
    pub to: MemberId,
    /// It comes back in *here*.
    pub nonce: u64,
}

/// The sender lives, now: it answers what it cannot have been asked before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Here {
    /// The asker's number.
    pub nonce: u64,
    /// How many members the sender's view has; 0 where it is in none.
    pub size: u8,
    /// Whether that view cannot go on.
    pub is_blocked: bool,
}

/// Packets are missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Nak {
    /// Whose: the rank in the header's view.
    pub of: u8,
    /// The packets that are asked for: those that this lacks up to its last bit (not those behind it).
    pub has: Holding,
    /// The last packet that is asked for.
    pub last: u64,
}

/// Which of a sender's packets someone has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Holding {
    /// All up to this one.
    pub through: u64,
    /// Bit i of word w: the packet `through + 2 + 64 w + i` (`through + 1` is missing). No word at the end is 0.
    pub beyond: Vec<u64>,
}

/// A sign of life, with what the sender has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Status {
    /// How many packets the sender has sent in this view.
    pub sent: u64,
    /// What it promises of the stamps of later ones; what that means is the order's.
    pub promise: u64,
    /// Through which packet it has those of each rank.
    pub received: Vec<u64>,
    /// Which ranks it hears: bit r.
    pub hears: u64,
    /// Whether it waits: its view cannot go on.
    pub is_blocked: bool,
}

/// Someone who is in no view wants to come in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Join {
    /// What it is called.
    pub name: Name,
    /// Into which view; none while it looks around.
    pub into: ViewId,
    /// Its last incarnation, 0 where it had none.
    pub was: MemberId,
}

/// A piece of state. One without bytes, of a state that has some, says that it is too long to be given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StateBytes {
    /// For whom.
    pub to: MemberId,
    /// How long the whole is: at most [`STATE_BYTES_MAX`].
    pub total: u64,
    /// Where this piece begins.
    pub offset: u64,
    /// The piece.
    pub bytes: Vec<u8>,
}

/// What the group knows of members that are gone: the last message of each that was delivered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Welcome {
    /// For whom.
    pub to: MemberId,
    /// The newcomers' last incarnations, with the numbers; those that nobody remembers are not there. At most [`FATES_MAX`].
    pub fates: Vec<(MemberId, u64)>,
    /// Of each rank of the header's view, how many of its messages were delivered in earlier views.
    pub delivered: Vec<u64>,
}

impl<'a> Body<'a> {
    pub(super) fn kind(&self) -> u8 {
        match self {
            Self::Data(_) => DATA,
            Self::Again(_) => AGAIN,
            Self::Nak(_) => 3,
            Self::Status(_) => 4,
            Self::Join(_) => 5,
            Self::Leave => 6,
            Self::Change(change) => change.kind(),
            Self::Ask(_) => 12,
            Self::Out(_) => 13,
            Self::WantState(_) => 14,
            Self::State(_) => 15,
            Self::Welcome(_) => 16,
            Self::Probe(_) => 17,
            Self::Here(_) => 18,
        }
    }

    /// Reads it. What comes from those who are in no view is *join*, and of *change* what makes a first view.
    pub(super) fn read(kind: u8, header: &Header, input: &mut Reader<'a>) -> Result<Self, Reason> {
        let body = match kind {
            DATA => Self::Data(Data::read(input)?),
            AGAIN => Self::Again(Data::read(input)?),
            3 => Self::Nak(Nak::read(input)?),
            4 => Self::Status(Status::read(input)?),
            5 => Self::Join(Join::read(input)?),
            6 => Self::Leave,
            7..=11 => Self::Change(Change::read(kind, header.view, input)?),
            12 => Self::Ask(input.u64()?),
            13 => Self::Out(Out::read(header.view, input)?),
            14 => Self::WantState(input.u64()?),
            15 => Self::State(StateBytes::read(input)?),
            16 => Self::Welcome(Welcome::read(input)?),
            17 => Self::Probe(Probe {
                to: input.member()?,
                nonce: input.u64()?,
            }),
            18 => Self::Here(Here::read(header.view, input)?),
            _ => return Err(Reason::Kind),
        };
        let fits = match &body {
            Self::Join(_) => header.view == ViewId::NONE,
            Self::Change(_) | Self::Probe(_) | Self::Here(_) => true,
            Self::WantState(from) => header.view != ViewId::NONE && *from <= STATE_BYTES_MAX,
            _ => header.view != ViewId::NONE,
        };
        if fits {
            Ok(body)
        } else {
            Err(Reason::Malformed)
        }
    }

    pub(super) fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Data(data) | Self::Again(data) => data.write(out),
            Self::Nak(nak) => nak.write(out),
            Self::Status(status) => status.write(out),
            Self::Join(join) => join.write(out),
            Self::Leave => {}
            Self::Ask(nonce) => out.extend_from_slice(&nonce.to_be_bytes()),
            Self::Probe(probe) => {
                out.extend_from_slice(&probe.to.0.to_be_bytes());
                out.extend_from_slice(&probe.nonce.to_be_bytes());
            }
            Self::Change(change) => change.write(out),
            Self::Out(is_out) => is_out.write(out),
            Self::Here(here) => here.write(out),
            Self::WantState(from) => out.extend_from_slice(&from.to_be_bytes()),
            Self::State(state) => state.write(out),
            Self::Welcome(welcome) => welcome.write(out),
        }
    }
}

impl Nak {
    fn read(input: &mut Reader<'_>) -> Result<Self, Reason> {
        let (of, last, has) = (input.u8()?, input.number()?, input.holding()?);
        let is_asked = last > has.through && last - has.through <= ASKED_MAX;
        match usize::from(of) < MEMBERS_MAX && is_asked {
            true => Ok(Self { of, has, last }),
            false => Err(Reason::Malformed),
        }
    }

    fn write(&self, out: &mut Vec<u8>) {
        out.push(self.of);
        out.extend_from_slice(&self.last.to_be_bytes());
        self.has.write(RING_WORDS_MAX, out);
    }
}

impl Holding {
    /// Whether that packet is among them.
    pub fn has(&self, sequence: u64) -> bool {
        if sequence <= self.through {
            return true;
        }
        let Some(bit) = sequence.checked_sub(self.through.saturating_add(2)) else {
            return false;
        };
        let word = usize::try_from(bit / 64)
            .ok()
            .and_then(|at| self.beyond.get(at));
        word.is_some_and(|word| word >> (bit % 64) & 1 == 1)
    }

    /// The last packet that is among them, 0 where there is none.
    pub fn last(&self) -> u64 {
        match self.beyond.iter().rposition(|word| *word != 0) {
            None => self.through,
            Some(at) => {
                let bit = 64 * at as u64 + u64::from(63 - self.beyond[at].leading_zeros());
                self.through.saturating_add(2).saturating_add(bit)
            }
        }
    }

    /// At most so many words; what is beyond them is not told, as if it were not there.
    fn write(&self, words_max: usize, out: &mut Vec<u8>) {
        let told = &self.beyond[..self.beyond.len().min(words_max)];
        let used = told
            .iter()
            .rposition(|word| *word != 0)
            .map_or(0, |at| at + 1);
        out.extend_from_slice(&self.through.to_be_bytes());
        out.push(used as u8);
        for word in &told[..used] {
            out.extend_from_slice(&word.to_be_bytes());
        }
    }

    /// Cuts a list down to what a frame has room for. Only where tens of thousands of packets are held behind gaps anything is cut;
    /// what is cut off is then as if it were not there.
    pub fn fit(holdings: &mut [Self]) {
        let mut left = HOLDING_WORDS_MAX;
        for holding in holdings {
            holding.beyond.truncate(RING_WORDS_MAX.min(left));
            while holding.beyond.last() == Some(&0) {
                holding.beyond.pop();
            }
            left -= holding.beyond.len();
        }
    }

    /// A list, cut down as by [`Holding::fit`].
    pub(super) fn write_all(holdings: &[Self], out: &mut Vec<u8>) {
        out.push(holdings.len() as u8);
        let mut left = HOLDING_WORDS_MAX;
        for holding in holdings {
            let start = out.len();
            holding.write(RING_WORDS_MAX.min(left), out);
            left -= (out.len() - start - 9) / 8;
        }
    }
}

impl Status {
    fn read(input: &mut Reader<'_>) -> Result<Self, Reason> {
        let (sent, promise, hears) = (input.number()?, input.u64()?, input.u64()?);
        let (is_blocked, received) = (input.is_so()?, input.numbers()?);
        let beyond = hears.checked_shr(received.len() as u32).unwrap_or(0);
        match received.is_empty() || beyond != 0 {
            true => Err(Reason::Malformed),
            false => Ok(Self {
                sent,
                promise,
                received,
                hears,
                is_blocked,
            }),
        }
    }

    fn write(&self, out: &mut Vec<u8>) {
        for number in [self.sent, self.promise, self.hears] {
            out.extend_from_slice(&number.to_be_bytes());
        }
        out.push(u8::from(self.is_blocked));
        write_numbers(&self.received, out);
    }
}

impl Join {
    fn read(input: &mut Reader<'_>) -> Result<Self, Reason> {
        Ok(Self {
            into: input.view()?,
            was: MemberId(input.u64()?),
            name: input.name()?,
        })
    }

    fn write(&self, out: &mut Vec<u8>) {
        write_view(self.into, out);
        out.extend_from_slice(&self.was.0.to_be_bytes());
        write_name(&self.name, out);
    }
}

impl Out {
    fn read(id: ViewId, input: &mut Reader<'_>) -> Result<Self, Reason> {
        let (nonce, seats) = (input.u64()?, input.seats()?);
        let view = View { id, seats };
        Ok(Self { nonce, view })
    }

    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.nonce.to_be_bytes());
        write_seats(&self.view.seats, out);
    }
}

impl Here {
    fn read(view: ViewId, input: &mut Reader<'_>) -> Result<Self, Reason> {
        let (nonce, size, is_blocked) = (input.u64()?, input.count()? as u8, input.is_so()?);
        let is_somewhere = size > 0;
        match is_somewhere == (view != ViewId::NONE) && (is_somewhere || !is_blocked) {
            true => Ok(Self {
                nonce,
                size,
                is_blocked,
            }),
            false => Err(Reason::Malformed),
        }
    }

    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.nonce.to_be_bytes());
        out.extend_from_slice(&[self.size, u8::from(self.is_blocked)]);
    }
}

impl StateBytes {
    fn read(input: &mut Reader<'_>) -> Result<Self, Reason> {
        let (to, total, offset) = (input.member()?, input.u64()?, input.u64()?);
        let bytes = input.take_rest().to_vec();
        let left = total.checked_sub(offset).ok_or(Reason::Malformed)?;
        match total <= STATE_BYTES_MAX && bytes.len() as u64 <= left {
            true => Ok(Self {
                to,
                total,
                offset,
                bytes,
            }),
            false => Err(Reason::Malformed),
        }
    }

    fn write(&self, out: &mut Vec<u8>) {
        for number in [self.to.0, self.total, self.offset] {
            out.extend_from_slice(&number.to_be_bytes());
        }
        out.extend_from_slice(&self.bytes);
    }
}

impl Welcome {
    fn read(input: &mut Reader<'_>) -> Result<Self, Reason> {
        let (to, count) = (input.member()?, usize::from(input.u8()?));
        if count > FATES_MAX {
            return Err(Reason::Malformed);
        }
        let fates = (0..count).map(|_| Ok((input.member()?, input.number()?)));
        Ok(Self {
            to,
            fates: fates.collect::<Result<_, Reason>>()?,
            delivered: input.numbers()?,
        })
    }

    fn write(&self, out: &mut Vec<u8>) {
        debug_assert!(self.fates.len() <= FATES_MAX, "{} fates", self.fates.len());
        out.extend_from_slice(&self.to.0.to_be_bytes());
        out.push(self.fates.len() as u8);
        for (member, number) in &self.fates {
            out.extend_from_slice(&member.0.to_be_bytes());
            out.extend_from_slice(&number.to_be_bytes());
        }
        write_numbers(&self.delivered, out);
    }
}

pub(super) fn write_view(view: ViewId, out: &mut Vec<u8>) {
    out.extend_from_slice(&view.epoch.to_be_bytes());
    out.extend_from_slice(&view.by.0.to_be_bytes());
}

pub(super) fn write_seats(seats: &[Seat], out: &mut Vec<u8>) {
    debug_assert!((1..=MEMBERS_MAX).contains(&seats.len()), "{}", seats.len());
    out.push(seats.len() as u8);
    for seat in seats {
        out.extend_from_slice(&seat.member.0.to_be_bytes());
        write_name(&seat.name, out);
    }
}

fn write_name(name: &Name, out: &mut Vec<u8>) {
    out.push(name.as_str().len() as u8);
    out.extend_from_slice(name.as_str().as_bytes());
}

/// A number for each rank.
fn write_numbers(numbers: &[u64], out: &mut Vec<u8>) {
    debug_assert!(numbers.len() <= MEMBERS_MAX, "{} ranks", numbers.len());
    out.push(numbers.len() as u8);
    for number in numbers {
        out.extend_from_slice(&number.to_be_bytes());
    }
}

/// How many fates a frame holds.
pub(crate) const FATES_MAX: usize = 128;
/// How long a state may be at the most.
const STATE_BYTES_MAX: u64 = 1 << 40;
/// Beyond which nobody asks: what a ring holds.
const ASKED_MAX: u64 = 64 * RING_WORDS_MAX as u64 + 1;

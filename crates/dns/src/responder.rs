//! The one door: what becomes of a message.

use naming::{RecordType, Registry};

use crate::{Keys, Now, Peer, PendingUpdate, Transfer};

/// What a responder is told once.
#[derive(Debug)]
pub struct Settings {
    /// Whose signatures count.
    pub keys: Keys,
    /// Whether updates and transfers must be signed also where they come from this machine.
    pub is_signed_only: bool,
    /// The most bytes of an answer by datagram, whatever the asker says: 1232 passes everywhere (DNS flag day 2020).
    pub udp_bytes_max: u16,
    /// What cookies are made with (RFC 7873); random, 32 bytes.
    pub secret: [u8; 32],
}

/// Answers messages about the names of a registry.
#[derive(Debug)]
pub struct Responder {
    settings: Settings,
}

/// What becomes of a message.
#[derive(Debug)]
pub enum Handled {
    /// The answer lies in `out`.
    Reply(Outcome),
    /// No answer.
    Silent(Why),
    /// An update to be decided and kept; then [`PendingUpdate::reply`] makes the answer.
    Update(Box<PendingUpdate>),
    /// A zone transfer, which is allowed: only by a connection.
    Transfer(Box<Transfer>),
}

/// What was answered, for the count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// What was asked for; none where the message was not understood that far.
    pub record_type: Option<RecordType>,
    /// RFC 1035, section 4.1.1, and later ones: 0 no error, 1 malformed, 2 failure, 3 no such name, 4 not implemented,
    /// 5 refused, 6 to 10 updates, 16 to 23 extended.
    pub rcode: u16,
    /// Whether it was cut, so that the asker comes again by a connection.
    pub is_cut: bool,
    /// Why it was refused, for the log; never with bytes from outside in it other than names and addresses.
    pub refusal: Option<&'static str>,
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// It is an answer itself: to answer it may never end.
    Answer,
    /// It has no whole header.
    Short,
}

impl Responder {
    /// A responder.
    pub fn new(settings: Settings) -> Self {
        Self { settings }
    }

    /// What becomes of a message. `out` is emptied first.
    pub fn handle(
        &self,
        _registry: &Registry,
        _message: &[u8],
        _peer: Peer,
        _now: Now,
        out: &mut Vec<u8>,
    ) -> Handled {
        out.clear();
        let _ = &self.settings;
        unimplemented!()
    }

    /// The least answer that makes an asker come again by a connection: its question, cut. Whether there is one.
    pub fn cut(&self, _message: &[u8], out: &mut Vec<u8>) -> bool {
        out.clear();
        unimplemented!()
    }
}

//! The one door: what becomes of a message.

use naming::{RecordType, Registry};

use crate::{
    Keys, Now, Peer, PendingUpdate, Transfer,
    answer::{self, Asker},
    question::{HEADER_BYTES, Question},
    rcode,
    reply::Reply,
    signature, transfer, update,
};

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
    /// A signed update again, byte for byte, while the first is being decided: its answer is on its way.
    Repeated,
}

impl Responder {
    /// A responder.
    pub fn new(settings: Settings) -> Self {
        Self { settings }
    }

    /// What becomes of a message. `out` is emptied first.
    pub fn handle(
        &self,
        registry: &Registry,
        message: &[u8],
        peer: Peer,
        now: Now,
        out: &mut Vec<u8>,
    ) -> Handled {
        out.clear();
        let settings = &self.settings;
        match Opcode::of(message) {
            Err(why) => Handled::Silent(why),
            Ok(Opcode::Query) => self.query(registry, message, peer, now, out),
            Ok(Opcode::Update) => update::handle(settings, registry, message, peer, now, out),
            Ok(Opcode::Other) => {
                let rcode = rcode::NOT_IMPLEMENTED;
                Handled::Reply(answer::error(settings, message, None, rcode, None, out))
            }
        }
    }

    /// The least answer that makes an asker come again by a connection: its question, cut. Whether there is one.
    pub fn cut(&self, message: &[u8], out: &mut Vec<u8>) -> bool {
        out.clear();
        let Ok(Opcode::Query) = Opcode::of(message) else {
            return false;
        };
        let Ok(question) = Question::read(message) else {
            return false;
        };
        let mut reply = Reply::new(message, question.end, usize::MAX, out);
        reply.set_cut();
        reply.finish(question.edns.as_ref(), self.settings.udp_bytes_max, None);
        true
    }

    fn query(
        &self,
        registry: &Registry,
        message: &[u8],
        peer: Peer,
        now: Now,
        out: &mut Vec<u8>,
    ) -> Handled {
        let settings = &self.settings;
        let question = match Question::read(message) {
            Ok(question) => question,
            Err(error) => {
                let end = error.question_end.unwrap_or(HEADER_BYTES);
                return Handled::Reply(answer::malformed(message, end, out));
            }
        };
        if question.edns.is_some_and(|edns| edns.version != 0) {
            let (question, rcode) = (Some(&question), rcode::BAD_VERSION);
            return Handled::Reply(answer::error(settings, message, question, rcode, None, out));
        }
        if matches!(question.record_type, RecordType::AXFR | RecordType::IXFR) {
            return transfer::handle(settings, registry, message, &question, peer, now, out);
        }
        if question.has_tsig {
            return signature::answer(settings, registry, message, &question, peer, now, out);
        }
        let asker = Asker {
            peer,
            is_known: false,
            kept_bytes: 0,
        };
        let outcome = answer::answer(settings, registry, message, &question, asker, now, out);
        Handled::Reply(outcome)
    }
}

/// What a message is about.
enum Opcode {
    /// A question.
    Query,
    /// An update (RFC 2136).
    Update,
    /// Something that is not done here.
    Other,
}

impl Opcode {
    /// What the header says.
    fn of(message: &[u8]) -> Result<Self, Why> {
        let header: &[u8; HEADER_BYTES] = message.first_chunk().ok_or(Why::Short)?;
        if header[2] & 0x80 != 0 {
            return Err(Why::Answer);
        }
        match header[2] >> 3 & 0x0f {
            0 => Ok(Self::Query),
            5 => Ok(Self::Update),
            _ => Ok(Self::Other),
        }
    }
}

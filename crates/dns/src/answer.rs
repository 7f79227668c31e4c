//! Answers to questions, straight from bytes to bytes.
//!
//! An answer is as long as its way allows: 65535 bytes over a connection; by datagram what the asker takes (512 bytes unless
//! it says more), at most [`Settings::udp_bytes_max`]. **Who may be forged is sent at most three times the bytes of the
//! question**: whoever is not of this machine and shows no cookie that is good. Where that is too little, the answer is cut,
//! and then it is 11 bytes longer than the question at the most (16 more with a cookie that it asked for).

use naming::{LeaseId, RecordType, Registry};

use crate::{
    Now, Outcome, Peer, Settings, Transport,
    cookie::Checked,
    edns,
    in_zone::Answering,
    question::{HEADER_BYTES, Question},
    rcode,
    reply::{self, CLASS_IN, Reply},
    reverse,
};

/// Who gets the answer, as far as it matters for its size.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asker {
    /// Who asks.
    pub peer: Peer,
    /// Whether it is proved that they are where they say, other than by a cookie: by a signature.
    pub is_known: bool,
    /// How many bytes are left free for what is appended to the answer.
    pub kept_bytes: usize,
}

/// Answers a question. `out` is emptied first.
pub(crate) fn answer(
    settings: &Settings,
    registry: &Registry,
    message: &[u8],
    question: &Question,
    asker: Asker,
    now: Now,
    out: &mut Vec<u8>,
) -> Outcome {
    let sent = question.edns.and_then(|edns| edns.cookie);
    let cookie = sent.map(|cookie| cookie.check(&settings.secret, asker.peer.address, now.unix_s));
    let limit = limit(settings, message.len(), question, asker, cookie.as_ref());
    let mut reply = Reply::new(message, question.end, limit, out);
    let refusal = fill(registry, question, now, &mut reply);
    let fresh = cookie.as_ref().map(|cookie| &cookie.reply);
    let ended = reply.finish(question.edns.as_ref(), settings.udp_bytes_max, fresh);
    Outcome {
        record_type: Some(question.record_type),
        rcode: ended.rcode,
        is_cut: ended.is_cut,
        refusal,
    }
}

/// Says that something went wrong: the question, where there is one, and no records. `out` is emptied first.
pub(crate) fn error(
    settings: &Settings,
    message: &[u8],
    question: Option<&Question>,
    rcode: u16,
    refusal: Option<&'static str>,
    out: &mut Vec<u8>,
) -> Outcome {
    let question_end = question.map_or(HEADER_BYTES, |question| question.end);
    let mut reply = Reply::new(message, question_end, usize::MAX, out);
    reply.set_rcode(rcode);
    let edns = question.and_then(|question| question.edns.as_ref());
    reply.finish(edns, settings.udp_bytes_max, None);
    Outcome {
        record_type: question.map(|question| question.record_type),
        rcode,
        is_cut: false,
        refusal,
    }
}

/// Says that a message is malformed: its question, up to `question_end`, and no records. `out` is emptied first.
pub(crate) fn malformed(message: &[u8], question_end: usize, out: &mut Vec<u8>) -> Outcome {
    let mut reply = Reply::new(message, question_end, usize::MAX, out);
    reply.set_rcode(rcode::FORM_ERROR);
    reply.finish(None, 0, None);
    Outcome {
        record_type: None,
        rcode: rcode::FORM_ERROR,
        is_cut: false,
        refusal: None,
    }
}

/// For how many seconds an answer may be kept: never longer than the name's lease lasts, of which each second that has
/// begun counts.
pub(crate) fn ttl_s(registry: &Registry, lease: Option<LeaseId>, ttl_s: u32, now: Now) -> u32 {
    let Some(lease) = lease else {
        return ttl_s;
    };
    let ends = registry.lease(lease).map_or(0, |lease| lease.deadline.0);
    let left_s = ends.saturating_sub(now.lease.0).div_ceil(1_000).max(1);
    ttl_s.min(u32::try_from(left_s).unwrap_or(u32::MAX))
}

/// How many bytes the answer may have before OPT.
fn limit(
    settings: &Settings,
    message_bytes: usize,
    question: &Question,
    asker: Asker,
    cookie: Option<&Checked>,
) -> usize {
    let edns = question.edns.as_ref();
    let most = match (asker.peer.transport, edns) {
        (Transport::Tcp, _) => usize::from(u16::MAX),
        (Transport::Udp, None) => usize::from(edns::UDP_BYTES_MIN.min(settings.udp_bytes_max)),
        (Transport::Udp, Some(edns)) => usize::from(edns.udp_bytes.min(settings.udp_bytes_max)),
    };
    let is_where_it_says = asker.peer.transport == Transport::Tcp
        || asker.peer.is_local()
        || asker.is_known
        || cookie.is_some_and(|cookie| cookie.is_good);
    let most = match is_where_it_says {
        true => most,
        false => most.min(RATIO_MAX * message_bytes),
    };
    most.saturating_sub(reply::opt_bytes(edns) + asker.kept_bytes)
}

/// Puts records in; why it is refused, if it is.
fn fill(
    registry: &Registry,
    question: &Question,
    now: Now,
    reply: &mut Reply<'_>,
) -> Option<&'static str> {
    if !matches!(question.class, CLASS_IN | CLASS_ANY) {
        reply.set_rcode(rcode::REFUSED);
        return Some("a class other than IN");
    }
    let record_type = question.record_type;
    match record_type {
        MAILB | MAILA | TKEY => {
            reply.set_rcode(rcode::NOT_IMPLEMENTED);
            return None;
        }
        RecordType::ANY => {}
        _ if !record_type.is_data() => {
            reply.set_rcode(rcode::FORM_ERROR);
            return None;
        }
        _ => {}
    }
    let Some(relative) = registry.zone().relative(question.name()) else {
        return reverse::fill(registry, question, now, reply);
    };
    reply.set_authoritative(true);
    Answering::new(registry, record_type, now, relative, reply).answer(question.name(), relative);
    None
}

/// So many times the bytes of a question may be sent to whoever may be forged.
const RATIO_MAX: usize = 3;

/// Any class: as good as IN, the only one there is.
const CLASS_ANY: u16 = 255;

/// To make keys (RFC 2930).
const TKEY: RecordType = RecordType(249);

/// Records of mailboxes (RFC 1035, section 3.2.3), which are not used any more.
const MAILB: RecordType = RecordType(253);

/// See [`MAILB`].
const MAILA: RecordType = RecordType(254);

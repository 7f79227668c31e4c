//! Signatures with shared keys (RFC 8945).
//!
//! ```text
//!   request:       MAC = HMAC(key, message without TSIG · variables)
//!   answer:        MAC = HMAC(key, length and MAC of the request · message · variables)
//!   later ones:    MAC = HMAC(key, length and MAC of the message before · message · time and fudge)
//!   variables = key's name · class ANY · TTL 0 · algorithm · time · fudge · error · length and other data
//! ```
//!
//! The crate `domain` can do this too, but tells of a wrong signature as a format error, and signs its word about a wrong
//! time such that no asker accepts it (0.12.3). So it only checks this in tests.

use std::sync::Arc;

use domain::{
    base::{Message, ParsedRecord, Rtype, ToName, wire::ParseError},
    rdata,
};
use naming::Registry;

use crate::{
    Handled, Key, Now, Outcome, Peer, Settings,
    answer::{self, Asker},
    head::{Head, Section, count},
    mac::Mac,
    question::{HEADER_BYTES, Question},
    rcode,
    replay::Mark,
};

/// Answers an ordinary question that has a signature: signed as well, for `nsupdate` and others do not take another answer
/// to the question with which they look for the zone (section 5.3).
pub(crate) fn answer(
    settings: &Settings,
    registry: &Registry,
    message: &[u8],
    question: &Question,
    peer: Peer,
    now: Now,
    out: &mut Vec<u8>,
) -> Handled {
    let signature = match check(settings, message, now, out) {
        Ok((_, signature)) => signature,
        Err(outcome) => return Handled::Reply(outcome),
    };
    let asker = Asker {
        peer,
        is_known: signature.is_some(),
        kept_bytes: signature.as_ref().map_or(0, Signature::bytes),
    };
    let outcome = answer::answer(settings, registry, message, question, asker, now, out);
    if let Some(mut signature) = signature {
        signature.sign(now, out);
    }
    Handled::Reply(outcome)
}

/// Looks through a whole message, and at its signature if it has one.
///
/// # Errors
/// When the message is malformed, or its signature no good; then the reply lies in `out`.
pub(crate) fn check(
    settings: &Settings,
    message: &[u8],
    now: Now,
    out: &mut Vec<u8>,
) -> Result<(Head, Option<Signature>), Outcome> {
    let malformed = |head: Head, out: &mut Vec<u8>| {
        head.reply(
            rcode::FORM_ERROR,
            Some("the message is malformed"),
            &[],
            out,
        )
    };
    let Ok(question_end) = question_end(message) else {
        return Err(malformed(Head::bare(message), out));
    };
    let Ok(walked) = Walked::through(message) else {
        return Err(malformed(Head::of(message, question_end, None), out));
    };
    let edns = walked.has_edns.then_some(settings.udp_bytes_max);
    let head = Head::of(message, question_end, edns);
    let Some(tsig) = walked.tsig else {
        return Ok((head, None));
    };
    let refused = |error: Error, other: &[u8], signature: Option<&Signature>, out: &mut Vec<u8>| {
        let outcome = head.reply(rcode::NOT_AUTHORITATIVE, Some(error.text()), &[], out);
        tsig.push_refusal(error, other, signature, now, out);
        outcome
    };
    let key = settings.keys.at(&tsig.name);
    let Some(key) = key.filter(|key| *tsig.algorithm == *key.algorithm()) else {
        return Err(refused(Error::Key, &[], None, out));
    };
    let whole = key.secret().bytes();
    // Section 5.2.2.1: what is shorter than this nobody may accept.
    if tsig.mac.len() > whole || tsig.mac.len() < (whole / 2).max(10) {
        return Err(malformed(head, out));
    }
    let signature = Signature::of(key, &tsig);
    match tsig.verdict(message, key, now) {
        Ok(()) => Ok((head, Some(signature))),
        Err(Error::Signature) => Err(refused(Error::Signature, &[], None, out)),
        Err(Error::Time) => {
            let now = now.unix_s.to_be_bytes();
            Err(refused(Error::Time, &now[2..], Some(&signature), out))
        }
        Err(error) => Err(refused(error, &[], Some(&signature), out)),
    }
}

/// How many seconds a signature may be away from now (section 10, recommended). What a message says of itself counts only
/// where it is less.
pub(crate) const FUDGE_S: u16 = 300;

/// A good signature of a message, and what replies to it are signed with.
#[derive(Debug)]
pub(crate) struct Signature {
    key: Arc<Key>,
    /// The MAC that the next one covers: of the request, or of the message before.
    before: Vec<u8>,
    /// Whether a message was signed already: then only time and fudge are covered of the variables.
    is_later: bool,
    signed_s: u64,
    mark: Mark,
}

impl Signature {
    fn of(key: &Arc<Key>, tsig: &Tsig) -> Self {
        let mut mark = Mark::default();
        let bytes = mark.len().min(tsig.mac.len());
        mark[..bytes].copy_from_slice(&tsig.mac[..bytes]);
        Self {
            key: Arc::clone(key),
            before: tsig.mac.clone(),
            is_later: false,
            signed_s: tsig.signed_s,
            mark,
        }
    }

    /// Signs a request with a key; the answer is then checked by [`verify`](Self::verify).
    pub(crate) fn request(key: &Arc<Key>, now: Now, out: &mut Vec<u8>) -> Self {
        let mut signature = Self {
            key: Arc::clone(key),
            before: Vec::new(),
            is_later: false,
            signed_s: now.unix_s,
            mark: Mark::default(),
        };
        signature.sign(now, out);
        signature.is_later = false;
        signature
    }

    /// Signs a reply, which is whole but for this; called again, the next of a sequence (section 5.3.1).
    pub(crate) fn sign(&mut self, now: Now, out: &mut Vec<u8>) {
        let variables = Variables {
            signed_s: now.unix_s,
            fudge_s: FUDGE_S,
            error: 0,
            other: &[],
        };
        let mac = self.mac(&[out], &variables).code();
        push(out, self.key.wire(), self.key.algorithm(), &variables, &mac);
        self.before = mac;
        self.is_later = true;
    }

    /// How many bytes a signature adds to a message.
    pub(crate) fn bytes(&self) -> usize {
        let mac = self.key.secret().bytes();
        self.key.wire().len() + 10 + self.key.algorithm().len() + 16 + mac
    }

    /// With which key.
    pub(crate) fn key(&self) -> &Key {
        &self.key
    }

    /// When it was made, in seconds since 1970, and what tells it from others of that second.
    pub(crate) fn stamp(&self) -> (u64, Mark) {
        (self.signed_s, self.mark)
    }

    /// Whether an answer to the request that this signed is signed as it must be. Where it tells of an error of our
    /// signature, which it cannot always sign: the error.
    pub(crate) fn verify(&self, message: &[u8], now: Now) -> Result<Option<u16>, ()> {
        let tsig = Walked::through(message)
            .ok()
            .and_then(|walked| walked.tsig)
            .ok_or(())?;
        let is_unsigned = matches!(tsig.error, 16 | 17) && tsig.mac.is_empty();
        if message[3] & 0xf == rcode::NOT_AUTHORITATIVE as u8 && is_unsigned {
            return Ok(Some(tsig.error));
        }
        let is_ours = *tsig.name == *self.key.wire() && *tsig.algorithm == *self.key.algorithm();
        let (head, body) = tsig.signed_part(message);
        let mac = self.mac(&[&head, body], &tsig.variables());
        if !is_ours || tsig.mac.len() != mac.bytes() || !mac.begins_with(&tsig.mac) {
            return Err(());
        }
        match (tsig.error, tsig.is_in_time(now)) {
            (0, true) => Ok(None),
            (0, false) => Err(()),
            (error, _) => Ok(Some(error)),
        }
    }

    fn mac(&self, message: &[&[u8]], variables: &Variables) -> Mac {
        let mut context = self.key.secret().clone();
        if !self.before.is_empty() {
            context.update(&(self.before.len() as u16).to_be_bytes());
            context.update(&self.before);
        }
        message.iter().for_each(|part| context.update(part));
        match self.is_later {
            true => variables.timers(&mut context),
            false => variables.all(&self.key, &mut context),
        }
        context
    }
}

/// What a signature tells of itself, and covers.
struct Variables<'a> {
    signed_s: u64,
    fudge_s: u16,
    error: u16,
    other: &'a [u8],
}

impl Variables<'_> {
    fn all(&self, key: &Key, context: &mut Mac) {
        context.update(key.wire());
        context.update(&CLASS_AND_TTL);
        context.update(key.algorithm());
        self.timers(context);
        context.update(&self.error.to_be_bytes());
        context.update(&(self.other.len() as u16).to_be_bytes());
        context.update(self.other);
    }

    fn timers(&self, context: &mut Mac) {
        context.update(&self.signed_s.to_be_bytes()[2..]);
        context.update(&self.fudge_s.to_be_bytes());
    }
}

/// What is wrong with a signature (section 3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Error {
    Signature = 16,
    Key = 17,
    Time = 18,
    Truncated = 22,
}

impl Error {
    fn text(self) -> &'static str {
        match self {
            Self::Signature => {
                "BADSIG: the signature is wrong; do both sides have the same secret?"
            }
            Self::Key => "BADKEY: there is no key with that name and algorithm",
            Self::Time => "BADTIME: the clocks of both sides differ too much",
            Self::Truncated => "BADTRUNC: the signature is shortened",
        }
    }
}

/// A TSIG record.
struct Tsig {
    /// Where it begins in its message.
    start: usize,
    /// Absolute and in lower case, as is the algorithm.
    name: Vec<u8>,
    algorithm: Vec<u8>,
    signed_s: u64,
    fudge_s: u16,
    mac: Vec<u8>,
    original_id: u16,
    error: u16,
    other: Vec<u8>,
}

impl Tsig {
    fn read(record: &ParsedRecord<'_, [u8]>, start: usize) -> Result<Self, ParseError> {
        let malformed = || ParseError::form_error("TSIG record");
        if record.class().to_int() != 255 || record.ttl().as_secs() != 0 {
            return Err(malformed());
        }
        let parsed = record
            .to_record::<rdata::Tsig<_, _>>()?
            .ok_or_else(malformed)?;
        let data = parsed.data();
        Ok(Self {
            start,
            name: wire(&record.owner()),
            algorithm: wire(data.algorithm()),
            signed_s: data.time_signed().into(),
            fudge_s: data.fudge(),
            mac: data.mac().to_vec(),
            original_id: data.original_id(),
            error: data.error().to_int(),
            other: data.other().to_vec(),
        })
    }

    /// Sections 5.2.2 to 5.2.4, in their order.
    fn verdict(&self, message: &[u8], key: &Key, now: Now) -> Result<(), Error> {
        let mut mac = key.secret().clone();
        let (head, body) = self.signed_part(message);
        mac.update(&head);
        mac.update(body);
        self.variables().all(key, &mut mac);
        let whole = mac.bytes();
        if !mac.begins_with(&self.mac) {
            return Err(Error::Signature);
        }
        if !self.is_in_time(now) {
            return Err(Error::Time);
        }
        match self.mac.len() == whole {
            true => Ok(()),
            false => Err(Error::Truncated),
        }
    }

    /// The message as it was signed: without this record, and with the number that it had then.
    fn signed_part<'a>(&self, message: &'a [u8]) -> ([u8; HEADER_BYTES], &'a [u8]) {
        let mut head = *message.first_chunk().expect("it was gone through");
        head[..2].copy_from_slice(&self.original_id.to_be_bytes());
        let records = u16::from_be_bytes([head[10], head[11]]) - 1;
        head[10..].copy_from_slice(&records.to_be_bytes());
        (head, &message[HEADER_BYTES..self.start])
    }

    fn variables(&self) -> Variables<'_> {
        Variables {
            signed_s: self.signed_s,
            fudge_s: self.fudge_s,
            error: self.error,
            other: &self.other,
        }
    }

    fn is_in_time(&self, now: Now) -> bool {
        now.unix_s.abs_diff(self.signed_s) <= self.fudge_s.min(FUDGE_S).into()
    }

    /// Says in a reply what is wrong with this record; signed where its sender has shown that he has the key. The time
    /// of BADTIME is the asker's, so that he can check it (section 5.2.3).
    fn push_refusal(
        &self,
        error: Error,
        other: &[u8],
        signature: Option<&Signature>,
        now: Now,
        out: &mut Vec<u8>,
    ) {
        let variables = Variables {
            signed_s: if error == Error::Time {
                self.signed_s
            } else {
                now.unix_s
            },
            fudge_s: FUDGE_S,
            error: error as u16,
            other,
        };
        let mac = signature.map(|signature| signature.mac(&[out], &variables).code());
        let mac = mac.unwrap_or_default();
        push(out, &self.name, &self.algorithm, &variables, &mac);
    }
}

/// Where the question section of a message ends.
fn question_end(message: &[u8]) -> Result<usize, ParseError> {
    let message = Message::from_slice(message).map_err(|_| ParseError::ShortInput)?;
    let mut questions = message.question();
    for question in questions.by_ref() {
        question?;
    }
    Ok(questions.pos())
}

/// A message whose records were gone through, all of them.
struct Walked {
    has_edns: bool,
    tsig: Option<Tsig>,
}

impl Walked {
    /// Goes through a message.
    ///
    /// # Errors
    /// When it is malformed, or has a TSIG that is not the last (section 5.1).
    fn through(message: &[u8]) -> Result<Self, ParseError> {
        let malformed = || ParseError::form_error("a TSIG record that is not the last");
        let message = Message::from_slice(message).map_err(|_| ParseError::ShortInput)?;
        let mut section = message.answer()?;
        let (mut has_edns, mut tsig) = (false, None);
        for number in 0..3 {
            let mut start = section.pos();
            while let Some(record) = section.next() {
                let record = record?;
                match record.rtype() {
                    _ if tsig.is_some() => return Err(malformed()),
                    Rtype::TSIG if number != 2 => return Err(malformed()),
                    Rtype::TSIG => tsig = Some(Tsig::read(&record, start)?),
                    Rtype::OPT => has_edns = true,
                    _ => {}
                }
                start = section.pos();
            }
            match section.next_section()? {
                Some(next) => section = next,
                None => break,
            }
        }
        Ok(Self { has_edns, tsig })
    }
}

/// A name as it stands in a message that compresses nothing, in lower case.
pub(crate) fn wire(name: &impl ToName) -> Vec<u8> {
    let mut wire = Vec::new();
    for label in name.iter_labels() {
        wire.push(label.len() as u8);
        wire.extend(label.iter().map(|byte| byte.to_ascii_lowercase()));
    }
    wire
}

fn push(out: &mut Vec<u8>, name: &[u8], algorithm: &[u8], variables: &Variables, mac: &[u8]) {
    let id = [out[0], out[1]];
    let data_bytes = algorithm.len() + 16 + mac.len() + variables.other.len();
    out.extend(name);
    out.extend([0, 250]);
    out.extend(CLASS_AND_TTL);
    out.extend((data_bytes as u16).to_be_bytes());
    out.extend(algorithm);
    out.extend(&variables.signed_s.to_be_bytes()[2..]);
    out.extend(variables.fudge_s.to_be_bytes());
    out.extend((mac.len() as u16).to_be_bytes());
    out.extend(mac);
    out.extend(id);
    out.extend(variables.error.to_be_bytes());
    out.extend((variables.other.len() as u16).to_be_bytes());
    out.extend(variables.other);
    count(out, Section::Additional, 1);
}

/// The class of a TSIG record is ANY, its TTL is 0 (section 4.2).
const CLASS_AND_TTL: [u8; 6] = [0, 255, 0, 0, 0, 0];

#[cfg(test)]
mod tests {
    use domain::{
        base::{MessageBuilder, Name, iana::Opcode},
        tsig::{ClientTransaction, ValidationError},
    };

    use super::*;
    use crate::fixture::{NOW, NOW_S, Raw, at, codes, settings, their_key};

    /// A question that `domain` signed, and what it checks the answer with.
    fn theirs(
        key: &str,
        is_right: bool,
        unix_s: u64,
    ) -> (Vec<u8>, ClientTransaction<Arc<domain::tsig::Key>>) {
        let mut builder = MessageBuilder::new_vec();
        builder.header_mut().set_id(7);
        builder.header_mut().set_opcode(Opcode::QUERY);
        let mut builder = builder.question();
        let name: Name<Vec<u8>> = "lab.test".parse().expect("a name");
        builder.push((name, Rtype::SOA)).expect("room");
        let mut builder = builder.additional();
        let time = rdata::tsig::Time48::from_u64(unix_s);
        let transaction = ClientTransaction::request(their_key(key, is_right), &mut builder, time);
        (builder.finish(), transaction.expect("room"))
    }

    #[test]
    fn domain_and_this_understand_each_other() {
        let settings = settings();
        for key in ["all", "all384", "all512", "one"] {
            let (message, transaction) = theirs(key, true, NOW_S - 200);
            let mut out = Vec::new();
            let (head, signature) = check(&settings, &message, NOW, &mut out).expect("good");
            let mut signature = signature.expect("signed");
            assert_eq!(signature.key().name(), format!("{key}."));
            head.reply(rcode::NO_ERROR, None, &[], &mut out);
            let before = out.len();
            signature.sign(NOW, &mut out);
            assert_eq!(out.len() - before, signature.bytes());
            let mut answer = Message::from_octets(out).expect("a message");
            let time = rdata::tsig::Time48::from_u64(NOW_S + 200);
            transaction.answer(&mut answer, time).expect("signed well");
            answer
                .header_mut()
                .set_rcode(domain::base::iana::Rcode::REFUSED);
        }
    }

    #[test]
    fn domain_hears_what_is_wrong() {
        let settings = settings();
        let mut out = Vec::new();
        let (message, transaction) = theirs("all", false, NOW_S);
        let outcome = check(&settings, &message, NOW, &mut out).expect_err("a wrong secret");
        assert_eq!((outcome.rcode, codes(&out)), (9, (9, Some(16))));
        let mut answer = Message::from_octets(std::mem::take(&mut out)).expect("a message");
        let error = transaction.answer(&mut answer, rdata::tsig::Time48::from_u64(NOW_S));
        assert!(
            matches!(error, Err(ValidationError::ServerBadSig)),
            "{error:?}"
        );
        let (message, transaction) = theirs("other", true, NOW_S);
        check(&settings, &message, NOW, &mut out).expect_err("an unknown key");
        assert_eq!(codes(&out), (9, Some(17)));
        let mut answer = Message::from_octets(std::mem::take(&mut out)).expect("a message");
        let error = transaction.answer(&mut answer, rdata::tsig::Time48::from_u64(NOW_S));
        assert!(
            matches!(error, Err(ValidationError::ServerBadKey)),
            "{error:?}"
        );
    }

    #[track_caller]
    fn refused(message: &[u8], expected: (u8, Option<u16>)) -> Vec<u8> {
        let mut out = Vec::new();
        check(&settings(), message, NOW, &mut out).expect_err("no good signature");
        assert_eq!(codes(&out), expected);
        out
    }

    #[test]
    fn a_wrong_time_is_told_signed_and_with_ours() {
        for unix_s in [NOW_S - 301, NOW_S + 301, 0] {
            let mut message = Raw::update().0;
            let settings = settings();
            let key = settings.keys.named("all").expect("a key");
            let asked = Signature::request(key, at(unix_s), &mut message);
            let reply = refused(&message, (9, Some(18)));
            assert_eq!(asked.verify(&reply, at(unix_s)), Ok(Some(18)));
            let tsig = Walked::through(&reply)
                .expect("a message")
                .tsig
                .expect("a signature");
            assert_eq!(tsig.signed_s, unix_s);
            assert_eq!(tsig.other, NOW_S.to_be_bytes()[2..]);
            let mut forged = reply.clone();
            *forged.last_mut().expect("bytes") ^= 1;
            assert_eq!(asked.verify(&forged, at(unix_s)), Err(()));
        }
        for unix_s in [NOW_S - 300, NOW_S + 300] {
            let message = Raw::update().signed(&settings(), "all", unix_s);
            assert!(check(&settings(), &message, NOW, &mut Vec::new()).is_ok());
        }
    }

    /// A signed message whose MAC is replaced.
    fn with_mac(change: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
        let message = Raw::update().signed(&settings(), "all", NOW_S);
        let mut tsig = Walked::through(&message)
            .expect("a message")
            .tsig
            .expect("a signature");
        change(&mut tsig.mac);
        let mut changed = message[..tsig.start].to_vec();
        changed[11] = 0;
        push(
            &mut changed,
            &tsig.name,
            &tsig.algorithm,
            &tsig.variables(),
            &tsig.mac,
        );
        changed
    }

    #[test]
    fn a_shortened_signature_is_refused_as_the_standard_says() {
        refused(&with_mac(|mac| mac.truncate(31)), (9, Some(22)));
        refused(&with_mac(|mac| mac.truncate(16)), (9, Some(22)));
        refused(
            &with_mac(|mac| {
                mac.truncate(16);
                mac[3] ^= 1
            }),
            (9, Some(16)),
        );
        refused(&with_mac(|mac| mac.truncate(15)), (1, None));
        refused(&with_mac(Vec::clear), (1, None));
        refused(&with_mac(|mac| mac.push(0)), (1, None));
        assert!(check(&settings(), &with_mac(|_| {}), NOW, &mut Vec::new()).is_ok());
    }

    #[test]
    fn a_signature_stands_once_and_last() {
        let signed = || Raw(Raw::update().signed(&settings(), "all", NOW_S));
        let tsig = |raw: Raw, section| raw.record(section, "all.", 250, 255, 0, b"\0");
        refused(&signed().edns(&[]).0, (1, None));
        refused(&signed().signed(&settings(), "all", NOW_S), (1, None));
        for section in [6, 8, 10] {
            refused(&tsig(Raw::update(), section).0, (1, None));
        }
        // Bytes behind the last record are let pass, as they are without a signature: nobody looks at them.
        let mut trailing = signed().0;
        trailing.push(0);
        assert!(check(&settings(), &trailing, NOW, &mut Vec::new()).is_ok());
    }

    #[test]
    fn no_signed_message_can_be_changed_in_any_bit() {
        let settings = settings();
        let message = Raw::update()
            .when("a.lab.test.", 255, 254, &[])
            .add("a.lab.test.", 1, 60, &[10, 0, 0, 1])
            .edns(&[0, 2, 0, 4, 0, 0, 0, 9])
            .signed(&settings, "all", NOW_S);
        let start = Walked::through(&message)
            .expect("a message")
            .tsig
            .expect("a signature")
            .start;
        for at in 0..message.len() {
            for bit in 0..8 {
                let mut changed = message.clone();
                changed[at] ^= 1 << bit;
                let is_good = check(&settings, &changed, NOW, &mut Vec::new())
                    .is_ok_and(|(_, signature)| signature.is_some());
                // The number may be another on the way: the one that was signed stands in the TSIG record (section 4.2).
                // And names of keys and algorithms are the same in upper case.
                let is_number = at < 2;
                let is_case = at > start && message[at].is_ascii_lowercase() && bit == 5;
                assert!(!is_good || is_number || is_case, "byte {at}, bit {bit}");
            }
        }
    }

    #[test]
    fn a_signature_cannot_be_taken_off_an_answer() {
        let settings = settings();
        let mut message = Raw::query("lab.test.", 6).0;
        let key = settings.keys.named("all").expect("a key");
        let asked = Signature::request(key, NOW, &mut message);
        let (head, signature) = check(&settings, &message, NOW, &mut Vec::new()).expect("good");
        let mut out = Vec::new();
        head.reply(rcode::NO_ERROR, None, &[], &mut out);
        assert_eq!(asked.verify(&out, NOW), Err(()));
        signature.expect("signed").sign(NOW, &mut out);
        assert_eq!(asked.verify(&out, NOW), Ok(None));
        assert_eq!(asked.verify(&out, at(NOW_S + 301)), Err(()));
        for byte in 0..out.len() {
            let mut changed = out.clone();
            changed[byte] ^= 1;
            assert!(
                byte < 2 || asked.verify(&changed, NOW).is_err(),
                "byte {byte}"
            );
        }
    }
}

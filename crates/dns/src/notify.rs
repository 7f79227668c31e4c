//! Telling a secondary that the zone changed (RFC 1996).

use std::sync::Arc;

use naming::{RecordType, Revision, Zone};

use crate::{
    Key, Now,
    head::{Section, count},
    question::HEADER_BYTES,
    reply::CLASS_IN,
    signature::Signature,
    soa,
};

/// A notice that waits for its answer.
#[derive(Debug)]
pub struct Notify {
    /// The header's number and the question, which come back.
    id: [u8; 2],
    question: Box<[u8]>,
    signature: Option<Signature>,
}

/// What came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotifyAnswer {
    /// The secondary has heard it.
    Heard,
    /// It will not; the code, of the signature where that is what is wrong (16 BADSIG, 17 BADKEY, 18 BADTIME).
    ///
    /// That a key is unknown or a signature wrong cannot be told with a signature (RFC 8945, section 5.3.2): such an answer
    /// counts unsigned, for whoever could forge it could as well keep the true one from us.
    Refused(u16),
    /// This is no answer to it.
    Foreign,
}

impl Notify {
    /// A notice with that id, signed with the key if there is one. `out` is emptied first.
    pub fn new(
        zone: &Zone,
        revision: Revision,
        id: u16,
        key: Option<Arc<Key>>,
        now: Now,
        out: &mut Vec<u8>,
    ) -> Self {
        out.clear();
        out.extend(id.to_be_bytes());
        out.extend([NOTIFY | AUTHORITY, 0, 0, 1]);
        out.extend([0; 6]);
        out.extend(zone.wire());
        out.extend(RecordType::SOA.0.to_be_bytes());
        out.extend(CLASS_IN.to_be_bytes());
        let question = out[HEADER_BYTES..].into();
        // The SOA is a hint only (section 3.7): the secondary asks for it before it believes it.
        out.extend((soa::POINTER | HEADER_BYTES as u16).to_be_bytes());
        out.extend(RecordType::SOA.0.to_be_bytes());
        out.extend(CLASS_IN.to_be_bytes());
        out.extend(soa::TTL_S.to_be_bytes());
        out.extend((soa::SHORT_BYTES as u16).to_be_bytes());
        soa::push_short_data(HEADER_BYTES as u16, revision, out);
        count(out, Section::Answer, 1);
        Self {
            id: id.to_be_bytes(),
            question,
            signature: key.map(|key| Signature::request(&key, now, out)),
        }
    }

    /// What a message says about it.
    pub fn answer(&self, message: &[u8], now: Now) -> NotifyAnswer {
        let Some((header, rest)) = message.split_first_chunk::<HEADER_BYTES>() else {
            return NotifyAnswer::Foreign;
        };
        let is_answer = header[..2] == self.id && header[2] & 0xf8 == RESPONSE | NOTIFY;
        let has_question = header[4..6] == [0, 1];
        // Some answer with their header alone.
        let is_ours = match has_question {
            true => rest
                .get(..self.question.len())
                .is_some_and(|question| question.eq_ignore_ascii_case(&self.question)),
            false => header[4..6] == [0, 0],
        };
        let rcode = u16::from(header[3] & 0xf);
        let error = match &self.signature {
            Some(signature) => signature.verify(message, now),
            None => Ok(None),
        };
        match (is_answer && is_ours, error, rcode) {
            (false, ..) | (_, Err(()), _) => NotifyAnswer::Foreign,
            (true, Ok(Some(error)), _) => NotifyAnswer::Refused(error),
            (true, Ok(None), 0) => NotifyAnswer::Heard,
            (true, Ok(None), rcode) => NotifyAnswer::Refused(rcode),
        }
    }
}

/// The operation, in its place in the header.
const NOTIFY: u8 = 4 << 3;
/// The flag of an answer from whoever has the zone; a notice has it too (section 4.5).
const AUTHORITY: u8 = 0x04;
/// The flag of answers.
const RESPONSE: u8 = 0x80;

#[cfg(test)]
mod tests {
    use domain::base::Message;

    use super::*;
    use crate::{
        fixture::{NOW, NOW_S, Numbers, at, registry, settings},
        head::Head,
        signature::check,
    };

    fn notify(key: Option<&str>, out: &mut Vec<u8>) -> Notify {
        let key = key.map(|key| settings().keys.named(key).cloned().expect("a key"));
        Notify::new(registry().zone(), Revision(9), 0x1234, key, NOW, out)
    }

    /// What a secondary answers: signed if the notice is.
    fn reply(message: &[u8], rcode: u16) -> Vec<u8> {
        let mut out = Vec::new();
        let (head, signature) = check(&settings(), message, NOW, &mut out).expect("a notice");
        head.reply(rcode, None, &[], &mut out);
        if let Some(mut signature) = signature {
            signature.sign(NOW, &mut out);
        }
        out
    }

    #[test]
    fn a_notice_carries_the_soa() {
        let mut out = Vec::new();
        notify(None, &mut out);
        let message = Message::from_slice(&out).expect("a message");
        assert_eq!(message.header().opcode().to_int(), 4);
        assert!(message.header().aa() && !message.header().qr());
        let soa = message
            .answer()
            .expect("answers")
            .limit_to::<domain::rdata::Soa<_>>();
        let serials: Vec<_> = soa
            .map(|soa| soa.expect("a SOA").data().serial().into_int())
            .collect();
        assert_eq!(serials, [9]);
    }

    #[test]
    fn answers_are_told_from_what_is_none() {
        for key in [None, Some("all"), Some("all512")] {
            let mut sent = Vec::new();
            let notify = notify(key, &mut sent);
            let good = reply(&sent, 0);
            assert_eq!(notify.answer(&good, NOW), NotifyAnswer::Heard);
            assert_eq!(
                notify.answer(&reply(&sent, 5), NOW),
                NotifyAnswer::Refused(5)
            );
            for (place, change) in [(0, 1), (1, 1), (2, 0x80), (2, 0x08), (13, 1)] {
                let mut other = good.clone();
                other[place] ^= change;
                assert_eq!(
                    notify.answer(&other, NOW),
                    NotifyAnswer::Foreign,
                    "byte {place}"
                );
            }
            assert_eq!(notify.answer(&sent, NOW), NotifyAnswer::Foreign);
            assert_eq!(notify.answer(&[], NOW), NotifyAnswer::Foreign);
        }
    }

    #[test]
    fn a_signed_notice_wants_a_signed_answer() {
        let mut sent = Vec::new();
        let notify = notify(Some("all"), &mut sent);
        let mut unsigned = Vec::new();
        Head::of(&sent, 12 + 10 + 4, None).reply(0, None, &[], &mut unsigned);
        assert_eq!(notify.answer(&unsigned, NOW), NotifyAnswer::Foreign);
        assert_eq!(
            notify.answer(&reply(&sent, 0), at(NOW_S + 301)),
            NotifyAnswer::Foreign
        );
        let mut none = settings();
        none.keys = Default::default();
        check(&none, &sent, NOW, &mut unsigned).expect_err("an unknown key");
        assert_eq!(notify.answer(&unsigned, NOW), NotifyAnswer::Refused(17));
        check(&settings(), &sent, at(NOW_S + 900), &mut unsigned).expect_err("a wrong time");
        assert_eq!(notify.answer(&unsigned, NOW), NotifyAnswer::Refused(18));
    }

    #[test]
    fn nothing_that_comes_back_makes_it_fail() {
        let mut sent = Vec::new();
        let notify = notify(Some("all"), &mut sent);
        let good = reply(&sent, 0);
        let mut numbers = Numbers(4);
        for _ in 0..20_000 {
            let spoiled = numbers.spoil(&good);
            if notify.answer(&spoiled, NOW) == NotifyAnswer::Heard {
                // What the signature covers is as it was; the names of key and algorithm may be in upper case.
                assert_eq!(spoiled[..26], good[..26]);
            }
        }
    }
}

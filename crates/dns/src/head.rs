//! The frame of replies that are not answers from the registry: to updates, refusals, and what a transfer begins with.

use crate::{Outcome, question::HEADER_BYTES};

/// What a reply repeats of its message.
#[derive(Clone, Debug)]
pub(crate) struct Head {
    id: [u8; 2],
    /// The first byte of flags: a response, with the message's operation and its wish for recursion.
    flags: u8,
    /// The question section, or the zone of an update, byte for byte; at most one question.
    question: Box<[u8]>,
    /// Where the message has EDNS: how many bytes of a datagram are taken here.
    edns: Option<u16>,
}

impl Head {
    /// Of a message of which no more than its header was understood.
    ///
    /// # Panics
    /// When it has no whole header.
    pub(crate) fn bare(message: &[u8]) -> Self {
        Self {
            id: [message[0], message[1]],
            flags: 0x80 | message[2] & 0x79,
            question: Box::default(),
            edns: None,
        }
    }

    /// Of a message whose question section ends there.
    pub(crate) fn of(message: &[u8], question_end: usize, edns: Option<u16>) -> Self {
        let is_one = message[4..6] == [0, 1];
        Self {
            question: if is_one {
                message[HEADER_BYTES..question_end].into()
            } else {
                Box::default()
            },
            edns,
            ..Self::bare(message)
        }
    }

    /// The beginning of a reply with authority, without EDNS: a header and the question. `out` is emptied first.
    pub(crate) fn begin(&self, out: &mut Vec<u8>) {
        out.clear();
        out.extend(self.id);
        out.extend([self.flags | AUTHORITY, 0]);
        out.extend([0, !self.question.is_empty() as u8]);
        out.extend([0; 6]);
        out.extend(&*self.question);
    }

    /// A whole reply without records, but for EDNS with those options if the message had it. `out` is emptied first.
    pub(crate) fn reply(
        &self,
        rcode: u16,
        refusal: Option<&'static str>,
        options: &[u8],
        out: &mut Vec<u8>,
    ) -> Outcome {
        self.begin(out);
        out[2] &= !AUTHORITY;
        out[3] = (rcode & 0xf) as u8;
        self.push_edns(rcode, options, out);
        Outcome {
            record_type: None,
            rcode,
            is_cut: false,
            refusal,
        }
    }

    /// Appends EDNS with those options if the message had it (RFC 6891, section 6.1.1).
    pub(crate) fn push_edns(&self, rcode: u16, options: &[u8], out: &mut Vec<u8>) {
        if let Some(bytes) = self.edns {
            out.extend([0, 0, 41]);
            out.extend(bytes.to_be_bytes());
            out.extend([(rcode >> 4) as u8, 0, 0, 0]);
            out.extend((options.len() as u16).to_be_bytes());
            out.extend(options);
            count(out, Section::Additional, 1);
        }
    }
}

/// A section of a message that has records.
#[derive(Clone, Copy)]
pub(crate) enum Section {
    Answer = 6,
    Additional = 10,
}

/// Counts records that were added to a message.
pub(crate) fn count(message: &mut [u8], section: Section, added: u16) {
    let at = section as usize;
    let count = u16::from_be_bytes([message[at], message[at + 1]]) + added;
    message[at..at + 2].copy_from_slice(&count.to_be_bytes());
}

/// The flag of an answer from whoever has the zone.
const AUTHORITY: u8 = 0x04;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{Raw, named};

    #[test]
    fn a_reply_repeats_number_operation_and_question() {
        let message = Raw::update().0;
        let mut out = vec![1, 2, 3];
        let outcome = Head::of(&message, message.len(), None).reply(9, Some("why"), &[], &mut out);
        assert_eq!((outcome.rcode, outcome.refusal), (9, Some("why")));
        assert_eq!(out[..12], [0x12, 0x34, 0xa8, 9, 0, 1, 0, 0, 0, 0, 0, 0]);
        assert_eq!(out[12..], message[12..]);
        Head::bare(&message).reply(1, None, &[], &mut out);
        assert_eq!(out, [0x12, 0x34, 0xa8, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
    }

    #[test]
    fn a_question_that_is_not_alone_is_not_repeated() {
        let mut message = Raw::query("a.lab.test.", 1).0;
        message[5] = 2;
        message.extend([named("b.lab.test."), vec![0, 1, 0, 1]].concat());
        let mut out = Vec::new();
        Head::of(&message, message.len(), None).reply(1, None, &[], &mut out);
        assert_eq!(out.len(), 12);
    }

    #[test]
    fn long_codes_go_where_edns_has_room_for_them() {
        let message = Raw::query("a.lab.test.", 1).0;
        let mut out = Vec::new();
        Head::of(&message, message.len(), Some(1232)).reply(16, None, &[0, 2, 0, 0], &mut out);
        let opt = &out[message.len()..];
        assert_eq!(opt, [0, 0, 41, 4, 208, 1, 0, 0, 0, 0, 4, 0, 2, 0, 0]);
        assert_eq!((out[3], out[11]), (0, 1));
    }
}

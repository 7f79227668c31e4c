//! An answer while it is made.
//!
//! ```text
//!   header · question as it was asked, its case too · answers · authority · additional · OPT        ≤ limit
//! ```
//!
//! Records go in by whole sets, or not at all: then the answer is cut (TC), and whoever asks comes again by a connection.

use naming::{RecordType, Revision, SetView, Zone};

use crate::{
    edns::{self, Edns},
    question::HEADER_BYTES,
    soa,
};

/// A section that records go into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Section {
    /// What was asked for.
    Answer,
    /// Who knows more, or from where it is known that there is nothing.
    Authority,
    /// What will be asked for next.
    Additional,
}

/// An answer while it is made. A place in it, of which the sort is said as `at`, is an offset into `out`.
#[derive(Debug)]
pub(crate) struct Reply<'a> {
    /// Where it is made.
    pub out: &'a mut Vec<u8>,
    /// How many bytes there may be without OPT.
    limit: usize,
    counts: [u16; 3],
    rcode: u16,
    is_authoritative: bool,
    is_cut: bool,
}

impl<'a> Reply<'a> {
    /// Begins an answer to a message whose question ends at `question_end`.
    pub(crate) fn new(
        message: &[u8],
        question_end: usize,
        limit: usize,
        out: &'a mut Vec<u8>,
    ) -> Self {
        out.clear();
        out.extend_from_slice(&message[..question_end]);
        Self {
            out,
            limit,
            counts: [0; 3],
            rcode: 0,
            is_authoritative: false,
            is_cut: false,
        }
    }

    /// Says how it went.
    pub(crate) fn set_rcode(&mut self, rcode: u16) {
        self.rcode = rcode;
    }

    /// Says whether the answer is known here, and from nobody else (AA).
    pub(crate) fn set_authoritative(&mut self, is_authoritative: bool) {
        self.is_authoritative = is_authoritative;
    }

    /// Says that something is missing (TC).
    pub(crate) fn set_cut(&mut self) {
        self.is_cut = true;
    }

    /// Whether there is an answer so far.
    pub(crate) fn has_answers(&self) -> bool {
        self.counts[Section::Answer as usize] > 0
    }

    /// Whether so many bytes more have room.
    pub(crate) fn has_room(&self, bytes: usize) -> bool {
        self.out.len() + bytes <= self.limit
    }

    /// Appends a set, whose owner's name stands at `owner_at`. Where its first record begins; none where it has no room.
    pub(crate) fn push_set(
        &mut self,
        section: Section,
        owner_at: usize,
        set: SetView<'_>,
        ttl_s: u32,
    ) -> Option<usize> {
        let start = self.out.len();
        if !self.has_room(usize::from(set.count) * RECORD_BYTES + set.data_bytes()) {
            return None;
        }
        for data in set.data() {
            self.push_head(owner_at, set.record_type, ttl_s, data.len());
            self.out.extend_from_slice(data);
        }
        self.counts[section as usize] += set.count;
        Some(start)
    }

    /// Appends a record, whose owner's name stands at `owner_at`. Whether it has room.
    pub(crate) fn push(
        &mut self,
        section: Section,
        owner_at: usize,
        record_type: RecordType,
        ttl_s: u32,
        data: &[u8],
    ) -> bool {
        let has_room = self.has_room(RECORD_BYTES + data.len());
        if has_room {
            self.push_head(owner_at, record_type, ttl_s, data.len());
            self.out.extend_from_slice(data);
            self.counts[section as usize] += 1;
        }
        has_room
    }

    /// Appends a SOA, as that of `owner_at`: with the zone's name as it stands at `zone_at`.
    pub(crate) fn push_soa(
        &mut self,
        section: Section,
        owner_at: usize,
        zone_at: usize,
        revision: Revision,
    ) {
        if !self.has_room(RECORD_BYTES + soa::SHORT_BYTES) {
            return self.set_cut();
        }
        self.push_head(owner_at, RecordType::SOA, soa::TTL_S, soa::SHORT_BYTES);
        soa::push_short_data(zone_at as u16, revision, self.out);
        self.counts[section as usize] += 1;
    }

    /// Appends a SOA, as that of `owner_at`: with the zone's name in full.
    pub(crate) fn push_whole_soa(
        &mut self,
        section: Section,
        owner_at: usize,
        zone: &Zone,
        revision: Revision,
    ) {
        let data_bytes = soa::data_bytes(zone);
        if !self.has_room(RECORD_BYTES + data_bytes) {
            return self.set_cut();
        }
        self.push_head(owner_at, RecordType::SOA, soa::TTL_S, data_bytes);
        soa::push_data(zone, revision, self.out);
        self.counts[section as usize] += 1;
    }

    /// Takes back the answers from `start` on, of which there are `count`.
    pub(crate) fn take_back(&mut self, start: usize, count: u16) {
        self.out.truncate(start);
        self.counts[Section::Answer as usize] -= count;
    }

    /// Ends the answer: the header, and OPT where the asker sent one.
    pub(crate) fn finish(
        self,
        edns: Option<&Edns>,
        udp_bytes: u16,
        cookie: Option<&[u8; 24]>,
    ) -> Ended {
        let has_question = self.out.len() > HEADER_BYTES;
        let mut additional = self.counts[Section::Additional as usize];
        if edns.is_some() {
            Edns::push(udp_bytes, self.rcode, cookie, self.out);
            additional += 1;
        }
        let header: &mut [u8; HEADER_BYTES] = self.out.first_chunk_mut().expect("a header");
        // QR; the opcode and RD stay, AA and TC are ours.
        header[2] = 0x80
            | header[2] & 0x79
            | u8::from(self.is_authoritative) << 2
            | u8::from(self.is_cut) << 1;
        // No recursion (RA); AD and CD are clear (RFC 4035, section 3.1.6).
        header[3] = self.rcode as u8 & 0x0f;
        header[4..6].copy_from_slice(&u16::from(has_question).to_be_bytes());
        header[6..8].copy_from_slice(&self.counts[0].to_be_bytes());
        header[8..10].copy_from_slice(&self.counts[1].to_be_bytes());
        header[10..12].copy_from_slice(&additional.to_be_bytes());
        Ended {
            rcode: self.rcode,
            is_cut: self.is_cut,
        }
    }

    fn push_head(
        &mut self,
        owner_at: usize,
        record_type: RecordType,
        ttl_s: u32,
        data_bytes: usize,
    ) {
        debug_assert!(owner_at < POINTED_MAX, "a pointer reaches no further");
        let mut head = [0; RECORD_BYTES];
        head[..2].copy_from_slice(&(soa::POINTER | owner_at as u16).to_be_bytes());
        head[2..4].copy_from_slice(&record_type.0.to_be_bytes());
        head[4..6].copy_from_slice(&CLASS_IN.to_be_bytes());
        head[6..10].copy_from_slice(&ttl_s.to_be_bytes());
        head[10..].copy_from_slice(&(data_bytes as u16).to_be_bytes());
        self.out.extend_from_slice(&head);
    }
}

/// How an answer went.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ended {
    /// See [`crate::Outcome`].
    pub rcode: u16,
    /// See [`crate::Outcome`].
    pub is_cut: bool,
}

/// How many bytes OPT will take.
pub(crate) fn opt_bytes(edns: Option<&Edns>) -> usize {
    match edns {
        None => 0,
        Some(Edns { cookie: None, .. }) => edns::OPT_BYTES,
        Some(_) => edns::OPT_BYTES + edns::COOKIE_BYTES,
    }
}

/// A record without its data, and with a pointer for its owner.
pub(crate) const RECORD_BYTES: usize = 12;

/// Before this a pointer reaches (RFC 1035, section 4.1.4).
pub(crate) const POINTED_MAX: usize = 0x4000;

/// The Internet.
pub(crate) const CLASS_IN: u16 = 1;

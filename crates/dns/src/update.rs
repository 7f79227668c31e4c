//! Updates (RFC 2136): from a message to a request, and its answer.
//!
//! ```text
//!   signature ─▶ zone ─▶ may it at all? ─▶ prerequisites, changes, lease ─▶ may it there? ─▶ was it here before?
//! ```
//!
//! What can be told from the message alone is told here (sections 3.1 to 3.4.1); what depends on what stands in the
//! registry, prerequisites above all, is decided where nothing comes in between. The number of changes needs no bound of its
//! own: a message has at most 65,535 bytes, of which each takes 12 or more.

use std::collections::{HashMap, hash_map::Entry};

use domain::{
    base::{
        Message, ParsedName, ParsedRecord, Rtype,
        opt::{OptRecord, UnknownOptData},
        rdata::ComposeRecordData,
        wire::ParseError,
    },
    rdata::AllRecordData,
};
use naming::{
    Done, Lease, Name, NameError, Operation, Prerequisite, RecordType, Refusal, Registry, Request,
    Update, Zone,
};

use crate::{
    Handled, Now, Outcome, Peer, Settings, Why,
    head::Head,
    legacy, rcode,
    replay::Sight,
    reply::CLASS_IN,
    signature::{self, FUDGE_S, Signature},
};

/// An update that waits to be decided and kept.
#[derive(Debug)]
pub struct PendingUpdate {
    /// What it asks for.
    pub request: Request,
    head: Head,
    signature: Option<Signature>,
    /// The option of a reply that says which lease is granted.
    granted: Vec<u8>,
}

impl PendingUpdate {
    /// The answer, signed if the message was. `out` is emptied first.
    pub fn reply(self, decided: &Result<Done, Refusal>, now: Now, out: &mut Vec<u8>) -> Outcome {
        match decided {
            Ok(_) => self.end(rcode::NO_ERROR, None, now, out),
            Err(refusal) => {
                let (rcode, why) = code(refusal);
                self.end(rcode, Some(why), now, out)
            }
        }
    }

    /// The answer where it could not be decided at all: a full disk, a full queue (SERVFAIL).
    pub fn fail(self, now: Now, out: &mut Vec<u8>) -> Outcome {
        let why = "the update could not be decided or kept; the server's log says why";
        self.end(rcode::SERVER_FAILURE, Some(why), now, out)
    }

    fn end(
        mut self,
        rcode: u16,
        refusal: Option<&'static str>,
        now: Now,
        out: &mut Vec<u8>,
    ) -> Outcome {
        if let Some(signature) = &self.signature {
            let (signed_s, mark) = signature.stamp();
            let mut recent = signature
                .key()
                .recent()
                .lock()
                .expect("nobody panics with it");
            recent.answered(signed_s, mark, rcode);
        }
        let options = if rcode == rcode::NO_ERROR {
            &*self.granted
        } else {
            &[]
        };
        let outcome = self.head.reply(rcode, refusal, options, out);
        if let Some(signature) = &mut self.signature {
            signature.sign(now, out);
        }
        outcome
    }
}

/// What becomes of an update. Where it is refused the answer lies in `out`.
pub(crate) fn handle(
    settings: &Settings,
    registry: &Registry,
    message: &[u8],
    peer: Peer,
    now: Now,
    out: &mut Vec<u8>,
) -> Handled {
    let (head, signature) = match signature::check(settings, message, now, out) {
        Ok(checked) => checked,
        Err(outcome) => return Handled::Reply(outcome),
    };
    let mut pending = PendingUpdate {
        request: Request::Update(Update::default()),
        head,
        signature,
        granted: Vec::new(),
    };
    let may = pending.signature.is_some() || (peer.is_local() && !settings.is_signed_only);
    let read = Reader::read(registry.zone(), message, may);
    let read = read.and_then(|read| read.hold(pending.signature.as_ref()));
    let sight = match &read {
        Ok(_) => pending.sight(now),
        Err(_) => Sight::New,
    };
    match (read, sight) {
        (Err(Problem { rcode, why }), _) => {
            // Not remembered: it is refused in the same way each time.
            Handled::Reply(pending.end(rcode, Some(why), now, out))
        }
        (Ok(_), Sight::Waiting) => Handled::Silent(Why::Repeated),
        (Ok(read), Sight::Answered(rcode)) => {
            pending.granted = read.granted;
            Handled::Reply(pending.end(rcode, Some("it was answered before"), now, out))
        }
        (Ok(_), Sight::Old) => {
            let why = "it was signed before updates that are forgotten already: the clock was set back, or there are too many";
            Handled::Reply(pending.end(rcode::REFUSED, Some(why), now, out))
        }
        (Ok(read), Sight::New) => {
            pending.granted = read.granted;
            pending.request = Request::Update(read.update);
            Handled::Update(Box::new(pending))
        }
    }
}

impl PendingUpdate {
    /// Whether it was here before. Only signed ones are remembered: others can be made up by anybody who could repeat them.
    fn sight(&self, now: Now) -> Sight {
        let Some(signature) = &self.signature else {
            return Sight::New;
        };
        let (signed_s, mark) = signature.stamp();
        let mut recent = signature
            .key()
            .recent()
            .lock()
            .expect("nobody panics with it");
        recent.see(signed_s, mark, now.unix_s, FUDGE_S.into())
    }
}

/// Why an update is refused.
#[derive(Debug)]
struct Problem {
    rcode: u16,
    why: &'static str,
}

const MALFORMED: Problem = Problem {
    rcode: rcode::FORM_ERROR,
    why: "the update is malformed (RFC 2136, section 2)",
};

impl From<ParseError> for Problem {
    fn from(_: ParseError) -> Self {
        MALFORMED
    }
}

/// Reads an update.
struct Reader<'a> {
    zone: &'a Zone,
    update: Update,
    /// Where the prerequisite stands that is to hold the records of a set.
    sets: HashMap<(Name, RecordType), usize>,
    granted: Vec<u8>,
}

impl<'a> Reader<'a> {
    /// Reads a message of which it is known that it can be gone through.
    fn read(zone: &'a Zone, message: &[u8], may: bool) -> Result<Self, Problem> {
        let message = Message::from_slice(message).map_err(|_| MALFORMED)?;
        let mut reader = Self {
            zone,
            update: Update::default(),
            sets: HashMap::new(),
            granted: Vec::new(),
        };
        reader.zone_section(message)?;
        if !may {
            return Err(Problem {
                rcode: rcode::REFUSED,
                why: "updates from there must be signed with a key (TSIG)",
            });
        }
        for record in message.answer()? {
            reader.prerequisite(&record?)?;
        }
        for prerequisite in &mut reader.update.prerequisites {
            if let Prerequisite::SetIs(_, _, data) = prerequisite {
                data.sort_unstable();
                data.dedup();
            }
        }
        for record in message.authority()? {
            reader.change(&record?)?;
        }
        reader.options(message)?;
        Ok(reader)
    }

    /// Section 3.1.
    fn zone_section(&self, message: &Message<[u8]>) -> Result<(), Problem> {
        let zone = message.sole_question()?;
        if zone.qtype() != Rtype::SOA {
            return Err(MALFORMED);
        }
        let is_ours = signature::wire(zone.qname()) == self.zone.wire();
        match is_ours && zone.qclass().to_int() == CLASS_IN {
            true => Ok(()),
            false => Err(Problem {
                rcode: rcode::NOT_AUTHORITATIVE,
                why: "the update is for another zone",
            }),
        }
    }

    /// Section 3.2.
    fn prerequisite(&mut self, record: &ParsedRecord<'_, [u8]>) -> Result<(), Problem> {
        let (name, record_type) = (self.name(record)?, RecordType(record.rtype().to_int()));
        let is_empty = record.rdlen() == 0;
        if record.ttl().as_secs() != 0 || !(record_type.is_data() || record_type == RecordType::ANY)
        {
            return Err(MALFORMED);
        }
        let is_any = record_type == RecordType::ANY;
        // The zone's SOA is not in the registry, but it is there.
        let is_soa = record_type == RecordType::SOA && name.is_apex();
        let prerequisite = match (record.class().to_int(), is_any) {
            (CLASS_ANY, true) if is_empty => Prerequisite::NameInUse(name),
            (CLASS_ANY, false) if is_empty && is_soa => return Ok(()),
            (CLASS_ANY, false) if is_empty => Prerequisite::SetExists(name, record_type),
            (CLASS_NONE, true) if is_empty => Prerequisite::NameFree(name),
            (CLASS_NONE, false) if is_empty && is_soa => {
                return Err(Problem {
                    rcode: rcode::SET_EXISTS,
                    why: "the zone's SOA is always there",
                });
            }
            (CLASS_NONE, false) if is_empty => Prerequisite::SetMissing(name, record_type),
            (CLASS_IN, false) if is_soa => {
                return Err(Problem {
                    rcode: rcode::REFUSED,
                    why: "what the zone's SOA says can be no prerequisite: its serial changes with each update",
                });
            }
            (CLASS_IN, false) => return self.expect(name, record_type, data(record)?),
            _ => return Err(MALFORMED),
        };
        self.update.prerequisites.push(prerequisite);
        Ok(())
    }

    /// The records of a set that is to be as it is said make one prerequisite, wherever they stand.
    fn expect(
        &mut self,
        name: Name,
        record_type: RecordType,
        data: Box<[u8]>,
    ) -> Result<(), Problem> {
        let prerequisites = &mut self.update.prerequisites;
        match self.sets.entry((name.clone(), record_type)) {
            Entry::Occupied(at) => match &mut prerequisites[*at.get()] {
                Prerequisite::SetIs(_, _, expected) => expected.push(data),
                _ => unreachable!("only places of this kind are kept"),
            },
            Entry::Vacant(place) => {
                place.insert(prerequisites.len());
                prerequisites.push(Prerequisite::SetIs(name, record_type, vec![data]));
            }
        }
        Ok(())
    }

    /// Section 3.4.1.
    fn change(&mut self, record: &ParsedRecord<'_, [u8]>) -> Result<(), Problem> {
        let (name, record_type) = (self.name(record)?, RecordType(record.rtype().to_int()));
        let ttl_s = record.ttl().as_secs();
        let (is_data, is_any) = (record_type.is_data(), record_type == RecordType::ANY);
        let is_empty = record.rdlen() == 0;
        let operation = match record.class().to_int() {
            CLASS_IN if is_data => Operation::Add {
                name,
                record_type,
                // RFC 2181, section 8: the highest bit is not one of a TTL.
                ttl_s: if ttl_s > i32::MAX as u32 { 0 } else { ttl_s },
                data: data(record)?,
            },
            CLASS_ANY if ttl_s == 0 && is_empty && is_any => Operation::RemoveName(name),
            CLASS_ANY if ttl_s == 0 && is_empty && is_data => {
                Operation::RemoveSet(name, record_type)
            }
            CLASS_NONE if ttl_s == 0 && is_data => {
                Operation::RemoveRecord(name, record_type, data(record)?)
            }
            _ => return Err(MALFORMED),
        };
        self.update.operations.push(operation);
        Ok(())
    }

    fn name(&self, record: &ParsedRecord<'_, [u8]>) -> Result<Name, Problem> {
        let absolute = signature::wire(&record.owner());
        let relative = self.zone.relative(&absolute).ok_or(Problem {
            rcode: rcode::NOT_ZONE,
            why: "a name is not in the zone",
        })?;
        Name::from_wire(relative).map_err(|_| Problem {
            rcode: rcode::REFUSED,
            why: "a name has other characters than letters, digits, `-` and `_`",
        })
    }

    /// The lease that is asked for (RFC 9664, section 4): in seconds, and behind it perhaps another for keys. There are no
    /// leases of two lengths here: both are granted the first.
    fn options(&mut self, message: &Message<[u8]>) -> Result<(), Problem> {
        let mut found = false;
        for record in message
            .additional()?
            .limit_to::<domain::base::opt::Opt<_>>()
        {
            let record = record?;
            if std::mem::replace(&mut found, true) || !record.owner().is_root() {
                return Err(MALFORMED);
            }
            let opt = OptRecord::from_record(record);
            if opt.version() != 0 {
                return Err(Problem {
                    rcode: rcode::BAD_VERSION,
                    why: "there is no such version of EDNS here",
                });
            }
            for option in opt.opt().iter::<UnknownOptData<_>>() {
                let option = option?;
                if option.code().to_int() == UPDATE_LEASE {
                    self.lease(option.as_slice())?;
                }
            }
        }
        Ok(())
    }

    fn lease(&mut self, data: &[u8]) -> Result<(), Problem> {
        let seconds = data.first_chunk().ok_or(MALFORMED)?;
        if !matches!(data.len(), 4 | 8) || self.update.lease_ms.is_some() {
            return Err(MALFORMED);
        }
        let asked_ms = 1_000 * u64::from(u32::from_be_bytes(*seconds));
        let granted_ms = asked_ms.clamp(Lease::LEAST_MS, Lease::MOST_MS);
        let granted = ((granted_ms / 1_000) as u32).to_be_bytes();
        self.update.lease_ms = Some(granted_ms);
        self.granted.extend(UPDATE_LEASE.to_be_bytes());
        self.granted.extend((data.len() as u16).to_be_bytes());
        self.granted
            .extend(granted.repeat(data.len() / granted.len()));
        Ok(())
    }

    /// Holds what is to be changed against what a key is good for: also where the update could have come unsigned, for
    /// whoever signs with a key means that key's rights.
    fn hold(self, signature: Option<&Signature>) -> Result<Self, Problem> {
        let Some(signature) = signature else {
            return Ok(self);
        };
        let is_within = self
            .update
            .operations
            .iter()
            .all(|operation| match operation {
                Operation::Add { name, .. }
                | Operation::RemoveSet(name, _)
                | Operation::RemoveName(name)
                | Operation::RemoveRecord(name, ..) => name.is_within(&signature.key().within),
            });
        match is_within {
            true => Ok(self),
            false => Err(Problem {
                rcode: rcode::REFUSED,
                why: "the key is not good for a name that is to be changed: see `# within` before it in the file of keys",
            }),
        }
    }
}

/// What a record says, in the one form that the registry knows: names in full, for there is nothing to point to (RFC 3597,
/// section 4), and in lower case, so that two records that say the same are one (RFC 4034, section 6.2).
fn data(record: &ParsedRecord<'_, [u8]>) -> Result<Box<[u8]>, Problem> {
    let mut bytes = Vec::with_capacity(record.rdlen().into());
    if legacy::has_names(record.rtype()) {
        legacy::push(record, &mut bytes)?;
        return Ok(bytes.into());
    }
    type Data<'a> = AllRecordData<&'a [u8], ParsedName<&'a [u8]>>;
    let parsed = record.to_any_record::<Data<'_>>()?;
    parsed
        .data()
        .compose_canonical_rdata(&mut bytes)
        .expect("memory grows");
    Ok(bytes.into())
}

/// The code that says why (RFC 2136, section 2.2), and the reason for the log.
fn code(refusal: &Refusal) -> (u16, &'static str) {
    match refusal {
        Refusal::NameInUse(_) => (rcode::NAME_EXISTS, "a name is in use that should not be"),
        Refusal::NameNotInUse(_) => (rcode::NO_NAME, "a name is not in use that should be"),
        Refusal::SetThere(_) => (
            rcode::SET_EXISTS,
            "a set of records is there that should not be",
        ),
        Refusal::SetNotThere(_) => (rcode::NO_SET, "a set of records is not as it should be"),
        Refusal::Name(NameError::Outside { .. }) => (rcode::NOT_ZONE, "a name is not in the zone"),
        Refusal::Name(_) => (rcode::REFUSED, "a name is none that is taken here"),
        Refusal::Value(_) => (rcode::REFUSED, "a name would get more than it may have"),
        Refusal::Full { .. } => (rcode::REFUSED, "the registry is full"),
        _ => (rcode::REFUSED, "the registry refused it"),
    }
}

/// RFC 9664, section 4.
const UPDATE_LEASE: u16 = 2;
/// RFC 2136, section 1.3.
const CLASS_NONE: u16 = 254;
/// RFC 1035, section 3.2.5.
const CLASS_ANY: u16 = 255;

#[cfg(test)]
mod tests {
    use naming::{Revision, ValueError};

    use super::*;
    use crate::{
        Transport,
        fixture::{NOW, NOW_S, Numbers, Raw, at, codes, local, named, registry, remote, settings},
    };

    fn handled(message: &[u8], peer: Peer, out: &mut Vec<u8>) -> Handled {
        super::handle(&settings(), &registry(), message, peer, NOW, out)
    }

    #[track_caller]
    fn accepted(message: &[u8], peer: Peer) -> (Update, Box<PendingUpdate>) {
        match handled(message, peer, &mut Vec::new()) {
            Handled::Update(pending) => match &pending.request {
                Request::Update(update) => (update.clone(), pending),
                other => panic!("no update: {other:?}"),
            },
            other => panic!("not accepted: {other:?}"),
        }
    }

    #[track_caller]
    fn refused(message: &[u8], peer: Peer, expected: u16) {
        let mut out = Vec::new();
        let handled = handled(message, peer, &mut out);
        let Handled::Reply(outcome) = handled else {
            panic!("no reply: {handled:?}");
        };
        assert_eq!(outcome.rcode, expected, "{outcome:?}");
        assert!(outcome.refusal.is_some());
        assert_eq!(u16::from(out[3] & 0xf), expected & 0xf);
    }

    const UDP: Transport = Transport::Udp;

    fn name(text: &str) -> Name {
        Name::parse(text).expect("a name")
    }

    #[test]
    fn all_that_an_update_can_ask_for_is_understood() {
        let message = Raw::update()
            .when("a.lab.test.", 255, 255, &[])
            .when("b.lab.test.", 255, 254, &[])
            .when("a.lab.test.", 1, 255, &[])
            .when("a.lab.test.", 28, 254, &[])
            .when("c.lab.test.", 1, 1, &[10, 0, 0, 2])
            .when("d.lab.test.", 1, 1, &[10, 0, 0, 9])
            .when("C.Lab.test.", 1, 1, &[10, 0, 0, 1])
            .add("B.lab.TEST.", 1, 60, &[10, 0, 0, 3])
            .add(
                "b.lab.test.",
                33,
                u32::MAX,
                &[&[0, 1, 0, 2, 0, 80][..], &named("B.lab.test.")].concat(),
            )
            .remove("a.lab.test.", 1, 255, &[])
            .remove("a.lab.test.", 255, 255, &[])
            .remove("a.lab.test.", 1, 254, &[10, 0, 0, 1])
            .0;
        let (update, _) = accepted(&message, local(UDP));
        let (a, b) = (|| name("a"), || name("b"));
        let address = |last| Box::from([10, 0, 0, last]);
        let expected = vec![
            Prerequisite::NameInUse(a()),
            Prerequisite::NameFree(b()),
            Prerequisite::SetExists(a(), RecordType::A),
            Prerequisite::SetMissing(a(), RecordType::AAAA),
            Prerequisite::SetIs(name("c"), RecordType::A, vec![address(1), address(2)]),
            Prerequisite::SetIs(name("d"), RecordType::A, vec![address(9)]),
        ];
        assert_eq!(update.prerequisites, expected);
        let add = |record_type, ttl_s, data| Operation::Add {
            name: b(),
            record_type,
            ttl_s,
            data,
        };
        let expected = vec![
            add(RecordType::A, 60, address(3)),
            add(
                RecordType::SRV,
                0,
                [&[0, 1, 0, 2, 0, 80][..], &named("b.lab.test.")]
                    .concat()
                    .into(),
            ),
            Operation::RemoveSet(a(), RecordType::A),
            Operation::RemoveName(a()),
            Operation::RemoveRecord(a(), RecordType::A, address(1)),
        ];
        assert_eq!(update.operations, expected);
        assert_eq!(update.lease_ms, None);
    }

    #[test]
    fn pointers_in_data_are_followed() {
        // "x" and a pointer to the zone, which stands in the question at 12.
        let short = b"\x01X\xc0\x0c";
        for (record_type, number, count) in [
            (5, 0, 1),
            (2, 0, 1),
            (12, 0, 1),
            (15, 2, 1),
            (33, 6, 1),
            (18, 2, 1),
            (26, 2, 2),
        ] {
            let data = |names: &[u8]| [&vec![0; number][..], &names.repeat(count)].concat();
            let message = Raw::update().add("a.lab.test.", record_type, 60, &data(short));
            let (update, _) = accepted(&message.0, local(UDP));
            let Operation::Add { data: found, .. } = &update.operations[0] else {
                panic!("{update:?}");
            };
            assert_eq!(**found, data(&named("x.lab.test.")), "type {record_type}");
        }
    }

    #[test]
    fn malformed_updates_are_told_so() {
        let peer = local(UDP);
        let a = &[10, 0, 0, 1][..];
        for message in [
            Raw::query("lab.test.", 6)
                .0
                .iter()
                .enumerate()
                .map(|(at, byte)| if at == 2 { 0x28 } else { *byte })
                .take(12)
                .collect(),
            Raw::update().record(6, "a.lab.test.", 1, 255, 1, &[]).0,
            Raw::update().when("a.lab.test.", 1, 255, a).0,
            Raw::update().when("a.lab.test.", 1, 254, a).0,
            Raw::update().when("a.lab.test.", 1, 3, a).0,
            Raw::update().when("a.lab.test.", 255, 1, a).0,
            Raw::update().when("a.lab.test.", 252, 255, &[]).0,
            Raw::update().when("a.lab.test.", 1, 1, &[10, 0, 0]).0,
            Raw::update().add("a.lab.test.", 255, 60, a).0,
            Raw::update().add("a.lab.test.", 252, 60, a).0,
            Raw::update().add("a.lab.test.", 1, 60, &[10, 0, 0, 1, 0]).0,
            Raw::update().add("a.lab.test.", 1, 60, &[]).0,
            Raw::update().add("a.lab.test.", 5, 60, b"\x01a").0,
            Raw::update().add("a.lab.test.", 5, 60, b"\xc0\xff").0,
            Raw::update().remove("a.lab.test.", 1, 255, a).0,
            Raw::update().remove("a.lab.test.", 252, 255, &[]).0,
            Raw::update().remove("a.lab.test.", 255, 254, &[]).0,
            Raw::update().remove("a.lab.test.", 1, 4, a).0,
            Raw::update().record(8, "a.lab.test.", 1, 255, 1, &[]).0,
            Raw::update().record(8, "a.lab.test.", 1, 254, 1, a).0,
            Raw::update().edns(&[]).edns(&[]).0,
            Raw::update().edns(&[0, 2, 0, 3, 0, 0, 0]).0,
            Raw::update().edns(&[0, 2, 0, 4, 0, 0]).0,
            Raw::update().edns(&[0, 2, 0, 4, 0, 0, 0, 1].repeat(2)).0,
            Raw::update().record(10, "a.", 41, 1232, 0, &[]).0,
        ] {
            refused(&message, peer, rcode::FORM_ERROR);
        }
        let mut no_soa = Raw::update().0;
        let at = no_soa.len() - 3;
        no_soa[at] = 1;
        refused(&no_soa, peer, rcode::FORM_ERROR);
        refused(
            &Raw::update().record(10, ".", 41, 1232, 1 << 16, &[]).0,
            peer,
            rcode::BAD_VERSION,
        );
    }

    #[test]
    fn other_zones_and_other_names_are_refused() {
        let peer = local(UDP);
        let a = &[10, 0, 0, 1][..];
        let mut message = Raw::update().add("a.lab.test.", 1, 60, a).0;
        message[14] ^= 1;
        refused(&message, peer, rcode::NOT_AUTHORITATIVE);
        let mut message = Raw::update().0;
        *message.last_mut().expect("bytes") = 3;
        refused(&message, peer, rcode::NOT_AUTHORITATIVE);
        for outside in ["a.lab.example.", "test.", "xlab.test.", "a.xlab.test."] {
            refused(
                &Raw::update().add(outside, 1, 60, a).0,
                peer,
                rcode::NOT_ZONE,
            );
            refused(
                &Raw::update().when(outside, 1, 255, &[]).0,
                peer,
                rcode::NOT_ZONE,
            );
        }
        for wrong in [
            "a b.lab.test.",
            "a/b.lab.test.",
            "ä.lab.test.",
            "a\0.lab.test.",
        ] {
            refused(&Raw::update().add(wrong, 1, 60, a).0, peer, rcode::REFUSED);
        }
        let soa = |class| Raw::update().when("lab.test.", 6, class, &[]).0;
        refused(&soa(254), peer, rcode::SET_EXISTS);
        assert!(accepted(&soa(255), peer).0.prerequisites.is_empty());
    }

    #[test]
    fn who_may_change_what() {
        let add = |name: &str| Raw::update().add(name, 1, 60, &[10, 0, 0, 1]);
        let (here, there) = (local(UDP), remote(Transport::Tcp));
        accepted(&add("a.lab.test.").0, here);
        refused(&add("a.lab.test.").0, there, rcode::REFUSED);
        let mut strict = settings();
        strict.is_signed_only = true;
        let handled = super::handle(
            &strict,
            &registry(),
            &add("a.lab.test.").0,
            here,
            NOW,
            &mut Vec::new(),
        );
        assert!(matches!(
            handled,
            Handled::Reply(Outcome {
                rcode: rcode::REFUSED,
                ..
            })
        ));
        let signed = |name: &str, key| add(name).signed(&settings(), key, NOW_S);
        for peer in [here, there] {
            accepted(&signed("a.lab.test.", "all"), peer);
            accepted(&signed("lab.test.", "all"), peer);
            accepted(&signed("a.region1.lab.test.", "one"), peer);
            accepted(&signed("region1.lab.test.", "one"), peer);
            refused(&signed("a.lab.test.", "one"), peer, rcode::REFUSED);
            refused(&signed("a.region10.lab.test.", "one"), peer, rcode::REFUSED);
            refused(&signed("lab.test.", "one"), peer, rcode::REFUSED);
        }
        for class in [254, 255] {
            let data = if class == 254 {
                &[10, 0, 0, 1][..]
            } else {
                &[]
            };
            let message = add("region1.lab.test.").remove("a.lab.test.", 1, class, data);
            refused(
                &message.signed(&settings(), "one", NOW_S),
                there,
                rcode::REFUSED,
            );
        }
        // Prerequisites only ask, as anybody may.
        let message = Raw::update().when("a.lab.test.", 1, 255, &[]);
        accepted(&message.signed(&settings(), "one", NOW_S), there);
    }

    #[test]
    fn answers_repeat_the_zone_and_are_signed() {
        let message = Raw::update().add("a.lab.test.", 1, 60, &[10, 0, 0, 1]);
        let cases = [
            (Ok(Done::default()), rcode::NO_ERROR),
            (Err(Refusal::NameInUse("a".into())), rcode::NAME_EXISTS),
            (Err(Refusal::NameNotInUse("a".into())), rcode::NO_NAME),
            (Err(Refusal::SetThere("a".into())), rcode::SET_EXISTS),
            (Err(Refusal::SetNotThere("a".into())), rcode::NO_SET),
            (Err(Refusal::Value(ValueError::AliasBeside)), rcode::REFUSED),
            (
                Err(Refusal::Changed {
                    name: "a".into(),
                    expected: Revision(1),
                    found: Revision(2),
                }),
                rcode::REFUSED,
            ),
        ];
        for (decided, expected) in cases {
            let mut out = Vec::new();
            let (_, pending) = accepted(&message.0, local(UDP));
            let outcome = pending.reply(&decided, NOW, &mut out);
            assert_eq!(
                (outcome.rcode, out.len()),
                (expected, 12 + named("lab.test.").len() + 4)
            );
            assert_eq!(out[..4], [0x12, 0x34, 0xa8, expected as u8]);
            let mut signed = message.0.clone();
            let key = settings().keys.named("all").cloned().expect("a key");
            let asked = Signature::request(&key, NOW, &mut signed);
            let (_, pending) = accepted(&signed, remote(UDP));
            pending.reply(&decided, NOW, &mut out);
            assert_eq!(asked.verify(&out, NOW), Ok(None));
            let (_, pending) = accepted(&signed, remote(UDP));
            assert_eq!(pending.fail(NOW, &mut out).rcode, rcode::SERVER_FAILURE);
            assert_eq!(codes(&out), (2, Some(0)));
        }
    }

    #[test]
    fn a_lease_is_granted_within_its_bounds_and_told() {
        for (asked_s, granted_s) in [
            (0_u32, 1_u32),
            (1, 1),
            (30, 30),
            (86_400, 86_400),
            (u32::MAX, 86_400),
        ] {
            for count in [1, 2] {
                let option = |seconds: u32| {
                    [
                        &[0, 2, 0, 4 * count as u8][..],
                        &seconds.to_be_bytes().repeat(count),
                    ]
                    .concat()
                };
                let message = Raw::update()
                    .add("a.lab.test.", 1, 60, &[10, 0, 0, 1])
                    .edns(&option(asked_s));
                let (update, pending) = accepted(&message.0, local(UDP));
                assert_eq!(update.lease_ms, Some(u64::from(granted_s) * 1_000));
                let mut out = Vec::new();
                pending.reply(&Ok(Done::default()), NOW, &mut out);
                assert!(out.ends_with(&option(granted_s)), "{out:?}");
                let (_, pending) = accepted(&message.0, local(UDP));
                pending.reply(&Err(Refusal::NameInUse("a".into())), NOW, &mut out);
                assert!(
                    out.ends_with(&[0, 0, 41, 4, 208, 0, 0, 0, 0, 0, 0]),
                    "{out:?}"
                );
            }
        }
    }

    #[test]
    fn a_signed_update_is_done_once() {
        let (settings, registry) = (settings(), registry());
        let handle = |message: &[u8], now, out: &mut Vec<u8>| {
            super::handle(&settings, &registry, message, remote(UDP), now, out)
        };
        let message = Raw::update().add("a.lab.test.", 1, 60, &[10, 0, 0, 1]);
        let signed = message.clone().signed(&self::settings(), "all", NOW_S);
        let (mut first, mut again) = (Vec::new(), Vec::new());
        let Handled::Update(pending) = handle(&signed, NOW, &mut first) else {
            panic!("not accepted");
        };
        assert!(matches!(
            handle(&signed, NOW, &mut again),
            Handled::Silent(Why::Repeated)
        ));
        // With another number in front, which the signature does not cover, it is the same.
        let mut renumbered = signed.clone();
        renumbered[0] ^= 1;
        assert!(matches!(
            handle(&renumbered, NOW, &mut again),
            Handled::Silent(Why::Repeated)
        ));
        pending.reply(&Err(Refusal::NameInUse("a".into())), NOW, &mut first);
        assert!(matches!(
            handle(&signed, NOW, &mut again),
            Handled::Reply(_)
        ));
        assert_eq!(first, again);
        // Forgotten, then again with the clock set back.
        let later = message
            .clone()
            .signed(&self::settings(), "all", NOW_S + 400);
        assert!(matches!(
            handle(&later, at(NOW_S + 400), &mut again),
            Handled::Update(_)
        ));
        assert!(matches!(
            handle(&signed, NOW, &mut again),
            Handled::Reply(Outcome {
                rcode: rcode::REFUSED,
                ..
            })
        ));
        // Unsigned ones are not remembered.
        accepted(&message.0, local(UDP));
        accepted(&message.0, local(UDP));
    }

    #[test]
    fn a_signed_update_that_was_changed_is_not_done() {
        let signed = Raw::update()
            .when("a.lab.test.", 255, 254, &[])
            .add("a.lab.test.", 1, 60, &[10, 0, 0, 1])
            .signed(&settings(), "all", NOW_S);
        let (expected, _) = accepted(&signed, remote(UDP));
        let mut numbers = Numbers(1);
        for _ in 0..20_000 {
            let spoiled = numbers.spoil(&signed);
            if let Handled::Update(pending) = handled(&spoiled, remote(UDP), &mut Vec::new()) {
                // Only what the signature does not cover was changed: its number, or letters of the key's name.
                assert_eq!(pending.request, Request::Update(expected.clone()));
            }
        }
    }

    #[test]
    fn no_message_makes_it_fail() {
        let (settings, registry) = (settings(), registry());
        let messages = [
            Raw::update()
                .when("c.lab.test.", 1, 1, &[10, 0, 0, 2])
                .add(
                    "b.lab.test.",
                    33,
                    60,
                    &[&[0, 1, 0, 2, 0, 80][..], b"\x01b\xc0\x0c"].concat(),
                )
                .add("b.lab.test.", 16, 60, b"\x03a=b")
                .remove("a.lab.test.", 255, 255, &[])
                .edns(&[0, 2, 0, 8, 0, 0, 0, 9, 0, 0, 0, 9]),
            Raw::update()
                .add("a.lab.test.", 26, 60, b"\0\x01\xc0\x0c\xc0\x0c")
                .add("a.lab.test.", 64, 1, b"\0\x01\0\0\x01\0\x03\x02h2"),
        ];
        let mut out = Vec::new();
        let mut numbers = Numbers(2);
        for message in &messages {
            for end in 12..=message.0.len() {
                super::handle(
                    &settings,
                    &registry,
                    &message.0[..end],
                    local(UDP),
                    NOW,
                    &mut out,
                );
            }
        }
        for round in 0..200_000 {
            let spoiled = numbers.spoil(&messages[round % messages.len()].0);
            let handled = super::handle(&settings, &registry, &spoiled, local(UDP), NOW, &mut out);
            if let Handled::Update(pending) = handled {
                pending.reply(&Ok(Done::default()), NOW, &mut out);
            }
            assert!(out.len() <= 12 + 255 + 4 + 11 + 12);
        }
    }
}

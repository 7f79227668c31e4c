//! Zone transfers (RFC 5936): a whole zone, message by message.
//!
//! Differences (IXFR, RFC 1995) are not kept: whoever asks for them gets the whole zone as well (section 4 of it), or but
//! the SOA if he has it all already.

use std::collections::VecDeque;

use domain::{base::Message, rdata::Soa};
use naming::{Name, Node, RecordType, Registry, Revision, Zone};

use crate::{
    Handled, Now, Outcome, Peer, Settings, Transport,
    head::{Head, Section, count},
    question::{HEADER_BYTES, Question},
    rcode,
    reply::{CLASS_IN, POINTED_MAX},
    signature::{self, Signature},
    soa,
};

/// A transfer that is under way.
#[derive(Debug)]
pub struct Transfer {
    head: Head,
    signature: Option<Signature>,
    is_begun: bool,
    is_done: bool,
    /// What did not fit the last message.
    rest: VecDeque<Record>,
}

impl Transfer {
    /// The next message, without the two bytes of its length; none when the last one was given. `names` are those of one
    /// snapshot, whose revision is `revision`: the apex's node may come at any place, and its SOA is made here. The zone's name is
    /// taken from the question, to which all names point. `out` is emptied first.
    pub fn next(
        &mut self,
        _zone: &Zone,
        revision: Revision,
        names: &mut dyn Iterator<Item = (Name, Node)>,
        now: Now,
        out: &mut Vec<u8>,
    ) -> Option<()> {
        if self.is_done {
            return None;
        }
        let mut page = Page::begin(&self.head, out);
        if !std::mem::replace(&mut self.is_begun, true) {
            page.push_soa(revision);
        }
        loop {
            while let Some(record) = self.rest.front() {
                if !page.has_room(record.bytes()) {
                    return self.end(page, now);
                }
                page.push(record);
                self.rest.pop_front();
            }
            match names.next() {
                Some((name, node)) => self.take(&name, node),
                None if !page.has_room(SOA_BYTES) => return self.end(page, now),
                None => {
                    page.push_soa(revision);
                    self.is_done = true;
                    return self.end(page, now);
                }
            }
        }
    }

    fn take(&mut self, name: &Name, node: Node) {
        for set in node.sets {
            for data in set.data {
                self.rest.push_back(Record {
                    name: name.clone(),
                    record_type: set.record_type,
                    ttl_s: set.ttl_s,
                    data,
                });
            }
        }
    }

    /// Ends a message: each is signed, so that none can be put in between (RFC 8945, section 5.3.1).
    fn end(&mut self, page: Page<'_>, now: Now) -> Option<()> {
        count(page.out, Section::Answer, page.records);
        self.head.push_edns(rcode::NO_ERROR, &[], page.out);
        if let Some(signature) = &mut self.signature {
            signature.sign(now, page.out);
        }
        Some(())
    }
}

/// What becomes of a question for the zone. Whoever is on this machine may ask (unless all must be signed), and whoever
/// has a key, any key.
pub(crate) fn handle(
    settings: &Settings,
    registry: &Registry,
    message: &[u8],
    question: &Question,
    peer: Peer,
    now: Now,
    out: &mut Vec<u8>,
) -> Handled {
    let (head, mut signature) = match signature::check(settings, message, now, out) {
        Ok(checked) => checked,
        Err(outcome) => return Handled::Reply(outcome),
    };
    let may = signature.is_some() || (peer.is_local() && !settings.is_signed_only);
    let is_ours = question.name() == registry.zone().wire() && question.class == CLASS_IN;
    let is_udp = peer.transport == Transport::Udp;
    let is_ixfr = question.record_type == RecordType::IXFR;
    let problem = match () {
        () if !is_ours => Some((rcode::NOT_AUTHORITATIVE, "the transfer is for another zone")),
        () if !may => Some((
            rcode::REFUSED,
            "transfers to there must be signed with a key (TSIG)",
        )),
        () if is_udp && !is_ixfr => Some((rcode::FORM_ERROR, "a zone is transferred by TCP only")),
        () => None,
    };
    let theirs = if is_ixfr { serial(message) } else { None };
    let ours = soa::serial(registry.revision());
    // RFC 1982: whether ours is the later one, also where the numbers have begun again.
    let is_current = theirs.is_some_and(|theirs| ours.wrapping_sub(theirs) as i32 <= 0);
    let mut outcome = match problem {
        Some((rcode, why)) => head.reply(rcode, Some(why), &[], out),
        None if is_ixfr && theirs.is_none() => {
            head.reply(rcode::FORM_ERROR, Some("IXFR without a SOA"), &[], out)
        }
        None if is_ixfr && (is_udp || is_current) => only_soa(&head, registry, out),
        None => {
            return Handled::Transfer(Box::new(Transfer {
                head,
                signature,
                is_begun: false,
                is_done: false,
                rest: VecDeque::new(),
            }));
        }
    };
    outcome.record_type = Some(question.record_type);
    if let Some(signature) = &mut signature {
        signature.sign(now, out);
    }
    Handled::Reply(outcome)
}

/// The answer to IXFR that there is nothing new, or that it must be asked for by TCP (RFC 1995, section 2).
fn only_soa(head: &Head, registry: &Registry, out: &mut Vec<u8>) -> Outcome {
    let mut page = Page::begin(head, out);
    page.push_soa(registry.revision());
    count(page.out, Section::Answer, page.records);
    head.push_edns(rcode::NO_ERROR, &[], page.out);
    Outcome {
        record_type: None,
        rcode: rcode::NO_ERROR,
        is_cut: false,
        refusal: None,
    }
}

/// The serial that the asker has (RFC 1995, section 3).
fn serial(message: &[u8]) -> Option<u32> {
    let message = Message::from_slice(message).ok()?;
    let record = message.authority().ok()?.limit_to::<Soa<_>>().next()?;
    Some(record.ok()?.data().serial().into_int())
}

#[derive(Debug)]
struct Record {
    name: Name,
    record_type: RecordType,
    ttl_s: u32,
    data: Box<[u8]>,
}

impl Record {
    /// How many bytes it takes at most.
    fn bytes(&self) -> usize {
        self.name.wire().len() + 2 + 10 + self.data.len()
    }
}

/// A message while it is filled.
struct Page<'a> {
    out: &'a mut Vec<u8>,
    records: u16,
    /// The labels of the owner before, and where each of its ends stands in the message, if a pointer reaches there.
    before: Name,
    places: Vec<(usize, usize)>,
}

impl<'a> Page<'a> {
    fn begin(head: &Head, out: &'a mut Vec<u8>) -> Self {
        head.begin(out);
        Self {
            out,
            records: 0,
            before: Name::apex(),
            places: Vec::new(),
        }
    }

    /// Whether so many bytes more have room. The first record has it in any case: what a name has is bounded such that it
    /// fits (`Node::BYTES_MAX`).
    fn has_room(&self, bytes: usize) -> bool {
        self.records == 0 || self.out.len() + bytes <= PAGE_BYTES
    }

    fn push_soa(&mut self, revision: Revision) {
        self.push_owner(&Name::apex());
        self.push_fixed(RecordType::SOA, soa::TTL_S, soa::SHORT_BYTES);
        soa::push_short_data(HEADER_BYTES as u16, revision, self.out);
    }

    fn push(&mut self, record: &Record) {
        self.push_owner(&record.name);
        self.push_fixed(record.record_type, record.ttl_s, record.data.len());
        self.out.extend(&*record.data);
    }

    fn push_fixed(&mut self, record_type: RecordType, ttl_s: u32, data_bytes: usize) {
        self.out.extend(record_type.0.to_be_bytes());
        self.out.extend(CLASS_IN.to_be_bytes());
        self.out.extend(ttl_s.to_be_bytes());
        self.out.extend((data_bytes as u16).to_be_bytes());
        self.records += 1;
    }

    /// Names come as a tree is walked, so the end of a name is mostly that of the one before: then a pointer leads there.
    /// The zone itself stands in the question.
    fn push_owner(&mut self, name: &Name) {
        let wire = name.wire();
        let mut places = std::mem::take(&mut self.places);
        let before = self.before.wire();
        let mut at = 0;
        let mut fresh = Vec::new();
        let target = loop {
            if at == wire.len() {
                break HEADER_BYTES;
            }
            let left = wire.len() - at;
            let same = before
                .len()
                .checked_sub(left)
                .filter(|from| before[*from..] == wire[at..]);
            let known = same.and_then(|_| places.iter().find(|(bytes, _)| *bytes == left));
            if let Some((_, place)) = known {
                break *place;
            }
            let label = 1 + usize::from(wire[at]);
            if self.out.len() < POINTED_MAX {
                fresh.push((left, self.out.len()));
            }
            self.out.extend(&wire[at..at + label]);
            at += label;
        };
        self.out
            .extend((soa::POINTER | target as u16).to_be_bytes());
        places.retain(|(bytes, _)| *bytes <= wire.len() - at);
        places.extend(fresh);
        self.places = places;
        self.before = name.clone();
    }
}

/// How many bytes a message has at most, but for its signature and for one whose first record alone has more: so many that
/// the length of a connection's piece (65,535) and what readers take at once are kept.
const PAGE_BYTES: usize = 32 * 1024;
/// The SOA with a pointer for its owner.
const SOA_BYTES: usize = 12 + soa::SHORT_BYTES;

#[cfg(test)]
mod tests {
    use domain::{
        base::{MessageBuilder, Name as DomainName, Rtype},
        rdata::{AllRecordData, tsig::Time48},
        tsig::ClientSequence,
    };
    use naming::{Operation, RecordSet, Request, Update};

    use super::*;
    use crate::fixture::{
        NOW, NOW_S, Numbers, Raw, codes, local, named, registry, remote, settings, their_key,
    };

    fn handled(message: &[u8], peer: Peer, registry: &Registry, out: &mut Vec<u8>) -> Handled {
        let question = Question::read(message).expect("a question");
        handle(&settings(), registry, message, &question, peer, NOW, out)
    }

    #[track_caller]
    fn accepted(message: &[u8], peer: Peer) -> Box<Transfer> {
        match handled(message, peer, &registry(), &mut Vec::new()) {
            Handled::Transfer(transfer) => transfer,
            other => panic!("not accepted: {other:?}"),
        }
    }

    #[track_caller]
    fn replied(
        message: &[u8],
        peer: Peer,
        registry: &Registry,
        expected: (u8, Option<u16>),
    ) -> Vec<u8> {
        let mut out = Vec::new();
        let handled = handled(message, peer, registry, &mut out);
        assert!(matches!(handled, Handled::Reply(_)), "{handled:?}");
        assert_eq!(codes(&out), expected);
        out
    }

    const TCP: Transport = Transport::Tcp;
    const UDP: Transport = Transport::Udp;

    #[test]
    fn who_may_have_the_zone() {
        let axfr = Raw::query("LAB.test.", 252);
        let signed = axfr.clone().signed(&settings(), "one", NOW_S);
        accepted(&axfr.0, local(TCP));
        accepted(&signed, remote(TCP));
        replied(&axfr.0, remote(TCP), &registry(), (5, None));
        replied(&axfr.0, local(UDP), &registry(), (1, None));
        replied(&signed, remote(UDP), &registry(), (1, Some(0)));
        replied(
            &Raw::query("a.lab.test.", 252).0,
            local(TCP),
            &registry(),
            (9, None),
        );
        replied(
            &Raw::query("test.", 252).signed(&settings(), "all", NOW_S),
            remote(TCP),
            &registry(),
            (9, Some(0)),
        );
        let late = axfr.clone().signed(&settings(), "all", NOW_S - 400);
        replied(&late, remote(TCP), &registry(), (9, Some(18)));
        let mut strict = settings();
        strict.is_signed_only = true;
        let question = Question::read(&axfr.0).expect("a question");
        let mut out = Vec::new();
        handle(
            &strict,
            &registry(),
            &axfr.0,
            &question,
            local(TCP),
            NOW,
            &mut out,
        );
        assert_eq!(codes(&out), (5, None));
    }

    /// A question for the changes since a serial.
    fn ixfr(serial: u32) -> Raw {
        let numbers: Vec<u8> = [serial, 0, 0, 0, 0]
            .iter()
            .flat_map(|number| number.to_be_bytes())
            .collect();
        let data = [
            named("ns.lab.test."),
            named("hostmaster.lab.test."),
            numbers,
        ]
        .concat();
        Raw::query("lab.test.", 251).record(8, "lab.test.", 6, 1, 0, &data)
    }

    #[test]
    fn who_has_it_all_gets_the_beginning_only() {
        let mut registry = registry();
        for number in 1..=3 {
            let add = Operation::Add {
                name: Name::parse("a").expect("a name"),
                record_type: RecordType::A,
                ttl_s: 5,
                data: [10, 0, 0, number].into(),
            };
            let update = Update {
                operations: vec![add],
                ..Update::default()
            };
            let mut draft = registry.draft(NOW.lease);
            draft.decide(&Request::Update(update)).expect("done");
            let batch = draft.finish();
            registry.publish(&batch);
        }
        assert_eq!(soa::serial(registry.revision()), 3);
        for (serial, peer, is_all) in [
            (2, local(TCP), true),
            (u32::MAX, local(TCP), true),
            (2, local(UDP), false),
            (3, local(TCP), false),
            (4, local(TCP), false),
        ] {
            let mut out = Vec::new();
            match handled(&ixfr(serial).0, peer, &registry, &mut out) {
                Handled::Transfer(_) => assert!(is_all, "{serial}"),
                Handled::Reply(_) => {
                    assert!(!is_all, "{serial}");
                    assert_eq!((codes(&out), &out[6..8]), ((0, None), &[0, 1][..]));
                }
                other => panic!("{other:?}"),
            }
        }
        let signed = ixfr(3).signed(&settings(), "all", NOW_S);
        replied(&signed, remote(TCP), &registry, (0, Some(0)));
        replied(
            &Raw::query("lab.test.", 251).0,
            local(TCP),
            &registry,
            (1, None),
        );
    }

    /// Names as a tree is walked, some of them with much below them.
    fn names(count: u32) -> Vec<(Name, Node)> {
        let mut names: Vec<_> = (0..count)
            .map(|number| {
                let text = match number {
                    0 => "/".to_owned(),
                    _ => format!("region{}/row{}/host{number}", number % 3, number % 50),
                };
                let sets = vec![
                    RecordSet::new(
                        RecordType::A,
                        number,
                        vec![number.to_be_bytes().into(), [1; 4].into()],
                    ),
                    RecordSet::new(RecordType::TXT, 7, vec![b"\x03a=b".as_slice().into()]),
                ];
                let node = Node {
                    sets,
                    ..Node::default()
                };
                (Name::parse(&text).expect("a name"), node)
            })
            .collect();
        names.sort_by_cached_key(|(name, _)| name.sort_key());
        names
    }

    /// The records that a message must lead to, as text without the SOA.
    fn expected(names: &[(Name, Node)]) -> Vec<String> {
        let zone = registry();
        let lines = names.iter().flat_map(|(name, node)| {
            let owner = zone.zone().dns(name);
            node.sets.iter().flat_map(move |set| {
                let owner = owner.clone();
                set.data
                    .iter()
                    .map(move |data| format!("{owner} {} {} {data:?}", set.ttl_s, set.record_type))
            })
        });
        lines.collect()
    }

    #[test]
    fn all_records_come_in_signed_messages_between_two_soas() {
        for count in [0, 1, 20_000] {
            let mut builder = MessageBuilder::new_vec().question();
            builder
                .push((
                    DomainName::<Vec<u8>>::from_chars("lab.test".chars()).expect("a name"),
                    Rtype::AXFR,
                ))
                .expect("room");
            let mut builder = builder.additional();
            let time = Time48::from_u64(NOW_S);
            let mut sequence =
                ClientSequence::request(their_key("all", true), &mut builder, time).expect("room");
            let mut transfer = accepted(&builder.finish(), remote(TCP));
            let names = names(count);
            let mut rest = names.clone().into_iter();
            let (mut out, mut found, mut soas) = (Vec::new(), Vec::new(), Vec::new());
            while transfer
                .next(registry().zone(), Revision(9), &mut rest, NOW, &mut out)
                .is_some()
            {
                assert!(out.len() <= PAGE_BYTES + 200);
                let mut message = Message::from_octets(out.clone()).expect("a message");
                sequence.answer(&mut message, time).expect("signed well");
                for record in message.answer().expect("answers") {
                    let record = record.expect("a record");
                    let parsed = record.to_any_record::<AllRecordData<_, _>>().expect("data");
                    let mut data = Vec::new();
                    domain::base::rdata::ComposeRecordData::compose_rdata(parsed.data(), &mut data)
                        .expect("memory");
                    match record.rtype() {
                        Rtype::SOA => soas.push(found.len()),
                        other => found.push(format!(
                            "{}. {} {other} {data:?}",
                            record.owner(),
                            record.ttl().as_secs()
                        )),
                    }
                }
            }
            sequence.done().expect("the last one is signed");
            assert_eq!(found, expected(&names));
            assert_eq!(soas, [0, found.len()]);
            assert!(
                transfer
                    .next(registry().zone(), Revision(9), &mut rest, NOW, &mut out)
                    .is_none()
            );
        }
    }

    /// What a transfer begins with had EDNS left out, though each answer to a message with EDNS must have it.
    #[test]
    fn whoever_speaks_edns_is_answered_in_it() {
        let edns = |message: &[u8]| {
            let message = Message::from_slice(message).expect("a message");
            message.opt().is_some()
        };
        let transfers = [
            (Raw::query("lab.test.", 252), false),
            (Raw::query("lab.test.", 252).edns(&[]), true),
        ];
        for (message, is_there) in transfers {
            let mut transfer = accepted(&message.0, local(TCP));
            let mut rest = names(2_000).into_iter();
            let mut out = Vec::new();
            while transfer
                .next(registry().zone(), Revision(9), &mut rest, NOW, &mut out)
                .is_some()
            {
                assert_eq!(edns(&out), is_there);
            }
        }
        let current = ixfr(0).edns(&[]).0;
        assert!(edns(&replied(&current, local(TCP), &registry(), (0, None))));
    }

    #[test]
    fn names_below_one_are_told_by_pointers() {
        let mut transfer = accepted(&Raw::query("lab.test.", 252).0, local(TCP));
        let mut rest = names(200).into_iter();
        let mut out = Vec::new();
        transfer
            .next(registry().zone(), Revision(9), &mut rest, NOW, &mut out)
            .expect("a message");
        let full = expected(&names(200)).len() * (16 + "host100.row50.region1.lab.test.".len());
        assert!(out.len() * 3 < full * 2, "{} of {full}", out.len());
    }

    #[test]
    fn what_has_much_has_a_message_of_its_own() {
        let data = (0..60_u8).map(|number| vec![number; 500].into()).collect();
        let node = Node {
            sets: vec![RecordSet::new(RecordType(65280), 1, data)],
            ..Node::default()
        };
        let large = Node {
            sets: vec![RecordSet::new(
                RecordType(65280),
                1,
                vec![vec![1; 40_000].into()],
            )],
            ..Node::default()
        };
        let name = |text| Name::parse(text).expect("a name");
        let names = [
            (name("a"), node.clone()),
            (name("b"), node),
            (name("c"), large),
        ];
        let mut transfer = accepted(&Raw::query("lab.test.", 252).0, local(TCP));
        let mut rest = names.into_iter();
        let (mut out, mut sizes) = (Vec::new(), Vec::new());
        while transfer
            .next(registry().zone(), Revision(9), &mut rest, NOW, &mut out)
            .is_some()
        {
            sizes.push((u16::from_be_bytes([out[6], out[7]]), out.len() <= 0xffff));
        }
        assert_eq!(
            sizes.iter().map(|(count, _)| count).sum::<u16>(),
            60 + 60 + 1 + 2
        );
        assert!(
            sizes.len() >= 4 && sizes.iter().all(|(count, fits)| *count > 0 && *fits),
            "{sizes:?}"
        );
    }

    #[test]
    fn no_message_makes_it_fail() {
        let (settings, registry) = (settings(), registry());
        let messages = [
            ixfr(0).0,
            ixfr(7).edns(&[]).0,
            Raw::query("lab.test.", 252).0,
        ];
        let mut numbers = Numbers(3);
        let mut out = Vec::new();
        for round in 0..50_000 {
            let spoiled = numbers.spoil(&messages[round % messages.len()]);
            let Ok(question) = Question::read(&spoiled) else {
                continue;
            };
            let peer = local(if round % 2 == 0 { UDP } else { TCP });
            let handled = handle(
                &settings, &registry, &spoiled, &question, peer, NOW, &mut out,
            );
            if let Handled::Transfer(mut transfer) = handled {
                transfer.next(
                    registry.zone(),
                    Revision(1),
                    &mut std::iter::empty(),
                    NOW,
                    &mut out,
                );
            }
            assert!(out.len() < 1_000);
        }
    }
}

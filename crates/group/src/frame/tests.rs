//! Frames as they are written, and everything that they are not.

use proptest::prelude::*;

use super::body::FATES_MAX;
use super::codec::{FRAME_BYTES_MAX, HEADER_BYTES, seal};
use super::data::Messages;
use super::reader::{HOLDING_WORDS_MAX, RING_WORDS_MAX};
use super::*;
use crate::orders::ORDERS;
use crate::view::MEMBERS_MAX;
use crate::{GroupId, MemberId, Name, Reason, Seat, Settings, View, ViewId};

mod packing;

const SUM_AT: usize = 44;

fn name(text: &str) -> Name {
    Name::new(text).expect("a name")
}

fn view(epoch: u64) -> ViewId {
    ViewId {
        epoch,
        by: MemberId(7),
    }
}

fn header(view: ViewId) -> Header {
    Header {
        group: GroupId::of("lab"),
        promises: 0x0a0b_0c0d,
        sender: MemberId(7),
        view,
    }
}

fn seats(count: u64) -> Vec<Seat> {
    let seat = |at| Seat {
        member: MemberId(at + 1),
        name: name(&format!("{at:032}")),
    };
    (0..count).map(seat).collect()
}

fn holding(through: u64, beyond: &[u64]) -> Holding {
    Holding {
        through,
        beyond: beyond.to_vec(),
    }
}

fn proposal(round: u32) -> Proposal {
    Proposal {
        ballot: Ballot {
            round,
            by: MemberId(9),
        },
        next: View {
            id: view(4),
            seats: seats(2),
        },
        cut: vec![holding(3, &[0, 5]), holding(0, &[]), holding(9, &[1])],
        gives_up: round.is_multiple_of(2),
    }
}

fn bodies() -> Vec<Body<'static>> {
    let (ballot, data) = (
        proposal(2).ballot,
        Data {
            sequence: 5,
            first: 17,
            stamp: b"\x01\x02\x03",
            messages: Messages(b"\x00\x02hi\x00\x00\x00\x01!"),
        },
    );
    let empty = Data {
        stamp: b"",
        messages: Messages(b""),
        ..data
    };
    let promise = |accepted| Change::Promise {
        ballot,
        holdings: proposal(1).cut,
        accepted,
    };
    let status = Status {
        sent: 5,
        promise: u64::MAX,
        received: vec![5, 0, 1 << 48],
        hears: 0b101,
        is_blocked: true,
    };
    let state = StateBytes {
        to: MemberId(3),
        total: 10,
        offset: 4,
        bytes: b"state!".to_vec(),
    };
    let welcome = Welcome {
        to: MemberId(3),
        fates: vec![(MemberId(8), 0), (MemberId(2), 99)],
        delivered: vec![1, 2, 3],
    };
    let nak = Nak {
        of: 2,
        has: holding(3, &[0b10]),
        last: 6,
    };
    vec![
        Body::Data(data),
        Body::Data(empty),
        Body::Again(data),
        Body::Nak(nak),
        Body::Status(status),
        Body::Join(Join {
            name: name("bob"),
            into: view(3),
            was: MemberId(6),
        }),
        Body::Leave,
        Body::Change(Change::Prepare(ballot)),
        Body::Change(promise(None)),
        Body::Change(promise(Some(proposal(1)))),
        Body::Change(Change::Propose(proposal(1))),
        Body::Change(Change::Accept(ballot)),
        Body::Change(Change::Commit(proposal(1))),
        Body::Ask(u64::MAX),
        Body::Out(Out {
            nonce: 77,
            view: View {
                id: view(3),
                seats: seats(3),
            },
        }),
        Body::WantState(70_000),
        Body::State(state),
        Body::Welcome(welcome),
        probe(),
        here(64, true),
    ]
}

fn probe() -> Body<'static> {
    Body::Probe(Probe {
        to: MemberId(3),
        nonce: 78,
    })
}

fn here(size: u8, is_blocked: bool) -> Body<'static> {
    Body::Here(Here {
        nonce: 78,
        size,
        is_blocked,
    })
}

fn bytes(body: &Body<'_>) -> Vec<u8> {
    let view = match body {
        Body::Join(_) => ViewId::NONE,
        _ => view(3),
    };
    let mut bytes = Vec::new();
    encode(&header(view), body, &mut bytes);
    bytes
}

fn again(frame: &Frame<'_>) -> Vec<u8> {
    let mut bytes = Vec::new();
    encode(&frame.header, &frame.body, &mut bytes);
    bytes
}

/// Writes length and checksum as a forger would.
fn forged(mut bytes: Vec<u8>) -> Vec<u8> {
    seal(&mut bytes);
    bytes
}

#[track_caller]
fn refused(bytes: &[u8], reason: Reason) {
    assert_eq!(Frame::decode(bytes).expect_err("refused"), reason);
}

#[track_caller]
fn body_refused(body: &Body<'_>, reason: Reason) {
    refused(&bytes(body), reason);
}

#[test]
fn every_kind_comes_back_as_it_was_written() {
    for body in bodies() {
        let bytes = bytes(&body);
        let frame = Frame::decode(&bytes).expect("a frame");
        assert_eq!(frame.body, body);
        assert_eq!(again(&frame), bytes);
    }
}

/// The table in the documentation, byte by byte.
#[test]
fn a_packet_has_these_bytes() {
    let packet = bytes(&bodies()[0]);
    let mut expected = vec![0xf7, b'w', b'g', b'o', 1, 1, 0, 78];
    expected.extend(GroupId::of("lab").0.to_be_bytes());
    expected.extend([0x0a, 0x0b, 0x0c, 0x0d]);
    expected.extend([0, 0, 0, 0, 0, 0, 0, 7]);
    expected.extend([0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 7]);
    let sum_at = expected.len();
    expected.extend([0; 4]);
    expected.extend([0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 17, 0, 3]);
    expected.extend(b"\x00\x02hi\x00\x00\x00\x01!");
    expected.extend([1, 2, 3]);
    let sum = wire::crc32c(&[&expected[..sum_at], &expected[sum_at + 4..]]);
    expected[sum_at..sum_at + 4].copy_from_slice(&sum.to_be_bytes());
    assert_eq!(packet, expected);
    assert_eq!((sum_at, expected.len()), (SUM_AT, 78));
}

#[test]
fn what_is_no_frame_is_refused_by_its_reason() {
    let whole = bytes(&bodies()[0]);
    refused(b"", Reason::Foreign);
    refused(b"hello everybody", Reason::Foreign);
    refused(&whole[..4], Reason::Truncated);
    let with = |at: usize, byte: u8| {
        let mut bytes = whole.clone();
        bytes[at] = byte;
        bytes
    };
    refused(&with(4, 2), Reason::Version);
    refused(&with(60, whole[60] ^ 1), Reason::Checksum);
    for kind in [0, 19, 255] {
        refused(&forged(with(5, kind)), Reason::Kind);
    }
    refused(&[&whole[..], b"x"].concat(), Reason::Oversized);
    refused(&vec![whole[0]; FRAME_BYTES_MAX + 1], Reason::Foreign);
    // A sender of 0; an epoch without whoever made it; an epoch that is made up.
    refused(&forged(with(27, 0)), Reason::Malformed);
    refused(&forged(with(43, 0)), Reason::Malformed);
    refused(&forged(with(28, 1)), Reason::Sequence);
}

#[test]
fn a_body_that_no_member_writes_is_refused() {
    let Body::Data(data) = bodies()[0].clone() else {
        panic!("a packet");
    };
    let packet = |sequence, first| Data {
        sequence,
        first,
        ..data
    };
    for packet in [
        packet(0, 1),
        packet(1, 0),
        packet(u64::MAX, 1),
        packet(1, u64::MAX),
    ] {
        body_refused(&Body::Data(packet), Reason::Sequence);
    }
    for messages in [&b"\0"[..], b"\0\x01", b"\0\x01ab"] {
        let messages = Messages(messages);
        body_refused(&Body::Again(Data { messages, ..data }), Reason::Malformed);
    }
    let nak = |of, through, last| {
        let has = holding(through, &[]);
        Body::Nak(Nak { of, has, last })
    };
    for nak in [
        nak(64, 1, 2),
        nak(0, 2, 2),
        nak(0, 3, 2),
        nak(0, 1, 100_000),
    ] {
        body_refused(&nak, Reason::Malformed);
    }
    let status = |received: &[u64], hears| {
        Body::Status(Status {
            received: received.to_vec(),
            hears,
            ..Status::default()
        })
    };
    body_refused(&status(&[], 0), Reason::Malformed);
    body_refused(&status(&[1, 1], 0b100), Reason::Malformed);
    body_refused(&status(&[u64::MAX], 1), Reason::Sequence);
    let state = |total, offset| {
        Body::State(StateBytes {
            to: MemberId(1),
            total,
            offset,
            bytes: vec![1; 5],
        })
    };
    for state in [state(u64::MAX, 0), state(4, 0), state(9, 5), state(9, 10)] {
        body_refused(&state, Reason::Malformed);
    }
    body_refused(&Body::WantState(u64::MAX), Reason::Malformed);
    body_refused(&here(0, false), Reason::Malformed);
    body_refused(&here(MEMBERS_MAX as u8 + 1, false), Reason::Members);
}

#[test]
fn a_change_that_no_member_wants_is_refused() {
    let earlier = Proposal {
        next: View {
            id: view(3),
            seats: seats(1),
        },
        ..proposal(1)
    };
    let twice = Proposal {
        next: View {
            id: view(4),
            seats: [seats(1), seats(1)].concat(),
        },
        ..proposal(1)
    };
    for proposal in [earlier, twice, proposal(0)] {
        body_refused(&Body::Change(Change::Commit(proposal)), Reason::Malformed);
    }
    let promise = Change::Promise {
        ballot: proposal(1).ballot,
        holdings: vec![],
        accepted: Some(proposal(2)),
    };
    body_refused(&Body::Change(promise), Reason::Malformed);
}

#[test]
fn counts_are_bounded() {
    let mut status = bytes(&bodies()[4]);
    let count_at = HEADER_BYTES + 25;
    assert_eq!(status[count_at], 3);
    status[count_at] = MEMBERS_MAX as u8 + 1;
    refused(&forged(status), Reason::Members);
    let mut nak = bytes(&bodies()[3]);
    nak[HEADER_BYTES + 17] = RING_WORDS_MAX as u8 + 1;
    nak.resize(HEADER_BYTES + 18 + 8 * (RING_WORDS_MAX + 1), 1);
    refused(&forged(nak), Reason::Malformed);
    let mut welcome = bytes(&bodies()[17]);
    welcome[HEADER_BYTES + 8] = FATES_MAX as u8 + 1;
    welcome.resize(HEADER_BYTES + 4000, 1);
    refused(&forged(welcome), Reason::Malformed);
    let mut packet = bytes(&bodies()[1]);
    let stamp_bytes = (STAMP_BYTES_MAX as u16 + 1).to_be_bytes();
    packet[HEADER_BYTES + 16..HEADER_BYTES + 18].copy_from_slice(&stamp_bytes);
    packet.resize(HEADER_BYTES + 2000, 1);
    refused(&forged(packet), Reason::Stamp);
}

/// Who is in no view has no size, and nothing to wait for.
#[test]
fn who_looks_around_is_asked_and_answers_too() {
    let mut sent = Vec::new();
    for (body, is_fine) in [
        (probe(), true),
        (here(0, false), true),
        (here(1, false), false),
        (here(0, true), false),
    ] {
        sent.clear();
        encode(&header(ViewId::NONE), &body, &mut sent);
        let read = Frame::decode(&sent).map(|frame| frame.body);
        assert_eq!(
            read,
            if is_fine {
                Ok(body)
            } else {
                Err(Reason::Malformed)
            }
        );
    }
}

/// As much as two lists may hold, and a list that is cut down to what it may.
#[test]
fn the_largest_frame_has_room() {
    let mut all = vec![holding(1 << 48, &[u64::MAX; RING_WORDS_MAX]); MEMBERS_MAX];
    let body = |holdings: Vec<Holding>| {
        let next = View {
            id: view(4),
            seats: seats(MEMBERS_MAX as u64),
        };
        Body::Change(Change::Promise {
            ballot: proposal(1).ballot,
            holdings: holdings.clone(),
            accepted: Some(Proposal {
                ballot: proposal(1).ballot,
                next,
                cut: holdings,
                gives_up: true,
            }),
        })
    };
    let whole = bytes(&body(all.clone()));
    assert!(whole.len() > 2 * 8 * HOLDING_WORDS_MAX && whole.len() <= FRAME_BYTES_MAX);
    Holding::fit(&mut all);
    let words: usize = all.iter().map(|one| one.beyond.len()).sum();
    assert_eq!(words, HOLDING_WORDS_MAX);
    let frame = Frame::decode(&whole).expect("a frame");
    assert_eq!(frame.body, body(all));
}

#[test]
fn who_sent_it_is_who_sent_it_itself() {
    for body in bodies() {
        let expected = match body {
            Body::Again(_) => None,
            _ => Some(MemberId(7)),
        };
        assert_eq!(sender_of(&bytes(&body)), expected);
    }
    assert_eq!(sender_of(b"hello"), None);
    assert_eq!(sender_of(&[0; 48]), None);
}

#[test]
fn no_bit_may_be_another_and_nothing_may_be_missing() {
    for body in bodies() {
        let mut bytes = bytes(&body);
        for length in 0..bytes.len() {
            assert!(Frame::decode(&bytes[..length]).is_err());
        }
        for bit in 0..8 * bytes.len() {
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert!(Frame::decode(&bytes).is_err());
            bytes[bit / 8] ^= 1 << (bit % 8);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn arbitrary_bytes_are_no_frame(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(Frame::decode(&bytes).is_err());
        let _ = sender_of(&bytes);
    }

    /// Bytes behind the header of a frame, as a forger seals them: refused, or the one form of what they say.
    #[test]
    fn what_is_believed_is_written_so(
        kind in 1..=18_u8, has_view: bool, body in prop::collection::vec(0..4_u8, 0..120),
    ) {
        let view = if has_view { view(1) } else { ViewId::NONE };
        let mut bytes = Vec::new();
        encode(&header(view), &Body::Leave, &mut bytes);
        bytes[5] = kind;
        bytes.extend(body);
        let sealed = forged(bytes);
        if let Ok(frame) = Frame::decode(&sealed) {
            prop_assert_eq!(again(&frame), sealed);
        }
    }

    /// One byte changed, some cut off, then the checksum mended.
    #[test]
    fn a_mutated_frame_is_another_frame_or_none(
        which in 0..bodies().len(), at: prop::sample::Index, byte: u8, cut: prop::sample::Index, is_cut: bool,
    ) {
        let mut mutated = bytes(&bodies()[which]);
        let at = at.index(mutated.len());
        mutated[at] = byte;
        if is_cut {
            mutated.truncate(HEADER_BYTES + cut.index(mutated.len() - HEADER_BYTES + 1));
        }
        let sealed = forged(mutated);
        if let Ok(frame) = Frame::decode(&sealed) {
            prop_assert_eq!(again(&frame), sealed);
        }
    }
}

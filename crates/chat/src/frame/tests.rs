//! Frames as they are written, and everything that they are not.

use causality::{Hybrid, Lamport, VectorMap};
use proptest::prelude::*;

use super::*;
use crate::Name;

pub(crate) fn name(text: &str) -> Name {
    Name::new(text).expect("a name")
}

fn frame(body: Body) -> Frame {
    Frame {
        group: GroupId::of("lab"),
        incarnation: 7,
        sequence: 3,
        body,
    }
}

fn say(others: &[(u64, u64, &str)], text: &str) -> Frame {
    let mut vector = VectorMap::new(7, MEMBERS_MAX);
    for (member, count, _) in others {
        let mut other = VectorMap::new(*member, MEMBERS_MAX);
        (0..*count).for_each(|_| other.local().expect("ticks"));
        vector.merge(&other).expect("merged");
    }
    vector.send().expect("ticks");
    let known = others.iter().map(|(_, _, text)| Known {
        sequence: 1,
        name: name(text),
    });
    frame(Body::Say(Box::new(Say {
        name: name("alice"),
        lamport: Lamport::at(300),
        hybrid: Hybrid::unpack(1 << 40),
        vector,
        known: known.collect(),
        text: text.to_owned(),
    })))
}

fn all_kinds() -> Vec<Frame> {
    let known = |text| Known {
        sequence: 9,
        name: name(text),
    };
    let here = vec![(1, known("bob")), (8, known("carol"))];
    let alice = || name("alice");
    vec![
        frame(Body::Hello { name: alice() }),
        frame(Body::Here {
            name: alice(),
            known: here,
        }),
        say(&[(1, 2, "bob"), (8, 1, "carol")], "lunch?"),
        say(&[], ""),
        frame(Body::Bye { name: alice() }),
    ]
}

fn bytes(frame: &Frame) -> Vec<u8> {
    let mut bytes = Vec::new();
    frame.encode(&mut bytes);
    bytes
}

/// Writes length and checksum as a forger would.
pub(crate) fn seal(mut bytes: Vec<u8>) -> Vec<u8> {
    let length = (bytes.len() as u16).to_be_bytes();
    bytes[LENGTH_AT..LENGTH_AT + 2].copy_from_slice(&length);
    let sum = crc32c(&[&bytes[..SUM_AT], &bytes[HEADER_BYTES..]]).to_be_bytes();
    bytes[SUM_AT..HEADER_BYTES].copy_from_slice(&sum);
    bytes
}

#[track_caller]
fn refused(bytes: &[u8], reason: Reason) {
    assert_eq!(Frame::decode(bytes), Err(reason));
}

#[test]
fn every_kind_comes_back_as_it_was_written() {
    for frame in all_kinds() {
        assert_eq!(Frame::decode(&bytes(&frame)), Ok(frame));
    }
}

/// The table in the documentation, byte by byte.
#[test]
fn a_hello_has_these_bytes() {
    let hello = bytes(&frame(Body::Hello { name: name("bob") }));
    let mut expected = vec![0xf7, b'w', b'h', b'g', 1, 1, 0, 40];
    expected.extend(GroupId::of("lab").0.to_be_bytes());
    expected.extend(7_u64.to_be_bytes());
    expected.extend(3_u64.to_be_bytes());
    expected.extend([0; 4]);
    expected.extend(b"\x03bob");
    assert_eq!(hello, seal(expected));
    // The offset basis, and "a" of the authors' test vectors.
    assert_eq!(GroupId::of("").0, 0xcbf2_9ce4_8422_2325);
    assert_eq!(GroupId::of("a").0, 0xaf63_dc4c_8601_ec8c);
}

#[test]
fn the_largest_frame_has_room() {
    let names: Vec<String> = (0..MEMBERS_MAX - 1).map(|n| format!("{n:032}")).collect();
    let others: Vec<(u64, u64, &str)> = (0..)
        .map(|n| u64::MAX - 1000 + n)
        .zip(&names)
        .map(|(member, name)| (member, 1, name.as_str()))
        .collect();
    let frame = say(&others, &"x".repeat(TEXT_BYTES_MAX));
    let bytes = bytes(&frame);
    // Counts and the Lamport time take one and two bytes here; they may take six and eight more.
    assert!(
        bytes.len() + 6 * MEMBERS_MAX + 8 <= FRAME_BYTES_MAX,
        "{}",
        bytes.len()
    );
    assert_eq!(Frame::decode(&bytes), Ok(frame));
}

/// What the documentation says of sizes.
#[test]
fn fourteen_members_fit_into_one_ethernet_frame() {
    let size = |members: u64, text: &str| {
        let others: Vec<(u64, u64, &str)> = (1..members)
            .map(|n| (u64::MAX - 1000 + n, 200, "carola"))
            .collect();
        // The sender's number, which stands in the vector twice, takes 1 byte here and 10 where it is drawn.
        bytes(&say(&others, text)).len() + 18
    };
    let longest = "x".repeat(TEXT_BYTES_MAX);
    let payload_bytes = 1500 - 20 - 8;
    assert!(
        size(14, &longest) <= payload_bytes,
        "{}",
        size(14, &longest)
    );
    assert!(size(16, &longest) > payload_bytes);
    for members in [1, 10, 100] {
        assert!(size(members, "").abs_diff(50 + 27 * members as usize) < 10);
    }
}

#[test]
fn what_is_no_frame_is_refused_by_its_reason() {
    let whole = bytes(&say(&[(8, 2, "bob")], "hi"));
    refused(b"", Reason::Foreign);
    refused(b"hello everybody", Reason::Foreign);
    refused(&whole[..3], Reason::Foreign);
    refused(&whole[..4], Reason::Truncated);
    refused(&whole[..HEADER_BYTES - 1], Reason::Truncated);
    refused(&whole[..whole.len() - 1], Reason::Truncated);
    let with = |at: usize, byte: u8| {
        let mut bytes = whole.clone();
        bytes[at] = byte;
        bytes
    };
    refused(&with(4, 2), Reason::Version);
    refused(&with(40, whole[40] ^ 1), Reason::Checksum);
    refused(&seal(with(5, 9)), Reason::Kind);
    refused(&seal(with(24, 1)), Reason::Malformed);
    refused(&[&whole[..], b"x"].concat(), Reason::Oversized);
    refused(&seal([&whole[..], b"x"].concat()), Reason::Malformed);
    refused(
        &seal([&whole[..], &[0; FRAME_BYTES_MAX]].concat()),
        Reason::Oversized,
    );
    refused(&seal(with(HEADER_BYTES, 0)), Reason::Malformed);
    refused(&seal(with(HEADER_BYTES, 255)), Reason::Malformed);
    refused(&seal(with(HEADER_BYTES + 1, b' ')), Reason::Malformed);
    refused(&seal(with(whole.len() - 1, 0xff)), Reason::Malformed);
}

#[test]
fn a_vector_of_too_many_entries_is_refused_before_it_is_read() {
    let mut bytes = bytes(&frame(Body::Bye { name: name("a") }));
    bytes[5] = 3;
    bytes.push(1);
    bytes.extend([0; 8]);
    // 5,000 entries, and the bytes for them.
    bytes.extend([0x88, 0x27, 7]);
    bytes.extend([1; 10_000]);
    refused(&seal(bytes), Reason::Vector);
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(Frame::decode(&bytes).is_err());
        let forged = [&MAGIC[..], &[VERSION], &bytes[..]].concat();
        let _ = Frame::decode(&forged);
        if forged.len() >= HEADER_BYTES {
            let _ = Frame::decode(&seal(forged));
        }
    }

    /// One byte changed, then the checksum mended: it is refused, or is the one form of what it now says.
    #[test]
    fn a_mutated_frame_is_another_frame_or_none(
        which in 0..5_usize, at: prop::sample::Index, byte: u8, cut: prop::sample::Index,
    ) {
        let mut mutated = bytes(&all_kinds()[which]);
        let at = at.index(mutated.len());
        mutated[at] = byte;
        if mutated != bytes(&all_kinds()[which]) {
            prop_assert!(Frame::decode(&mutated).is_err(), "the checksum finds one byte");
        }
        let sealed = seal(mutated.clone());
        if let Ok(frame) = Frame::decode(&sealed) {
            prop_assert_eq!(bytes(&frame), sealed);
        }
        mutated.truncate(cut.index(mutated.len()));
        prop_assert!(Frame::decode(&mutated).is_err());
        if mutated.len() >= HEADER_BYTES
            && let Ok(frame) = Frame::decode(&seal(mutated.clone())) {
            prop_assert_eq!(bytes(&frame), seal(mutated));
        }
    }
}

//! Messages that are not as they must be, and what becomes of each.

use dns::{Handled, Why};
use domain::base::iana::Rtype;

use crate::{
    asking::{self, FOREIGN, LOCAL, NOW, question, with_opt},
    zone::{self, TEXT},
};

/// What becomes of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is answered, with that code.
    Code(u16),
    /// It is not answered.
    Silence(Why),
}

use Fate::{Code, Silence};

/// All messages that are held here, with what is wrong with each.
pub fn corpus() -> Vec<(&'static str, Vec<u8>, Fate)> {
    let mut all = headers();
    all.extend(names());
    all.extend(records());
    all.extend(options());
    all
}

/// A question that is as it must be.
fn good() -> Vec<u8> {
    question("server1.lab.test", Rtype::A)
}

/// The same with some bytes set.
fn with(places: &[(usize, u8)]) -> Vec<u8> {
    let mut message = good();
    for (at, byte) in places {
        message[*at] = *byte;
    }
    message
}

fn headers() -> Vec<(&'static str, Vec<u8>, Fate)> {
    vec![
        ("nothing", vec![], Silence(Why::Short)),
        ("a byte", vec![0], Silence(Why::Short)),
        ("eleven bytes", good()[..11].to_vec(), Silence(Why::Short)),
        ("an answer", with(&[(2, 0x81)]), Silence(Why::Answer)),
        (
            "an answer to an update",
            with(&[(2, 0xa8)]),
            Silence(Why::Answer),
        ),
        (
            "an answer, header only",
            [0, 0, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0].to_vec(),
            Silence(Why::Answer),
        ),
        ("zeros, header only", vec![0; 12], Code(1)),
        ("an inverse query", with(&[(2, 1 << 3)]), Code(4)),
        ("status", with(&[(2, 2 << 3)]), Code(4)),
        ("opcode 3", with(&[(2, 3 << 3)]), Code(4)),
        ("a notice", with(&[(2, 4 << 3)]), Code(4)),
        ("a stateful message", with(&[(2, 6 << 3)]), Code(4)),
        ("opcode 15", with(&[(2, 15 << 3)]), Code(4)),
        (
            "all flags that a question may have",
            with(&[(2, 0x07), (3, 0xff)]),
            Code(0),
        ),
        ("no question", with(&[(5, 0)]), Code(1)),
        ("two questions said, one there", with(&[(5, 2)]), Code(1)),
        (
            "65535 questions said",
            with(&[(4, 0xff), (5, 0xff)]),
            Code(1),
        ),
        (
            "two questions",
            [&with(&[(5, 2)])[..], &good()[12..]].concat(),
            Code(1),
        ),
        ("an answer said, none there", with(&[(7, 1)]), Code(1)),
        ("an authority said, none there", with(&[(9, 1)]), Code(1)),
        (
            "an additional record said, none there",
            with(&[(11, 1)]),
            Code(1),
        ),
        (
            "65535 of them said",
            with(&[(10, 0xff), (11, 0xff)]),
            Code(1),
        ),
        (
            "the header alone, a question said",
            good()[..12].to_vec(),
            Code(1),
        ),
        (
            "bytes behind the end",
            [&good()[..], b"more"].concat(),
            Code(0),
        ),
    ]
}

/// A message with that name, in bytes, asked for.
fn named(name: &[u8]) -> Vec<u8> {
    [&good()[..12], name, &[0, 1, 0, 1]].concat()
}

fn names() -> Vec<(&'static str, Vec<u8>, Fate)> {
    let labels = |lengths: &[u8]| {
        let label = |length: &u8| [&[*length][..], &vec![b'x'; usize::from(*length)]].concat();
        let mut name: Vec<u8> = lengths.iter().flat_map(label).collect();
        name.push(0);
        name
    };
    vec![
        ("a pointer to itself", named(&[0xc0, 12]), Code(1)),
        ("a pointer to the header", named(&[0xc0, 0]), Code(1)),
        ("a pointer forward", named(&[0xc0, 14, 1, b'a', 0]), Code(1)),
        ("a pointer past the end", named(&[0xff, 0xff]), Code(1)),
        (
            "a label, then a pointer back to it",
            named(&[1, b'a', 0xc0, 12]),
            Code(1),
        ),
        (
            "half a pointer at the end",
            [&good()[..12], &[0xc0]].concat(),
            Code(1),
        ),
        ("a label of kind 01", named(&[0x41, 1, 2, 0]), Code(1)),
        ("a label of kind 10", named(&[0x80, 1, 0]), Code(1)),
        ("a label of 63 bytes", named(&labels(&[63])), Code(5)),
        ("a label of 64 bytes", named(&labels(&[64])), Code(1)),
        (
            "a name of 255 bytes",
            named(&labels(&[63, 63, 63, 61])),
            Code(5),
        ),
        (
            "a name of 256 bytes",
            named(&labels(&[63, 63, 63, 62])),
            Code(1),
        ),
        (
            "a name of 300 bytes",
            named(&labels(&[63, 63, 63, 63, 43])),
            Code(1),
        ),
        ("127 labels", named(&labels(&[1; 127])), Code(5)),
        ("128 labels", named(&labels(&[1; 128])), Code(1)),
        (
            "a name without its end",
            [&good()[..12], &[7, b's', b'e']].concat(),
            Code(1),
        ),
        (
            "a name that ends with the message",
            good()[..good().len() - 5].to_vec(),
            Code(1),
        ),
        ("no type", good()[..good().len() - 4].to_vec(), Code(1)),
        ("half a type", good()[..good().len() - 3].to_vec(), Code(1)),
        ("half a class", good()[..good().len() - 1].to_vec(), Code(1)),
        ("the root", named(&[0]), Code(5)),
        (
            "any bytes in a label",
            named(b"\x05\0.\xff\xc0A\x03lab\x04test\0"),
            Code(3),
        ),
        (
            "a label that holds the zone",
            named(b"\x0ax\x03lab\x04test\0"),
            Code(5),
        ),
    ]
}

/// A good question with records behind it, in the additional section.
fn followed_by(records: &[&[u8]]) -> Vec<u8> {
    let mut message = [&good()[..], &records.concat()].concat();
    message[11] = records.len() as u8;
    message
}

const OPT: &[u8] = &[0, 0, 41, 4, 208, 0, 0, 0, 0, 0, 0];
const A: &[u8] = &[0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, 1, 2, 3, 4];
const TSIG: &[u8] = &[0, 0, 250, 0, 255, 0, 0, 0, 0, 0, 0];

fn records() -> Vec<(&'static str, Vec<u8>, Fate)> {
    let in_section = |at: usize, record: &[u8]| {
        let mut message = [&good()[..], record].concat();
        message[at] = 1;
        message
    };
    let long = |bytes: u8| [&A[..11], &[bytes][..], &A[12..]].concat();
    vec![
        ("an address beside the question", followed_by(&[A]), Code(0)),
        ("an address and OPT", followed_by(&[A, OPT]), Code(0)),
        ("OPT and an address", followed_by(&[OPT, A]), Code(0)),
        ("OPT twice", followed_by(&[OPT, OPT]), Code(1)),
        (
            "OPT of a name",
            followed_by(&[&[&[0xc0, 12][..], &OPT[1..]].concat()]),
            Code(1),
        ),
        ("OPT as an answer", in_section(7, OPT), Code(1)),
        ("an answer in a question", in_section(7, A), Code(1)),
        ("an authority in a question", in_section(9, A), Code(1)),
        ("TSIG that is not last", followed_by(&[TSIG, OPT]), Code(1)),
        ("TSIG twice", followed_by(&[TSIG, TSIG]), Code(1)),
        (
            "data longer than the message",
            followed_by(&[&long(5)]),
            Code(1),
        ),
        (
            "data shorter than said to be, then bytes",
            followed_by(&[&long(3)]),
            Code(0),
        ),
        ("a record that is cut off", followed_by(&[&A[..9]]), Code(1)),
        (
            "an owner that points to itself",
            followed_by(&[&owned(&[0xc0, 34])]),
            Code(1),
        ),
        (
            "an owner that points forward",
            followed_by(&[&owned(&[0xc0, 60])]),
            Code(1),
        ),
        (
            "an owner that points to the header",
            followed_by(&[&owned(&[0xc0, 2])]),
            Code(1),
        ),
        (
            "an owner with a label of kind 01",
            followed_by(&[&owned(&[0x40, 0])]),
            Code(1),
        ),
        ("an owner without end", followed_by(&[&[63; 20]]), Code(1)),
        ("half a pointer", followed_by(&[&[0xc0]]), Code(1)),
    ]
}

fn owned(owner: &[u8]) -> Vec<u8> {
    [owner, &A[2..]].concat()
}

fn options() -> Vec<(&'static str, Vec<u8>, Fate)> {
    let option = |option: &[u8]| with_opt(good(), 1_232, 0, option);
    let cookie = |bytes: u8| option(&[&[0, 10, 0, bytes][..], &vec![1; bytes.into()]].concat());
    vec![
        (
            "a version from tomorrow",
            with_opt(good(), 1_232, 1, &[]),
            Code(16),
        ),
        ("version 255", with_opt(good(), 1_232, 255, &[]), Code(16)),
        (
            "datagrams of no bytes",
            with_opt(good(), 0, 0, &[]),
            Code(0),
        ),
        ("half an option", option(&[0, 3, 0]), Code(1)),
        ("an option that is too long", option(&[0, 3, 0, 1]), Code(1)),
        ("an unknown option", option(&[0xff, 0xff, 0, 1, 7]), Code(0)),
        ("a cookie of 0 bytes", cookie(0), Code(1)),
        ("a cookie of 7 bytes", cookie(7), Code(1)),
        ("a cookie of 8 bytes", cookie(8), Code(0)),
        ("a cookie of 9 bytes", cookie(9), Code(1)),
        ("a cookie of 15 bytes", cookie(15), Code(1)),
        ("a cookie of 16 bytes", cookie(16), Code(0)),
        ("a cookie of 40 bytes", cookie(40), Code(0)),
        ("a cookie of 41 bytes", cookie(41), Code(1)),
    ]
}

#[test]
fn each_malformed_message_gets_what_it_deserves() {
    let registry = zone::registry(&zone::lines(TEXT));
    let responder = asking::responder();
    let corpus = corpus();
    assert!(corpus.len() >= 75, "{} messages", corpus.len());
    for (problem, message, fate) in corpus {
        for peer in [LOCAL, FOREIGN] {
            let mut out = vec![1, 2, 3];
            let found = match responder.handle(&registry, &message, peer, NOW, &mut out) {
                Handled::Reply(outcome) => {
                    let seen = asking::read(&out);
                    assert_eq!(seen.rcode, outcome.rcode, "{problem}");
                    assert_eq!(out[..2], message[..2], "{problem}");
                    Code(outcome.rcode)
                }
                Handled::Silent(why) => {
                    assert_eq!(out, [0; 0], "{problem}");
                    Silence(why)
                }
                other => panic!("{problem}: {other:?}"),
            };
            assert_eq!(found, fate, "{problem}");
        }
    }
}

#[test]
fn only_a_question_that_is_whole_is_cut() {
    let responder = asking::responder();
    for (problem, message, fate) in corpus() {
        let mut out = vec![1, 2, 3];
        let is_query = message.len() >= 12 && message[2] & 0xf8 == 0;
        let is_whole = is_query && fate != Code(1);
        assert_eq!(responder.cut(&message, &mut out), is_whole, "{problem}");
        if is_whole {
            let seen = asking::read(&out);
            assert!(seen.is_cut && seen.answer.is_empty(), "{problem}");
            assert!(out.len() <= message.len(), "{problem}");
        } else {
            assert_eq!(out, [0; 0], "{problem}");
        }
    }
}

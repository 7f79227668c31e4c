//! Any bytes at all, and logs with damage: every reader ends, and what it gives is bounded by what it was given.

use proptest::prelude::*;
use trace::{EventKind, FLAWS_MAX, FORMS, Form, Options, Source, read};

use crate::made::Made;

/// Reads a text by a form, whatever it looks like.
fn read_as(form: Option<&'static Form>, text: &[u8]) {
    let options = Options {
        form,
        ..Options::default()
    };
    let halves = text.split_at(text.len() / 2);
    let one = [Source { name: "one", text }];
    let two = [
        Source {
            name: "first",
            text: halves.0,
        },
        Source {
            name: "second",
            text: halves.1,
        },
    ];
    for sources in [&one[..], &two[..]] {
        let Ok(logs) = read(sources, &options) else {
            continue;
        };
        for log in logs {
            assert!(log.flaws.len() <= FLAWS_MAX);
            assert!(log.events.len() + log.hosts.len() + log.messages.len() <= 2 * text.len() + 2);
            let words: usize = log.events.iter().map(|event| event.text.len()).sum();
            // A byte that is no UTF-8 becomes three.
            assert!(
                words <= 3 * text.len(),
                "{words} bytes of words from {}",
                text.len()
            );
            assert!(
                log.events
                    .iter()
                    .all(|event| (event.host.0 as usize) < log.hosts.len())
            );
            assert!(log.flaws.iter().all(|flaw| flaw.text.len() < 2000));
        }
    }
}

fn read_as_all(text: &[u8]) {
    read_as(None, text);
    for form in FORMS {
        read_as(Some(form), text);
    }
}

/// A whole log of each form.
fn samples() -> Vec<String> {
    let mut made = Made::of(&["a", "b", "c d"].map(str::to_owned));
    for at in 0..12 {
        let kind = [EventKind::Send, EventKind::Receive, EventKind::Local][at % 3];
        made.happen(at, kind, "words", Some(at as i64));
    }
    let mut samples: Vec<String> = FORMS
        .iter()
        .filter_map(|form| form.write.map(|_| made.write(form.name)))
        .collect();
    let scalar = "Something happened in 0 ! (LAMPORT_TIME=1, LOCAL_TIME=2019-05-30 12:00:01.5)\nMessage sent from 0 (LAMPORT_TIME=2)\nMessage received at 1 (LAMPORT_TIME=3)\n";
    let vector = "Message sent from a(VECTOR_TIME=[1, 0])\nMessage received at b(VECTOR_TIME=[1, 1])\nProc_1:(VECTOR_TIME={'a': 1})\n";
    let named = "A sends m1 to B (LAMPORT_TIME=1)\nB receives m1 from A (LAMPORT_TIME=2)\nProcess 3 got x from node B (LAMPORT_TIME=3)\n";
    samples.extend([scalar, vector, named].map(str::to_owned));
    samples
}

/// Pieces of which texts can be made that look much like logs.
fn piece() -> impl Strategy<Value = String> {
    let pieces = [
        "{",
        "}",
        "\"",
        ":",
        ",",
        "\n",
        " ",
        "=",
        "===",
        "(",
        ")",
        "[",
        "]",
        "\\",
        "a",
        "b ",
        "1",
        "0",
        "{\"a\":1}",
        "\na {\"a\":1}\n",
        "(LAMPORT_TIME=",
        "LAMPORT_TIME=3)",
        "(VECTOR_TIME=[1, 0])",
        "Message sent from 0",
        "Something in 1",
        "A sends m1 to B ",
        "B receives m1 from A",
        "\u{feff}Ä got ",
        " kind=send",
        " message=",
        "{\"log\":\"wharf events\"}",
        "{\"host\":\"a\",\"n\":1,\"kind\":\"send\"}",
        "(?<host>",
        "(?<clock>.*)",
        "(?<event>.*)",
        "é",
        "\u{2028}",
    ];
    prop_oneof![
        proptest::sample::select(pieces.to_vec()).prop_map(str::to_owned),
        any::<String>()
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        read_as_all(&bytes);
    }

    #[test]
    fn texts_that_look_like_logs_are_survived(pieces in proptest::collection::vec(piece(), 0..60)) {
        read_as_all(pieces.concat().as_bytes());
    }

    #[test]
    fn damaged_logs_are_survived(sample in any::<proptest::sample::Index>(), damage in proptest::collection::vec(
        (any::<proptest::sample::Index>(), any::<proptest::sample::Index>(), 0u8..5, any::<u8>()), 1..8)) {
        let samples = samples();
        let mut text = sample.get(&samples).clone().into_bytes();
        for (from, to, what, byte) in damage {
            let (from, to) = (from.index(text.len() + 1), to.index(text.len() + 1));
            let (from, to) = (from.min(to), from.max(to));
            match what {
                0 => drop(text.drain(from..to.min(from + 20))),
                1 => text.insert(from, byte),
                2 => text.truncate(to.max(1)),
                3 => {
                    let part = text[from..to].to_vec();
                    text.splice(from..from, part);
                }
                _ => text[from..to].reverse(),
            }
        }
        read_as_all(&text);
    }

    #[test]
    fn any_parser_is_an_error_or_reads(parser in "[()?<>a-z\\[\\]{}0-9.*+|\\\\^$,:=!-]{0,40}", text in any::<String>()) {
        let whole = format!("(?<host>a)(?<clock>b)(?<event>c)|{parser}");
        for parser in [parser, whole] {
            let options = Options { delimiter: Some(parser.clone()), parser: Some(parser), ..Options::default() };
            let _ = read(&[Source { name: "log", text: text.as_bytes() }], &options);
        }
    }
}

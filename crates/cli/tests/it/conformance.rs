//! What every service owes its clients under every concurrency model, on real sockets.
//!
//! The tests loop over both registries, so what is listed there is tested here; a service needs its
//! lines in `conformance/cases.rs`. After each test the server must hold no more threads, descriptors
//! and processes than before, and its statistics must agree with what the clients did.

pub mod cases;
pub mod client;
pub mod launch;
pub mod outside;
pub mod subject;

use std::{
    fs,
    io::{ErrorKind, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    path::Path,
    rc::Rc,
    thread,
    time::Duration,
};

use history::{Event, EventKind};
use serve::Model;
use services::{SERVICES, ServiceEntry};

use self::{
    cases::{End, Talk, case},
    client::{half_close, is_silent},
    outside::resident_bytes,
    subject::{Pieces, Vanish, ask, assert_same, for_every_model, for_every_pair},
};
use crate::support::{Server, read_exactly, read_to_end};

#[test]
fn every_service_has_a_case() {
    for entry in SERVICES {
        assert!(
            case(entry.name).is_some(),
            "the service `{}` has no case in conformance/cases.rs",
            entry.name
        );
    }
}

#[test]
fn a_request_is_answered() {
    for_every_pair(|subject| {
        for talk in &Rc::clone(&subject.case).whole {
            subject.talk(talk, Pieces::One);
        }
    });
}

#[test]
fn a_request_in_many_segments_is_answered_as_one() {
    for_every_pair(|subject| {
        for talk in &Rc::clone(&subject.case).split {
            subject.talk(talk, Pieces::Bytes);
        }
    });
}

#[test]
fn requests_in_one_segment_are_all_answered_and_counted() {
    for_every_pair(|subject| {
        for talk in &Rc::clone(&subject.case).coalesced {
            subject.talk(talk, Pieces::One);
        }
    });
}

#[test]
fn a_request_longer_than_any_buffer_is_answered() {
    for_every_pair(|subject| subject.talk(&Rc::clone(&subject.case).long, Pieces::One));
}

#[test]
fn bytes_that_are_no_text_are_answered() {
    for_every_pair(|subject| subject.talk(&Rc::clone(&subject.case).not_utf8, Pieces::One));
}

#[test]
fn a_client_that_half_closes_gets_its_answer() {
    for_every_pair(|subject| {
        for talk in &Rc::clone(&subject.case).whole {
            subject.talk_half_closed(talk);
        }
    });
}

#[test]
fn a_client_that_goes_away_costs_nobody_else_anything() {
    for_every_pair(|subject| {
        for how in [Vanish::Close, Vanish::Reset] {
            subject.vanish(how);
            subject.proves_life();
        }
        subject.vanish_with_reply_unread();
        subject.proves_life();
    });
}

#[test]
fn clients_overlap_unless_the_model_is_iterative() {
    for_every_model(|model| {
        for entry in SERVICES {
            check_overlap(entry, model);
        }
    });
}

/// The first client is held open unanswered, which is a gate and no stopwatch: under a concurrent
/// model the second is answered before the first has sent anything, under the iterative one it is not
/// taken up before the first is gone.
#[track_caller]
fn check_overlap(entry: &ServiceEntry, model: &Model) {
    let case = case(entry.name).expect("every service has a case");
    let talk = case.whole.last().expect("a request");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let events = folder.path().join("events.jsonl");
    let flags = [
        case.flags,
        &["--events-file", events.to_str().expect("a plain path")],
    ]
    .concat();
    let server = Server::start(entry.name, model.name, &flags);
    let (mut first, mut second) = (server.connect(), server.connect());
    let addresses = [&first, &second].map(|stream| stream.local_addr().expect("connected"));
    ask(&mut second, talk);
    if model.is_iterative() {
        ask(&mut first, talk);
        let expected = [case.greeting, &talk.reply].concat();
        assert_same(&read_exactly(&mut first, expected.len()), &expected);
        if talk.end == End::Client {
            assert!(
                is_silent(&second),
                "{} was answered out of turn",
                entry.name
            );
        }
        finish_talk(&mut first, b"");
        finish_talk(&mut second, &expected);
    } else {
        answer_and_finish(&mut second, case.greeting, talk);
        ask(&mut first, talk);
        answer_and_finish(&mut first, case.greeting, talk);
    }
    drop((first, second));
    assert_eq!(server.stop().status, Some(0));
    let (closed, opened) = gate(&events, addresses);
    match model.is_iterative() {
        true => assert!(closed <= opened, "{}: {closed} > {opened}", entry.name),
        false => assert!(opened < closed, "{}: {opened} >= {closed}", entry.name),
    }
}

#[track_caller]
fn answer_and_finish(stream: &mut TcpStream, greeting: &[u8], talk: &Talk) {
    let expected = [greeting, &talk.reply].concat();
    assert_same(&read_exactly(stream, expected.len()), &expected);
    finish_talk(stream, b"");
}

/// Says that no more will come, and expects this and then the end.
#[track_caller]
fn finish_talk(stream: &mut TcpStream, expected: &[u8]) {
    half_close(stream);
    assert_same(&read_to_end(stream), expected);
}

/// When the first client's connection was closed and the second's was taken up.
fn gate(events: &Path, [first, second]: [SocketAddr; 2]) -> (u64, u64) {
    let text = fs::read_to_string(events).expect("events");
    let events: Vec<Event> = text
        .lines()
        .map(|line| serde_json::from_str(line).expect("an event"))
        .collect();
    let at = |peer: SocketAddr, is_kind: fn(&EventKind) -> bool| {
        let found = events
            .iter()
            .find(|event| event.peer == peer && is_kind(&event.kind));
        found.expect("it happened").at_ns
    };
    (
        at(first, |kind| matches!(kind, EventKind::Closed { .. })),
        at(second, |kind| matches!(kind, EventKind::Opened { .. })),
    )
}

#[test]
fn a_client_that_does_not_read_is_waited_for_and_not_stored() {
    for_every_model(|model| {
        let server = Server::start("echo", model.name, &[]);
        let mut stream = server.connect();
        let pattern: Vec<u8> = (0..PATTERN_BYTES)
            .map(|index| (index % 251) as u8)
            .collect();
        let sent_bytes = fill(&mut stream, &pattern);
        assert!(
            sent_bytes < MOST_IN_BUFFERS_BYTES,
            "{sent_bytes} bytes were taken and not given back"
        );
        assert!(
            resident_bytes(server.pid()) < MEMORY_BYTES,
            "{}",
            resident_bytes(server.pid())
        );
        half_close(&stream);
        let mut found = vec![0; PATTERN_BYTES];
        let mut left = sent_bytes;
        while left > 0 {
            let count = left.min(PATTERN_BYTES);
            stream.read_exact(&mut found[..count]).expect("read");
            assert_same(&found[..count], &pattern[..count]);
            left -= count;
        }
        assert_same(&read_to_end(&mut stream), b"");
        let summary = server.stop().summary;
        let counted = (summary.received_bytes, summary.sent_bytes);
        assert_eq!(counted, (sent_bytes as u64, sent_bytes as u64));
    });
}

/// Sends the pattern again and again until all buffers on the way are full; says how much that was.
fn fill(stream: &mut TcpStream, pattern: &[u8]) -> usize {
    stream.set_nonblocking(true).expect("set");
    let (mut sent_bytes, mut refusals) = (0, 0);
    while refusals < REFUSALS_WHEN_FULL && sent_bytes < MOST_IN_BUFFERS_BYTES {
        match stream.write(&pattern[sent_bytes % pattern.len()..]) {
            Ok(count) => {
                sent_bytes += count;
                refusals = 0;
            }
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::WouldBlock, "{error}");
                refusals += 1;
                thread::sleep(Duration::from_millis(5));
            }
        }
    }
    stream.set_nonblocking(false).expect("set");
    sent_bytes
}

#[test]
fn a_crowd_is_answered_to_the_last_and_leaves_nothing_behind() {
    for_every_pair(|subject| {
        let case = Rc::clone(&subject.case);
        subject.crowd(case.whole.last().expect("a request"), CROWD);
    });
}

/// Clients at once. Under the iterative model each of them waits for all before it.
const CROWD: usize = 12;
/// A prime number of bytes is in the pattern, so that a block cannot pass for its neighbour.
const PATTERN_BYTES: usize = 251 * 1024;
/// Over twice what Linux by itself gives to the buffers of one connection, both ways and both ends.
const MOST_IN_BUFFERS_BYTES: usize = 64 * 1024 * 1024;
/// A server that stored what it cannot send would have taken as much as it was sent.
const MEMORY_BYTES: u64 = 48 * 1024 * 1024;
/// So many refusals in a row, 5 ms apart, and nobody takes any more.
const REFUSALS_WHEN_FULL: usize = 60;

//! In steady state a request of `echo`, `resp` or `http` allocates nothing: a counting allocator says so.

#[path = "counting/allocator.rs"]
mod allocator;

use std::cell::Cell;

use machine::{Input, Outbox, Output, PrivateWords};
use services::by_name;
use timing::Tick;

use allocator::Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting(count);

thread_local! {
    // A plain cell, made without allocating and dropped without a destructor.
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

fn count() {
    ALLOCATIONS.set(ALLOCATIONS.get() + 1);
}

/// Feeds the reads once, and then again and again; only the first round may allocate.
#[track_caller]
fn check(service: &str, reads: &[&[u8]], requests_each_round: usize) {
    let entry = by_name(service).expect("a service");
    let made = entry.service(&(entry.dialect)());
    let shared = PrivateWords::new(0);
    let mut session = made.session(&shared);
    let mut out = Outbox::new();
    let mut first = 0;
    for round in 0..100 {
        let mut delivered = 0;
        for read in reads {
            session.handle(Tick::ZERO, Input::Received(read), &mut out);
            let is_delivery = |output: &&Output| matches!(output, Output::Deliver { .. });
            delivered += out.outputs().iter().filter(is_delivery).count();
            out.clear();
        }
        assert_eq!(delivered, requests_each_round, "{service}");
        match round {
            0 => first = ALLOCATIONS.get(),
            _ => assert_eq!(ALLOCATIONS.get(), first, "{service}, round {round}"),
        }
    }
    assert!(first > 0, "the allocator does not count");
}

#[test]
fn an_echo_allocates_nothing() {
    check("echo", &[&[b'x'; 64]], 1);
    check("echo", &[b"a line\nand ano", b"ther\n"], 2);
}

#[test]
fn a_ping_allocates_nothing() {
    let ping = b"*1\r\n$4\r\nPING\r\n";
    check("resp", &[ping], 1);
    check("resp", &[&ping.repeat(100)], 100);
    check("resp", &[b"PING\r\nPI", b"NG\r\n", b"ECHO abc\r\n"], 3);
}

#[test]
fn a_get_allocates_nothing() {
    let get = b"GET / HTTP/1.1\r\nHost: a\r\nUser-Agent: b\r\n\r\n";
    check("http", &[get], 1);
    check("http", &[&get.repeat(100)], 100);
    check("http", &[&get[..20], &get[20..]], 1);
    let body = b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nabc";
    check("http", &[body, b"de"], 1);
}

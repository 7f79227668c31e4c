//! What hostile or broken peers send: each gets a refusal or nothing, and the others go on.

use std::{
    io::{Read, Write},
    net::Shutdown,
};

use nameserver::api::Status;

use crate::house::{Answer, House};

/// The server still answers.
#[track_caller]
fn lives(house: &House) {
    let answer = house.get("/v1/status");
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json::<Status>();
}

#[test]
fn pages_of_other_origins_and_bent_names_are_refused() {
    let house = House::new();
    let ask = |fields: &str| {
        house
            .raw(format!("GET /v1/status HTTP/1.1\r\nConnection: close\r\n{fields}\r\n").as_bytes())
    };
    let own = house.address;
    let port = own.port();
    assert_eq!(ask(&format!("Host: {own}\r\n")).status, 200);
    assert_eq!(ask(&format!("Host: localhost:{port}\r\n")).status, 200);
    assert_eq!(ask(&format!("Host: ns.lab.test:{port}\r\n")).status, 200);
    ask(&format!("Host: evil.example:{port}\r\n")).is_problem(421, "Host");
    ask(&format!("Host: localhost.evil.example:{port}\r\n")).is_problem(421, "Host");
    ask("Host: localhost\r\n").is_problem(421, "Host");
    ask("").is_problem(400, "Host");
    ask(&format!("Host: {own}\r\nHost: {own}\r\n")).is_problem(400, "Host");
    ask(&format!("Host: {own}\r\nOrigin: http://evil.example\r\n")).is_problem(403, "origins");
    ask(&format!("Host: {own}\r\nOrigin: null\r\n")).is_problem(403, "origins");
    assert_eq!(
        ask(&format!("Host: {own}\r\nOrigin: http://{own}\r\n")).status,
        200
    );
    let form = format!(
        "POST /v1/leases HTTP/1.1\r\nHost: {own}\r\nConnection: close\r\nOrigin: http://evil.example\r\nContent-Type: text/plain\r\nContent-Length: 15\r\n\r\n{{\"ttl_ms\":5000}}"
    );
    house.raw(form.as_bytes()).is_problem(403, "origins");
    lives(&house);
}

#[test]
fn bodies_are_json_whole_and_bounded() {
    let house = House::new();
    let fields = house.fields();
    let put =
        |more: &str| house.raw(format!("PUT /v1/names/a HTTP/1.1\r\n{fields}{more}").as_bytes());
    put("Content-Length: 2\r\n\r\n{}").is_problem(415, "application/json");
    put("Content-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}")
        .is_problem(415, "application/json");
    let json = "Content-Type: application/json\r\n";
    put(&format!("{json}Content-Length: 1048577\r\n\r\n")).is_problem(413, "1048576");
    let huge = format!(
        "{json}Transfer-Encoding: chunked\r\n\r\n110000\r\n{}\r\n0\r\n\r\n",
        "x".repeat(0x11_0000)
    );
    put(&huge).is_problem(413, "1048576");
    put(&format!("{json}Transfer-Encoding: chunked\r\n\r\nxyz\r\n")).is_problem(400, "broke off");
    put(&format!("{json}Content-Length: 4\r\n\r\n{{}}\u{0}\u{0}")).is_problem(400, "not what");
    let deep = "[".repeat(100_000);
    put(&format!(
        "{json}Content-Length: {}\r\n\r\n{deep}",
        deep.len()
    ))
    .is_problem(400, "not what");
    lives(&house);
}

#[test]
fn a_body_that_breaks_off_changes_nothing() {
    let house = House::new();
    let mut socket = house.connect();
    let head = format!(
        "PUT /v1/names/half HTTP/1.1\r\n{}Content-Type: application/json\r\nContent-Length: 100\r\n\r\n",
        house.fields()
    );
    socket.write_all(head.as_bytes()).expect("it is sent");
    socket
        .write_all(br#"{"value":{"port":1}}"#)
        .expect("it is sent");
    socket.shutdown(Shutdown::Write).expect("half of it");
    let answer = Answer::read(&mut socket);
    assert_ne!(answer.status, 200, "{answer:?}");
    house.get("/v1/names/half").is_problem(404, "");
}

#[test]
fn heads_are_bounded_in_size_and_in_time() {
    let house = House::new();
    let long = format!("GET /{} HTTP/1.1\r\n\r\n", "x".repeat(20_000));
    let status = house.raw(long.as_bytes()).status;
    assert!([414, 431].contains(&status), "{status}");
    let field = format!("GET / HTTP/1.1\r\nX: {}\r\n\r\n", "x".repeat(20_000));
    assert_eq!(house.raw(field.as_bytes()).status, 431);
    let many = format!("GET / HTTP/1.1\r\n{}\r\n", "X: y\r\n".repeat(100));
    assert_eq!(house.raw(many.as_bytes()).status, 431);
    let mut slow = house.connect();
    slow.write_all(b"GET / HTT").expect("it is sent");
    // The server ends it by itself: this returns before the test's own patience ends.
    let mut rest = Vec::new();
    slow.read_to_end(&mut rest).expect("an end");
    lives(&house);
}

#[test]
fn what_is_no_http_is_turned_away() {
    let house = House::new();
    for bytes in [
        &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"[..],
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"\r\n\r\n\r\n\0\0\0",
        b"GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n",
        b"CONNECT evil.example:80 HTTP/1.1\r\nHost: evil.example:80\r\nConnection: close\r\n\r\n",
        b"GET /v1/status HTTP/1.1\r\nHost: \xff\r\nConnection: close\r\n\r\n",
    ] {
        let mut socket = house.connect();
        socket.write_all(bytes).expect("it is sent");
        socket.shutdown(Shutdown::Write).expect("the end of it");
        let answer = Answer::read(&mut socket);
        assert!(answer.status == 0 || answer.status >= 400, "{answer:?}");
    }
    lives(&house);
}

#[test]
fn lengths_that_contradict_each_other_smuggle_nothing() {
    let house = House::new();
    let fields = format!(
        "Host: {}\r\nContent-Type: application/json\r\n",
        house.address
    );
    let inner = format!(
        "PUT /v1/names/smuggled HTTP/1.1\r\n{fields}Content-Length: 20\r\n\r\n{{\"value\":{{\"port\":1}}}}"
    );
    for lengths in [
        "Content-Length: 2\r\nContent-Length: 3\r\n",
        "Content-Length: 2, 3\r\n",
        "Content-Length: +2\r\n",
        "Transfer-Encoding: chunked, identity\r\n",
        "Transfer-Encoding: xchunked\r\n",
    ] {
        let outer = format!("PUT /v1/names/outer HTTP/1.1\r\n{fields}{lengths}\r\n{{}}{inner}");
        let answer = house.raw(outer.as_bytes());
        assert!(
            answer.status == 0 || answer.status >= 400,
            "{lengths}: {answer:?}"
        );
        house.get("/v1/names/smuggled").is_problem(404, "");
    }
}

#[test]
fn many_connections_that_say_nothing_keep_nobody_out() {
    let house = House::new();
    let idle: Vec<_> = (0..200).map(|_| house.connect()).collect();
    lives(&house);
    drop(idle);
    lives(&house);
}

//! Generators that others wrote, `redis-benchmark` and `wrk`, and their small siblings `redis-cli` and
//! `curl`, against `wharf serve` under every model; and wharf's own of the same services.

use std::process::Command;

use serve::Model;

use super::programs::{Ended, Program, is_valid_or_late};
use crate::{
    conformance::subject::for_every_model,
    support::{Server, Stopped, run},
};

/// Runs a program with these words and this input to its end, and expects it to end well.
#[track_caller]
fn call(program: &str, args: &[&str], input: &str) -> Ended {
    let mut program = Program::start(Command::new(program).args(args));
    if !input.is_empty() {
        program.say(input);
    }
    let ended = program.wait();
    assert_eq!(ended.status, Some(0), "{args:?}: {ended:?}");
    ended
}

#[track_caller]
fn stop(server: Server) -> Stopped {
    let stopped = server.stop();
    assert_eq!(stopped.status, Some(0), "{}", stopped.stderr);
    assert!(!stopped.stderr.contains("panic"), "{}", stopped.stderr);
    stopped
}

/// As many connections at once as every model serves at once: the iterative one would let a
/// generator wait for ever for the second.
fn connections(model: &Model) -> &'static str {
    match model.is_iterative() {
        true => "1",
        false => "2",
    }
}

/// The number in front of a word of a report.
#[track_caller]
fn number_before(report: &str, word: &str) -> u64 {
    let mut words = report
        .split_whitespace()
        .zip(report.split_whitespace().skip(1));
    let found = words.find_map(|(number, next)| (next == word).then(|| number.parse().ok())?);
    found.unwrap_or_else(|| panic!("no number of {word} in {report}"))
}

#[test]
fn redis_cli_gets_what_it_asks_for() {
    for_every_model(|model| {
        let server = Server::start("resp", model.name, &[]);
        let port = server.port().to_string();
        let ask =
            |words: &[&str], input| call("redis-cli", &[&["-p", &port], words].concat(), input);
        assert_eq!(ask(&["ping"], "").stdout, "PONG\n");
        // It asks for another version of the protocol first, is refused, and goes on.
        assert_eq!(ask(&["-3", "ping"], "").stdout, "PONG\n");
        assert_eq!(
            ask(&["echo", "a \r\nb\u{e9}"], "").stdout,
            "a \r\nb\u{e9}\n"
        );
        assert_eq!(ask(&[], "PING\nECHO \"a b\"\n").stdout, "PONG\na b\n");
        assert_eq!(ask(&["quit"], "").stdout, "OK\n");
        let refused = "ERR unknown command 'get', with args beginning with: 'a' \n\n";
        assert_eq!(ask(&["get", "a"], "").stdout, refused);
        let pipelined = "PING\r\n*1\r\n$4\r\nPING\r\n".repeat(500);
        let said = ask(&["--pipe"], &pipelined).stdout;
        assert!(said.ends_with("errors: 0, replies: 1000\n"), "{said}");
        stop(server);
    });
}

#[test]
fn redis_benchmark_gets_all_its_pings_answered() {
    for_every_model(|model| {
        let server = Server::start("resp", model.name, &[]);
        let port = server.port().to_string();
        for depth in ["1", "16"] {
            let args = [
                "-p",
                &port,
                "-t",
                "ping",
                "-n",
                "2000",
                "-c",
                connections(model),
                "-P",
                depth,
                "--csv",
            ];
            let ended = call("redis-benchmark", &args, "");
            for test in ["PING_INLINE", "PING_MBULK"] {
                assert!(ended.stdout.contains(test), "{ended:?}");
            }
            assert_eq!(ended.stderr, "", "{ended:?}");
        }
        let summary = stop(server).summary;
        // It also asks for two settings each time.
        assert!(summary.requests >= 4 * 2000 + 4, "{summary:?}");
        assert_eq!(summary.endings["crlf"], summary.requests);
    });
}

#[test]
fn curl_gets_what_it_asks_for() {
    const OK: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 17\r\n\r\n";
    const TEXT: &str = "Hello from wharf\n";
    for_every_model(|model| {
        let server = Server::start("http", model.name, &[]);
        let url = format!("http://{}/a?b", server.address);
        let ask = |words: &[&str]| call("curl", &[&["-sSi"], words, &[&url]].concat(), "").stdout;
        assert_eq!(ask(&[]), format!("{OK}{TEXT}"));
        assert_eq!(ask(&["--head"]), OK);
        let waiting = ["-X", "GET", "-H", "Expect: 100-continue", "-d", "abc"];
        let expected = format!("HTTP/1.1 100 Continue\r\n\r\n{OK}{TEXT}");
        assert_eq!(ask(&waiting), expected);
        for (words, status) in [
            (
                ["-d", "abc"],
                "405 Method Not Allowed\r\nAllow: GET, HEAD\r\n",
            ),
            (["-H", "Host:"], "400 Bad Request\r\nConnection: close\r\n"),
            (
                ["-TCargo.toml", "-HTransfer-Encoding: chunked"],
                "411 Length Required\r\nConnection: close\r\n",
            ),
        ] {
            let expected = format!("HTTP/1.1 {status}Content-Length: 0\r\n\r\n");
            assert_eq!(ask(&words), expected);
        }
        // Three requests on one connection, and two on connections of their own.
        let count = ["-w", "%{num_connects}\n", "-o", "/dev/null"];
        let both = [&["-sS"], &count[..], &[&url], &count[2..], &[&url]].concat();
        assert_eq!(call("curl", &both, "").stdout, "1\n0\n");
        let apart = [&["--http1.0"], &both[..]].concat();
        assert_eq!(call("curl", &apart, "").stdout, "1\n1\n");
        stop(server);
    });
}

#[test]
fn wrk_gets_all_its_requests_answered() {
    for_every_model(|model| {
        let server = Server::start("http", model.name, &[]);
        let url = format!("http://{}/", server.address);
        // It counts seconds and nothing else.
        let args = ["-t", "1", "-c", connections(model), "-d", "1s", &url];
        let report = call("wrk", &args, "").stdout;
        let answered = number_before(&report, "requests");
        assert!(answered > 0, "{report}");
        for complaint in ["Socket errors", "Non-2xx"] {
            assert!(!report.contains(complaint), "{report}");
        }
        let summary = stop(server).summary;
        assert!(
            summary.requests >= answered,
            "{} {report}",
            summary.requests
        );
    });
}

#[test]
fn the_own_clients_of_the_same_services_find_every_answer_right() {
    for_every_model(|model| {
        for (service, flags) in [
            ("resp", &[][..]),
            ("http", &[]),
            ("work", &["--wait", "2ms", "--steps", "1000"]),
            ("primes", &["--text", "1-1000"]),
        ] {
            let server = Server::start(service, model.name, &[]);
            let port = server.port().to_string();
            let words = [
                "load", service, "-P", &port, "-w", "2", "-n", "20", "-p", "0.001",
            ];
            let ran = run(&[&words, flags].concat());
            let is_valid = is_valid_or_late(ran.status, &ran.summary());
            assert!(is_valid, "{}{}", ran.stdout, ran.stderr);
            let outcomes = ran.summary().load.expect("of a load").outcomes;
            assert_eq!(outcomes["ok"], 40, "{outcomes:?}");
            assert_eq!(stop(server).summary.requests, 40);
        }
    });
}

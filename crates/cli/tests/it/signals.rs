//! How a server ends, by request and by force, and what stands afterwards.

use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead as _, BufReader, Write as _},
    path::Path,
    process::Stdio,
};

use history::{Event, EventKind, ServeSummary, Verdict};

use crate::{
    conformance::{
        client::{half_close, owe, read_until_over, send_and_reset},
        launch::{Around, Launched, kept_summary},
        subject::for_every_model,
    },
    support::{Server, Stopped, eventually, exchange, read_exactly, read_to_end, signal},
};

#[test]
fn a_server_without_clients_ends_when_asked() {
    for_every_model(|model| {
        for name in ["INT", "TERM"] {
            let server = Server::start("timestamps", model.name, &[]);
            server.signal(name);
            let stopped = check_well(server.wait());
            assert_eq!(stopped.summary.connections.accepted, 0);
            assert!(!stopped.stdout.contains("Average"), "{}", stopped.stdout);
        }
    });
}

#[test]
fn a_client_that_is_owed_nothing_is_closed_when_the_server_is_asked_to_end() {
    for_every_model(|model| {
        for name in ["INT", "TERM"] {
            let server = Server::start("timestamps", model.name, &[]);
            let mut stream = server.connect();
            read_exactly(&mut stream, 39);
            server.signal(name);
            assert_eq!(read_to_end(&mut stream), b"");
            check_ended(&check_well(server.wait()).summary, &[("drained", 1)]);
        }
    });
}

#[test]
fn an_answer_that_is_owed_is_given_before_the_end() {
    for_every_model(|model| {
        for name in ["INT", "TERM"] {
            let server = Server::start("slow-reverse", model.name, &["--task", "700ms"]);
            let mut stream = server.connect();
            owe(&mut stream, b"abc");
            server.signal(name);
            assert_eq!(read_to_end(&mut stream), b"cba");
            check_ended(&check_well(server.wait()).summary, &[("done", 1)]);
        }
    });
}

#[test]
fn the_grace_period_has_an_end() {
    for_every_model(|model| {
        let flags = ["--task", "1h", "--grace", "100ms"];
        let server = Server::start("slow-reverse", model.name, &flags);
        let mut stream = server.connect();
        owe(&mut stream, b"abc");
        server.signal("INT");
        assert_eq!(read_until_over(&mut stream), b"");
        check_ended(&check_well(server.wait()).summary, &[("grace-over", 1)]);
    });
}

#[test]
fn asked_twice_a_server_ends_at_once() {
    for_every_model(|model| {
        let flags = ["--task", "1h", "--grace", "1h"];
        let server = Server::start("slow-reverse", model.name, &flags);
        let mut streams = [server.connect(), server.connect()];
        // Under the iterative model only the first is taken up, and the second never.
        let taken_up = if model.is_iterative() { 1 } else { 2 };
        for stream in &mut streams[..taken_up] {
            owe(stream, b"abc");
        }
        server.signal("INT");
        eventually("the first request is heard", || {
            signal_is_handled(&server).then_some(())
        });
        server.signal("INT");
        for stream in &mut streams {
            assert_eq!(read_until_over(stream), b"");
        }
        let stopped = check_well(server.wait());
        check_ended(&stopped.summary, &[("grace-over", taken_up as u64)]);
    });
}

/// A terminal sends ^C to the whole process group, the workers included.
#[test]
fn an_interrupt_of_the_whole_group_drains_as_one_of_the_server_does() {
    for_every_model(|model| {
        let flags = ["--task", "700ms"];
        let mut server = Launched::start(Around::Group, "slow-reverse", model.name, &flags);
        let mut stream = server.connect();
        owe(&mut stream, b"abc");
        server.signal_group("INT");
        assert_eq!(read_to_end(&mut stream), b"cba");
        assert_eq!(server.wait().code(), Some(0), "{}", server.stderr());
        assert!(
            server.stdout().contains("\nThe server is terminating\n"),
            "{}",
            server.stdout()
        );
        check_ended(&server.summary(), &[("done", 1)]);
    });
}

#[test]
fn the_averages_are_the_last_words_when_there_were_gaps() {
    for_every_model(|model| {
        let server = Server::start("timestamps", model.name, &[]);
        for _ in 0..2 {
            let mut stream = server.connect();
            read_exactly(&mut stream, 39);
            for _ in 0..2 {
                stream.write_all(b"a\n").expect("sent");
                read_exactly(&mut stream, 2);
            }
            half_close(&stream);
            read_to_end(&mut stream);
        }
        let stopped = check_well(server.stop());
        let (_, last) = stopped
            .stdout
            .split_once("\nThe server is terminating\n")
            .expect("said");
        let mut lines = last.lines();
        check_average(lines.next(), "Average connection inter-arrival time: ");
        check_average(lines.next(), "Average data inter-arrival time: ");
        assert!(last.to_lowercase().contains("valid"), "no verdict: {last}");
    });
}

#[track_caller]
fn check_average(line: Option<&str>, start: &str) {
    let rest = line.and_then(|line| line.strip_prefix(start)?.strip_suffix(" ms"));
    let (_, decimals) = rest.and_then(|number| number.split_once('.')).expect(start);
    assert_eq!(decimals.len(), 2, "{line:?}");
}

/// The server of `hello` closes first, so its side of the connections stays in TIME_WAIT.
#[test]
fn a_server_comes_back_on_its_port_at_once() {
    for_every_model(|model| {
        let mut port = 0;
        for _ in 0..10 {
            let server = Server::start_on("hello", model.name, port, &[]);
            port = server.port();
            let reply = exchange(&mut server.connect(), b"Hello server");
            assert_eq!(reply, b"Hello from server");
            check_ended(&check_well(server.stop()).summary, &[("done", 1)]);
        }
    });
}

#[test]
fn a_killed_server_leaves_a_run_of_unknown_verdict() {
    for_every_model(|model| {
        let server = Server::start("echo", model.name, &[]);
        let mut stream = server.connect();
        stream.write_all(b"x\n").expect("sent");
        read_exactly(&mut stream, 2);
        server.signal("KILL");
        let stopped = server.wait();
        assert_eq!(stopped.status, None);
        let summary = kept_summary(&stopped.folder);
        assert_eq!(
            (summary.verdict, summary.duration_ns),
            (Verdict::Unknown, None)
        );
        assert_eq!(read_until_over(&mut stream), b"");
    });
}

#[test]
fn a_killed_worker_takes_its_own_connection_along_and_no_other() {
    let server = Server::start("work", "process", &[]);
    let (mut doomed, mut other) = (server.connect(), server.connect());
    let worker = eventually("a worker", || server.children().first().copied());
    owe(&mut doomed, b"3600000000 0\n");
    signal(worker, "KILL");
    assert_eq!(read_until_over(&mut doomed), b"");
    // Of no steps the outcome is the seed.
    for stream in [&mut other, &mut server.connect()] {
        stream.write_all(b"0 0 7\n").expect("sent");
        assert_eq!(read_exactly(stream, 2), b"7\n");
    }
    drop(other);
    eventually("no zombie is left", || {
        server.children().is_empty().then_some(())
    });
    let stopped = check_well(server.stop());
    check_ended(&stopped.summary, &[("killed", 1), ("peer", 2)]);
}

#[test]
fn a_closed_standard_output_stops_nothing() {
    for_every_model(|model| {
        let around = Around::Stdout(Stdio::piped());
        let mut server = Launched::start(around, "timestamps", model.name, &["--verbose"]);
        let mut first = String::new();
        let mut reader = BufReader::new(server.take_stdout());
        reader.read_line(&mut first).expect("a line");
        assert!(first.starts_with("The "), "{first}");
        drop(reader);
        check_serves_without_output(server);
    });
}

#[test]
fn a_full_standard_output_stops_nothing() {
    for_every_model(|model| {
        let full = fs::OpenOptions::new()
            .write(true)
            .open("/dev/full")
            .expect("Linux has it");
        let around = Around::Stdout(full.into());
        check_serves_without_output(Launched::start(around, "timestamps", model.name, &["-v"]));
    });
}

/// Regression: the averages and the result were printed with `print!`, which panics when nobody takes
/// them, so that the run's result was lost.
#[track_caller]
fn check_serves_without_output(mut server: Launched) {
    for _ in 0..3 {
        let mut stream = server.connect();
        read_exactly(&mut stream, 39);
        stream.write_all(b"a\n").expect("sent");
        assert_eq!(read_exactly(&mut stream, 2), b"a\n");
        half_close(&stream);
        assert_eq!(read_to_end(&mut stream), b"");
    }
    check_ended(&server.stop(), &[("peer", 3)]);
    assert_eq!(kept_summary(server.folder.path()).verdict, Verdict::Valid);
}

#[test]
fn the_record_agrees_with_the_result() {
    for_every_model(|model| {
        let flags = ["--record", "--task", "100ms", "--grace", "10s"];
        let server = Server::start("slow-reverse", model.name, &flags);
        for text in ["ab", "cd\n", "\u{e4}\r\n"] {
            exchange(&mut server.connect(), text.as_bytes());
        }
        exchange(&mut server.connect(), b"\xff\x00\"\n\x1b[2J");
        send_and_reset(server.address, b"half");
        let mut silent = server.connect();
        half_close(&silent);
        assert_eq!(read_to_end(&mut silent), b"");
        let mut idle = server.connect();
        eventually("it is taken up", || {
            (server.stdout().matches("[+] New").count() == 7).then_some(())
        });
        server.signal("INT");
        assert_eq!(read_to_end(&mut idle), b"");
        let stopped = check_well(server.wait());
        assert_eq!(stopped.summary.connections.accepted, 7);
        check_record(
            &stopped.folder.join("latest/events.jsonl"),
            &stopped.summary,
        );
    });
}

#[test]
fn the_record_tells_of_killed_workers_and_of_those_turned_away() {
    let flags = [
        "--record",
        "--task",
        "1h",
        "--max-workers",
        "1",
        "--when-full",
        "refuse",
    ];
    let server = Server::start("slow-reverse", "process", &flags);
    let mut doomed = server.connect();
    owe(&mut doomed, b"abc");
    assert_eq!(read_to_end(&mut server.connect()), b"");
    signal(server.children()[0], "KILL");
    assert_eq!(read_until_over(&mut doomed), b"");
    let stopped = check_well(server.stop());
    check_ended(&stopped.summary, &[("killed", 1)]);
    let turned_away = BTreeMap::from([("workers".to_owned(), 1)]);
    assert_eq!(stopped.summary.connections.turned_away, turned_away);
    check_record(
        &stopped.folder.join("latest/events.jsonl"),
        &stopped.summary,
    );
}

/// Every line is an event, no event is there twice, and counted they come to the summary.
#[track_caller]
fn check_record(path: &Path, summary: &ServeSummary) {
    let text = fs::read_to_string(path).expect("a record");
    let parse = |line: &str| serde_json::from_str::<Event>(line);
    let events: Vec<Event> = text
        .lines()
        .map(|line| parse(line).unwrap_or_else(|e| panic!("{e}: {line}")))
        .collect();
    let mut found = Record::default();
    for event in &events {
        found.add(event);
    }
    for (what, count) in &found.of_a_connection {
        assert_eq!(*count, 1, "{what:?} is there {count} times");
    }
    let killed = summary
        .connections
        .ended
        .get("killed")
        .copied()
        .unwrap_or(0);
    let accepted = summary.connections.accepted;
    assert_eq!(found.accepted, accepted);
    // What a killed worker had not handed on is lost with it.
    assert!(
        (accepted - killed..=accepted).contains(&found.opened),
        "{} opened",
        found.opened
    );
    assert_eq!(found.received, summary.requests);
    assert_eq!(found.ended, summary.connections.ended);
    assert_eq!(found.turned_away, summary.connections.turned_away);
    if killed == 0 {
        assert_eq!(found.received_bytes, summary.received_bytes);
        assert_eq!(found.sent_bytes, summary.sent_bytes);
    }
}

/// What the events of a record come to.
#[derive(Default)]
struct Record {
    accepted: u64,
    opened: u64,
    received: u64,
    ended: BTreeMap<String, u64>,
    turned_away: BTreeMap<String, u64>,
    received_bytes: u64,
    sent_bytes: u64,
    /// How often a connection had what it can have once.
    of_a_connection: BTreeMap<(u64, &'static str), u32>,
}

impl Record {
    fn add(&mut self, event: &Event) {
        let once = match &event.kind {
            EventKind::Accepted { .. } => {
                self.accepted += 1;
                "accepted"
            }
            EventKind::Opened { .. } => {
                self.opened += 1;
                "opened"
            }
            EventKind::FirstByte => "first-byte",
            EventKind::Received { .. } => {
                self.received += 1;
                return;
            }
            EventKind::Note { .. } => return,
            EventKind::Closed {
                reason,
                received_bytes,
                sent_bytes,
            } => {
                *self.ended.entry(reason.clone()).or_default() += 1;
                self.received_bytes += received_bytes;
                self.sent_bytes += sent_bytes;
                "closed"
            }
            EventKind::TurnedAway { limit } => {
                *self.turned_away.entry(limit.clone()).or_default() += 1;
                return;
            }
        };
        *self
            .of_a_connection
            .entry((event.connection, once))
            .or_default() += 1;
    }
}

/// Whether the server has taken the signals that were sent: two that wait at once would be one.
fn signal_is_handled(server: &Server) -> bool {
    let pending = fs::read_to_string(format!("/proc/{}/status", server.pid())).expect("it lives");
    let mut masks = pending
        .lines()
        .filter(|line| line.starts_with("SigPnd") || line.starts_with("ShdPnd"));
    masks.all(|line| line.ends_with("0000000000000000"))
}

#[track_caller]
fn check_well(stopped: Stopped) -> Stopped {
    assert_eq!(stopped.status, Some(0), "{}", stopped.stderr);
    assert!(!stopped.stderr.contains("panicked"), "{}", stopped.stderr);
    let words = ["The server is terminating\n", "Server: stopped\n"];
    assert!(
        words.iter().any(|words| stopped.stdout.contains(words)),
        "{}",
        stopped.stdout
    );
    stopped
}

#[track_caller]
fn check_ended(summary: &ServeSummary, expected: &[(&str, u64)]) {
    let found = summary.connections.ended.iter();
    let found: Vec<_> = found
        .map(|(reason, count)| (reason.as_str(), *count))
        .collect();
    assert_eq!(
        found, expected,
        "{} under {}",
        summary.service, summary.model
    );
    let ended: u64 = expected.iter().map(|(_, count)| count).sum();
    assert_eq!(
        summary.connections.accepted, ended,
        "{} under {}",
        summary.service, summary.model
    );
}

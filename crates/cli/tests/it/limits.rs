//! Every limit of a server is reached, under every model that has it: what becomes of who is over it,
//! that it is counted under its name, and that nobody else pays.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    time::{Duration, Instant},
};

use history::ServeSummary;
use serve::{Choice, Memory, Model};

use crate::{
    conformance::{
        client::{half_close, is_silent, read_until_over, trickle_until_over, write_until_over},
        launch::{Around, Launched},
        outside::{connections, processor_ticks, resident_bytes},
        subject::for_every_model,
    },
    support::{Server, Stopped, eventually, exchange, read_exactly, read_to_end},
};

/// The limits on how many are served at once that a model heeds: the flag, and the name it is counted
/// under. A pool lets the third into its queue; and of a herd whose processes are all busy, none is there to
/// refuse anybody.
fn limits_of_number(model: &Model, when_full: &str) -> Vec<(&'static str, &'static str)> {
    let has = |choice| model.choices.contains(&choice);
    let mut limits = vec![(Choice::Connections, "connections")];
    if !has(Choice::Queue) {
        limits.push((Choice::Workers, "workers"));
    }
    limits.retain(|(choice, _)| has(*choice) && (when_full == "wait" || has(Choice::WhenFull)));
    let flags = limits.into_iter();
    flags.map(|(choice, name)| (choice.flag(), name)).collect()
}

#[test]
fn past_the_limit_of_number_a_client_waits_for_one_to_leave() {
    for_every_concurrent_model(|model| {
        for (flag, _) in limits_of_number(model, "wait") {
            let model = model.name;
            let server = Server::start("echo", model, &[flag, "2", "--when-full", "wait"]);
            let mut served = [server.connect(), server.connect()];
            for stream in &mut served {
                assert!(is_echoed(stream));
            }
            let mut third = server.connect();
            third.write_all(b"x\n").expect("sent");
            // The two are served on and on while the third has come and is not.
            for turn in 0..20 {
                assert!(is_echoed(&mut served[turn % 2]));
                assert!(is_silent(&third), "{flag} 2 let a third one in");
            }
            let [first, _second] = served;
            drop(first);
            assert_eq!(read_exactly(&mut third, 2), b"x\n");
            drop(third);
            let stopped = stop(server);
            assert_eq!(
                (stopped.accepted(), stopped.summary.connections.open_max),
                (3, 2)
            );
            assert!(stopped.summary.connections.turned_away.is_empty());
        }
    });
}

#[test]
fn past_the_limit_of_number_a_client_is_closed_when_full_means_refuse() {
    for_every_concurrent_model(|model| {
        for (flag, limit) in limits_of_number(model, "refuse") {
            let model = model.name;
            let server = Server::start("echo", model, &[flag, "2", "--when-full", "refuse"]);
            let mut served = [server.connect(), server.connect()];
            for stream in &mut served {
                assert!(is_echoed(stream));
            }
            for _ in 0..3 {
                assert_eq!(read_to_end(&mut server.connect()), b"");
            }
            let [first, mut second] = served;
            drop(first);
            let mut refused = 3;
            eventually("one that leaves makes room for another", || {
                let is_served = is_echoed(&mut server.connect());
                refused += u64::from(!is_served);
                is_served.then_some(())
            });
            assert!(is_echoed(&mut second));
            drop(second);
            let stopped = stop(server);
            assert_eq!(stopped.accepted(), 3);
            let turned_away = &stopped.summary.connections.turned_away;
            assert_eq!(turned_away.get(limit), Some(&refused), "{turned_away:?}");
            assert_eq!(turned_away.len(), 1);
        }
    });
}

/// Services whose requests can be too long, with one that is and how the server says so. (`hello`
/// takes anything for a greeting, and never more than a read of it.)
const TOO_LONG: [(&str, &str, &str); 4] = [
    (
        "tasks",
        "3:",
        "Error processing task: request longer than 100 bytes",
    ),
    ("slow-reverse", "", "Error: request longer than 100 bytes\n"),
    ("mean", "2", "error: request longer than 100 bytes\n"),
    ("timestamps", "", "Error: request longer than 100 bytes\n"),
];

#[test]
fn a_request_over_its_bound_is_told_so_and_closed() {
    for_every_model(|model| {
        for (service, start, error) in TOO_LONG {
            let server = Server::start(service, model.name, &["--max-request", "100"]);
            let request = start.to_owned() + &"1".repeat(200);
            let reply = exchange(&mut server.connect(), request.as_bytes());
            let reply = String::from_utf8_lossy(&reply);
            assert!(reply.ends_with(error), "{service}: {reply}");
            stop(server).check_ended(&[("too-long", 1)]);
        }
        let server = Server::start("echo", model.name, &["--max-request", "100"]);
        let line = "a\n".to_owned() + &"b".repeat(200);
        exchange(&mut server.connect(), line.as_bytes());
        stop(server).check_ended(&[("too-long", 1)]);
    });
}

#[test]
fn a_request_of_just_its_bound_is_answered() {
    for_every_model(|model| {
        let server = Server::start("tasks", model.name, &["--max-request", "100"]);
        let mut stream = server.connect();
        let text = "a".repeat(98);
        stream
            .write_all(format!("1:{text}\r\n").as_bytes())
            .expect("sent");
        assert_eq!(
            read_exactly(&mut stream, 100),
            format!("{}\r\n", "A".repeat(98)).as_bytes()
        );
        assert!(ends_politely(stream));
        stop(server).check_ended(&[("peer", 1)]);
    });
}

#[test]
fn a_request_without_end_is_not_stored() {
    for_every_model(|model| {
        let server = Server::start("tasks", model.name, &[]);
        let mut stream = server.connect();
        stream.write_all(b"3:").expect("sent");
        write_until_over(&mut stream, 20 * 1024 * 1024);
        assert!(
            resident_bytes(server.pid()) < MEMORY_BYTES,
            "{}",
            resident_bytes(server.pid())
        );
        read_until_over(&mut stream);
        assert_eq!(exchange(&mut server.connect(), b"4:\n"), b"Goodbye!\n");
        stop(server).check_ended(&[("done", 1), ("too-long", 1)]);
    });
}

#[test]
fn a_silent_client_is_closed_and_one_that_is_owed_an_answer_is_not() {
    for_every_model(|model| {
        let flags = ["--idle", "200ms", "--task", "600ms"];
        let server = Server::start("slow-reverse", model.name, &flags);
        let (mut silent, mut owed) = (server.connect(), server.connect());
        owed.write_all(b"ab").expect("sent");
        assert_eq!(read_to_end(&mut silent), b"");
        assert_eq!(read_to_end(&mut owed), b"ba");
        stop(server).check_ended(&[("done", 1), ("idle", 1)]);
    });
}

/// Long enough that workers who block wait in the read itself, and are interrupted to look at the time.
#[test]
fn a_client_that_falls_silent_after_an_answer_is_closed_when_its_time_is_over_and_not_before() {
    for_every_model(|model| {
        let server = Server::start("echo", model.name, &["--idle", "1200ms"]);
        let mut stream = server.connect();
        for _ in 0..2 {
            assert!(is_echoed(&mut stream));
        }
        let silent_since = Instant::now();
        assert_eq!(read_to_end(&mut stream), b"");
        assert!(silent_since.elapsed() > Duration::from_millis(1100));
        stop(server).check_ended(&[("idle", 1)]);
    });
}

/// Services in which a request can take for ever, and what comes before the byte that is sent again
/// and again.
const ENDLESS: [(&str, &str); 5] = [
    ("echo", "\n"),
    ("tasks", "3:"),
    ("slow-reverse", ""),
    ("mean", ""),
    ("timestamps", "Worker "),
];

#[test]
fn a_request_that_trickles_in_for_too_long_is_closed() {
    for_every_model(|model| {
        for (service, start) in ENDLESS {
            let flags = [
                "--request-timeout",
                "300ms",
                "--quiet-time",
                "20s",
                "--task",
                "20s",
            ];
            let server = Server::start(service, model.name, &flags);
            let mut stream = server.connect();
            stream.write_all(start.as_bytes()).expect("sent");
            trickle_until_over(&mut stream, 1000);
            stop(server).check_ended(&[("request-timeout", 1)]);
        }
    });
}

#[test]
fn a_request_that_stops_half_way_is_closed_when_its_time_is_over() {
    for_every_model(|model| {
        let server = Server::start(
            "echo",
            model.name,
            &["--request-timeout", "300ms", "--idle", "3s"],
        );
        let mut stream = server.connect();
        stream.write_all(b"ab\nhalf a li").expect("sent");
        assert_eq!(read_until_over(&mut stream), b"ab\nhalf a li");
        stop(server).check_ended(&[("request-timeout", 1)]);
    });
}

#[test]
fn a_client_that_takes_no_answers_is_closed() {
    for_every_model(|model| {
        let server = Server::start("echo", model.name, &["--write-timeout", "300ms"]);
        let mut deaf = server.connect();
        let mut other = server.connect();
        write_until_over(&mut deaf, usize::MAX);
        assert!(is_echoed(&mut other));
        assert!(ends_politely(other));
        stop(server).check_ended(&[("peer", 1), ("write-timeout", 1)]);
    });
}

#[test]
fn out_of_descriptors_clients_are_turned_away_and_no_processor_is_burnt() {
    for_every_model(|model| {
        let around = Around::Descriptors(DESCRIPTORS);
        let mut server = Launched::start(around, "echo", model.name, &["--idle", "1500ms"]);
        let mut clients: Vec<TcpStream> = (0..CROWD).map(|_| server.connect()).collect();
        for client in &mut clients {
            // One that has been turned away already may refuse to take it.
            let _ = client.write_all(b"x\n");
        }
        // One table of descriptors for all connections; who has others beside it leaves it to them.
        let is_loop = model.choices.contains(&Choice::CpuWork);
        let is_held = is_loop && model.memory != Memory::Separate || model.memory == Memory::Shared;
        let mut held = Vec::new();
        for mut client in clients {
            match reads_echo(&mut client) {
                true if is_held => held.push(client),
                true => assert!(ends_politely(client)),
                false => assert!(is_held, "turned away although no descriptor was kept"),
            }
        }
        if is_held {
            check_quiet_while_full(&server, &mut held);
        }
        drop(held);
        eventually("those who left leave their descriptors", || {
            (connections(&[server.pid()]) == 0).then_some(())
        });
        assert!(is_echoed(&mut server.connect()));
        check_turned_away(&server.stop(), is_held);
    });
}

/// The server is full, and more clients than it turns away at once come, until it closes one that it
/// holds: an event that takes a second and a half, in which a spinning server burns 150 ticks.
#[track_caller]
fn check_quiet_while_full(server: &Launched, held: &mut Vec<TcpStream>) {
    assert!(
        !held.is_empty() && held.len() < CROWD,
        "{} of {CROWD} were served",
        held.len()
    );
    let before = processor_ticks(server.pid());
    for _ in 0..5 {
        assert_eq!(read_until_over(&mut server.connect()), b"");
    }
    assert_eq!(read_to_end(&mut held.remove(0)), b"");
    let ticks = processor_ticks(server.pid()) - before;
    assert!(ticks < 20, "{ticks} ticks of 10 ms");
}

#[track_caller]
fn check_turned_away(summary: &ServeSummary, is_held: bool) {
    let connections = &summary.connections;
    let turned_away: u64 = connections.turned_away.values().sum();
    assert_eq!(
        connections
            .turned_away
            .get("descriptors")
            .copied()
            .unwrap_or(0),
        turned_away
    );
    assert_eq!(turned_away > 0, is_held, "{connections:?}");
    assert_eq!(
        connections.accepted,
        connections.ended.values().sum::<u64>()
    );
    let came = CROWD as u64 + 1 + if is_held { 5 } else { 0 };
    assert_eq!(connections.accepted + turned_away, came, "{connections:?}");
}

/// Under the iterative model nobody is ever over a limit of number: there is one place.
#[track_caller]
fn for_every_concurrent_model(work: impl Fn(&'static Model) + Sync) {
    for_every_model(|model| {
        if !model.is_iterative() {
            work(model);
        }
    });
}

/// Sends a line and gets it back; or is turned away.
fn is_echoed(stream: &mut TcpStream) -> bool {
    stream.write_all(b"x\n").is_ok() && reads_echo(stream)
}

fn reads_echo(stream: &mut TcpStream) -> bool {
    let mut found = [0; 2];
    stream.read_exact(&mut found).is_ok() && &found == b"x\n"
}

fn ends_politely(mut stream: TcpStream) -> bool {
    half_close(&stream);
    stream.read(&mut [0]).is_ok_and(|count| count == 0)
}

/// Ends the server, which must have been well to its end.
#[track_caller]
fn stop(server: Server) -> Stopped {
    let stopped = server.stop();
    assert_eq!(stopped.status, Some(0), "{}", stopped.stderr);
    assert!(!stopped.stderr.contains("panic"), "{}", stopped.stderr);
    let connections = &stopped.summary.connections;
    assert_eq!(
        connections.accepted,
        connections.ended.values().sum::<u64>(),
        "{connections:?}"
    );
    stopped
}

trait Ended {
    fn accepted(&self) -> u64;
    fn check_ended(&self, expected: &[(&str, u64)]);
}

impl Ended for Stopped {
    fn accepted(&self) -> u64 {
        self.summary.connections.accepted
    }

    #[track_caller]
    fn check_ended(&self, expected: &[(&str, u64)]) {
        let found = self.summary.connections.ended.iter();
        let found: Vec<_> = found
            .map(|(reason, count)| (reason.as_str(), *count))
            .collect();
        assert_eq!(
            found, expected,
            "{} under {}",
            self.summary.service, self.summary.model
        );
    }
}

const MEMORY_BYTES: u64 = 32 * 1024 * 1024;
/// Enough to start with, and for a few clients.
const DESCRIPTORS: u32 = 24;
const CROWD: usize = 60;

//! The courses' clients, equivalents of them in Python, against `wharf serve` under every model.

use super::programs::Program;
use crate::support::{Server, Stopped, models};

/// What a client prints, given the server's host and port; then what the server has counted.
#[track_caller]
fn talk(
    model: &str,
    service: &str,
    flags: &[&str],
    script: &str,
    args: &[&str],
) -> (String, Stopped) {
    let server = Server::start(service, model, flags);
    let port = server.port().to_string();
    let printed = Program::python(script, &[&["127.0.0.1", &port], args].concat())
        .wait()
        .printed();
    let stopped = server.stop();
    assert_eq!(stopped.status, Some(0), "{model}: {}", stopped.stderr);
    (printed, stopped)
}

/// Every model gives the client just this to print.
#[track_caller]
fn check(service: &str, flags: &[&str], script: &str, args: &[&str], expected: &str) {
    for model in models() {
        let (printed, _) = talk(model, service, flags, script, args);
        assert_eq!(printed, expected, "{model}");
    }
}

#[track_caller]
fn check_timestamps(dist: &str, param: &str) {
    for model in models() {
        let server = Server::start("timestamps", model, &[]);
        let port = server.port().to_string();
        let target = ["-s", "127.0.0.1", "-P", &port];
        let args = [
            &["-w", "3", "-n", "4", "-d", dist, "-p", param],
            &target[..],
        ]
        .concat();
        let printed = Program::python("timestamps_client.py", &args)
            .wait()
            .printed();
        for worker in 1..=3 {
            let own = format!("[Worker {worker}] ");
            let lines: Vec<&str> = printed
                .lines()
                .filter_map(|l| l.strip_prefix(&own))
                .collect();
            let expected = [
                "Connected. Server says: Hello! You are connected to the server.",
                "Event 1 is back",
                "Event 2 is back",
                "Event 3 is back",
                "Event 4 is back",
                "Task completed and connection closed.",
            ];
            assert_eq!(lines, expected, "{model}");
        }
        let stopped = server.stop();
        assert_eq!(stopped.summary.requests, 12, "{model}");
        assert_eq!(stopped.summary.connections.accepted, 3, "{model}");
        assert_eq!(stopped.summary.endings["bare"], 12, "{model}");
    }
}

#[test]
fn messages_at_fixed_intervals_come_back_to_the_labs_client() {
    check_timestamps("d", "0.01");
}

#[test]
fn messages_at_uniform_intervals_come_back_to_the_labs_client() {
    check_timestamps("u", "0.02");
}

#[test]
fn messages_at_exponential_intervals_come_back_to_the_labs_client() {
    check_timestamps("e", "100");
}

#[test]
fn the_labs_client_gets_its_text_reversed() {
    check(
        "slow-reverse",
        &["--task", "100ms"],
        "slow_reverse_client.py",
        &["Hello, Server!"],
        "Server response: !revreS ,olleH\n",
    );
}

#[test]
fn the_labs_client_gets_its_text_reversed_by_code_points() {
    check(
        "slow-reverse",
        &["--task", "20ms"],
        "slow_reverse_client.py",
        &["añ€ 🦀"],
        "Server response: 🦀 €ña\n",
    );
}

#[test]
fn the_labs_client_is_greeted() {
    check(
        "hello",
        &[],
        "hello_client.py",
        &[],
        "Received from server: Hello from server\n",
    );
}

#[test]
fn a_session_of_the_labs_client_gets_the_four_tasks_done() {
    check(
        "tasks",
        &[],
        "tasks_client.py",
        &["1:Hello", "2:2+3*5/2", "3:abc", "4:"],
        "1:Hello -> hELLO\n2:2+3*5/2 -> 9.5\n3:abc -> cba\n4: -> Goodbye!\nthen b''\n",
    );
}

/// The Python server is the judge: whatever it answers, `wharf serve` answers too.
#[test]
fn tasks_are_answered_as_python_answers_them() {
    let requests = [
        "1:Straße ŐÉ ﬁ",
        "2:-7//2",
        "2:-7%3",
        "2:2**0.5+1e16",
        "2:2**100",
        "2:0.1+0.2",
        "2:(1+2)*-3",
        "2:7/1",
        "2:1/0",
        "3:na\u{ef}ve 🦀",
        "7:abc",
        "4:",
    ];
    let mut python = Program::python("tasks_server.py", &[]);
    let port = python.address().port().to_string();
    let args = [&["127.0.0.1", &port], &requests[..]].concat();
    let judged = Program::python("tasks_client.py", &args).wait().printed();
    check("tasks", &[], "tasks_client.py", &requests, &judged);
}

#[test]
fn the_courses_client_gets_the_mean_of_all_before_it() {
    for model in models() {
        let server = Server::start("mean", model, &[]);
        let address = format!("127.0.0.1:{}", server.port());
        for (number, data, mean) in [("1", "3", "3.0"), ("2", "5", "4.0"), ("3", "7", "5.0")] {
            let args = [&address, data, "--number", number, "--wait", "0.1"];
            let printed = Program::python("mean_client.py", &args).wait().printed();
            let expected = format!("Client {number}: mean_data {mean}");
            assert_eq!(printed.lines().last(), Some(expected.as_str()), "{model}");
        }
        assert_eq!(server.stop().status, Some(0), "{model}");
    }
}

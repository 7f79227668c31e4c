//! nc and socat as clients, as a person at a terminal uses them, under every model.

use std::process::Command;

use super::programs::Program;
use crate::support::{Server, eventually, models};

/// The two programs. They are started one after the other: under the iterative model the one that is
/// connected first must also be the one that is typed into first.
const CLIENTS: [fn(&Server) -> Program; 2] = [netcat, socat];

/// Ends its sending side at the end of its input.
fn netcat(server: &Server) -> Program {
    let port = server.port().to_string();
    Program::start(Command::new("nc").args(["-N", "127.0.0.1", &port]))
}

/// Leaves by itself half a second after the end of its input, unless it is told to wait for longer: a
/// busy machine may need that.
fn socat(server: &Server) -> Program {
    let target = format!("TCP:127.0.0.1:{}", server.port());
    Program::start(Command::new("socat").args(["-t", "20", "-", &target]))
}

/// Whoever types this and ends the input gets just these answers.
#[track_caller]
fn check(service: &str, flags: &[&str], typed: &str, expected: &str) {
    for model in models() {
        let server = Server::start(service, model, flags);
        for start in CLIENTS {
            let mut client = start(&server);
            client.say(typed);
            let ended = client.wait();
            assert_eq!(ended.stdout, expected, "{model}: {ended:?}");
            assert_eq!(ended.status, Some(0), "{model}: {ended:?}");
        }
        assert_eq!(server.stop().status, Some(0), "{model}");
    }
}

#[test]
fn a_greeting_from_a_pipe_is_answered() {
    check("hello", &[], "Hello server", "Hello from server");
}

#[test]
fn a_greeting_that_was_typed_gets_an_answer_with_a_line_end() {
    check("hello", &[], "Hello server\n", "Hello from server\n");
}

#[test]
fn a_session_of_tasks_can_be_typed() {
    check(
        "tasks",
        &[],
        "1:Hello\n2:2+3*5/2\n3:abc\n4:\n",
        "hELLO\n9.5\ncba\nGoodbye!\n",
    );
}

#[test]
fn a_client_that_has_ended_its_input_still_gets_its_text_reversed() {
    check(
        "slow-reverse",
        &["--task", "100ms"],
        "Hello, Server!",
        "!revreS ,olleH",
    );
}

#[test]
fn every_byte_from_a_pipe_comes_back() {
    let typed = "a line\nhalf a line";
    check("echo", &[], typed, typed);
}

#[test]
fn a_message_that_was_typed_comes_back_after_the_greeting() {
    let message = "Worker 1, Event 1, Timestamp 1768823258707\n";
    let expected = format!("Hello! You are connected to the server.{message}");
    check("timestamps", &[], message, &expected);
}

#[test]
fn a_number_and_ready_can_be_typed_one_after_the_other() {
    for model in models() {
        let server = Server::start("mean", model, &[]);
        for (received, start) in (1..).zip(CLIENTS) {
            let mut client = start(&server);
            client.say("4\n");
            eventually("the number is counted", || {
                (server.stdout().matches("Server: received 4 from").count() == received)
                    .then_some(())
            });
            client.say("ready\n");
            assert_eq!(client.wait().printed(), "4.0\n", "{model}");
        }
        assert_eq!(server.stop().summary.endings["lf"], 4, "{model}");
    }
}

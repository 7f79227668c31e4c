//! What each client is told.

use super::client::{Client, await_received, concurrent_models};
use crate::support::{Server, models, run};

#[test]
fn who_is_ready_after_all_have_sent_gets_the_mean_of_all() {
    for model in concurrent_models() {
        let server = Server::start("mean", model, &[]);
        let mut clients = ["7", "5", "3"].map(|number| {
            let mut client = Client::connect(&server);
            client.say(number);
            client
        });
        for number in ["7", "5", "3"] {
            await_received(&server, number, 1);
        }
        clients.iter_mut().for_each(|client| client.say("ready"));
        let answers = clients.each_mut().map(Client::answer);
        assert_eq!(answers, ["5.0", "5.0", "5.0"], "{model}");
        assert_eq!(server.stop().status, Some(0), "{model}");
    }
}

/// Each of these clients, one after another, gets this answer under every model.
#[track_caller]
fn check(talks: &[(&[&str], &str)]) {
    for model in models() {
        let server = Server::start("mean", model, &[]);
        for (said, expected) in talks {
            let mut client = Client::connect(&server);
            said.iter().for_each(|text| client.say(text));
            assert_eq!(client.answer(), *expected, "{model}: {said:?}");
        }
        assert_eq!(server.stop().status, Some(0), "{model}");
    }
}

#[test]
fn who_comes_later_gets_the_mean_of_all_so_far() {
    check(&[
        (&["3", "ready"], "3.0"),
        (&["5", "ready"], "4.0"),
        (&["7", "ready"], "5.0"),
    ]);
}

#[test]
fn number_and_word_may_come_in_one_piece_or_in_many() {
    check(&[
        (&["2ready"], "2.0"),
        (&["1", "2", "re", "ady"], "7.0"),
        (&["4\r\n", "ready\r\n"], "6.0\r\n"),
        (&["1 2\n3 ready"], "4.0"),
    ]);
}

#[test]
fn who_only_sends_a_number_counts_too() {
    for model in models() {
        let server = Server::start("mean", model, &[]);
        let mut silent = Client::connect(&server);
        silent.say("10");
        await_received(&server, "10", 1);
        drop(silent);
        let mut client = Client::connect(&server);
        client.say("20\nready");
        assert_eq!(client.answer(), "15.0", "{model}");
        assert_eq!(server.stop().status, Some(0), "{model}");
    }
}

/// A client that says this, after another that has sent 4, gets an error for it and then the mean.
#[track_caller]
fn check_refused(text: &str, shown: &str) {
    let expected = format!("error: not a finite number: \"{shown}\"\n4.0");
    check(&[
        (&["4", "ready"], "4.0"),
        (&[text, "\n", "ready"], expected.as_str()),
        (&[text, "ready"], expected.as_str()),
        (&["ready"], "4.0"),
    ]);
}

#[test]
fn a_word_is_no_number_and_leaves_the_mean_alone() {
    check_refused("abc", "abc");
}

#[test]
fn an_unfinished_number_leaves_the_mean_alone() {
    check_refused("1e", "1e");
}

#[test]
fn nan_leaves_the_mean_alone() {
    check_refused("nan", "nan");
}

#[test]
fn an_infinite_number_leaves_the_mean_alone() {
    check_refused("-inf", "-inf");
}

#[test]
fn a_number_beyond_all_doubles_leaves_the_mean_alone() {
    check_refused("1e999", "1e999");
}

#[test]
fn without_a_number_there_is_no_mean() {
    check(&[(&["ready"], "error: no number has come yet")]);
}

#[test]
fn the_courses_command_line_prints_the_courses_lines() {
    for model in models() {
        let server = Server::start("mean", model, &[]);
        let port = server.port();
        let target = format!("127.0.0.1:{port}");
        let ran = run(&[
            "load", "mean", &target, "7", "--number", "1", "--wait", "100ms",
        ]);
        assert_eq!(ran.status, Some(0), "{model}: {}{}", ran.stdout, ran.stderr);
        let lines: Vec<&str> = ran.stdout.lines().take(6).collect();
        let first = format!("Client 1: connecting to ('127.0.0.1', {port})");
        let expected = [
            first.as_str(),
            "Client 1: sending data: 7",
            "Client 1: sleeping for 0.1 seconds",
            "Client 1: sending ready message",
            "Client 1: receving mean data",
            "Client 1: mean_data 7.0",
        ];
        assert_eq!(lines, expected, "{model}");
        let said = server.stop().stdout;
        let first = format!("Server: listening on 127.0.0.1:{port}\n");
        assert!(said.starts_with(&first), "{said}");
        for line in [
            "Server: got connection from client ('127.0.0.1', ",
            "Server: received 7 from ('127.0.0.1', ",
            "), new mean_data 7.0\nServer: waiting for ready message from ('127.0.0.1', ",
            "Server: got ready message from ('127.0.0.1', ",
            "), sending 7.0\n",
            "\nServer: stopped\n",
        ] {
            assert_eq!(said.matches(line).count(), 1, "{line} in {said}");
        }
    }
}

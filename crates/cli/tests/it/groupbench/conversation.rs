//! `wharf group load`: members that are processes, told when to begin.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::UdpSocket,
    process::{ChildStdin, ChildStdout, Command, Stdio},
};

use crate::support::Guarded;

struct Member {
    child: Guarded,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Member {
    fn start(own: &str, all: &str, more: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_wharf"))
            .args(["group", "load", "--listen", own, "--to", all])
            .args(["--members", "2", "--for", "50ms", "--rate", "200"])
            .args(["--suspect-after", "2s"])
            .args(more)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("wharf starts");
        Self {
            input: child.stdin.take(),
            output: BufReader::new(child.stdout.take().expect("piped")),
            child: Guarded(child),
        }
    }

    fn go(&mut self) {
        let input = self.input.as_mut().expect("it is open");
        input.write_all(b"go\n").expect("it reads");
    }

    fn hear(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).expect("a line");
        line.trim_end().to_owned()
    }
}

/// Two ports that nobody had a moment ago.
fn two_addresses() -> [String; 2] {
    let sockets = [0, 1].map(|_| UdpSocket::bind("127.0.0.1:0").expect("a socket"));
    sockets.map(|socket| socket.local_addr().expect("bound").to_string())
}

#[test]
fn members_say_their_figures_when_they_are_told_to_begin() {
    let addresses = two_addresses();
    let all = addresses.join(",");
    let mut members = [
        Member::start(&addresses[0], &all, &["--name", "a"]),
        Member::start(&addresses[1], &all, &["--name", "b", "--silent"]),
    ];
    for member in &mut members {
        assert_eq!(member.hear(), "ready");
    }
    members.iter_mut().for_each(Member::go);
    let heard = members.each_mut().map(|member| member.hear());
    let figures = heard.each_ref().map(|line| {
        let words: Vec<&str> = line.split(' ').collect();
        assert_eq!((words.len(), words[0]), (5, "latency"), "{line}");
        words[1..]
            .iter()
            .map(|word| word.parse::<u64>().ok())
            .collect::<Vec<_>>()
    });
    // The one talks, and the other one listens.
    assert!(figures[0][..2].iter().all(Option::is_some), "{heard:?}");
    assert!(figures[0][2..].iter().all(Option::is_none), "{heard:?}");
    assert!(figures[1][..2].iter().all(Option::is_none), "{heard:?}");
    assert!(figures[1][2..].iter().all(Option::is_some), "{heard:?}");
    members.iter_mut().for_each(Member::go);
    for member in &mut members {
        let line = member.hear();
        let rate = line.strip_prefix("rate ").map(str::parse::<u64>);
        assert!(matches!(rate, Some(Ok(1..))), "{line}");
    }
    for mut member in members {
        drop(member.input.take());
        assert_eq!(member.child.wait().code(), Some(0));
    }
}

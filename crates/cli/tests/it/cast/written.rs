//! What cannot be printed: on a full disk that is an error, and where nobody reads it is not.

use std::{fs::File, process::Stdio};

use super::member::send;
use crate::support::{Guarded, eventually, netns::Net};

/// `wharf cast …` with a standard output that takes nothing: exit status, what it said.
#[track_caller]
fn ends(net: &Net, args: &[&str], out: Stdio, datagram: Option<&str>) -> (Option<i32>, String) {
    let runs = tempfile::tempdir().expect("a temporary folder");
    let said = runs.path().join("said");
    let mut command = net.wharf(1, &runs);
    command.arg("cast").args(args).stdout(out);
    command.stderr(File::create(&said).expect("created"));
    let mut child = Guarded(command.spawn().expect("wharf starts"));
    let read = || std::fs::read_to_string(&said).expect("its words");
    if let Some(datagram) = datagram {
        eventually("it receives", || {
            read().contains("receiving by").then_some(())
        });
        send(net, 1, &[datagram]);
    }
    let status = child.wait().code();
    (status, read())
}

fn full() -> Stdio {
    File::create("/dev/full").expect("opened").into()
}

/// A pipe that nobody reads.
fn broken() -> Stdio {
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    writer.into()
}

#[test]
fn a_full_disk_is_an_error() {
    let net = Net::lonely();
    for (args, datagram) in [
        (&["recv"][..], Some("x")),
        (&["recv", "--raw"], Some("x")),
        (&["recv", "--json"], Some("x")),
        (&["doctor", "-i", "lo"], None),
        (&["doctor", "-i", "lo", "--json"], None),
    ] {
        let (status, said) = ends(&net, args, full(), datagram);
        assert_eq!(status, Some(3), "{args:?}: {said}");
        assert!(
            said.contains("cannot write to standard output: No space left"),
            "{said}"
        );
    }
}

#[test]
fn a_reader_that_has_gone_is_none() {
    let net = Net::lonely();
    let (status, said) = ends(&net, &["recv"], broken(), Some("x"));
    assert_eq!(status, Some(0), "{said}");
    let (status, said) = ends(&net, &["doctor", "-i", "lo"], broken(), None);
    assert_eq!(status, Some(0), "{said}");
    assert!(!said.contains("error"), "{said}");
}

/// Its own message is shown to whoever says it.
#[test]
fn a_chat_that_cannot_be_shown_is_an_error_too() {
    let net = Net::lonely();
    let wharf = env!("CARGO_BIN_EXE_wharf");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let runs = folder.path().join("runs");
    let command = format!(
        "echo hello | {wharf} cast chat --name ann -i lo --linger 0s --runs {} > /dev/full 2> {}; echo $?",
        runs.display(),
        folder.path().join("said").display()
    );
    let status = net.sh(1, &command);
    let said = std::fs::read_to_string(folder.path().join("said")).expect("its words");
    assert_eq!(status.trim(), "3", "{said}");
    assert!(said.contains("cannot write to standard output"), "{said}");
}

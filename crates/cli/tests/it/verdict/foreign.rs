//! Programs that know nothing of wharf write their own logs, and are judged by them: a naive broadcast over UDP, the member that
//! docs/logs.md shows, and NATS with and without a stream. All of it happens on 127.0.0.1, or by multicast on the interface lo.

use std::{
    fs,
    io::Write as _,
    net::UdpSocket,
    path::Path,
    process::{Child, Command, Stdio},
};

use history::Verdict;

use super::{check_two_messages, condition, judged};
use crate::support::{self, Guarded};

/// Runs a Python program of this folder to its end.
#[track_caller]
fn python(program: &str, args: &[&str]) {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/verdict");
    let output = Command::new(support::python3())
        .arg(format!("{folder}/{program}"))
        .args(args)
        .output()
        .expect("python3 starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
}

fn text(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

/// Each member of three hands over its own message first, so that no two have the same order.
#[test]
fn a_naive_broadcast_over_udp_has_no_total_order() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    python("naive.py", &[text(folder.path()), "20"]);
    let ran = judged(folder.path(), &[]);
    assert_eq!(ran.status, Some(1), "{}{}", ran.stdout, ran.stderr);
    check_two_messages(&ran, "total");
    for kept in [
        "integrity",
        "validity",
        "agreement",
        "fifo",
        "causal",
        "liveness",
    ] {
        let found = condition(&ran, kept);
        assert_eq!(found.verdict, Verdict::Valid, "{found:?}");
    }
}

/// A `nats-server` on a port that the kernel chose.
struct Nats {
    _child: Guarded,
    address: String,
    folder: tempfile::TempDir,
}

impl Nats {
    fn start(more: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = text(folder.path());
        let child = Command::new("nats-server")
            .args(["-a", "127.0.0.1", "-p", "-1", "--ports_file_dir", path])
            .args([
                "-l",
                &format!("{path}/log"),
                "-sd",
                &format!("{path}/store"),
            ])
            .args(more)
            // Publishers are read side by side also where there are few processors.
            .env("GOMAXPROCS", "8")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("nats-server starts; `cargo xtask setup` brings it");
        let mut child = Guarded(child);
        let ports = folder
            .path()
            .join(format!("nats-server_{}.ports", child.pid()));
        let log = folder.path().join("log");
        let said = || fs::read_to_string(&log).unwrap_or_default();
        let address = child.until_ready(said, || {
            let ports = fs::read_to_string(&ports).ok()?;
            let ports: serde_json::Value = serde_json::from_str(&ports).ok()?;
            let address = ports["nats"][0].as_str()?.strip_prefix("nats://")?;
            Some(address.to_owned())
        });
        Self {
            _child: child,
            address,
            folder,
        }
    }

    /// The logs of three publishers and three subscribers.
    fn talk(&self, how: &str, messages: &str, rounds: &str) -> &Path {
        let path = self.folder.path();
        python(
            "nats.py",
            &[&self.address, how, messages, text(path), rounds],
        );
        path
    }
}

/// Whether two subscribers differ is for the processors to say: the more messages are under way at once the likelier. A
/// round of so many shows it two times in three.
#[test]
fn nats_without_a_stream_has_no_total_order() {
    let nats = Nats::start(&[]);
    let logs = nats.talk("core", "10000", "30");
    let ran = judged(logs, &["--expect", "integrity,agreement,fifo,total"]);
    assert_eq!(ran.status, Some(1), "{}{}", ran.stdout, ran.stderr);
    check_two_messages(&ran, "total");
    assert_eq!(condition(&ran, "fifo").verdict, Verdict::Valid);
}

#[test]
fn a_jetstream_stream_has_a_total_order() {
    let nats = Nats::start(&["-js"]);
    let logs = nats.talk("stream", "500", "1");
    let ran = judged(
        logs,
        &["--expect", "integrity,agreement,fifo,total,uniform-total"],
    );
    assert_eq!(ran.status, Some(0), "{}{}", ran.stdout, ran.stderr);
    assert!(
        condition(&ran, "total")
            .text
            .contains("4500 deliveries compared")
    );
}

/// The Python program of docs/logs.md for a member of a group, which sends on lo only, with another port.
fn member() -> String {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/logs.md");
    let page = fs::read_to_string(page).expect("the page");
    let mut programs = page.split("```python\n").skip(1);
    let program = programs.find(|program| program.contains("IP_ADD_MEMBERSHIP"));
    let program = program.expect("a member's program");
    let program = program.split("```").next().expect("an end").to_owned();
    let free = UdpSocket::bind("127.0.0.1:0").expect("a port");
    let port = free.local_addr().expect("an address").port();
    program.replace("7007", &port.to_string())
}

#[test]
fn the_member_on_the_page_writes_a_log_that_is_judged() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join("member.py"), member()).expect("written");
    let names = ["alice", "bob", "carol"];
    let mut members: Vec<Guarded> = names
        .iter()
        .map(|name| {
            let mut command = Command::new(support::python3());
            command.args(["member.py", name]).current_dir(folder.path());
            Guarded(
                command
                    .stdin(Stdio::piped())
                    .spawn()
                    .expect("python3 starts"),
            )
        })
        .collect();
    let lines = |name: &str| {
        let text = fs::read_to_string(folder.path().join(format!("{name}.jsonl")));
        text.unwrap_or_default().lines().count()
    };
    // The view is written when the socket is open.
    support::eventually("all are there", || {
        names.iter().all(|name| lines(name) == 1).then_some(())
    });
    for Guarded(member) in &mut members {
        let input: &mut Child = member;
        let input = input.stdin.as_mut().expect("a pipe");
        input.write_all(b"1\n2\n3\n").expect("read");
    }
    support::eventually("all have delivered all", || {
        let is_whole = |name: &&str| lines(name) == 1 + 3 + 9;
        names.iter().all(is_whole).then_some(())
    });
    drop(members);
    let promised = "integrity,validity,views,agreement,fifo,liveness";
    let ran = judged(folder.path(), &["--expect", promised]);
    assert_eq!(ran.status, Some(0), "{}{}", ran.stdout, ran.stderr);
}

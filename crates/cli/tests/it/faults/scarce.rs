//! The system gives no more: threads, processes, room on the disk. (Descriptors: `limits.rs`.)

use std::{
    fs,
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    os::unix::fs::PermissionsExt as _,
    process::{Child, Command, Stdio},
};

use history::{RunFolder, ServeSummary, Verdict};

use super::expected::{echo, ended, ended_by};
use crate::{
    conformance::{launch::kept_summary, subject::for_every_model},
    support::{PATIENCE, Server, eventually, signal},
};

/// A full disk: what could not be recorded makes the run `unknown`, and clients notice nothing.
#[test]
fn a_full_disk_for_the_record_stops_nothing_and_is_said() {
    for_every_model(|model| {
        let server = Server::start("echo", model.name, &["--events-file", "/dev/full"]);
        for _ in 0..3 {
            let mut stream = server.connect();
            echo(&mut stream);
        }
        let stopped = server.stop();
        assert_eq!(stopped.status, Some(2), "{}", stopped.stderr);
        assert_eq!(stopped.summary.connections.accepted, 3);
        assert_eq!(stopped.summary.requests, 3);
        assert_eq!(ended(&stopped.summary), 3);
        let folder = stopped.folder.join("latest").canonicalize().expect("kept");
        let kept = RunFolder::open(&folder).and_then(|folder| folder.summary());
        assert_eq!(kept.expect("a summary").verdict, Verdict::Unknown);
    });
}

/// Only models that make a worker for each connection can run out while they serve. The administrator is
/// above this limit, so the server runs as somebody who is nobody; who is not the administrator shares
/// the limit with all his other programs, so nothing can be said of it there.
#[test]
fn out_of_threads_and_processes_clients_are_closed_and_counted() {
    if !is_administrator() {
        eprintln!("not run: only the administrator can start a server under another user");
        return;
    }
    for (index, model) in ["thread", "process"].into_iter().enumerate() {
        let mut server = Confined::start(model, NOBODY + index as u32);
        let mut clients: Vec<TcpStream> = (0..CROWD).map(|_| server.connect()).collect();
        let mut served = Vec::new();
        for mut client in clients.drain(..) {
            let _ = client.write_all(b"x\n");
            if client.read_exact(&mut [0; 2]).is_ok() {
                served.push(client);
            }
        }
        assert!(
            !served.is_empty() && served.len() < CROWD,
            "{} served",
            served.len()
        );
        let refused = (CROWD - served.len()) as u64;
        // One that leaves gives its worker back.
        drop(served);
        let mut more = 0;
        eventually("there is room again", || {
            more += 1;
            let mut client = server.connect();
            let is_sent = client.write_all(b"x\n").is_ok();
            (is_sent && client.read_exact(&mut [0; 2]).is_ok()).then_some(())
        });
        let summary = server.stop();
        assert_eq!(summary.connections.accepted, CROWD as u64 + more);
        assert_eq!(
            ended(&summary),
            summary.connections.accepted,
            "{:?}",
            summary.connections
        );
        assert!(
            ended_by(&summary, "no-worker") >= refused,
            "{:?}",
            summary.connections
        );
        assert!(summary.connections.turned_away.is_empty());
    }
}

fn is_administrator() -> bool {
    let status = fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("Uid:"));
    line.is_some_and(|rest| rest.split_whitespace().next() == Some("0"))
}

/// A server of a user that has no other processes, and may have few.
struct Confined {
    child: Child,
    address: SocketAddr,
    folder: tempfile::TempDir,
}

impl Confined {
    #[track_caller]
    fn start(model: &str, user: u32) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let open = fs::Permissions::from_mode(0o777);
        fs::set_permissions(folder.path(), open).expect("our own");
        // The user may not be allowed to look into the folder of the executable.
        let program = folder.path().join("wharf");
        fs::copy(env!("CARGO_BIN_EXE_wharf"), &program).expect("copied");
        let command = format!(
            "--nproc={PROCESSES} setpriv --reuid={user} --regid={user} --clear-groups \
             ./wharf serve echo -m {model} -p 0 --ready-file ready.json --summary-file serve.json"
        );
        let child = Command::new("prlimit")
            .args(command.split_whitespace())
            .current_dir(folder.path())
            .env("WHARF_RUNS", folder.path())
            .stdin(Stdio::null())
            .stdout(fs::File::create(folder.path().join("stdout.txt")).expect("created"))
            .stderr(fs::File::create(folder.path().join("stderr.txt")).expect("created"))
            .spawn()
            .expect("prlimit and setpriv, of util-linux");
        let mut confined = Self {
            child,
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            folder,
        };
        let text = eventually("the server gets ready", || {
            let ended = confined.child.try_wait().expect("a child");
            assert!(ended.is_none(), "it ended: {}", confined.text("stderr.txt"));
            fs::read_to_string(confined.folder.path().join("ready.json")).ok()
        });
        let ready: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        let address = ready["address"].as_str().expect("text");
        confined.address = address.parse().expect("an address");
        confined
    }

    #[track_caller]
    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).expect("connected");
        stream.set_read_timeout(Some(PATIENCE)).expect("set");
        stream
    }

    #[track_caller]
    fn stop(&mut self) -> ServeSummary {
        signal(self.child.id(), "INT");
        let status = eventually("the server ends", || {
            self.child.try_wait().expect("a child")
        });
        assert_eq!(status.code(), Some(0), "{}", self.text("stderr.txt"));
        assert_eq!(kept_summary(&self.folder).verdict, Verdict::Valid);
        serde_json::from_str(&self.text("serve.json")).expect("a result in its form")
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.folder.path().join(name)).unwrap_or_default()
    }
}

impl Drop for Confined {
    fn drop(&mut self) {
        if let Ok(None) = self.child.try_wait() {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

/// A user that no system gives to anybody.
const NOBODY: u32 = 61_873;
/// The server itself and its workers.
const PROCESSES: u32 = 4;
const CROWD: usize = 8;

//! Programs that receive or send in a namespace, and how their output is waited for.

use std::{
    fs,
    path::PathBuf,
    process::{Command, Output},
};

use crate::support::{Guarded, Ran, eventually, netns::Net, python3, signal};

/// A program that receives, with its output in files.
pub struct Member {
    child: Guarded,
    folder: tempfile::TempDir,
}

impl Member {
    /// Starts it, and waits until there is something in its output or on standard error that says `ready`.
    #[track_caller]
    pub fn start(mut command: Command, ready: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = |name| fs::File::create(folder.path().join(name)).expect("created");
        let child = command
            .env("PYTHONUNBUFFERED", "1")
            .stdout(file("stdout"))
            .stderr(file("stderr"))
            .spawn();
        let child = Guarded(child.expect("it starts"));
        let mut member = Self { child, folder };
        let (stdout, stderr) = (member.file("stdout"), member.file("stderr"));
        let said = move || {
            let texts = [&stdout, &stderr].map(|file| fs::read_to_string(file).unwrap_or_default());
            texts.concat()
        };
        let look = || said().contains(ready).then_some(());
        member.child.until_ready(&said, look);
        member
    }

    /// `wharf cast recv …` in a namespace.
    #[track_caller]
    pub fn recv(net: &Net, index: usize, args: &[&str]) -> Self {
        let runs = tempfile::tempdir().expect("a temporary folder");
        let mut command = net.wharf(index, &runs);
        command.args(["cast", "recv"]).args(args);
        Self::start(command, "receiving by")
    }

    /// The lab's "server", in a namespace in which something of `224.1.1.1` is routed.
    #[track_caller]
    pub fn seed_server(net: &Net, index: usize) -> Self {
        let mut command = net.command(index, python3());
        command.arg(script("seed_server.py"));
        Self::start(command, "Multicast server running on 224.1.1.1:5007\n")
    }

    /// The lab's "client", which says nothing until something comes. The kernel tells when it has joined.
    #[track_caller]
    pub fn seed_client(net: &Net, index: usize) -> Self {
        let before = members(net, index);
        let mut command = net.command(index, python3());
        command.arg(script("seed_client.py"));
        let member = Self::start(command, "");
        eventually("the client joins", || {
            (members(net, index) > before).then_some(())
        });
        member
    }

    /// `socat` with an address to receive from, in a namespace; ready when it says so.
    #[track_caller]
    pub fn socat(net: &Net, index: usize, address: &str) -> Self {
        let mut command = net.command(index, "socat");
        command.args(["-u", "-dd", address, "STDOUT"]);
        Self::start(command, "starting data transfer loop")
    }

    /// What it has printed so far, which is not to hold more than `expected` when it holds that.
    #[track_caller]
    pub fn has_printed(&self, expected: &str) {
        eventually(&format!("it prints {expected:?}"), || {
            let printed = self.printed();
            assert!(
                expected.starts_with(&printed),
                "it printed {printed:?} and not {expected:?}; {}",
                self.said()
            );
            (printed == expected).then_some(())
        });
    }

    /// What it has printed so far.
    pub fn printed(&self) -> String {
        let bytes = fs::read(self.file("stdout")).expect("its output");
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// What it has said on standard error so far.
    pub fn said(&self) -> String {
        fs::read_to_string(self.file("stderr")).expect("its output")
    }

    /// Waits for its end: exit status.
    #[track_caller]
    pub fn wait(&mut self) -> Option<i32> {
        self.child.wait().code()
    }

    /// Sends SIGINT and waits for the end: exit status.
    #[track_caller]
    pub fn interrupt(&mut self) -> Option<i32> {
        signal(self.child.pid(), "INT");
        self.wait()
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

/// Runs `wharf cast send …` in a namespace, which must succeed; what it says.
#[track_caller]
pub fn send(net: &Net, index: usize, args: &[&str]) -> String {
    let ran = cast(net, index, &[&["send"], args].concat());
    assert_eq!(ran.status, Some(0), "{args:?}: {}", ran.stderr);
    assert_eq!(ran.stdout, "");
    ran.stderr
}

/// Runs `wharf cast …` in a namespace to its end.
#[track_caller]
pub fn cast(net: &Net, index: usize, args: &[&str]) -> Ran {
    let runs = tempfile::tempdir().expect("a temporary folder");
    let mut command = net.wharf(index, &runs);
    let output = command.arg("cast").args(args).output();
    Ran::new(output.expect("wharf starts"), runs)
}

/// Has Python send datagrams.
#[track_caller]
pub fn python_sends(net: &Net, index: usize, address: &str, datagrams: &[&[u8]]) {
    let mut command = net.command(index, python3());
    command.arg(script("send.py")).args([address, "5007"]);
    command.args(datagrams.iter().map(|datagram| {
        let digits = datagram.iter().map(|byte| format!("{byte:02x}"));
        digits.collect::<String>()
    }));
    succeeds(command.output());
}

/// Has `socat` send a text to an address of its own form.
#[track_caller]
pub fn socat_sends(net: &Net, index: usize, text: &str, address: &str) {
    let command = format!("printf '%s' '{text}' | socat -u STDIN {address}");
    succeeds(net.command(index, "sh").args(["-c", &command]).output());
}

#[track_caller]
fn succeeds(output: std::io::Result<Output>) {
    let output = output.expect("it starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
}

/// How many sockets of a namespace have joined 224.1.1.1, on all interfaces together (`/proc/net/igmp`: group
/// in the machine's byte order, users).
fn members(net: &Net, index: usize) -> u32 {
    let table = net.sh(index, "cat /proc/net/igmp");
    let group = format!("{:08X}", u32::from_ne_bytes([224, 1, 1, 1]));
    let rows = table.lines().filter_map(|line| {
        let mut words = line.split_whitespace();
        (words.next() == Some(&group)).then(|| words.next())?
    });
    rows.map(|users| users.parse::<u32>().expect("a count"))
        .sum()
}

/// A script beside these files.
pub fn script(name: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "tests/it/cast", name]
        .iter()
        .collect()
}

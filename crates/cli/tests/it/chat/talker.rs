//! A member: a process whose standard input is in the test's hand, with its output in files.

use std::{
    fs,
    io::Write as _,
    path::PathBuf,
    process::{ChildStdin, Stdio},
};

use history::{ChatSummary, Summary};
use serde_json::Value;

use crate::support::{Guarded, eventually, netns::Net, signal};

/// A member.
pub struct Talker {
    child: Guarded,
    stdin: Option<ChildStdin>,
    folder: tempfile::TempDir,
}

impl Talker {
    /// Starts `wharf cast chat --name NAME …` in a namespace and waits until it has greeted the others.
    #[track_caller]
    pub fn start(net: &Net, index: usize, name: &str, args: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let stdout = fs::File::create(folder.path().join("stdout")).expect("created");
        Self::start_in(folder, net, index, name, args, stdout.into())
    }

    /// The same with its standard output elsewhere.
    #[track_caller]
    pub fn start_into(net: &Net, index: usize, name: &str, args: &[&str], stdout: Stdio) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        Self::start_in(folder, net, index, name, args, stdout)
    }

    #[track_caller]
    fn start_in(
        folder: tempfile::TempDir,
        net: &Net,
        index: usize,
        name: &str,
        args: &[&str],
        stdout: Stdio,
    ) -> Self {
        let stderr = fs::File::create(folder.path().join("stderr")).expect("created");
        let mut child = net
            .wharf(index, &folder)
            .args(["cast", "chat", "--name", name, "--linger", "0"])
            .args(args)
            .stdin(Stdio::piped())
            .stdout(stdout)
            .stderr(stderr)
            .spawn()
            .expect("it starts");
        let stdin = child.stdin.take();
        let mut talker = Self {
            child: Guarded(child),
            stdin,
            folder,
        };
        let (stderr, folder) = (talker.file("stderr"), talker.file("latest/trace.jsonl"));
        let said = || fs::read_to_string(&stderr).unwrap_or_default();
        // The head, and that it has joined, which stands there before it greets.
        let lines = || {
            fs::read_to_string(&folder)
                .unwrap_or_default()
                .lines()
                .count()
        };
        talker
            .child
            .until_ready(said, || (lines() >= 2).then_some(()));
        talker
    }

    /// The same for several, who then all know of each other.
    #[track_caller]
    pub fn start_all<const N: usize>(
        net: &Net,
        who: [(usize, &str); N],
        args: &[&str],
    ) -> [Self; N] {
        let all = who.map(|(index, name)| Self::start(net, index, name, args));
        for (at, talker) in all.iter().enumerate() {
            for (_, (_, name)) in who.iter().enumerate().filter(|(other, _)| *other != at) {
                talker.hears(&format!("{name} is here"));
            }
        }
        all
    }

    /// Types a line.
    pub fn say(&mut self, text: &str) {
        let stdin = self.stdin.as_mut().expect("open");
        stdin
            .write_all(format!("{text}\n").as_bytes())
            .expect("typed");
    }

    /// Waits until that is in its output.
    #[track_caller]
    pub fn shows(&self, part: &str) {
        eventually(&format!("it shows {part:?}: {}", self.said()), || {
            self.shown().contains(part).then_some(())
        });
    }

    /// Waits until that is in what it tells.
    #[track_caller]
    pub fn hears(&self, part: &str) {
        eventually(&format!("it tells {part:?}"), || {
            let told = self.said() + &self.shown();
            told.contains(part).then_some(())
        });
    }

    /// What it has shown so far.
    pub fn shown(&self) -> String {
        fs::read_to_string(self.file("stdout")).expect("its output")
    }

    /// What it has said on standard error so far.
    pub fn said(&self) -> String {
        fs::read_to_string(self.file("stderr")).expect("its output")
    }

    /// The objects of its output, which is `--json`.
    #[track_caller]
    pub fn objects(&self) -> Vec<Value> {
        let shown = self.shown();
        let parse = |line| serde_json::from_str(line).expect("an object");
        shown.lines().map(parse).collect()
    }

    /// Ends its input and waits for its end, which is to be a good one.
    #[track_caller]
    pub fn end(&mut self) {
        self.stdin = None;
        assert_eq!(self.child.wait().code(), Some(0), "{}", self.said());
    }

    pub fn pid(&self) -> u32 {
        self.child.pid()
    }

    /// Whether it waits for a pipe to take what it writes: where in the kernel it sleeps.
    pub fn is_held_up(&self) -> bool {
        let place = fs::read_to_string(format!("/proc/{}/wchan", self.pid()));
        place.is_ok_and(|place| place.ends_with("pipe_write"))
    }

    /// Waits until it has taken the signals that were sent: two that wait at once would be one.
    #[track_caller]
    pub fn takes_signals(&self) {
        eventually("the signal is taken", || {
            let status = fs::read_to_string(format!("/proc/{}/status", self.pid()));
            let status = status.expect("it lives");
            let mut masks = status.lines().filter(|line| line.contains("Pnd:"));
            masks
                .all(|line| line.ends_with("0000000000000000"))
                .then_some(())
        });
    }

    /// Sends a signal by its name and waits for the end.
    #[track_caller]
    pub fn end_by(&mut self, name: &str) -> Option<i32> {
        signal(self.child.pid(), name);
        self.child.wait().code()
    }

    /// Its log so far.
    pub fn trace(&self) -> Vec<u8> {
        fs::read(self.file("latest/trace.jsonl")).expect("its log")
    }

    /// Its name in logs, which is in the head of its own.
    #[track_caller]
    pub fn host(&self) -> String {
        let trace = String::from_utf8(self.trace()).expect("text");
        let head = trace.lines().next().expect("a head");
        let head: Value = serde_json::from_str(head).expect("an object");
        head["host"].as_str().expect("a name").to_owned()
    }

    /// Its summary as it stands.
    #[track_caller]
    pub fn summary(&self) -> Summary {
        let text = fs::read_to_string(self.file("latest/summary.json")).expect("a summary");
        serde_json::from_str(&text).expect("a summary in its form")
    }

    /// The folder of its run.
    #[track_caller]
    pub fn run(&self) -> PathBuf {
        self.file("latest").canonicalize().expect("a run's folder")
    }

    /// The results in it.
    #[track_caller]
    pub fn results(&self) -> ChatSummary {
        self.summary().chat.expect("a chat that has ended")
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

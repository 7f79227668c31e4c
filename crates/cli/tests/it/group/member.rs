//! A member: a process whose standard input is in the test's hand, with its output in files.

use std::{
    fs,
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    path::PathBuf,
    process::{ChildStdin, Stdio},
};

use serde_json::Value;

use crate::support::{Guarded, eventually, netns::Net, signal};

/// A member.
pub struct Member {
    pub name: String,
    child: Guarded,
    stdin: Option<ChildStdin>,
    folder: tempfile::TempDir,
}

impl Member {
    /// Starts `wharf group join --name NAME --format json --log … …` in a namespace.
    #[track_caller]
    pub fn start(net: &Net, index: usize, name: &str, args: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = |name: &str| fs::File::create(folder.path().join(name)).expect("created");
        let mut child = net
            .wharf(index, &folder)
            .args(["group", "join", "--name", name, "--format", "json", "--log"])
            .arg(folder.path().join("log.jsonl"))
            .args(args)
            .stdin(Stdio::piped())
            .stdout(file("stdout"))
            .stderr(file("stderr"))
            .spawn()
            .expect("it starts");
        let stdin = child.stdin.take();
        Self {
            name: name.to_owned(),
            child: Guarded(child),
            stdin,
            folder,
        }
    }

    /// The same for several, which then are in one view.
    #[track_caller]
    pub fn start_all<const N: usize>(net: &Net, names: [&str; N], args: &[&str]) -> [Self; N] {
        let all = names.map(|name| Self::start(net, 1, name, args));
        for member in &all {
            member.sees(N);
        }
        all
    }

    /// Waits until its view has so many members.
    #[track_caller]
    pub fn sees(&self, count: usize) {
        eventually(
            &format!("{} sees {count}: {}", self.name, self.said()),
            || {
                let view = self.views().pop()?;
                (view.len() == count).then_some(())
            },
        );
    }

    /// Types a line.
    pub fn say(&mut self, text: &str) {
        self.try_say(text).expect("typed");
    }

    /// Types a line to whoever may be gone.
    pub fn try_say(&mut self, text: &str) -> io::Result<()> {
        let stdin = self.stdin.as_mut().expect("open");
        stdin.write_all(format!("{text}\n").as_bytes())
    }

    /// Waits until it has read all that was typed.
    #[track_caller]
    pub fn has_read(&self) {
        let stdin = self.stdin.as_ref().expect("open");
        let left = || rustix::io::ioctl_fionread(stdin).expect("a pipe");
        eventually("its input is read", || (left() == 0).then_some(()));
    }

    /// Waits until so many messages were delivered in all.
    #[track_caller]
    pub fn delivers(&self, count: usize) {
        eventually(
            &format!("{} delivers {count}: {}", self.name, self.said()),
            || (self.texts().len() >= count).then_some(()),
        );
    }

    /// What was delivered, in its order.
    pub fn texts(&self) -> Vec<String> {
        let objects = self.objects("message");
        let text = |object: &Value| object["text"].as_str().expect("a text").to_owned();
        objects.iter().map(text).collect()
    }

    /// Their positions.
    pub fn positions(&self) -> Vec<u64> {
        let objects = self.objects("message");
        let position = |object: &Value| object["position"].as_u64().expect("a number");
        objects.iter().map(position).collect()
    }

    /// Who was in each of its views.
    pub fn views(&self) -> Vec<Vec<String>> {
        let view = |object: Value| {
            let members = object["members"].as_array().expect("members").clone();
            let name = |member: Value| member["name"].as_str().expect("a name").to_owned();
            members.into_iter().map(name).collect()
        };
        self.objects("view").into_iter().map(view).collect()
    }

    /// What it printed of that kind.
    pub fn objects(&self, what: &str) -> Vec<Value> {
        let shown = fs::read_to_string(self.file("stdout")).expect("its output");
        let whole = shown.rfind('\n').map_or("", |end| &shown[..end]);
        // A quotation mark in a text has a backslash before it.
        let field = format!("\"what\":\"{what}\"");
        let lines = whole.lines().filter(|line| line.contains(&field));
        let object = |line| serde_json::from_str::<Value>(line).expect("an object");
        lines.map(object).collect()
    }

    /// What it has printed from some byte on.
    pub fn shown_from(&self, bytes: usize) -> String {
        let mut file = fs::File::open(self.file("stdout")).expect("its output");
        let mut shown = String::new();
        let sought = file.seek(SeekFrom::Start(bytes as u64));
        let read = sought.and_then(|_| file.read_to_string(&mut shown));
        read.expect("its output");
        shown
    }

    /// What it has said on standard error so far.
    pub fn said(&self) -> String {
        fs::read_to_string(self.file("stderr")).expect("its output")
    }

    /// Its log so far.
    pub fn log(&self) -> String {
        fs::read_to_string(self.file("log.jsonl")).expect("its log")
    }

    /// Where its log is.
    pub fn log_path(&self) -> PathBuf {
        self.file("log.jsonl")
    }

    /// Ends its input.
    pub fn hang_up(&mut self) {
        self.stdin = None;
    }

    /// How much memory it has.
    #[track_caller]
    pub fn resident_bytes(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.pid()));
        let status = status.expect("it lives");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let number = line.and_then(|line| line.split_whitespace().next());
        let kibibytes: u64 = number.expect("a number").parse().expect("a number");
        kibibytes << 10
    }

    /// Ends its input and waits for its end, which is to be a good one.
    #[track_caller]
    pub fn end(&mut self) {
        self.hang_up();
        assert_eq!(self.child.wait().code(), Some(0), "{}", self.said());
    }

    /// Sends it a signal.
    pub fn signal(&self, name: &str) {
        signal(self.child.pid(), name);
    }

    /// Waits until it has taken the signals that were sent: two that wait at once would be one.
    #[track_caller]
    pub fn takes_signals(&self) {
        eventually("the signal is taken", || {
            let status = fs::read_to_string(format!("/proc/{}/status", self.child.pid()));
            let status = status.expect("it lives");
            let mut masks = status.lines().filter(|line| line.contains("Pnd:"));
            masks
                .all(|line| line.ends_with("0000000000000000"))
                .then_some(())
        });
    }

    /// Waits for its end: its exit status.
    #[track_caller]
    pub fn wait(&mut self) -> Option<i32> {
        self.child.wait().code()
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

//! Other programs: started for one test, spoken to, awaited, and ended by their numbers.

use std::{
    env, fs,
    io::Write as _,
    net::SocketAddr,
    path::PathBuf,
    process::{Child, Command, Stdio},
};

use history::{Summary, Verdict};

use crate::support::{children, eventually, python3, signal};

/// A program under way; it ends with its owner.
pub struct Program {
    child: Child,
    folder: tempfile::TempDir,
}

impl Program {
    /// Starts it, with its output in files and its input in the test's hands.
    #[track_caller]
    pub fn start(command: &mut Command) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = |name| fs::File::create(folder.path().join(name)).expect("created");
        let child = command
            .stdin(Stdio::piped())
            .stdout(file("stdout.txt"))
            .stderr(file("stderr.txt"))
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?} does not start: {error}"));
        Self { child, folder }
    }

    /// Starts a script of this folder.
    #[track_caller]
    pub fn python(script: &str, args: &[&str]) -> Self {
        Self::start(Command::new(python3()).arg(script_path(script)).args(args))
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// What it has printed so far.
    pub fn stdout(&self) -> String {
        self.read("stdout.txt")
    }

    /// What it has said on standard error so far.
    pub fn stderr(&self) -> String {
        self.read("stderr.txt")
    }

    /// Waits until it says where it listens.
    #[track_caller]
    pub fn address(&mut self) -> SocketAddr {
        eventually("a program says where it listens", || {
            let said = self.stdout() + &self.stderr();
            let ended = self.child.try_wait().expect("a child");
            assert!(ended.is_none(), "it ended: {said}");
            said.split_inclusive('\n').find_map(announced)
        })
    }

    /// Types this.
    #[track_caller]
    pub fn say(&mut self, text: &str) {
        let input = self.child.stdin.as_mut().expect("its input is open");
        input.write_all(text.as_bytes()).expect("typed");
    }

    /// Ends its input and waits for its end.
    #[track_caller]
    pub fn wait(mut self) -> Ended {
        drop(self.child.stdin.take());
        let status = eventually("a program ends", || self.child.try_wait().expect("a child"));
        Ended {
            status: status.code(),
            stdout: self.stdout(),
            stderr: self.stderr(),
        }
    }

    fn read(&self, name: &str) -> String {
        let bytes = fs::read(self.folder.path().join(name)).expect("its output");
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        if let Ok(None) = self.child.try_wait() {
            let own = children(self.pid());
            let _ = self.child.kill();
            let _ = self.child.wait();
            for pid in own {
                // One that has ended by itself is no trouble.
                let _ = Command::new("sh")
                    .args(["-c", &format!("kill -KILL {pid}")])
                    .stderr(Stdio::null())
                    .status();
            }
        }
    }
}

/// A program that has ended.
#[derive(Debug)]
pub struct Ended {
    pub status: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Ended {
    /// What it printed, when it ended well.
    #[track_caller]
    pub fn printed(self) -> String {
        assert_eq!(self.status, Some(0), "{self:?}");
        self.stdout
    }
}

/// Asks a program to end as a person does.
pub fn interrupt(program: &Program) {
    signal(program.pid(), "INT");
}

/// Whether a load run is valid but for a generator that was late: the tests share the processor, and
/// punctuality is not what they claim.
pub fn is_valid_or_late(status: Option<i32>, summary: &Summary) -> bool {
    let mut findings = summary.findings.iter();
    let is_late = findings.all(|finding| {
        finding.verdict == Verdict::Valid || finding.text.starts_with("the generator was late")
    });
    status == Some(0) || status == Some(2) && is_late
}

/// Where a script of this folder lies.
fn script_path(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/it/interop");
    folder.join(name)
}

/// The address in a whole line that says that there is one.
fn announced(line: &str) -> Option<SocketAddr> {
    let (_, rest) = line.strip_suffix('\n')?.split_once("listening on ")?;
    rest.split_whitespace().find_map(|word| word.parse().ok())
}

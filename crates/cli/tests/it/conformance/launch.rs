//! Starts a server in surroundings of its own: few descriptors or processes, a process group, another
//! output.

use std::{
    fs,
    net::{SocketAddr, TcpStream},
    os::unix::{fs::PermissionsExt as _, process::CommandExt as _},
    path::Path,
    process::{ChildStdout, Command, ExitStatus, Stdio},
};

use history::{RunFolder, ServeSummary, Summary};

use crate::support::{Guarded, connect, few_workers, python3, ready_address, signal, wharf};

/// What is different around a server.
pub enum Around {
    /// So many descriptors and no more.
    Descriptors(u32),
    /// It belongs to a user, by number, who may have so many processes and no more. Only the administrator
    /// can start it.
    Processes { user: u32, most: u32 },
    /// A system call that fails, and its error.
    Without(&'static str, &'static str),
    /// A process group of its own, as a shell gives to each command line.
    Group,
    /// Standard output goes there.
    Stdout(Stdio),
}

impl Around {
    /// The executable in these surroundings, with `folder` for its runs.
    fn command(&self, folder: &tempfile::TempDir) -> Command {
        let plain = wharf(folder);
        let mut command = match self {
            Self::Group | Self::Stdout(_) => return plain,
            Self::Descriptors(count) => {
                let mut shell = Command::new("sh");
                let script = format!("ulimit -n {count} && exec \"$0\" \"$@\"");
                shell.arg("-c").arg(script).arg(plain.get_program());
                shell
            }
            Self::Processes { user, most } => {
                let open = fs::Permissions::from_mode(0o777);
                fs::set_permissions(folder.path(), open).expect("our own");
                // The user may not be allowed to look into the folder of the executable.
                let program = folder.path().join("wharf");
                fs::copy(plain.get_program(), &program).expect("copied");
                let words =
                    format!("--nproc={most} setpriv --reuid={user} --regid={user} --clear-groups");
                // Both are of util-linux.
                let mut limited = Command::new("prlimit");
                limited.args(words.split_whitespace()).arg(program);
                limited
            }
            Self::Without(call, error) => without(call, error, &plain),
        };
        command
            .env("WHARF_RUNS", folder.path())
            .stdin(Stdio::null());
        command
    }
}

/// A server in surroundings of its own; ended when dropped.
pub struct Launched {
    child: Guarded,
    pub address: SocketAddr,
    pub folder: tempfile::TempDir,
}

impl Launched {
    /// Starts `wharf serve SERVICE -m MODEL -p 0 …` and waits until it is ready.
    #[track_caller]
    pub fn start(around: Around, service: &str, model: &str, more: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = |name: &str| fs::File::create(folder.path().join(name)).expect("created");
        let (stdout, stderr) = (file("stdout.txt"), file("stderr.txt"));
        let mut command = around.command(&folder);
        command.stdout(stdout).stderr(stderr);
        match around {
            Around::Descriptors(_) | Around::Processes { .. } | Around::Without(..) => {}
            Around::Group => {
                command.process_group(0);
            }
            Around::Stdout(stdout) => {
                command.stdout(stdout);
            }
        }
        let ready = folder.path().join("ready.json");
        let child = command
            .args(["serve", service, "-m", model, "-p", "0"])
            .args(few_workers(model))
            .arg("--ready-file")
            .arg(&ready)
            .arg("--summary-file")
            .arg(folder.path().join("serve.json"))
            .args(more)
            .spawn()
            .expect("wharf starts");
        let mut child = Guarded(child);
        let said = || fs::read_to_string(folder.path().join("stderr.txt")).unwrap_or_default();
        let address = child.until_ready(said, || ready_address(&ready));
        Self {
            child,
            address,
            folder,
        }
    }

    pub fn pid(&self) -> u32 {
        self.child.pid()
    }

    /// Its standard output, where that is a pipe.
    pub fn take_stdout(&mut self) -> ChildStdout {
        self.child.0.stdout.take().expect("a pipe")
    }

    #[track_caller]
    pub fn connect(&self) -> TcpStream {
        connect(self.address)
    }

    /// Sends a signal to its whole process group, as a terminal does for ^C.
    pub fn signal_group(&self, name: &str) {
        let command = format!("kill -{name} -{}", self.pid());
        let status = Command::new("sh").args(["-c", &command]).status();
        assert!(status.expect("a shell").success(), "{command}");
    }

    #[track_caller]
    pub fn wait(&mut self) -> ExitStatus {
        self.child.wait()
    }

    /// Sends SIGINT, waits until it has ended well, and gives its result.
    #[track_caller]
    pub fn stop(&mut self) -> ServeSummary {
        signal(self.pid(), "INT");
        let status = self.wait();
        assert!(!self.stderr().contains("panicked"), "{}", self.stderr());
        assert_eq!(status.code(), Some(0), "{}", self.stderr());
        self.summary()
    }

    pub fn stderr(&self) -> String {
        fs::read_to_string(self.folder.path().join("stderr.txt")).expect("its output")
    }

    pub fn stdout(&self) -> String {
        fs::read_to_string(self.folder.path().join("stdout.txt")).expect("its output")
    }

    /// What it wrote at its end.
    #[track_caller]
    pub fn summary(&self) -> ServeSummary {
        let text = fs::read_to_string(self.folder.path().join("serve.json"));
        serde_json::from_str(&text.expect("a result was written")).expect("a result in its form")
    }
}

/// A program for which a system call fails.
pub fn without(call: &str, error: &str, program: &Command) -> Command {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/faults/without.py");
    let mut command = Command::new(python3());
    command
        .args([script, call, error])
        .arg(program.get_program());
    command
}

/// The summary of the only run that was kept in a folder.
#[track_caller]
pub fn kept_summary(base: &Path) -> Summary {
    let folder = base.join("latest").canonicalize().expect("a run is kept");
    let folder = RunFolder::open(&folder).expect("a run's folder");
    folder.summary().expect("a summary in its form")
}

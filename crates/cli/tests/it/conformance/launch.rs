//! Starts a server in surroundings of its own: few descriptors, a process group, another output.

use std::{
    fs,
    net::{SocketAddr, TcpStream},
    os::unix::process::CommandExt as _,
    path::PathBuf,
    process::{Child, ChildStdout, Command, ExitStatus, Stdio},
};

use history::{RunFolder, ServeSummary, Summary};

use crate::support::{PATIENCE, eventually, few_workers, wharf};

/// What is different around a server.
pub enum Around {
    /// So many descriptors and no more.
    Descriptors(u32),
    /// A system call that fails, and its error.
    Without(&'static str, &'static str),
    /// A process group of its own, as a shell gives to each command line.
    Group,
    /// Standard output goes there.
    Stdout(Stdio),
}

/// A server in surroundings of its own; ended when dropped.
pub struct Launched {
    child: Child,
    pub address: SocketAddr,
    pub folder: tempfile::TempDir,
}

impl Launched {
    /// Starts `wharf serve SERVICE -m MODEL -p 0 …` and waits until it is ready.
    #[track_caller]
    pub fn start(around: Around, service: &str, model: &str, more: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = |name: &str| fs::File::create(folder.path().join(name)).expect("created");
        let plain = wharf(&folder);
        let mut command = match around {
            Around::Descriptors(count) => {
                let mut shell = Command::new("sh");
                shell
                    .arg("-c")
                    .arg(format!("ulimit -n {count} && exec \"$0\" \"$@\""));
                shell.arg(plain.get_program());
                shell
            }
            Around::Without(call, error) => without(call, error, &plain),
            Around::Group | Around::Stdout(_) => plain,
        };
        command
            .env("WHARF_RUNS", folder.path())
            .stdin(Stdio::null())
            .stdout(file("stdout.txt"))
            .stderr(file("stderr.txt"));
        match around {
            Around::Descriptors(_) | Around::Without(..) => {}
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
        let mut launched = Self {
            child,
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            folder,
        };
        let text = eventually("the server gets ready", || {
            let ended = launched.child.try_wait().expect("a child");
            assert!(ended.is_none(), "it ended: {}", launched.stderr());
            fs::read_to_string(&ready).ok()
        });
        let ready: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        launched.address = ready["address"]
            .as_str()
            .expect("text")
            .parse()
            .expect("an address");
        launched
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Its standard output, where that is a pipe.
    pub fn take_stdout(&mut self) -> ChildStdout {
        self.child.stdout.take().expect("a pipe")
    }

    #[track_caller]
    pub fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).expect("connected");
        stream.set_read_timeout(Some(PATIENCE)).expect("set");
        stream.set_write_timeout(Some(PATIENCE)).expect("set");
        stream.set_nodelay(true).expect("set");
        stream
    }

    /// Sends a signal to its whole process group, as a terminal does for ^C.
    pub fn signal_group(&self, name: &str) {
        let command = format!("kill -{name} -{}", self.pid());
        let status = Command::new("sh").args(["-c", &command]).status();
        assert!(status.expect("a shell").success(), "{command}");
    }

    #[track_caller]
    pub fn wait(&mut self) -> ExitStatus {
        eventually("the server ends", || {
            self.child.try_wait().expect("a child")
        })
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
    let mut command = Command::new("python3");
    command
        .args([script, call, error])
        .arg(program.get_program());
    command
}

impl Drop for Launched {
    fn drop(&mut self) {
        if let Ok(None) = self.child.try_wait() {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

/// The folder that a server keeps its only run in.
fn run_folder(base: &tempfile::TempDir) -> PathBuf {
    base.path()
        .join("latest")
        .canonicalize()
        .expect("a run is kept")
}

/// The summary in that folder.
#[track_caller]
pub fn kept_summary(base: &tempfile::TempDir) -> Summary {
    let folder = RunFolder::open(&run_folder(base)).expect("a run's folder");
    folder.summary().expect("a summary in its form")
}

//! Starts what is under test, waits for events and never for time, and ends what it started.

mod guarded;
pub mod netns;

pub use guarded::{Guarded, connect, ready_address};

use std::{
    fs,
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::LazyLock,
    thread,
    time::{Duration, Instant},
};

use history::{ServeSummary, Summary};
use rustix::process::{Pid, Signal, kill_process};

/// The models under test: the registry itself.
pub fn models() -> Vec<&'static str> {
    serve::MODELS.iter().map(|model| model.name).collect()
}

/// Of a model with a fixed number of workers the tests want few, where they do not say how many: they
/// start hundreds of servers.
pub fn few_workers(model: &str) -> &'static [&'static str] {
    let model = serve::by_name(model).expect("a model");
    match model.choices.contains(&serve::Choice::Size) {
        true => &["--size", "4"],
        false => &[],
    }
}

/// How many those are.
pub const WORKERS: usize = 4;

/// The executable under test, with a folder of its own for runs.
pub fn wharf(runs: &tempfile::TempDir) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wharf"));
    command
        .env("WHARF_RUNS", runs.path())
        .env("NO_COLOR", "1")
        .stdin(Stdio::null());
    command
}

/// A command line that is refused before anything runs: exit status 3, nothing on standard output, no
/// run's folder, and a message that says what is `expected`: the input first, then what to do.
#[track_caller]
pub fn check_refused(args: &[&str], expected: &[&str]) {
    let ran = run(args);
    let line = args.join(" ");
    assert_eq!(ran.status, Some(3), "wharf {line}: {}", ran.stderr);
    assert_eq!(ran.stdout, "", "wharf {line}");
    for word in expected {
        assert!(
            ran.stderr.contains(word),
            "wharf {line}: no `{word}` in {}",
            ran.stderr
        );
    }
    for word in ["panicked", "\u{1b}", "RUST_BACKTRACE"] {
        assert!(!ran.stderr.contains(word), "wharf {line}: {}", ran.stderr);
    }
    let left = entries(ran.runs.path());
    assert_eq!(left, 0, "wharf {line} left a run's folder");
}

/// Python itself: where `python3` is a script that looks for it, each start of that would take as long as ten of this.
pub fn python3() -> &'static str {
    static FOUND: LazyLock<String> = LazyLock::new(|| {
        let args = ["-c", "import sys; print(sys.executable, end='')"];
        let output = Command::new("python3").args(args).output();
        let found = output.expect("python3 starts").stdout;
        String::from_utf8(found).expect("a plain path")
    });
    &FOUND
}

/// How much is in a folder.
pub fn entries(folder: &Path) -> usize {
    fs::read_dir(folder).map_or(0, Iterator::count)
}

/// Runs the executable to its end.
pub fn run(args: &[&str]) -> Ran {
    let runs = tempfile::tempdir().expect("a temporary folder");
    let output = wharf(&runs).args(args).output().expect("wharf starts");
    Ran::new(output, runs)
}

/// A run that has ended.
pub struct Ran {
    pub status: Option<i32>,
    pub stdout: String,
    pub stderr: String,
    pub runs: tempfile::TempDir,
}

impl Ran {
    pub fn new(output: Output, runs: tempfile::TempDir) -> Self {
        Self {
            status: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
            runs,
        }
    }

    /// The folder of the only run.
    pub fn folder(&self) -> PathBuf {
        self.runs
            .path()
            .join("latest")
            .canonicalize()
            .expect("a run was kept")
    }

    /// The summary of the only run.
    pub fn summary(&self) -> Summary {
        let text = fs::read_to_string(self.folder().join("summary.json")).expect("a summary");
        serde_json::from_str(&text).expect("a summary in its form")
    }
}

/// A `wharf serve` that accepts connections.
pub struct Server {
    child: Guarded,
    pub address: SocketAddr,
    pub folder: tempfile::TempDir,
}

impl Server {
    /// Starts `wharf serve SERVICE -m MODEL -p 0 …` and waits until it is ready.
    #[track_caller]
    pub fn start(service: &str, model: &str, more: &[&str]) -> Self {
        Self::start_on(service, model, 0, more)
    }

    /// The same on a given port.
    #[track_caller]
    pub fn start_on(service: &str, model: &str, port: u16, more: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let ready = folder.path().join("ready.json");
        let child = wharf(&folder)
            .args(["serve", service, "-m", model, "-p", &port.to_string()])
            .args(
                Some(few_workers(model))
                    .filter(|_| !more.contains(&"--size"))
                    .unwrap_or_default(),
            )
            .arg("--ready-file")
            .arg(&ready)
            .arg("--summary-file")
            .arg(folder.path().join("serve.json"))
            .args(more)
            .stdout(fs::File::create(folder.path().join("stdout.txt")).expect("created"))
            .stderr(fs::File::create(folder.path().join("stderr.txt")).expect("created"))
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

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    pub fn pid(&self) -> u32 {
        self.child.pid()
    }

    /// A client's connection, with time-outs so that a test cannot hang.
    #[track_caller]
    pub fn connect(&self) -> TcpStream {
        connect(self.address)
    }

    /// What it has printed so far.
    pub fn stdout(&self) -> String {
        fs::read_to_string(self.folder.path().join("stdout.txt")).expect("its output")
    }

    /// What it has said on standard error so far.
    pub fn stderr(&self) -> String {
        fs::read_to_string(self.folder.path().join("stderr.txt")).expect("its output")
    }

    /// Sends a signal by name: `INT`, `TERM`, `KILL`.
    pub fn signal(&self, name: &str) {
        signal(self.pid(), name);
    }

    /// Sends SIGINT and waits for the end: exit status and result.
    #[track_caller]
    pub fn stop(self) -> Stopped {
        self.signal("INT");
        self.wait()
    }

    /// Waits for its end.
    #[track_caller]
    pub fn wait(mut self) -> Stopped {
        let status = self.child.wait();
        let text = fs::read_to_string(self.folder.path().join("serve.json")).unwrap_or_default();
        Stopped {
            status: status.code(),
            stdout: self.stdout(),
            stderr: self.stderr(),
            summary: serde_json::from_str(&text).unwrap_or_default(),
            folder: self.folder.path().to_owned(),
            _keep: std::mem::replace(&mut self.folder, tempfile::tempdir().expect("a folder")),
        }
    }

    /// The numbers of its child processes.
    pub fn children(&self) -> Vec<u32> {
        children(self.pid())
    }
}

/// A server that has ended.
pub struct Stopped {
    pub status: Option<i32>,
    pub stdout: String,
    pub stderr: String,
    pub summary: ServeSummary,
    pub folder: PathBuf,
    _keep: tempfile::TempDir,
}

/// The child processes of a process.
pub fn children(pid: u32) -> Vec<u32> {
    let Ok(threads) = fs::read_dir(format!("/proc/{pid}/task")) else {
        return Vec::new();
    };
    let mut all = Vec::new();
    for thread in threads.flatten() {
        let text = fs::read_to_string(thread.path().join("children")).unwrap_or_default();
        all.extend(
            text.split_whitespace()
                .filter_map(|pid| pid.parse::<u32>().ok()),
        );
    }
    all
}

/// Sends a signal by its name to one process.
#[track_caller]
pub fn signal(pid: u32, name: &str) {
    let signal = match name {
        "CONT" => Signal::CONT,
        "HUP" => Signal::HUP,
        "INT" => Signal::INT,
        "KILL" => Signal::KILL,
        "STOP" => Signal::STOP,
        "TERM" => Signal::TERM,
        _ => panic!("no test sends {name}"),
    };
    let pid = Pid::from_raw(pid as i32).expect("a process");
    kill_process(pid, signal).unwrap_or_else(|error| panic!("kill -{name} {pid:?}: {error}"));
}

/// Sends all of it, then reads until the peer closes.
#[track_caller]
pub fn exchange(stream: &mut TcpStream, request: &[u8]) -> Vec<u8> {
    stream.write_all(request).expect("sent");
    read_to_end(stream)
}

/// Reads until the peer closes.
#[track_caller]
pub fn read_to_end(stream: &mut TcpStream) -> Vec<u8> {
    let mut reply = Vec::new();
    stream.read_to_end(&mut reply).expect("read to the end");
    reply
}

/// Reads just so many bytes.
#[track_caller]
pub fn read_exactly(stream: &mut TcpStream, count: usize) -> Vec<u8> {
    let mut reply = vec![0; count];
    stream.read_exact(&mut reply).expect("read");
    reply
}

/// Looks again and again until there is something; a test that waits in vain fails, and says for what.
#[track_caller]
pub fn eventually<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let since = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        let waited = since.elapsed();
        assert!(waited < PATIENCE, "in vain: {what}");
        // What has not come yet will be awhile: on a busy machine hundreds of looks would be what it waits for.
        thread::sleep((waited / 8).clamp(PAUSE_MIN, PAUSE_MAX));
    }
}

/// How long a test that waits pauses before it looks again.
const PAUSE_MIN: Duration = Duration::from_millis(1);
const PAUSE_MAX: Duration = Duration::from_millis(20);

/// How long a test waits for something that should come at once, on a machine that may do much else.
pub const PATIENCE: Duration = Duration::from_secs(60);

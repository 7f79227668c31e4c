//! A name service under test, and the programs that ask it.

use std::{
    fs,
    net::SocketAddr,
    path::Path,
    process::{Command, Stdio},
};

use crate::support::{Guarded, Ran, signal, wharf};

/// A `wharf name serve` on ports of the kernel's choice.
pub struct Service {
    child: Guarded,
    pub dns: SocketAddr,
    pub http: SocketAddr,
    pub folder: tempfile::TempDir,
}

impl Service {
    #[track_caller]
    pub fn start(more: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        Self::start_in(folder, more)
    }

    /// The same with a folder that a service may have been in before.
    #[track_caller]
    pub fn start_in(folder: tempfile::TempDir, more: &[&str]) -> Self {
        let mut command = wharf(&folder);
        command.args(ANYWHERE);
        Self::begin(command, folder, more)
    }

    /// The same at another date, such as `-1d`: the clocks that do not know the date are as they are.
    #[track_caller]
    pub fn start_at(date: &str, folder: tempfile::TempDir, more: &[&str]) -> Self {
        let mut command = wharf(&folder);
        command
            .env("LD_PRELOAD", library_that_sets_the_date())
            .env("FAKETIME", date)
            .env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
        command.args(ANYWHERE);
        Self::begin(command, folder, more)
    }

    /// The same by a command that ends with `name serve` and where to listen.
    #[track_caller]
    pub fn begin(mut command: Command, folder: tempfile::TempDir, more: &[&str]) -> Self {
        let ready = folder.path().join("ready.json");
        let _ = fs::remove_file(&ready);
        let child = command
            .arg("--data")
            .arg(folder.path().join("names"))
            .arg("--ready-file")
            .arg(&ready)
            .args(more)
            .stdout(Stdio::null())
            .stderr(fs::File::create(folder.path().join("stderr.txt")).expect("created"))
            .spawn()
            .expect("wharf starts");
        let mut child = Guarded(child);
        let said = || fs::read_to_string(folder.path().join("stderr.txt")).unwrap_or_default();
        let (dns, http) = child.until_ready(said, || addresses(&ready));
        Self {
            child,
            dns,
            http,
            folder,
        }
    }

    /// Runs `wharf name COMMAND …` against it.
    #[track_caller]
    pub fn name(&self, args: &[&str]) -> Ran {
        let runs = tempfile::tempdir().expect("a temporary folder");
        let output = wharf(&runs)
            .env("WHARF_NAMES", self.http.to_string())
            .arg("name")
            .args(args)
            .output()
            .expect("wharf starts");
        Ran::new(output, runs)
    }

    /// The same, which must succeed; what it printed.
    #[track_caller]
    pub fn told(&self, args: &[&str]) -> String {
        let ran = self.name(args);
        assert_eq!(
            ran.status,
            Some(0),
            "wharf name {}: {}",
            args.join(" "),
            ran.stderr
        );
        ran.stdout
    }

    /// What `dig +short` says.
    #[track_caller]
    pub fn short(&self, args: &[&str]) -> String {
        self.dig(&[&["+short"], args].concat())
    }

    /// What `dig` says. It does not fail where there is an answer, whatever it is.
    #[track_caller]
    pub fn dig(&self, args: &[&str]) -> String {
        let output = Command::new("dig")
            .args([
                "@127.0.0.1",
                "-p",
                &self.dns.port().to_string(),
                "+tries=2",
                "+time=5",
            ])
            .args(args)
            .output()
            .expect("dig starts");
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "dig {}: {said}", args.join(" "));
        said
    }

    /// What `nsupdate` says to these lines: its output, and whether it succeeded.
    #[track_caller]
    pub fn nsupdate(&self, options: &[&str], lines: &str) -> (bool, String) {
        let script = self.folder.path().join("update.txt");
        let server = format!("server 127.0.0.1 {}\n", self.dns.port());
        fs::write(&script, format!("{server}{lines}")).expect("written");
        let output = Command::new("nsupdate")
            .args(options)
            .arg(&script)
            .output()
            .expect("nsupdate starts");
        let said = [output.stdout, output.stderr].concat();
        (
            output.status.success(),
            String::from_utf8_lossy(&said).into_owned(),
        )
    }

    pub fn pid(&self) -> u32 {
        self.child.pid()
    }

    /// Kills it as a loss of power would, and starts another on the same names.
    #[track_caller]
    pub fn killed_and_started(mut self, more: &[&str]) -> Self {
        self.kill();
        self.started_again(more)
    }

    /// Another on the same names, once this one was killed.
    #[track_caller]
    pub fn started_again(self, more: &[&str]) -> Self {
        Self::start_in(self.folder, more)
    }

    /// Kills it as a loss of power would.
    #[track_caller]
    pub fn kill(&mut self) {
        signal(self.pid(), "KILL");
        self.child.wait();
    }

    /// Ends it with SIGINT; its exit status.
    #[track_caller]
    pub fn stop(mut self) -> (Option<i32>, tempfile::TempDir) {
        signal(self.pid(), "INT");
        let status = self.child.wait();
        (status.code(), self.folder)
    }

    pub fn said(&self) -> String {
        fs::read_to_string(self.folder.path().join("stderr.txt")).expect("its output")
    }
}

/// The file `examples/names/FILE` of the repository.
pub fn example(file: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/names");
    root.join(file).display().to_string()
}

fn addresses(ready: &Path) -> Option<(SocketAddr, SocketAddr)> {
    let text = fs::read_to_string(ready).ok()?;
    let ready: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let first = |of: &str| {
        ready[of][0]
            .as_str()
            .expect("text")
            .parse()
            .expect("an address")
    };
    Some((first("dns"), first("http")))
}

/// The command `faketime` runs a program as a child, which could not be ended by its number.
fn library_that_sets_the_date() -> String {
    let output = Command::new("faketime")
        .args(["-f", "+0", "env"])
        .output()
        .expect("faketime starts");
    let environment = String::from_utf8_lossy(&output.stdout).into_owned();
    let found = environment
        .lines()
        .find_map(|line| line.strip_prefix("LD_PRELOAD="));
    found.expect("it says where its library is").to_owned()
}

/// A service on ports of the kernel's choice.
const ANYWHERE: [&str; 6] = [
    "name",
    "serve",
    "--dns",
    "127.0.0.1:0",
    "--http",
    "127.0.0.1:0",
];

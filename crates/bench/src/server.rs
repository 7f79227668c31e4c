//! The server of a benchmark: this very executable, in a process of its own.

use std::{
    fs, io, mem,
    net::SocketAddr,
    os::unix::process::{CommandExt as _, ExitStatusExt as _},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    time::Duration,
};

use history::ServeSummary;
use rustix::process::{Pid, Signal, kill_process, set_parent_process_death_signal};
use timing::{Clock, sleep_until};

use crate::{BenchError, Subject};

/// A server that accepts connections.
pub(crate) struct Server {
    child: Child,
    is_reaped: bool,
    pub(crate) address: SocketAddr,
    summary_file: PathBuf,
    stderr_file: PathBuf,
}

/// What a server cost and what it saw, once it has ended.
pub(crate) struct Ended {
    pub(crate) cpu_ns: u64,
    pub(crate) voluntary_switches: u64,
    pub(crate) involuntary_switches: u64,
    /// Absent when it was killed.
    pub(crate) summary: Option<ServeSummary>,
    /// How it ended, when that was not by our asking.
    pub(crate) fate: Option<String>,
}

/// What to start.
pub(crate) struct Order<'a> {
    pub(crate) program: &'a Path,
    pub(crate) service: &'a str,
    pub(crate) subject: &'a Subject,
    /// How long a request waits, where that is a matter of the service.
    pub(crate) task: Option<Duration>,
    /// Whether requests end with a line feed, against the service's custom.
    pub(crate) ends_lines: bool,
    /// How many connections and workers it may have; `None` for its own default.
    pub(crate) limit: Option<u64>,
    /// A folder for files between the two processes.
    pub(crate) scratch: &'a Path,
    /// Whether events are written to `events.jsonl` in the scratch folder.
    pub(crate) with_events: bool,
}

impl Order<'_> {
    /// The flags for so many connections and workers, as far as the model has such bounds.
    fn bounds(&self) -> Vec<String> {
        let flags = self.subject.bounds.iter();
        let bound = |n| flags.map(move |flag| format!("{flag}={n}")).collect();
        self.limit.map_or_else(Vec::new, bound)
    }
}

impl Server {
    /// Starts a server and waits until it accepts connections.
    ///
    /// # Errors
    /// When it cannot be started, or ends or dawdles before it is ready.
    pub(crate) fn start(order: &Order<'_>, clock: &dyn Clock) -> Result<Self, BenchError> {
        let files = ["ready.json", "summary.json", "events.jsonl", "stderr.txt"]
            .map(|name| order.scratch.join(name));
        for file in &files {
            let _ = fs::remove_file(file);
        }
        let [ready, summary_file, events, stderr] = files;
        let stderr_sink = fs::File::create(&stderr).map_err(BenchError::Scratch)?;
        let mut command = Command::new(order.program);
        command
            .args([
                "serve",
                order.service,
                "-m",
                &order.subject.name,
                "-p",
                "0",
                "-q",
                "--no-folder",
            ])
            .args(
                order
                    .task
                    .map(|task| format!("--task={}ms", task.as_secs_f64() * 1e3)),
            )
            .args(&order.subject.flags)
            .args(order.ends_lines.then_some("--terminator=lf"))
            .args(order.bounds())
            .arg("--ready-file")
            .arg(&ready)
            .arg("--summary-file")
            .arg(&summary_file)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(stderr_sink)
            // A ^C at the terminal is for the benchmark, which then ends the server.
            .process_group(0);
        if order.with_events {
            command.arg("--events-file").arg(&events);
        }
        // SAFETY: a single system call between fork and exec, which is async-signal-safe.
        unsafe {
            command.pre_exec(|| Ok(set_parent_process_death_signal(Some(Signal::TERM))?));
        }
        let child = command.spawn().map_err(|reason| BenchError::Start {
            program: order.program.to_owned(),
            reason,
        })?;
        let mut server = Self {
            child,
            is_reaped: false,
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            summary_file,
            stderr_file: stderr.clone(),
        };
        server.address = server.wait_ready(&ready, &stderr, &order.subject.model, clock)?;
        Ok(server)
    }

    /// The process's number.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    fn wait_ready(
        &mut self,
        ready: &Path,
        stderr: &Path,
        model: &str,
        clock: &dyn Clock,
    ) -> Result<SocketAddr, BenchError> {
        let not_ready = |reason: String| BenchError::NotReady {
            model: model.to_owned(),
            reason,
        };
        let until = clock.now() + READY_WITHIN;
        loop {
            if let Some(address) = ready_address(ready) {
                return Ok(address);
            }
            if let Ok(Some(status)) = self.child.try_wait() {
                self.is_reaped = true;
                let said = fs::read_to_string(stderr).unwrap_or_default();
                return Err(not_ready(format!(
                    "it ended with {status}: {}",
                    said.trim()
                )));
            }
            if until <= clock.now() {
                return Err(not_ready(format!("it was silent for {READY_WITHIN:?}")));
            }
            sleep_until(clock, clock.now() + LOOK_EVERY);
        }
    }

    /// Asks the server to stop, waits for its end, and reads what it cost: with the children that it
    /// reaped itself.
    ///
    /// # Errors
    /// When the system cannot tell.
    pub(crate) fn stop(mut self) -> Result<Ended, BenchError> {
        self.signal(Signal::INT);
        let (usage, status) = self.reap().map_err(BenchError::Scratch)?;
        let text = fs::read_to_string(&self.summary_file).ok();
        let micros = |time: libc::timeval| time.tv_sec as u64 * 1_000_000 + time.tv_usec as u64;
        Ok(Ended {
            cpu_ns: (micros(usage.ru_utime) + micros(usage.ru_stime)) * 1000,
            voluntary_switches: usage.ru_nvcsw as u64,
            involuntary_switches: usage.ru_nivcsw as u64,
            summary: text.and_then(|text| serde_json::from_str(&text).ok()),
            fate: self.fate(ExitStatus::from_raw(status)),
        })
    }

    /// The last that a server said that did not end well.
    fn fate(&self, status: ExitStatus) -> Option<String> {
        if status.success() {
            return None;
        }
        let said = fs::read_to_string(&self.stderr_file).unwrap_or_default();
        let last = said.lines().rfind(|line| !line.trim().is_empty());
        Some(match last {
            Some(last) => format!("the server ended with {status}: {}", last.trim()),
            None => format!("the server ended with {status}"),
        })
    }

    fn signal(&self, signal: Signal) {
        let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        if let Some(pid) = pid.filter(|_| !self.is_reaped) {
            let _ = kill_process(pid, signal);
        }
    }

    fn reap(&mut self) -> io::Result<(libc::rusage, libc::c_int)> {
        let pid = self.child.id() as libc::pid_t;
        // SAFETY: all-zero bytes are a valid `rusage`, which is made of integers.
        let mut usage: libc::rusage = unsafe { mem::zeroed() };
        let mut status = 0;
        loop {
            // SAFETY: both pointers are to live locals of the right type.
            let result = unsafe { libc::wait4(pid, &raw mut status, 0, &raw mut usage) };
            if result == pid {
                self.is_reaped = true;
                return Ok((usage, status));
            }
            let error = io::Error::last_os_error();
            if error.kind() != io::ErrorKind::Interrupted {
                return Err(error);
            }
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if !self.is_reaped {
            self.signal(Signal::KILL);
            let _ = self.reap();
        }
    }
}

fn ready_address(path: &Path) -> Option<SocketAddr> {
    let text = fs::read_to_string(path).ok()?;
    let ready: serde_json::Value = serde_json::from_str(&text).ok()?;
    ready.get("address")?.as_str()?.parse().ok()
}

const READY_WITHIN: Duration = Duration::from_secs(10);
const LOOK_EVERY: Duration = Duration::from_millis(1);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_given_those_bounds_only_that_its_model_has() {
        let check = |bounds: &[&'static str], limit, expected: &[&str]| {
            let subject = Subject {
                model: String::new(),
                name: String::new(),
                flags: Vec::new(),
                about: String::new(),
                at_once: None,
                bounds: bounds.to_vec(),
                refused: None,
            };
            let order = Order {
                program: Path::new("wharf"),
                service: "echo",
                subject: &subject,
                task: None,
                ends_lines: false,
                limit,
                scratch: Path::new("."),
                with_events: false,
            };
            assert_eq!(order.bounds(), expected);
        };
        let all = ["--max-connections", "--max-workers"];
        check(&all, None, &[]);
        check(&all, Some(9), &["--max-connections=9", "--max-workers=9"]);
        check(&all[..1], Some(9), &["--max-connections=9"]);
        check(&[], Some(9), &[]);
    }
}

//! The steps of `cargo xtask test`, in order; the first that fails ends the run.
//!
//! Doc tests run before the others, although cargo would run them last: so the closing lines are those
//! of a test program that really ran tests, and then comes the count over all of them.
//!
//! More tests run at once than there are processors: most of them wait, for processes and for time that
//! has to pass.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{ChildStdout, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::Duration;

use crate::EXIT_ENVIRONMENT;
use crate::tally::Tally;

/// One step: a command that a person can repeat.
struct Step {
    name: &'static str,
    /// Arguments of `cargo`.
    args: &'static [&'static str],
    /// Whether its output holds test results.
    has_tests: bool,
}

/// Runs the steps in `root` and returns the exit status: 0, or that of the step that failed.
/// The last line of stdout is the count of the tests, if a step with tests was reached.
pub fn run(root: &Path) -> u8 {
    let mut tally = Tally::default();
    let mut has_tests = false;
    for (index, step) in STEPS.iter().enumerate() {
        has_tests |= step.has_tests;
        let command = format!("cargo {}", step.args.join(" "));
        println!(
            "== step {} of {}, {}: {command}",
            index + 1,
            STEPS.len(),
            step.name
        );
        let status = match run_step(root, step, &mut tally) {
            Ok(status) => exit_status(status),
            Err(error) => {
                eprintln!("error: `{command}` could not be run: {error}");
                EXIT_ENVIRONMENT
            }
        };
        if status != 0 {
            eprintln!(
                "error: the step `{}` failed (exit status {status}); run it alone: {command}",
                step.name
            );
            if step.has_tests && tally.failed_count == 0 {
                eprintln!(
                    "no test failed: something did not compile, or a test program died (see above)"
                );
            }
            if has_tests {
                println!("{tally}");
            }
            return status;
        }
    }
    println!("{tally}");
    0
}

fn run_step(root: &Path, step: &Step, tally: &mut Tally) -> std::io::Result<ExitStatus> {
    let mut command = Command::new("cargo");
    command.args(step.args).current_dir(root);
    if !step.has_tests {
        return command.status();
    }
    if std::env::var_os(TEST_THREADS).is_none() {
        let processors = thread::available_parallelism().map_or(1, usize::from);
        command.env(TEST_THREADS, (processors + MORE_TESTS).to_string());
    }
    let mut child = command.stdout(Stdio::piped()).spawn()?;
    let stdout = child.stdout.take().expect("stdout was asked to be a pipe");
    let counted = copy_and_count(stdout);
    let status = child.wait()?;
    tally.add(counted.finish());
    Ok(status)
}

/// Output on its way to our stdout, and the count of what has passed.
struct Counted {
    tally: Arc<Mutex<Tally>>,
    ended: mpsc::Receiver<()>,
}

impl Counted {
    /// Waits for the end of the output, but not for ever: a program that a test has started and left
    /// behind may hold the pipe open after cargo has ended.
    fn finish(self) -> Tally {
        // Either way, what has been counted so far is the answer.
        let _ = self.ended.recv_timeout(GRACE);
        *self
            .tally
            .lock()
            .expect("the copying thread does not panic while it counts")
    }
}

/// Copies lines to our stdout as they come and counts the test results among them.
fn copy_and_count(stdout: ChildStdout) -> Counted {
    let tally = Arc::new(Mutex::new(Tally::default()));
    let shared = Arc::clone(&tally);
    let (end, ended) = mpsc::channel();
    thread::spawn(move || {
        let mut reader = BufReader::new(stdout);
        let mut line = Vec::new();
        // Bytes and not characters: a test may print anything.
        while reader
            .read_until(b'\n', &mut line)
            .is_ok_and(|count| count > 0)
        {
            // When nobody reads our stdout any more, the count still matters.
            let mut out = std::io::stdout().lock();
            let _ = out.write_all(&line).and_then(|()| out.flush());
            drop(out);
            let text = String::from_utf8_lossy(&line);
            shared
                .lock()
                .expect("the waiting thread does not panic while it reads")
                .add_line(&text);
            line.clear();
        }
        let _ = end.send(());
    });
    Counted { tally, ended }
}

/// The status as a shell would show it: 128 + the signal for a program that was killed.
fn exit_status(status: ExitStatus) -> u8 {
    let code = status
        .code()
        .or_else(|| status.signal().map(|signal| 128 + signal));
    code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1)
}

const STEPS: &[Step] = &[
    Step {
        name: "format",
        args: &["fmt", "--all", "--check"],
        has_tests: false,
    },
    Step {
        name: "lints",
        args: &[
            "clippy",
            "--workspace",
            "--all-targets",
            "--locked",
            "--",
            "-D",
            "warnings",
        ],
        has_tests: false,
    },
    Step {
        name: "doc tests",
        args: &["test", "--workspace", "--locked", "--no-fail-fast", "--doc"],
        has_tests: true,
    },
    Step {
        name: "tests",
        args: &[
            "test",
            "--workspace",
            "--locked",
            "--no-fail-fast",
            "--tests",
        ],
        has_tests: true,
    },
];

/// By this the standard test harness is told how many tests to run at once.
const TEST_THREADS: &str = "RUST_TEST_THREADS";
/// How many more than there are processors.
const MORE_TESTS: usize = 2;

/// How long to wait for the rest of the output after cargo has ended.
const GRACE: Duration = Duration::from_secs(5);

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(wait_status: i32, expected: u8) {
        assert_eq!(exit_status(ExitStatus::from_raw(wait_status)), expected);
    }

    #[test]
    fn an_exit_status_is_passed_on() {
        check(0, 0);
        check(101 << 8, 101);
    }

    #[test]
    fn a_signal_is_shown_as_a_shell_shows_it() {
        check(9, 137);
    }

    #[test]
    fn the_last_step_runs_tests() {
        assert!(
            STEPS
                .last()
                .is_some_and(|step| step.has_tests && !step.args.contains(&"--doc"))
        );
    }
}

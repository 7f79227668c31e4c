//! This program again, as a child that may be killed.

use std::{
    io::{BufRead, BufReader, Lines},
    path::Path,
    process::{Child, ChildStdout, Command, Stdio},
};

/// A child, which is killed when it is dropped.
pub struct Part {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Part {
    /// Starts the test of that name, which is no test but a part to be played, in a folder.
    pub fn play(part: &str, folder: &Path) -> Self {
        // The shell is there to have the signal of a file that grows too large ignored from the beginning.
        let mut child = Command::new("sh")
            .args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\""])
            .arg(std::env::current_exe().expect("this program"))
            .args(["--exact", part, "--nocapture", "--ignored"])
            .env(FOLDER, folder)
            .stdout(Stdio::piped())
            .spawn()
            .expect("this program starts");
        let stdout = child.stdout.take().expect("a pipe");
        Self {
            child,
            lines: BufReader::new(stdout).lines(),
        }
    }

    /// What it says, line by line, without what the harness says.
    pub fn said(&mut self) -> impl Iterator<Item = String> {
        self.lines
            .by_ref()
            .map(|line| line.expect("text"))
            .filter_map(|line| line.strip_prefix(MARK).map(str::to_owned))
    }

    /// Kills it (SIGKILL); what it said before can still be read.
    pub fn kill(&mut self) {
        self.child.kill().expect("it can be killed");
        self.child.wait().expect("it has ended");
    }

    /// Waits for its own end; whether it was content.
    pub fn end(mut self) -> bool {
        for _ in self.said() {}
        self.child.wait().expect("it has ended").success()
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// In the child: the folder it works in. None where a person runs what is no test.
pub fn folder() -> Option<std::path::PathBuf> {
    std::env::var_os(FOLDER).map(Into::into)
}

/// In the child: says a line, at once.
pub fn say(line: &str) {
    println!("{MARK}{line}");
}

const FOLDER: &str = "NAMESERVER_TEST_FOLDER";

/// What it says begins with this; the test harness says things too, also at the beginning of a line.
const MARK: &str = "said: ";

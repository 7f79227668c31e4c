//! A server and its clients, started with the lab's own flags.

use std::net::SocketAddr;

use history::Summary;

use crate::{
    interop::programs::{Ended, Program, interrupt, is_valid_or_late},
    support::{Ran, wharf},
};

/// `wharf` in the place of one of the lab's scripts.
pub struct Script {
    program: Program,
    runs: tempfile::TempDir,
}

impl Script {
    /// Starts the server, with a port of the kernel's choice in the place of 55000 to 55002.
    #[track_caller]
    pub fn serve(mode: &str) -> Self {
        Self::start(&format!(
            "serve timestamps --port 0 --concurrency-mode {mode} --verbose"
        ))
    }

    /// Starts a client; `PORT` stands for the server's port.
    #[track_caller]
    pub fn load(flags: &str, port: u16) -> Self {
        Self::start(&format!("load timestamps {flags}").replace("PORT", &port.to_string()))
    }

    #[track_caller]
    fn start(words: &str) -> Self {
        let runs = tempfile::tempdir().expect("a temporary folder");
        let program = Program::start(wharf(&runs).args(words.split_whitespace()));
        Self { program, runs }
    }

    pub fn pid(&self) -> u32 {
        self.program.pid()
    }

    /// Where the server listens, as it says itself.
    #[track_caller]
    pub fn address(&mut self) -> SocketAddr {
        self.program.address()
    }

    /// Waits for the client's end, which must be a good one. That it was late is no fault of it: the
    /// tests share the processor.
    #[track_caller]
    pub fn finish(self) -> Done {
        let done = self.wait();
        assert!(
            is_valid_or_late(done.status, &done.summary),
            "{}",
            done.stdout
        );
        done
    }

    /// Presses ^C at the server and waits for its end, which must be a good one.
    #[track_caller]
    pub fn stop(self) -> Done {
        interrupt(&self.program);
        let done = self.wait();
        assert_eq!(done.status, Some(0), "{}", done.stdout);
        done
    }

    #[track_caller]
    fn wait(self) -> Done {
        let Ended {
            status,
            stdout,
            stderr,
        } = self.program.wait();
        let ran = Ran {
            status,
            stdout,
            stderr,
            runs: self.runs,
        };
        let summary = ran.summary();
        Done {
            status: ran.status,
            stdout: ran.stdout,
            summary,
        }
    }
}

/// A server or a client that has ended.
pub struct Done {
    pub status: Option<i32>,
    pub stdout: String,
    pub summary: Summary,
}

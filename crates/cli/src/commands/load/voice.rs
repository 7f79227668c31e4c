//! What a load run prints as it goes: the lines of the course's clients, word for word.

use std::net::SocketAddr;

use machine::Answer;

use crate::{args::LoadArgs, say};

/// Whose words are used; nobody's without `--verbose`.
pub enum Voice {
    /// Prints nothing.
    Silent,
    /// Assignment 2's client.
    Workers,
    /// The client of the mean, with the number it was given.
    Mean {
        /// `--number`; without it the worker's own.
        number: Option<u32>,
    },
}

impl Voice {
    /// The words for a service. The client of the mean speaks without being asked to when there is
    /// just one of it.
    pub fn of(service: &str, args: &LoadArgs) -> Self {
        let is_mean = service == "mean";
        match args.verbose || (is_mean && args.workers == 1) {
            true if is_mean => Self::Mean {
                number: args.number,
            },
            true => Self::Workers,
            false => Self::Silent,
        }
    }

    pub(super) fn start(&self, workers: u32, target: SocketAddr) {
        match self {
            Self::Silent => {}
            Self::Workers => say(&format!(
                "Starting {workers} threads connecting to {target}..."
            )),
            Self::Mean { .. } => (0..workers).for_each(|worker| {
                let (ip, port) = (target.ip(), target.port());
                self.say_as(worker, &format!("connecting to ('{ip}', {port})"));
            }),
        }
    }

    pub(super) fn note(&self, worker: u32, text: &str) {
        match self {
            Self::Silent => {}
            Self::Workers => say(&format!(
                "[Worker {}] Connected. Server says: {}",
                worker + 1,
                text.escape_debug()
            )),
            Self::Mean { .. } => self.say_as(worker, text),
        }
    }

    pub(super) fn sending(&self, worker: u32, bytes: &[u8]) {
        if matches!(self, Self::Workers) {
            let text = String::from_utf8_lossy(bytes);
            let shown: String = text.trim_end().chars().take(SHOWN_CHARS).collect();
            say(&format!(
                "[Worker {}] Sending: {}",
                worker + 1,
                shown.escape_debug()
            ));
        }
    }

    pub(super) fn answer(&self, worker: u32, answer: &Answer) {
        if let (Self::Mean { .. }, Answer::Right { text, .. }) = (self, answer) {
            self.say_as(worker, &format!("mean_data {text}"));
        }
    }

    pub(super) fn worker_done(&self, worker: u32) {
        if matches!(self, Self::Workers) {
            say(&format!(
                "[Worker {}] Task completed and connection closed.",
                worker + 1
            ));
        }
    }

    pub(super) fn all_done(&self) {
        if matches!(self, Self::Workers) {
            say("All workers have finished.");
        }
    }

    fn say_as(&self, worker: u32, text: &str) {
        let number = match self {
            Self::Mean {
                number: Some(number),
            } => number + worker,
            _ => worker + 1,
        };
        say(&format!("Client {number}: {text}"));
    }
}

/// One call a line, so that lines of two workers are never mixed.
fn say(line: &str) {
    say::result(&format!("{line}\n"));
}

const SHOWN_CHARS: usize = 1000;

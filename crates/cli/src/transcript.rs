//! What a server prints while it serves: the lines of the classic lab programs, word for word.

mod lines;

use std::net::SocketAddr;

use history::{Event, EventKind};
use run::Observer;

pub use lines::Wording;

use crate::say;

/// Prints the events of a server to standard output, a whole line at a time. A closed or full standard
/// output silences it, and the service goes on.
pub struct Transcript {
    wording: Wording,
    is_verbose: bool,
}

impl Transcript {
    /// The transcript of a service, in its course's words.
    pub const fn new(wording: Wording, is_verbose: bool) -> Self {
        Self {
            wording,
            is_verbose,
        }
    }

    /// Says that connections are accepted.
    pub fn ready(&self, address: SocketAddr) {
        print_lines(&self.wording.ready(address));
    }

    /// Says that a stop was asked for.
    pub fn terminating(&self) {
        print_lines(&self.wording.terminating());
    }
}

impl Observer for Transcript {
    fn watches(&self) -> bool {
        true
    }

    fn wants_text(&self) -> bool {
        self.is_verbose || self.wording.always_shows_text()
    }

    fn on_event(&self, event: &Event) {
        let lines = match &event.kind {
            EventKind::Received { .. } | EventKind::Note { .. } if !self.wants_text() => return,
            _ => self.wording.event(event),
        };
        print_lines(&lines);
    }
}

/// One call for all lines, so that lines of two workers are never mixed.
fn print_lines(lines: &str) {
    if !lines.is_empty() {
        say::result(lines);
    }
}

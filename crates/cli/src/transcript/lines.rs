//! The wording of each course's server.

use std::{net::SocketAddr, process};

use history::{Event, EventKind};

/// Whose words are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wording {
    /// Assignment 2's iterative server.
    Iterative,
    /// Assignment 2's concurrent server.
    Concurrent,
    /// The server of the mean.
    Mean,
    /// Experiment 3's server.
    Hello,
}

impl Wording {
    /// The words for a service under a model.
    pub fn of(service: &str, is_iterative: bool) -> Self {
        match (service, is_iterative) {
            ("mean", _) => Self::Mean,
            ("hello", _) => Self::Hello,
            (_, true) => Self::Iterative,
            (_, false) => Self::Concurrent,
        }
    }

    /// Whether this course's server shows what clients send without being asked to.
    pub const fn always_shows_text(self) -> bool {
        matches!(self, Self::Mean | Self::Hello)
    }

    pub(super) fn ready(self, address: SocketAddr) -> String {
        match self {
            Self::Iterative => "The server is ready.\n".to_owned(),
            Self::Concurrent => format!(
                "The concurrent TCP server is ready to receive (PID = {})\n",
                process::id()
            ),
            Self::Mean => format!("Server: listening on {address}\n"),
            Self::Hello => String::new(),
        }
    }

    pub(super) fn terminating(self) -> String {
        match self {
            Self::Mean => "\nServer: stopped\n".to_owned(),
            _ => "\nThe server is terminating\n".to_owned(),
        }
    }

    pub(super) fn event(self, event: &Event) -> String {
        let lines = match self {
            Self::Iterative => iterative(event),
            Self::Concurrent => concurrent(event),
            Self::Mean => mean(event),
            Self::Hello => hello(event),
        };
        lines.unwrap_or_default()
    }
}

fn iterative(event: &Event) -> Option<String> {
    let peer = event.peer;
    Some(match &event.kind {
        EventKind::Opened { .. } => format!("[+] New connection from {peer}\n"),
        EventKind::Closed { .. } => format!("[+] Closing connection from {peer}\n"),
        _ => return sentence(event),
    })
}

fn concurrent(event: &Event) -> Option<String> {
    let (peer, pid) = (event.peer, event.pid);
    Some(match &event.kind {
        EventKind::Opened { thread, parent_pid } => format!(
            "[+] New server socket worker spawned for client {peer}\n\
             Thread ID: {thread} - PID: {pid} - PPID: {parent_pid}\n"
        ),
        EventKind::Closed { .. } => format!("[x] Connection closed for {peer}\n"),
        _ => return sentence(event),
    })
}

fn sentence(event: &Event) -> Option<String> {
    let peer = event.peer;
    match &event.kind {
        EventKind::Received { text, .. } => Some(format!(
            "Sentence \"{}\" received from {peer}\n",
            shown(text)
        )),
        EventKind::TurnedAway { limit } => Some(format!(
            "[!] Connection from {peer} turned away: limit of {limit}\n"
        )),
        _ => None,
    }
}

fn mean(event: &Event) -> Option<String> {
    let peer = python_peer(event.peer);
    Some(match &event.kind {
        EventKind::Opened { .. } => format!("Server: got connection from client {peer}\n"),
        EventKind::Note { text } => match text.split_once(", ") {
            Some((said, rest)) if said.starts_with("received") => format!(
                "Server: {said} from {peer}, {rest}\nServer: waiting for ready message from {peer}\n"
            ),
            Some((said, rest)) => format!("Server: {said} from {peer}, {rest}\n"),
            None => format!("Server: {text}\n"),
        },
        EventKind::TurnedAway { limit } => {
            format!("Server: turned {peer} away: limit of {limit}\n")
        }
        _ => return None,
    })
}

fn hello(event: &Event) -> Option<String> {
    Some(match &event.kind {
        EventKind::Opened { .. } => format!("Connection from {}\n", python_peer(event.peer)),
        EventKind::Received { text, .. } => format!("Received: {}\n", shown(text)),
        EventKind::TurnedAway { limit } => {
            format!(
                "Turned {} away: limit of {limit}\n",
                python_peer(event.peer)
            )
        }
        _ => return None,
    })
}

/// An address as Python prints the pair.
fn python_peer(peer: SocketAddr) -> String {
    format!("('{}', {})", peer.ip(), peer.port())
}

/// Text from outside, without what could drive a terminal, and not without end.
fn shown(text: &str) -> String {
    let mut shown: String = text
        .chars()
        .take(SHOWN_CHARS)
        .flat_map(|char| match char.is_control() {
            true => char.escape_default().collect::<Vec<_>>(),
            false => vec![char],
        })
        .collect();
    if text.chars().count() > SHOWN_CHARS {
        shown.push('…');
    }
    shown
}

const SHOWN_CHARS: usize = 1000;

#[cfg(test)]
mod tests {
    use super::*;

    fn event(kind: EventKind) -> Event {
        Event {
            at_ns: 0,
            connection: 0,
            peer: "127.0.0.1:58177".parse().expect("an address"),
            pid: 95_296,
            kind,
        }
    }

    #[track_caller]
    fn check(wording: Wording, kind: EventKind, expected: &str) {
        assert_eq!(wording.event(&event(kind)), expected);
    }

    #[test]
    fn the_concurrent_server_speaks_as_in_the_lab() {
        check(
            Wording::Concurrent,
            EventKind::Opened {
                thread: 14_714_972,
                parent_pid: 94_794,
            },
            "[+] New server socket worker spawned for client 127.0.0.1:58177\n\
             Thread ID: 14714972 - PID: 95296 - PPID: 94794\n",
        );
    }

    #[test]
    fn what_a_client_sends_cannot_drive_the_terminal() {
        check(
            Wording::Iterative,
            EventKind::Received {
                bytes: 5,
                text: "a\u{1b}[2J".to_owned(),
            },
            "Sentence \"a\\u{1b}[2J\" received from 127.0.0.1:58177\n",
        );
    }

    #[test]
    fn the_mean_speaks_as_in_the_lab() {
        check(
            Wording::Mean,
            EventKind::Note {
                text: "received 2, new mean_data 2.0".to_owned(),
            },
            "Server: received 2 from ('127.0.0.1', 58177), new mean_data 2.0\n\
             Server: waiting for ready message from ('127.0.0.1', 58177)\n",
        );
    }
}

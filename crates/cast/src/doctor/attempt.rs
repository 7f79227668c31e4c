//! What happened when it was tried, as data.

use std::{fmt, io, net::IpAddr};

use super::Bindings;

/// What happened when it was tried.
#[derive(Clone, Debug, Default)]
pub struct Probes {
    /// As the question asks: on its interface, or where the routing table leads.
    pub asked: Trial,
    /// Groups only: on each interface that is up, named by the programs.
    pub named: Vec<Trial>,
    /// As asked, at the target's own port.
    pub at_port: AtPort,
    /// Binding the target's port.
    pub bindings: Bindings,
}

/// What happened to a datagram to the target's own port, which a packet filter may treat unlike others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AtPort {
    /// Sending.
    pub send: Outcome,
    /// Receiving what was sent.
    pub receive: Outcome,
    /// Why it was not tried, or who has got the datagram, too; may be empty.
    pub note: String,
}

impl AtPort {
    /// Whether nothing failed.
    pub fn is_good(&self) -> bool {
        self.send.is_good() && self.receive.is_good()
    }

    /// The step that went worst.
    pub fn worst(&self) -> Outcome {
        match self.send {
            Outcome::Done => self.receive,
            send => send,
        }
    }
}

/// What happened to a datagram and to the sockets of both sides.
#[derive(Clone, Debug, Default)]
pub struct Trial {
    /// The interface that was named; none if it was left to the routing table.
    pub interface: Option<String>,
    /// Joining the group.
    pub join: Outcome,
    /// Sending to the address without the permission to broadcast (`SO_BROADCAST`).
    pub unpermitted: Outcome,
    /// Sending; of what may not leave this machine, as far as that can be tried without a datagram.
    pub send: Outcome,
    /// Receiving what was sent.
    pub receive: Outcome,
    /// The source address that the receiver saw.
    pub from: Option<IpAddr>,
    /// Receiving it with a socket that is bound to all addresses and has joined nothing.
    pub bystander: Outcome,
}

/// How one step went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Outcome {
    /// It was not tried.
    #[default]
    Untried,
    /// It succeeded.
    Done,
    /// Nothing came in half a second.
    Silent,
    /// The kernel refused, with that error number.
    Failed(i32),
}

impl Trial {
    /// Whether nothing failed and what was sent arrived, or could not be tried.
    pub fn is_good(&self) -> bool {
        self.join.is_good() && self.send == Outcome::Done && self.receive.is_good()
    }

    /// The step that went worst.
    pub fn worst(&self) -> Outcome {
        let steps = [self.join, self.send, self.receive];
        let wrong = steps.iter().find(|step| !step.is_good());
        wrong.copied().unwrap_or(self.send)
    }

    /// What went wrong, for people; empty if nothing did.
    pub fn troubles(&self) -> String {
        let steps = [
            ("joining", self.join),
            ("sending", self.send),
            ("receiving", self.receive),
        ];
        let steps = steps.iter();
        let wrong = steps.filter(|(_, is)| !is.is_good());
        let words: Vec<String> = wrong.map(|(step, is)| format!("{step}: {is}")).collect();
        words.join("; ")
    }
}

impl Outcome {
    /// Whether it did not fail.
    pub fn is_good(self) -> bool {
        matches!(self, Self::Untried | Self::Done)
    }
}

impl From<io::Result<()>> for Outcome {
    fn from(result: io::Result<()>) -> Self {
        match result {
            Ok(()) => Self::Done,
            Err(error) => match error.kind() {
                io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => Self::Silent,
                _ => Self::Failed(error.raw_os_error().unwrap_or(libc::EIO)),
            },
        }
    }
}

/// For people: `Network is unreachable`.
impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Untried => f.write_str("not tried"),
            Self::Done => f.write_str("works"),
            Self::Silent => f.write_str("nothing came within half a second"),
            Self::Failed(number) => {
                let text = io::Error::from_raw_os_error(*number).to_string();
                f.write_str(text.split(" (os error").next().unwrap_or(&text))
            }
        }
    }
}

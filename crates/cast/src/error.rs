//! Why datagrams cannot be sent or received, each with what to do about it.

use std::{io, net::SocketAddr};

use crate::{InterfaceError, PayloadError};

/// Why datagrams cannot be sent or received.
#[derive(Debug, thiserror::Error)]
pub enum CastError {
    /// An interface that was asked for is not there.
    #[error(transparent)]
    Interface(#[from] InterfaceError),
    /// What was to be sent does not fit.
    #[error(transparent)]
    Payload(#[from] PayloadError),
    /// An address that is not of the kind that the cast needs.
    #[error("`{address}` is no {expected}; write {example}")]
    Address {
        /// What was given.
        address: String,
        /// What kind it should be.
        expected: &'static str,
        /// One that is.
        example: &'static str,
    },
    /// Settings that do not go together.
    #[error("{what}; {instead}")]
    Settings {
        /// What does not.
        what: String,
        /// What to give.
        instead: &'static str,
    },
    /// The interface has no address of the family that is needed.
    #[error("interface `{interface}` has no {missing}; choose another with --interface ({there})")]
    NoAddress {
        /// Its name.
        interface: String,
        /// What it has not.
        missing: &'static str,
        /// Interfaces that have it.
        there: String,
    },
    /// No interface does for the group.
    #[error(
        "no interface for {group}: the routing table names none{}",
        match group.is_ipv4() {
            true => ", and there is no loopback that is up; bring it up (`ip link set lo up`) or choose one with \
                     --interface",
            false => ", and Linux carries no IPv6 groups on a loopback; choose another with --interface, or use an \
                      IPv4 group",
        }
    )]
    NoInterface {
        /// The group.
        group: SocketAddr,
    },
    /// A socket could not be set up.
    #[error("cannot {what}: {reason}{}", hint(.reason))]
    Prepare {
        /// What for.
        what: String,
        /// What the system said.
        reason: io::Error,
    },
    /// An address could not be bound.
    #[error("cannot receive on {address}: {reason}{hint}")]
    Bind {
        /// Which.
        address: SocketAddr,
        /// What the system said.
        reason: io::Error,
        /// What to do, with its own punctuation.
        hint: &'static str,
    },
    /// A datagram could not be sent.
    #[error("cannot send to {to}: {reason}{}", hint(.reason))]
    Send {
        /// Where to.
        to: SocketAddr,
        /// What the system said.
        reason: io::Error,
    },
    /// Nothing more can be received.
    #[error("cannot receive: {reason}{}", hint(.reason))]
    Receive {
        /// What the system said.
        reason: io::Error,
    },
}

impl CastError {
    /// A failure to set something up.
    pub(crate) fn prepare(what: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let what = what.into();
        |reason| Self::Prepare { what, reason }
    }
}

/// What to do about an error of the system, with its own punctuation.
pub(crate) fn hint(reason: &io::Error) -> &'static str {
    match reason.raw_os_error() {
        Some(libc::ENETUNREACH | libc::EHOSTUNREACH) => {
            "; the routing table has no way there: choose an interface with --interface (lo always does), or \
             ask `wharf cast doctor`"
        }
        Some(libc::ENODEV) => {
            "; no interface does for it: choose one with --interface (lo always does), or ask `wharf cast \
             doctor`"
        }
        Some(libc::EADDRNOTAVAIL) => {
            "; this machine or that interface does not have the address: `wharf cast doctor` lists what there is"
        }
        Some(libc::EACCES | libc::EPERM) => {
            "; the system forbids it: a packet filter, a container's rules, or a broadcast address that was \
             given with --unicast (use --broadcast); ask `wharf cast doctor`"
        }
        Some(libc::EMSGSIZE) => {
            "; it is longer than that way carries in one datagram: send it in pieces"
        }
        Some(libc::ENOBUFS | libc::ENOMEM) => {
            "; the interface's queue or the system's memory is full: send more slowly (--rate); where it is \
             about joining, this program has joined too many groups (net.ipv4.igmp_max_memberships)"
        }
        Some(libc::ECONNREFUSED) => {
            "; nobody receives there, and an earlier datagram is lost: start the receiver first (`wharf cast \
             recv`), or ask `wharf cast doctor`"
        }
        Some(libc::EINVAL) => {
            "; that interface and that address do not go together: ask `wharf cast doctor`"
        }
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_system_says_is_followed_by_what_to_do() {
        for (number, expected) in [
            (libc::ENETUNREACH, "--interface"),
            (libc::ENODEV, "--interface"),
            (libc::EACCES, "--broadcast"),
            (libc::EMSGSIZE, "in pieces"),
            (libc::ENOBUFS, "--rate"),
            (libc::ECONNREFUSED, "nobody receives there"),
        ] {
            let error = CastError::Send {
                to: "224.1.1.1:5007".parse().expect("an address"),
                reason: io::Error::from_raw_os_error(number),
            };
            let text = error.to_string();
            assert!(
                text.contains("224.1.1.1:5007") && text.contains(expected),
                "{text}"
            );
        }
    }
}

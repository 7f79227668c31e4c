//! Why datagrams cannot be sent or received, each with what to do about it.

use std::{io, net::SocketAddr};

use crate::{InterfaceError, PayloadError, ipv6};

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
    #[error("interface `{interface}` has no {missing}; {}", others(.there))]
    NoAddress {
        /// Its name.
        interface: String,
        /// What it has not.
        missing: &'static str,
        /// Interfaces that have it.
        there: String,
    },
    /// The interface is down.
    #[error(
        "interface `{interface}` is down; bring it up (`ip link set {interface} up`), or choose another with --interface"
    )]
    Down {
        /// Its name.
        interface: String,
    },
    /// IPv6 is switched off on the interface.
    #[error("{}; {}, or use IPv4", ipv6::seen(.interface), ipv6::remedy())]
    Ipv6Off {
        /// Its name.
        interface: String,
    },
    /// A loopback does not carry IPv6 groups; it was tried.
    #[error("{}; {}", ipv6::uncarried(.interface, .troubles), ipv6::loopback_remedy(.interface))]
    Uncarried {
        /// Its name.
        interface: String,
        /// What went wrong.
        troubles: String,
    },
    /// No interface does for the group.
    #[error(
        "no interface for {group}: the routing table names none, and there is no loopback that is up; bring it up \
         (`ip link set lo up`) or choose one with --interface"
    )]
    NoInterface {
        /// The group.
        group: SocketAddr,
    },
    /// A socket could not be set up.
    #[error("cannot {what}: {reason}{}", hint(.reason, DOCTOR))]
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
    #[error("cannot send to {to}: {reason}{}", hint(.reason, &format!("{DOCTOR} --{cast} {to}")))]
    Send {
        /// By which cast.
        cast: &'static str,
        /// Where to.
        to: SocketAddr,
        /// What the system said.
        reason: io::Error,
    },
    /// A group cannot promise what its settings say.
    #[error(transparent)]
    Group(#[from] group::SettingsError),
    /// Nothing more can be received.
    #[error("cannot receive: {reason}{}", hint(.reason, DOCTOR))]
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

/// What to choose in its place, of those there are.
fn others(there: &str) -> String {
    match there.is_empty() {
        true => "no other interface has one either (`ip addr` shows those there are)".to_owned(),
        false => format!("choose another with --interface ({there})"),
    }
}

/// What to do about an error of the system, with its own punctuation, and how to ask the doctor.
fn hint(reason: &io::Error, doctor: &str) -> String {
    let ask = format!("ask `{doctor}`");
    match reason.raw_os_error() {
        Some(libc::ENETUNREACH | libc::EHOSTUNREACH) => format!(
            "; the routing table has no way there, or the interface is down: choose one that is up with --interface \
             (`ip link set lo up` brings the loopback up), or {ask}"
        ),
        Some(libc::ENODEV) => format!(
            "; no interface does for it: choose one that is up with --interface, or {ask}"
        ),
        Some(libc::EADDRNOTAVAIL) => format!(
            "; this machine or that interface does not have the address, or IPv6 is off there (disable_ipv6): {ask}"
        ),
        Some(libc::EACCES) => format!(
            "; the system forbids it: a route of the type `prohibit`, a container's rules, or a broadcast address \
             that was given with --unicast (use --broadcast); {ask}"
        ),
        Some(libc::EPERM) => format!(
            "; a packet filter of this machine refuses it (`nft list ruleset`, `iptables -S`), or a container's \
             rules do; {ask}"
        ),
        Some(libc::EMSGSIZE) => {
            "; it is longer than that way carries in one datagram: send it in pieces".to_owned()
        }
        Some(libc::ENOBUFS | libc::ENOMEM) => {
            "; the interface's queue or the system's memory is full: send more slowly (--rate); where it is \
             about joining, this program has joined too many groups (net.ipv4.igmp_max_memberships)"
                .to_owned()
        }
        Some(libc::ECONNREFUSED) => format!(
            "; nobody receives there, and an earlier datagram is lost: start the receiver first (`wharf cast \
             recv`), or {ask}"
        ),
        Some(libc::EINVAL) => {
            format!("; that interface and that address do not go together, or a route of the type `blackhole` is in the way: {ask}")
        }
        _ => String::new(),
    }
}

/// The command that says why.
const DOCTOR: &str = "wharf cast doctor";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_system_says_is_followed_by_what_to_do() {
        for (number, expected) in [
            (libc::ENETUNREACH, "--interface"),
            (libc::ENODEV, "--interface"),
            (libc::EACCES, "--broadcast"),
            (libc::EPERM, "packet filter"),
            (
                libc::ENETUNREACH,
                "`wharf cast doctor --multicast 224.1.1.1:5007`",
            ),
            (libc::EMSGSIZE, "in pieces"),
            (libc::ENOBUFS, "--rate"),
            (libc::ECONNREFUSED, "nobody receives there"),
        ] {
            let error = CastError::Send {
                cast: "multicast",
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

    #[test]
    fn no_other_interface_is_offered_where_there_is_none() {
        let mut error = CastError::NoAddress {
            interface: "lo".to_owned(),
            missing: "IPv6 address",
            there: String::new(),
        };
        let text = error.to_string();
        assert!(text.contains("no other") && !text.contains("()"), "{text}");
        if let CastError::NoAddress { there, .. } = &mut error {
            *there = "eth0".to_owned();
        }
        assert!(error.to_string().ends_with("(eth0)"), "{error}");
    }
}

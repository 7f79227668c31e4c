//! Whether the target's port can be bound, and on which terms.

use std::{
    io,
    net::{Ipv4Addr, Ipv6Addr, SocketAddr},
};

use socket2::{Domain, Socket, Type};

use super::{Facts, Outcome, Target};

/// How binding the target's port went, for each way to share it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bindings {
    /// Without sharing.
    pub alone: Outcome,
    /// With `SO_REUSEADDR`.
    pub reuse_address: Outcome,
    /// With `SO_REUSEPORT`.
    pub reuse_port: Outcome,
    /// With both.
    pub both: Outcome,
}

/// How those who have a port share it with others of their kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sharing {
    /// By `SO_REUSEADDR`: unicast goes to the one bound last.
    Address,
    /// By `SO_REUSEPORT`: unicast goes to one of them, chosen by where it comes from.
    Port,
    /// By both.
    Both,
    /// Not at all, or that is not known.
    No,
}

impl Bindings {
    /// Binds the port in each way, and leaves it at once. The ways that share are tried only if somebody has
    /// the port: until it is left again, a datagram to one could go to it.
    pub(super) fn try_out(target: &Target, facts: &Facts) -> Self {
        let alone = bind(target, false, false);
        if facts.sockets.is_empty() && alone == Outcome::Done {
            return Self {
                alone,
                ..Self::default()
            };
        }
        Self {
            alone,
            reuse_address: bind(target, true, false),
            reuse_port: bind(target, false, true),
            both: bind(target, true, true),
        }
    }

    /// How those who have the port share it.
    pub fn sharing(&self) -> Sharing {
        match (self.reuse_address, self.reuse_port) {
            (Outcome::Done, Outcome::Done) => Sharing::Both,
            (Outcome::Done, _) => Sharing::Address,
            (_, Outcome::Done) => Sharing::Port,
            _ => Sharing::No,
        }
    }
}

fn bind(target: &Target, reuse_address: bool, reuse_port: bool) -> Outcome {
    let address = target.address();
    let all: SocketAddr = match address {
        SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, address.port()).into(),
        SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, address.port()).into(),
    };
    let bound = || -> io::Result<()> {
        let socket = Socket::new(Domain::for_address(all), Type::DGRAM, None)?;
        if reuse_address {
            socket.set_reuse_address(true)?;
        }
        if reuse_port {
            socket.set_reuse_port(true)?;
        }
        socket.bind(&all.into())
    };
    bound().into()
}

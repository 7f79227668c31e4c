//! What the doctor is asked.

use std::{
    fmt,
    net::{IpAddr, SocketAddr, SocketAddrV4},
};

use crate::Interface;

/// What the doctor is asked: whether datagrams to that get through, sent and joined in that way.
#[derive(Clone, Debug)]
pub struct Question {
    /// Where to.
    pub target: Target,
    /// The interface that programs name; none if they leave it to the routing table.
    pub interface: Option<Interface>,
    /// How many routers may pass datagrams on, plus one. 0: they stay on this machine.
    pub ttl: u8,
    /// What the senders of a group say about members on their own machine.
    pub loopback: Loopback,
}

/// Where datagrams go to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// To a group.
    Multicast(SocketAddr),
    /// To all on a subnet.
    Broadcast(SocketAddrV4),
    /// To one.
    Unicast(SocketAddr),
}

/// Whether members on the sender's machine get what it sends to a group (`IP_MULTICAST_LOOP`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loopback {
    /// They do: the default of the system.
    On,
    /// They do not.
    Off,
}

impl Target {
    /// Address and port.
    pub fn address(&self) -> SocketAddr {
        match *self {
            Self::Multicast(address) | Self::Unicast(address) => address,
            Self::Broadcast(address) => address.into(),
        }
    }

    /// The address.
    pub fn ip(&self) -> IpAddr {
        self.address().ip()
    }

    /// The option by which a program names the interface on which it sends to groups.
    pub(super) fn interface_option(&self) -> &'static str {
        match self.ip().is_ipv4() {
            true => "IP_MULTICAST_IF",
            false => "IPV6_MULTICAST_IF",
        }
    }

    /// The option by which a program hears the groups of others, or does not.
    pub(super) fn all_option(&self) -> &'static str {
        match self.ip().is_ipv4() {
            true => "IP_MULTICAST_ALL",
            false => "IPV6_MULTICAST_ALL",
        }
    }

    /// All addresses of this machine, as one binds to them.
    pub(super) fn all_addresses(&self) -> &'static str {
        match self.ip().is_ipv4() {
            true => "0.0.0.0",
            false => "::",
        }
    }

    /// Whether it is a group.
    pub fn is_group(&self) -> bool {
        matches!(self, Self::Multicast(_))
    }
}

/// `Multicast to 224.1.1.1:5007`.
impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Self::Multicast(_) => "Multicast",
            Self::Broadcast(_) => "Broadcast",
            Self::Unicast(_) => "Unicast",
        };
        write!(f, "{name} to {}", self.address())
    }
}

//! What the kernel's tables say, as data.

use std::net::IpAddr;

use crate::{Interface, route::Routing};

/// What the kernel's tables say. What it did not tell is empty or `None`.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// The interfaces.
    pub interfaces: Vec<Interface>,
    /// What more there is to know about them.
    pub links: Vec<Link>,
    /// The way of the routing table to the target.
    pub routing: Routing,
    /// The groups that somebody on this machine has joined.
    pub joined: Vec<Joined>,
    /// The datagram sockets that are bound to the target's port.
    pub sockets: Vec<PortSocket>,
    /// The system's settings.
    pub settings: Settings,
    /// Datagrams that found a full receive buffer, in this network namespace, since it was made.
    pub buffer_errors: Option<u64>,
}

/// What more there is to know about an interface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The kernel's number of the interface.
    pub index: u32,
    /// Its name.
    pub name: String,
    /// How many bytes a packet may have, its headers included.
    pub mtu: Option<u32>,
    /// The number of the bridge whose port it is.
    pub master: Option<u32>,
    /// What it does with groups, if it is a bridge.
    pub bridge: Option<Bridge>,
}

/// What a bridge does with groups.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bridge {
    /// Whether it looks who has joined what, and sends groups to them only.
    pub is_snooping: bool,
    /// Whether it asks from time to time who is still there.
    pub is_querier: bool,
}

/// A group that somebody has joined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Joined {
    /// On which interface.
    pub interface: String,
    /// Which group.
    pub group: IpAddr,
}

/// A datagram socket that is bound to the target's port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PortSocket {
    /// The address that it is bound to.
    pub address: IpAddr,
    /// The port that it is bound to.
    pub port: u16,
    /// The number by which processes have it.
    pub inode: u64,
    /// Datagrams that found its receive buffer full.
    pub drops: u64,
    /// Whose it is, where that may be known.
    pub program: Option<Program>,
}

/// A process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// Its number.
    pub pid: u32,
    /// Its name.
    pub name: String,
}

/// The system's settings that matter to datagrams.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// `net.core.rmem_default`, bytes.
    pub receive_buffer_bytes: Option<u64>,
    /// `net.core.rmem_max`, bytes.
    pub receive_buffer_bytes_max: Option<u64>,
    /// `net.ipv4.igmp_max_memberships`: groups that a socket may join.
    pub memberships_max: Option<u64>,
    /// The interfaces on which IPv6 is switched off.
    pub ipv6_off: Vec<String>,
    /// `net.ipv4.conf.*.rp_filter`, each with the interface's name or `all`.
    pub reverse_path: Vec<(String, u64)>,
}

impl Facts {
    /// Whether an address is this machine's own.
    pub fn is_own(&self, address: IpAddr) -> bool {
        address.is_loopback() || self.interfaces.iter().any(|one| one.has(address))
    }

    /// The interface of that number.
    pub fn interface(&self, index: u32) -> Option<&Interface> {
        self.interfaces.iter().find(|one| one.index == index)
    }

    /// What more there is to know about the interface of that number.
    pub fn link(&self, index: u32) -> Option<&Link> {
        self.links.iter().find(|link| link.index == index)
    }

    /// The broadcast addresses of the interfaces that are up, each with its interface.
    pub fn broadcast_addresses(&self) -> impl Iterator<Item = (&Interface, std::net::Ipv4Addr)> {
        let up = self.interfaces.iter().filter(|one| one.is_up);
        up.flat_map(|one| {
            let all = one.v4.iter();
            all.filter_map(move |(.., broadcast)| Some((one, (*broadcast)?)))
        })
    }
}

impl PortSocket {
    /// Whether it is bound to all addresses of this machine.
    pub fn is_wildcard(&self) -> bool {
        self.address.is_unspecified()
    }

    /// For people: whose they are.
    pub fn words_of(sockets: &[Self]) -> String {
        let all: Vec<String> = sockets.iter().map(Self::words).collect();
        match all.is_empty() {
            true => "a program that this user may not see".to_owned(),
            false => all.join(", "),
        }
    }

    /// For people: `python3 (process 12) on 0.0.0.0:5007`.
    pub fn words(&self) -> String {
        let at = std::net::SocketAddr::new(self.address, self.port);
        match &self.program {
            // A program gives itself its name, with whatever characters.
            Some(program) => format!(
                "{} (process {}) on {at}",
                program.name.escape_debug(),
                program.pid
            ),
            None => format!("a program of another user on {at}"),
        }
    }
}

//! The sockets of a station.

use std::net::{SocketAddr, SocketAddrV6};

use socket2::{SockAddr, SockRef};

use crate::{Batch, CastError, Plan, Receiver, UNICAST, Way, Why, options};

/// The sockets of a station.
#[derive(Debug)]
pub(super) struct Links {
    /// Sends all, and is where this member is reached by itself.
    pub own: Receiver,
    /// Where the group is reached, if that is another.
    pub group: Option<Receiver>,
    /// Where everybody is reached.
    pub everybody: Vec<SockAddr>,
    /// The addresses that are believed where they were given; else none.
    pub only: Vec<SocketAddr>,
}

impl Links {
    /// Sockets by those plans, with receive buffers of about `buffer_bytes`.
    pub(super) fn open(
        sending: &Plan,
        receiving: &Plan,
        buffer_bytes: usize,
    ) -> Result<Self, CastError> {
        let is_unicast = std::ptr::eq(receiving.cast, &UNICAST);
        let (own, group) = if is_unicast {
            (Receiver::open(receiving, WAY, buffer_bytes)?, None)
        } else {
            let group = Receiver::open(receiving, WAY, buffer_bytes)?;
            (
                Receiver::open(&own_plan(sending), WAY, buffer_bytes)?,
                Some(group),
            )
        };
        let mut others = sending.to.clone();
        if is_unicast {
            others.retain(|to| *to != own.local());
        }
        prepare(&own, sending)?;
        Ok(Self {
            own,
            group,
            everybody: others.iter().map(|to| SockAddr::from(*to)).collect(),
            only: if is_unicast { others } else { Vec::new() },
        })
    }

    /// Room for what one call brings.
    pub(super) fn batch(&self) -> Batch {
        self.own.batch(usize::MAX)
    }

    /// Datagrams that the kernel dropped, because there was no room for them.
    pub(super) fn drops(&self) -> u64 {
        let group = self.group.as_ref().map_or(0, Receiver::drops);
        self.own.drops() + group
    }
}

/// Joined by the kernel, where it does so.
const WAY: Way = Way::Segments;

/// An address of this machine's own, at the interface by which is sent.
fn own_plan(sending: &Plan) -> Plan {
    let interface = sending.interface.as_ref();
    let v4 = interface.and_then(|one| one.v4.first());
    let own: SocketAddr = match sending.to[0] {
        SocketAddr::V4(_) => v4.map_or(([0, 0, 0, 0], 0).into(), |(own, ..)| (*own, 0).into()),
        SocketAddr::V6(group) => {
            let v6 = interface.and_then(|one| one.v6.first());
            let own = v6.map_or(std::net::Ipv6Addr::UNSPECIFIED, |(own, _)| *own);
            let scope = if own.is_unicast_link_local() {
                group.scope_id()
            } else {
                0
            };
            SocketAddrV6::new(own, 0, 0, scope).into()
        }
    };
    Plan {
        cast: &UNICAST,
        to: vec![own],
        interface: None,
        why: Why::Any,
        ttl: None,
        loops: true,
    }
}

/// Sets what a sender's socket needs for each address. What is longer than the network carries goes in fragments.
fn prepare(own: &Receiver, sending: &Plan) -> Result<(), CastError> {
    let socket = own.socket();
    for to in &sending.to {
        let prepared = (sending.cast.prepare)(socket, sending, *to);
        prepared.map_err(|reason| CastError::Send {
            cast: sending.cast.name,
            to: *to,
            reason,
        })?;
    }
    let (level, name, want) = match sending.to[0] {
        SocketAddr::V4(_) => (
            libc::IPPROTO_IP,
            libc::IP_MTU_DISCOVER,
            libc::IP_PMTUDISC_WANT,
        ),
        SocketAddr::V6(_) => (
            libc::IPPROTO_IPV6,
            libc::IPV6_MTU_DISCOVER,
            libc::IPV6_PMTUDISC_WANT,
        ),
    };
    let fragments =
        options::set(socket, level, name, &want).and_then(|()| match sending.to[0].is_ipv6() {
            true => options::set(socket, libc::IPPROTO_IPV6, libc::IPV6_DONTFRAG, &0_i32),
            false => Ok(()),
        });
    fragments.map_err(CastError::prepare("let long datagrams go in fragments"))?;
    // As much as the system grants; a burst that finds no room waits.
    let _ = SockRef::from(socket).set_send_buffer_size(SEND_BUFFER_BYTES);
    Ok(())
}

const SEND_BUFFER_BYTES: usize = 1 << 20;

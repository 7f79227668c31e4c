//! What a socket is told about groups.

use std::{
    io,
    net::{IpAddr, Ipv4Addr},
    os::fd::AsFd,
};

use rustix::net::sockopt::set_ip_multicast_if_with_ifindex;
use socket2::{InterfaceIndexOrAddress, SockRef};

use crate::Interface;

/// It gets only the groups that it has joined itself.
pub(crate) fn set_choosy(socket: &impl AsFd, group: IpAddr) -> io::Result<()> {
    let socket = SockRef::from(socket);
    match group {
        IpAddr::V4(_) => socket.set_multicast_all_v4(false),
        IpAddr::V6(_) => socket.set_multicast_all_v6(false),
    }
}

/// It joins on the interface of that number; 0: where the routing table leads.
pub(crate) fn join(socket: &impl AsFd, group: IpAddr, index: u32) -> io::Result<()> {
    let socket = SockRef::from(socket);
    match group {
        IpAddr::V4(group) => {
            let interface = match index {
                0 => InterfaceIndexOrAddress::Address(Ipv4Addr::UNSPECIFIED),
                index => InterfaceIndexOrAddress::Index(index),
            };
            socket.join_multicast_v4_n(&group, &interface)
        }
        IpAddr::V6(group) => socket.join_multicast_v6(&group, index),
    }
}

/// It sends to groups of that family by that interface (none: where the routing table leads), as far as that, and to
/// members on this machine or not.
pub(crate) fn send_by(
    socket: &impl AsFd,
    family: IpAddr,
    interface: Option<&Interface>,
    ttl: u8,
    loops: bool,
) -> io::Result<()> {
    let options = SockRef::from(socket);
    match family {
        IpAddr::V4(_) => {
            if let Some(one) = interface {
                // By its number, not by its address: addresses may be on several interfaces. With the address as
                // well, because without a route the kernel would send from 0.0.0.0.
                let any = Ipv4Addr::UNSPECIFIED;
                let own = one.v4.first().map_or(any, |(own, ..)| *own);
                set_ip_multicast_if_with_ifindex(socket, &any, &own, one.index)?;
            }
            options.set_multicast_ttl_v4(ttl.into())?;
            options.set_multicast_loop_v4(loops)
        }
        IpAddr::V6(_) => {
            if let Some(one) = interface {
                options.set_multicast_if_v6(one.index)?;
            }
            options.set_multicast_hops_v6(ttl.into())?;
            options.set_multicast_loop_v6(loops)
        }
    }
}

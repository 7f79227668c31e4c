//! Sockets for connections: made, bound to their source, and connected without waiting.

use std::net::SocketAddr;

use rustix::{
    fd::OwnedFd,
    io::Errno,
    net::{
        AddressFamily, SocketFlags, SocketType, connect, ipproto, socket_with,
        sockopt::set_tcp_nodelay,
    },
};

use crate::sources::Sources;

/// A socket for the `nth` connection to `target`.
///
/// # Errors
/// When there is no descriptor or no source for it.
pub(crate) fn open(target: SocketAddr, sources: Sources, nth: u64) -> Result<OwnedFd, Errno> {
    let family = match target.is_ipv4() {
        true => AddressFamily::INET,
        false => AddressFamily::INET6,
    };
    let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
    let socket = socket_with(family, SocketType::STREAM, flags, Some(ipproto::TCP))?;
    // Else the kernel holds a small request back while an earlier one is not acknowledged.
    set_tcp_nodelay(&socket, true)?;
    sources.bind(&socket, nth)?;
    Ok(socket)
}

/// Connects without waiting. Over loopback the handshake is over before the first call returns, although
/// that says `EINPROGRESS`; asking again at once spares a turn of the loop.
///
/// # Errors
/// `EINPROGRESS` while it is under way; what the system says when it is refused.
pub(crate) fn connect_now(socket: &OwnedFd, target: SocketAddr) -> Result<(), Errno> {
    match connect(socket, &target) {
        Err(Errno::INPROGRESS) if target.ip().is_loopback() => match connect(socket, &target) {
            Err(Errno::ALREADY) => Err(Errno::INPROGRESS),
            again => again,
        },
        first => first,
    }
}

//! A listening socket: address reuse set before the bind, the longest queue that the kernel grants.

use std::{
    fs, io,
    net::{SocketAddr, TcpListener, ToSocketAddrs as _},
};

use run::Sharing;
use socket2::{Domain, Protocol, Socket, Type};

use crate::ServeError;

/// A listener and what became of what was asked for.
#[derive(Debug)]
pub struct Bound {
    /// The listener.
    pub listener: TcpListener,
    /// Where it listens; the port is the real one when 0 was asked for.
    pub address: SocketAddr,
    /// How many connections the kernel queues for it: what was asked for, or its own limit.
    pub backlog: i32,
}

/// What a listener and its connections are given.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    /// How many connections may wait to be accepted; the kernel silently cuts it to
    /// `net.core.somaxconn`, which [`Bound::backlog`] tells.
    pub backlog: i32,
    /// Whether other listeners will be bound beside it.
    pub sharing: Sharing,
}

/// Listens on a host and port.
///
/// # Errors
/// When the host has no address or the port is taken, with a hint.
pub fn bind(host: &str, port: u16, terms: &Terms) -> Result<Bound, ServeError> {
    let resolved = (host, port).to_socket_addrs();
    let address = resolved
        .and_then(|mut all| all.next().ok_or_else(|| io::ErrorKind::NotFound.into()))
        .map_err(|reason| ServeError::Resolve {
            address: host.to_owned(),
            reason,
        })?;
    let terms = Terms {
        backlog: terms.backlog.min(backlog_limit()),
        ..*terms
    };
    let listener = listen(address, &terms).map_err(|reason| ServeError::Bind {
        address: address.to_string(),
        hint: hint(&reason),
        reason,
    })?;
    let address = listener.local_addr().map_err(ServeError::Accept)?;
    Ok(Bound {
        listener,
        address,
        backlog: terms.backlog,
    })
}

/// Another listener on the address of `first`, which was bound to be shared in this way.
pub(crate) fn listen_beside(first: &TcpListener) -> io::Result<TcpListener> {
    let terms = Terms {
        backlog: backlog_limit(),
        sharing: Sharing::ReusePort,
    };
    listen(first.local_addr()?, &terms)
}

fn listen(address: SocketAddr, terms: &Terms) -> io::Result<TcpListener> {
    let domain = Domain::for_address(address);
    let socket = Socket::new(domain, Type::STREAM, Some(Protocol::TCP))?;
    // Before the bind, or a restart has to wait until the old connections' TIME_WAIT is over.
    socket.set_reuse_address(true)?;
    socket.set_reuse_port(terms.sharing == Sharing::ReusePort)?;
    // Connections inherit it. Answers are small and each is whole when it is written: waiting for more
    // gains nothing.
    socket.set_tcp_nodelay(true)?;
    socket.bind(&address.into())?;
    socket.listen(terms.backlog)?;
    socket.set_nonblocking(true)?;
    Ok(socket.into())
}

fn backlog_limit() -> i32 {
    let limit = fs::read_to_string("/proc/sys/net/core/somaxconn").unwrap_or_default();
    limit.trim().parse().unwrap_or(i32::MAX)
}

fn hint(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::AddrInUse => {
            "; another program listens there (`ss -ltnp` tells which): stop it, or choose another port with -p"
        }
        io::ErrorKind::PermissionDenied => {
            "; ports below 1024 are for the administrator: choose a higher one with -p"
        }
        io::ErrorKind::AddrNotAvailable => {
            "; this machine does not have that address: -a 127.0.0.1 is this machine only, -a 0.0.0.0 all of its addresses"
        }
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(backlog: i32) -> Terms {
        Terms {
            backlog,
            sharing: Sharing::Listener,
        }
    }

    #[test]
    fn a_port_that_is_taken_is_named_with_a_way_out() {
        let first = bind("127.0.0.1", 0, &terms(16)).expect("bound");
        let error = bind("127.0.0.1", first.address.port(), &terms(16))
            .expect_err("taken")
            .to_string();
        assert!(error.contains(&first.address.to_string()), "{error}");
        assert!(error.contains("another port with -p"), "{error}");
    }

    #[test]
    fn the_backlog_is_what_the_kernel_grants() {
        let bound = bind("127.0.0.1", 0, &terms(i32::MAX)).expect("bound");
        assert_eq!(bound.backlog, backlog_limit());
    }
}

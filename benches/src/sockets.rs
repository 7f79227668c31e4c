//! Listening and connecting, and the limits that stand in the way of thousands of connections.

use std::fs;
use std::io::{self, stdin};
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4, TcpListener};
use std::path::Path;

use rustix::io::fcntl_dupfd_cloexec;
use rustix::net::sockopt::{set_socket_reuseaddr, set_tcp_nodelay};
use rustix::net::{AddressFamily, SocketFlags, SocketType, bind, ipproto, listen, socket_with};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Listens on 127.0.0.1 with the longest queue that the kernel gives.
///
/// # Errors
/// When the port is taken.
pub fn open_listener(port: u16) -> io::Result<TcpListener> {
    let socket = socket_with(
        AddressFamily::INET,
        SocketType::STREAM,
        SocketFlags::CLOEXEC,
        Some(ipproto::TCP),
    )?;
    set_socket_reuseaddr(&socket, true)?;
    // Accepted sockets take this over from the listener, which saves a system call for each.
    set_tcp_nodelay(&socket, true)?;
    bind(&socket, &SocketAddrV4::new(Ipv4Addr::LOCALHOST, port))?;
    listen(&socket, BACKLOG)?;
    Ok(TcpListener::from(socket))
}

/// Says where the server listens: `{"address":"127.0.0.1:7","pid":1}`, the form of `wharf serve
/// --ready-file`, into `file` or else on stdout.
///
/// # Errors
/// When the file cannot be written.
pub fn announce(address: SocketAddr, file: Option<&Path>) -> io::Result<()> {
    let pid = std::process::id();
    let text = format!("{{\"address\":\"{address}\",\"pid\":{pid}}}");
    let Some(file) = file else {
        println!("{text}");
        return Ok(());
    };
    // A reader that waits for the file sees all of it or nothing.
    let part = file.with_extension("part");
    fs::write(&part, text)?;
    fs::rename(part, file)
}

/// Raises the limit on descriptors as far as this process may, has the kernel make its table for so many
/// now, and returns the limit. A process with threads waits 10 to 20 ms whenever the table doubles.
pub fn raise_descriptor_limit() -> u64 {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        maximum: limit.maximum,
    };
    // A refusal leaves the limit that there was.
    let _ = setrlimit(Resource::Nofile, raised);
    let limit = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
    let last = i32::try_from(limit.min(TABLE_MAX) - 1).unwrap_or(0);
    // Closed at once: the table stays.
    drop(fcntl_dupfd_cloexec(stdin(), last));
    limit
}

/// Refuses more clients than one process may have descriptors for.
///
/// # Errors
/// `InvalidInput`, saying how many it may have.
pub fn make_room(clients: usize) -> io::Result<()> {
    let limit = raise_descriptor_limit();
    match clients as u64 + DESCRIPTORS_BESIDE <= limit {
        true => Ok(()),
        false => Err(crate::flags::wrong(format!(
            "{clients} clients need more descriptors than the {limit} a process may have here: \
             ask for fewer, or raise the hard limit (ulimit -Hn)"
        ))),
    }
}

/// A table of half a MiB.
const TABLE_MAX: u64 = 65_536;
/// The kernel cuts it to net.core.somaxconn.
const BACKLOG: i32 = 65_535;
/// The standard streams, the epoll instance, and some that the parent may have left open.
const DESCRIPTORS_BESIDE: u64 = 16;

//! When a connection was set up in the kernel, which may be long before `accept` returned it.

use std::{io, mem, net::TcpStream, os::fd::AsRawFd as _, time::Duration};

use timing::Tick;

/// The instant at which the handshake of `stream` was done, and whether that is only an upper bound.
///
/// The kernel keeps the time since the last acknowledgement came, in milliseconds (`tcp_info`,
/// `tcpi_last_ack_recv`). Until the client has sent data that acknowledgement is the handshake's last
/// segment; a client's data carries one too, so after it the instant may be the data's.
///
/// # Errors
/// When the connection is gone already.
pub(crate) fn handshake_done(stream: &TcpStream, now: Tick) -> io::Result<(Tick, bool)> {
    let info = tcp_info(stream)?;
    let ago = Duration::from_millis(u64::from(info.tcpi_last_ack_recv));
    let done = Tick::from_nanos(now.nanos_since(Tick::ZERO + ago));
    Ok((done, has_data(stream)))
}

fn tcp_info(stream: &TcpStream) -> io::Result<libc::tcp_info> {
    // SAFETY: all-zero bytes are a valid `tcp_info`, which is made of integers.
    let mut info: libc::tcp_info = unsafe { mem::zeroed() };
    let mut length = mem::size_of::<libc::tcp_info>() as libc::socklen_t;
    // SAFETY: the kernel writes at most `length` bytes into `info`; the descriptor is open.
    let result = unsafe {
        libc::getsockopt(
            stream.as_raw_fd(),
            libc::IPPROTO_TCP,
            libc::TCP_INFO,
            (&raw mut info).cast(),
            &raw mut length,
        )
    };
    match result {
        0 => Ok(info),
        _ => Err(io::Error::last_os_error()),
    }
}

fn has_data(stream: &TcpStream) -> bool {
    rustix::io::ioctl_fionread(stream).is_ok_and(|bytes| bytes > 0)
}

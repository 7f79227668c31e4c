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
    Ok((done, info.tcpi_bytes_received > 0))
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

#[cfg(test)]
mod tests {
    use std::{
        io::Write as _,
        net::{TcpListener, TcpStream},
    };

    use super::*;

    fn pair() -> (TcpStream, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("bound");
        let client = TcpStream::connect(listener.local_addr().expect("an address"));
        (
            client.expect("connected"),
            listener.accept().expect("accepted").0,
        )
    }

    #[test]
    fn the_instant_is_only_a_bound_once_the_client_has_sent_data() {
        let (mut client, server) = pair();
        let now = Tick::from_nanos(10_000_000_000);
        let (done, is_bound) = handshake_done(&server, now).expect("connected");
        assert!(done <= now && !is_bound);
        client.write_all(b"x").expect("sent");
        // Readable means that the byte has been received.
        server.peek(&mut [0]).expect("received");
        assert!(handshake_done(&server, now).expect("connected").1);
    }
}

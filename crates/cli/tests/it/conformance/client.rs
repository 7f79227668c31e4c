//! Raw clients, polite ones and others.

use std::{
    io::{ErrorKind, Read as _, Write as _},
    net::{Shutdown, SocketAddr, TcpStream},
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use super::outside::is_all_read;
use crate::support::eventually;

/// Sends the request in pieces while it reads, so that neither side can wait for the other's buffers.
/// `read` is what to do with the connection meanwhile.
pub fn while_sending<T>(
    stream: &mut TcpStream,
    pieces: &[&[u8]],
    read: impl FnOnce(&mut TcpStream) -> T,
) -> T {
    let mut writer = stream.try_clone().expect("a descriptor");
    thread::scope(|scope| {
        scope.spawn(move || {
            for (index, piece) in pieces.iter().enumerate() {
                if index > 0 {
                    thread::sleep(BETWEEN_SEGMENTS);
                }
                writer.write_all(piece).expect("sent");
            }
        });
        read(stream)
    })
}

/// A client that sends something and then ends the connection with a reset in place of a farewell.
/// The standard library cannot ask for that; `socat` can.
#[track_caller]
pub fn send_and_reset(address: SocketAddr, bytes: &[u8]) {
    let mut client = Command::new("socat")
        .args(["-u", "-", &format!("TCP:{address},linger=0,shut-close")])
        .stdin(Stdio::piped())
        .spawn()
        .expect("socat starts");
    let mut stdin = client.stdin.take().expect("a pipe");
    stdin.write_all(bytes).expect("it reads");
    drop(stdin);
    assert!(client.wait().expect("a child").success());
}

/// Sends a request and waits until the server has read it.
#[track_caller]
pub fn owe(stream: &mut TcpStream, request: &[u8]) {
    stream.write_all(request).expect("sent");
    eventually("the request is read", || is_all_read(stream).then_some(()));
}

/// Says that no more will come.
pub fn half_close(stream: &TcpStream) {
    stream.shutdown(Shutdown::Write).expect("connected");
}

/// Reads until the other side closes or resets; what came until then.
pub fn read_until_over(stream: &mut TcpStream) -> Vec<u8> {
    let mut found = Vec::new();
    let mut buffer = [0; 64 * 1024];
    loop {
        match stream.read(&mut buffer) {
            Ok(0) => return found,
            Ok(count) => found.extend_from_slice(&buffer[..count]),
            Err(error) if error.kind() == ErrorKind::ConnectionReset => return found,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => panic!("neither closed nor reset: {error}"),
        }
    }
}

/// Writes on until the other side is gone; says how much was taken.
pub fn write_until_over(stream: &mut TcpStream, most_bytes: usize) -> usize {
    let block = [b'x'; 64 * 1024];
    let mut written = 0;
    while written < most_bytes {
        match stream.write(&block) {
            Ok(count) => written += count,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if is_gone(error.kind()) => break,
            Err(error) => panic!("neither taken nor closed: {error}"),
        }
    }
    written
}

/// Sends a byte now and then until the other side closes the connection.
pub fn trickle_until_over(stream: &mut TcpStream, most_bytes: usize) {
    stream
        .set_read_timeout(Some(BETWEEN_TRICKLES))
        .expect("set");
    for _ in 0..most_bytes {
        match stream.write(b"1") {
            Ok(_) => {}
            Err(error) if is_gone(error.kind()) => return,
            Err(error) => panic!("neither taken nor closed: {error}"),
        }
        loop {
            match stream.read(&mut [0; 1024]) {
                Ok(0) => return,
                Ok(_) => {}
                Err(error) if is_gone(error.kind()) => return,
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) => panic!("neither silent nor closed: {error}"),
            }
        }
    }
    panic!("{most_bytes} bytes were taken one by one");
}

/// Whether nothing has come that could be read now.
pub fn is_silent(stream: &TcpStream) -> bool {
    stream.set_nonblocking(true).expect("set");
    let found = stream.peek(&mut [0]);
    stream.set_nonblocking(false).expect("set");
    found.is_err_and(|error| error.kind() == ErrorKind::WouldBlock)
}

fn is_gone(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::ConnectionReset | ErrorKind::BrokenPipe)
}

/// Long enough for a segment of its own, as the connections do not wait for more (`TCP_NODELAY`).
const BETWEEN_SEGMENTS: Duration = Duration::from_millis(1);
const BETWEEN_TRICKLES: Duration = Duration::from_millis(20);

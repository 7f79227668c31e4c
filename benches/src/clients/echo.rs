//! `echo-client`: a closed loop over an echo server from one epoll loop: messages a second.
//!
//! Every connection keeps `--pipeline` messages of `--size` bytes under way; each that is back sends
//! another. It is a yardstick and does next to nothing: what comes back is checked **by count only**, not by
//! content, and no latency is measured. `wharf load echo` checks every answer.

use std::io;
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

use rustix::buffer::spare_capacity;
use rustix::event::{Timespec, epoll};
use rustix::io::Errno;
use rustix::net::sockopt::set_tcp_nodelay;
use rustix::net::{RecvFlags, SendFlags, recv, send};

use crate::flags::{Flags, wrong};
use crate::sockets;

/// Runs the loop and prints messages, seconds and messages a second as JSON. The first tenth, on top of what
/// was asked for, is not in them; `messages_with_warm_up` counts all since the beginning.
///
/// # Errors
/// When a connection fails or the server falls silent: then there is no figure.
pub fn run(flags: &Flags) -> io::Result<()> {
    let until = match (flags.number("messages")?, flags.text("duration")) {
        (Some(_), Some(_)) => {
            return Err(wrong(
                "--messages and --duration exclude each other".to_owned(),
            ));
        }
        (Some(count), None) => Until::Count(count),
        (None, _) => Until::Time(flags.duration("duration", Duration::from_secs(2))?),
    };
    let size = flags.count("size", 64)?;
    let pipeline = flags.count("pipeline", 1)?;
    let payload = payload(size, pipeline)?;
    let holds = match flags.text("after").unwrap_or("leave") {
        "leave" => false,
        "hold" => true,
        other => return Err(wrong(format!("--after {other}: expected leave or hold"))),
    };
    let mut crowd = Crowd::connect(flags, payload, size)?;
    // The first messages pay for threads and processes that the server has yet to make.
    let warm_up = match until {
        Until::Count(count) => Until::Count(count / 10),
        Until::Time(time) => Until::Time(time / 10),
    };
    crowd.begin()?;
    let (before, _) = crowd.go_on(warm_up)?;
    let (messages, seconds) = crowd.go_on(until)?;
    let rate = messages as f64 / seconds;
    println!(
        "{{\"messages\":{messages},\"seconds\":{seconds:.6},\"messages_per_second\":{rate:.0},\
         \"messages_with_warm_up\":{}}}",
        before + messages
    );
    if holds {
        io::copy(&mut io::stdin().lock(), &mut io::sink())?;
    }
    Ok(())
}

/// When the loop ends.
#[derive(Clone, Copy)]
enum Until {
    Count(u64),
    Time(Duration),
}

struct Crowd {
    epoll: OwnedFd,
    connections: Vec<Connection>,
    /// As many messages as a connection has under way.
    payload: Vec<u8>,
    /// Bytes of one message.
    size: usize,
    buffer: Vec<u8>,
}

struct Connection {
    socket: OwnedFd,
    /// Bytes of a message that is not whole yet.
    part: usize,
}

impl Crowd {
    fn connect(flags: &Flags, payload: Vec<u8>, size: usize) -> io::Result<Self> {
        let count = flags.count("connections", 50)?;
        sockets::make_room(count)?;
        let epoll = epoll::create(epoll::CreateFlags::CLOEXEC)?;
        let mut connections = Vec::with_capacity(count);
        for index in 0..count {
            let socket = OwnedFd::from(std::net::TcpStream::connect(flags.address()?)?);
            set_tcp_nodelay(&socket, true)?;
            let key = epoll::EventData::new_u64(index as u64);
            epoll::add(&epoll, &socket, key, epoll::EventFlags::IN)?;
            connections.push(Connection { socket, part: 0 });
        }
        Ok(Crowd {
            epoll,
            connections,
            payload,
            size,
            buffer: vec![0; BYTES_UNDER_WAY_MAX],
        })
    }

    fn begin(&self) -> io::Result<()> {
        let mut sockets = self.connections.iter().map(|connection| &connection.socket);
        sockets.try_for_each(|socket| send_all(socket, &self.payload))
    }

    /// Counts messages until the end, and says how many came in how many seconds.
    fn go_on(&mut self, until: Until) -> io::Result<(u64, f64)> {
        let start = Instant::now();
        let mut events: Vec<epoll::Event> = Vec::with_capacity(EVENTS_MAX);
        let mut messages = 0;
        loop {
            events.clear();
            match epoll::wait(&self.epoll, spare_capacity(&mut events), Some(&PATIENCE)) {
                Ok(0) => return Err(io::Error::other("no answer for 10 s")),
                Ok(_) | Err(Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
            for event in &events {
                messages += self.receive(event.data.u64() as usize)?;
            }
            let elapsed = start.elapsed();
            let ended = match until {
                Until::Count(count) => messages >= count,
                Until::Time(time) => elapsed >= time,
            };
            if ended {
                return Ok((messages, elapsed.as_secs_f64()));
            }
        }
    }

    /// One read, and a new message for each that became whole by it. Returns how many.
    fn receive(&mut self, index: usize) -> io::Result<u64> {
        let connection = &mut self.connections[index];
        let (count, _) = recv(&connection.socket, &mut self.buffer[..], RecvFlags::empty())?;
        if count == 0 {
            return Err(io::Error::other("the server closed a connection"));
        }
        let bytes = connection.part + count;
        let messages = bytes / self.size;
        connection.part = bytes % self.size;
        let Some(next) = self.payload.get(..messages * self.size) else {
            return Err(io::Error::other("more came back than was sent"));
        };
        if messages > 0 {
            send_all(&connection.socket, next)?;
        }
        Ok(messages as u64)
    }
}

/// The socket blocks, and has room for all that is ever under way.
fn send_all(socket: &OwnedFd, bytes: &[u8]) -> io::Result<()> {
    match send(socket, bytes, SendFlags::NOSIGNAL)? {
        count if count == bytes.len() => Ok(()),
        _ => Err(io::Error::other("a message was sent in part")),
    }
}

/// Lines of `x`, so that a server that counts lines counts messages.
fn payload(size: usize, pipeline: usize) -> io::Result<Vec<u8>> {
    let bytes = size.checked_mul(pipeline);
    if bytes.is_none_or(|bytes| bytes > BYTES_UNDER_WAY_MAX) {
        return Err(wrong(format!(
            "--size times --pipeline: at most {BYTES_UNDER_WAY_MAX} bytes can be under way"
        )));
    }
    let mut message = vec![b'x'; size - 1];
    message.push(b'\n');
    Ok(message.repeat(pipeline))
}

/// More could fill the buffers of both sockets, and then both ends would wait to send.
const BYTES_UNDER_WAY_MAX: usize = 64 * 1024;
const EVENTS_MAX: usize = 1024;
const PATIENCE: Timespec = Timespec {
    tv_sec: 10,
    tv_nsec: 0,
};

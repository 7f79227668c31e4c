//! `burst-client`: N clients that come all at once from one epoll loop, each with one line and one answer.
//!
//! Each answer is compared with the line reversed. Times are counted from the common start, just before the
//! first connection is begun, so what the clients themselves need to connect is part of them; it is
//! printed beside them. Left out: more clients than one process may have descriptors, and latencies.

use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::os::fd::{AsRawFd, OwnedFd};
use std::time::{Duration, Instant};

use rustix::buffer::spare_capacity;
use rustix::event::{Timespec, epoll};
use rustix::io::Errno;
use rustix::net::{
    AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, bind, connect, ipproto, recv,
    send, socket_with,
};

use crate::flags::Flags;
use crate::protocol::reverse_line;
use crate::sockets;

/// Runs the burst and prints one line of JSON: clients, answered, wrong, failed, and the seconds from the
/// start until all were connected, until the last answer was whole, and until the last end.
///
/// # Errors
/// When there is no room for so many clients. A client that fails is counted, and is no error.
pub fn run(flags: &Flags) -> io::Result<()> {
    let count = flags.count("clients", 1000)?;
    let patience = flags.duration("patience", Duration::from_secs(60))?;
    let address = flags.address()?;
    sockets::make_room(count)?;
    let mut crowd = Crowd {
        epoll: epoll::create(epoll::CreateFlags::CLOEXEC)?,
        clients: Vec::with_capacity(count),
        events: Vec::with_capacity(EVENTS_MAX),
        start: Instant::now(),
        tally: Tally::default(),
    };
    for index in 0..count {
        crowd.open(index, address);
        // Those who are connected already speak while the others still connect.
        if index % CLIENTS_A_TURN == CLIENTS_A_TURN - 1 {
            crowd.turn(Duration::ZERO)?;
        }
    }
    while crowd.tally.ended_count < count {
        let left = patience.saturating_sub(crowd.start.elapsed());
        if left.is_zero() {
            break;
        }
        crowd.turn(left)?;
    }
    crowd.tally.print(count);
    Ok(())
}

/// What happened so far; times in seconds from the common start.
#[derive(Default)]
struct Tally {
    answered_count: usize,
    wrong_count: usize,
    ended_count: usize,
    connected: f64,
    last_answer: f64,
    last_end: f64,
    first_error: Option<io::Error>,
}

impl Tally {
    fn print(&self, count: usize) {
        let failed = count - self.answered_count - self.wrong_count;
        println!(
            "{{\"clients\":{count},\"answered\":{},\"wrong\":{},\"failed\":{failed},\
             \"connected_seconds\":{:.6},\"last_answer_seconds\":{:.6},\"last_end_seconds\":{:.6}}}",
            self.answered_count, self.wrong_count, self.connected, self.last_answer, self.last_end
        );
        if let Some(error) = &self.first_error {
            eprintln!("the first of those that failed: {error}");
        }
    }
}

struct Crowd {
    epoll: OwnedFd,
    /// `None` for a client that has ended.
    clients: Vec<Option<Client>>,
    events: Vec<epoll::Event>,
    start: Instant,
    tally: Tally,
}

struct Client {
    socket: OwnedFd,
    /// What it has asked; empty while it is not yet connected.
    line: Vec<u8>,
    answer: Vec<u8>,
}

impl Crowd {
    fn open(&mut self, index: usize, address: SocketAddr) {
        let client = match begin(&self.epoll, index, address) {
            Ok(socket) => Some(Client {
                socket,
                line: Vec::new(),
                answer: Vec::new(),
            }),
            Err(error) => {
                self.tally.ended_count += 1;
                self.tally.first_error.get_or_insert(error);
                None
            }
        };
        self.clients.push(client);
    }

    /// Handles what is ready, after waiting for `patience` at most.
    fn turn(&mut self, patience: Duration) -> io::Result<()> {
        let timeout = Timespec::try_from(patience).ok();
        self.events.clear();
        match epoll::wait(
            &self.epoll,
            spare_capacity(&mut self.events),
            timeout.as_ref(),
        ) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        let seconds = self.start.elapsed().as_secs_f64();
        for position in 0..self.events.len() {
            let index = self.events[position].data.u64() as usize;
            let Some(client) = &mut self.clients[index] else {
                continue;
            };
            let goes_on = match client.line.is_empty() {
                true => client.ask(&self.epoll, index, &mut self.tally, seconds),
                false => client.listen(&mut self.tally, seconds),
            };
            if goes_on.is_ok_and(|goes_on| goes_on) {
                continue;
            }
            self.tally.ended_count += 1;
            self.tally.last_end = seconds;
            self.clients[index] = None;
        }
        Ok(())
    }
}

impl Client {
    /// The connection stands, or has failed: in the latter case sending says why.
    fn ask(
        &mut self,
        epoll: &OwnedFd,
        index: usize,
        tally: &mut Tally,
        seconds: f64,
    ) -> io::Result<bool> {
        self.line = format!("Hello from client {index}!\n").into_bytes();
        if let Err(error) = send(&self.socket, &self.line, SendFlags::NOSIGNAL) {
            tally.first_error.get_or_insert(error.into());
            return Err(error.into());
        }
        tally.connected = seconds;
        let key = epoll::EventData::new_u64(index as u64);
        epoll::modify(epoll, &self.socket, key, epoll::EventFlags::IN)?;
        Ok(true)
    }

    /// Reads once; `false` at the end of the connection.
    fn listen(&mut self, tally: &mut Tally, seconds: f64) -> io::Result<bool> {
        let mut buffer = [0; 256];
        let count = match recv(&self.socket, &mut buffer, RecvFlags::empty()) {
            Ok((count, _)) => count,
            Err(error) => {
                tally.first_error.get_or_insert(error.into());
                return Err(error.into());
            }
        };
        if count > 0 {
            self.answer.extend_from_slice(&buffer[..count]);
            if self.answer.len() == self.line.len() {
                tally.last_answer = seconds;
            }
            // No right answer is longer; so a server that never stops is not read for ever.
            return Ok(self.answer.len() <= self.line.len());
        }
        reverse_line(&mut self.line);
        match self.answer == self.line {
            true => tally.answered_count += 1,
            false if self.answer.is_empty() => {
                let error = io::Error::new(ErrorKind::UnexpectedEof, "closed without an answer");
                tally.first_error.get_or_insert(error);
            }
            false => tally.wrong_count += 1,
        }
        Ok(false)
    }
}

/// Begins to connect; the end of that is an event.
fn begin(epoll: &OwnedFd, index: usize, address: SocketAddr) -> io::Result<OwnedFd> {
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    let socket = socket_with(
        AddressFamily::INET,
        SocketType::STREAM,
        flags,
        Some(ipproto::TCP),
    )?;
    if let Some(source) = source(index).filter(|_| address.ip().is_loopback()) {
        bind_late(&socket)?;
        bind(&socket, &SocketAddrV4::new(source, 0))?;
    }
    match connect(&socket, &address) {
        Ok(()) | Err(Errno::INPROGRESS) => {}
        Err(error) => return Err(error.into()),
    }
    let key = epoll::EventData::new_u64(index as u64);
    epoll::add(epoll, &socket, key, epoll::EventFlags::OUT)?;
    Ok(socket)
}

/// Where the client at `index` comes from; `None` for those who take what the kernel gives, 127.0.0.1.
fn source(index: usize) -> Option<Ipv4Addr> {
    match (index / CLIENTS_AN_ADDRESS) as u32 {
        0 => None,
        block => Some(Ipv4Addr::from_bits(Ipv4Addr::LOCALHOST.to_bits() + block)),
    }
}

/// The port is chosen when connecting, when the other end is known and ports can be shared.
fn bind_late(socket: &OwnedFd) -> io::Result<()> {
    let on: libc::c_int = 1;
    // SAFETY: the value lives during the call, and its size is the one that is told.
    let result = unsafe {
        libc::setsockopt(
            socket.as_raw_fd(),
            libc::IPPROTO_IP,
            libc::IP_BIND_ADDRESS_NO_PORT,
            (&raw const on).cast(),
            size_of_val(&on) as libc::socklen_t,
        )
    };
    match result {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

/// One source address has 28,232 ports by default (net.ipv4.ip_local_port_range); some are in use, others
/// still wait for packets of an earlier burst.
const CLIENTS_AN_ADDRESS: usize = 10_000;
/// Connections begun between two looks at what has happened.
const CLIENTS_A_TURN: usize = 64;
const EVENTS_MAX: usize = 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_clients_come_from_several_addresses() {
        assert_eq!(source(9_999), None);
        assert_eq!(source(10_000), Some(Ipv4Addr::new(127, 0, 0, 2)));
        assert_eq!(source(49_999), Some(Ipv4Addr::new(127, 0, 0, 5)));
    }
}

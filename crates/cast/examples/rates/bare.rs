//! Bare loops of the same system calls: nothing but them.

use std::{
    io,
    net::{Ipv4Addr, UdpSocket},
    os::fd::AsRawFd as _,
};

use cast::Way;
use socket2::SockRef;

use crate::{BUFFER_BYTES, Ends, QUIET, Receives, Sends};

/// A sender and a receiver, connected on the loopback.
pub fn ends(way: Way, bytes: usize) -> Ends {
    let receiver = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("bound");
    // Beyond the limit where that is allowed, as `cast` does.
    if set(
        &receiver,
        libc::SOL_SOCKET,
        libc::SO_RCVBUFFORCE,
        BUFFER_BYTES as i32,
    )
    .is_err()
    {
        let room = SockRef::from(&receiver).set_recv_buffer_size(BUFFER_BYTES);
        room.expect("a receive buffer");
    }
    receiver.set_read_timeout(Some(QUIET)).expect("set");
    let sender = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("bound");
    let to = receiver.local_addr().expect("bound");
    sender.connect(to).expect("connected");
    let datagrams = match way {
        Way::One => 1,
        Way::Batch => Way::BATCH,
        Way::Segments => {
            set(&sender, libc::SOL_UDP, libc::UDP_SEGMENT, bytes as i32).expect("GSO");
            set(&receiver, libc::SOL_UDP, libc::UDP_GRO, 1).expect("GRO");
            Way::BATCH.min(65_507 / bytes)
        }
    };
    let outlet = Outlet {
        socket: sender,
        way,
        bytes,
        memory: vec![b'x'; bytes * datagrams],
    };
    let inlet = Inlet {
        socket: receiver,
        way,
        bytes,
        memory: vec![0; 65_535],
    };
    (Box::new(outlet), Box::new(inlet))
}

struct Outlet {
    socket: UdpSocket,
    way: Way,
    bytes: usize,
    memory: Vec<u8>,
}

impl Sends for Outlet {
    fn send(&mut self, count: usize) {
        let mut left = count;
        while left > 0 {
            let now = left.min(self.memory.len() / self.bytes);
            left -= match self.way {
                Way::One => self.socket.send(&self.memory).map(|_| 1),
                Way::Batch => self.send_batch(now),
                Way::Segments => self
                    .socket
                    .send(&self.memory[..now * self.bytes])
                    .map(|_| now),
            }
            .expect("sent");
        }
    }
}

impl Outlet {
    fn send_batch(&mut self, count: usize) -> io::Result<usize> {
        let (mut parts, mut heads) = empty();
        fill(&mut parts, &mut heads, self.memory.chunks_mut(self.bytes));
        // SAFETY: as many heads are filled as there are pieces of memory, and `count` is no more.
        let sent =
            unsafe { libc::sendmmsg(self.socket.as_raw_fd(), heads.as_mut_ptr(), count as u32, 0) };
        usize::try_from(sent).map_err(|_| io::Error::last_os_error())
    }
}

struct Inlet {
    socket: UdpSocket,
    way: Way,
    bytes: usize,
    memory: Vec<u8>,
}

impl Receives for Inlet {
    fn receive(&mut self) -> u64 {
        let came = match self.way {
            Way::One => self.socket.recv_from(&mut self.memory).map(|_| 1),
            Way::Batch => self.receive_batch(),
            Way::Segments => {
                let came = self.socket.recv_from(&mut self.memory);
                came.map(|(bytes, _)| bytes.div_ceil(self.bytes))
            }
        };
        match came {
            Ok(count) => count as u64,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => 0,
            Err(error) => panic!("{error}"),
        }
    }
}

impl Inlet {
    fn receive_batch(&mut self) -> io::Result<usize> {
        let (mut parts, mut heads) = empty();
        let room = self.memory.len() / Way::BATCH;
        fill(
            &mut parts,
            &mut heads,
            self.memory.chunks_mut(room).take(Way::BATCH),
        );
        // SAFETY: all heads are filled, and point to memory that lives until after the call.
        let received = unsafe {
            libc::recvmmsg(
                self.socket.as_raw_fd(),
                heads.as_mut_ptr(),
                Way::BATCH as u32,
                libc::MSG_WAITFORONE,
                std::ptr::null_mut(),
            )
        };
        usize::try_from(received).map_err(|_| io::Error::last_os_error())
    }
}

type Heads = ([libc::iovec; Way::BATCH], [libc::mmsghdr; Way::BATCH]);

fn empty() -> Heads {
    // SAFETY: both are structures of numbers and pointers, for which zeroes are valid: nothing.
    unsafe { std::mem::zeroed() }
}

fn fill<'a>(
    parts: &mut [libc::iovec],
    heads: &mut [libc::mmsghdr],
    pieces: impl Iterator<Item = &'a mut [u8]>,
) {
    for ((part, head), piece) in parts.iter_mut().zip(heads).zip(pieces) {
        part.iov_base = piece.as_mut_ptr().cast();
        part.iov_len = piece.len();
        head.msg_hdr.msg_iov = part;
        head.msg_hdr.msg_iovlen = 1;
    }
}

fn set(socket: &UdpSocket, level: i32, name: i32, value: i32) -> io::Result<()> {
    // SAFETY: the kernel reads an `int` at the address of one.
    let status = unsafe {
        libc::setsockopt(
            socket.as_raw_fd(),
            level,
            name,
            std::ptr::from_ref(&value).cast(),
            size_of::<i32>() as libc::socklen_t,
        )
    };
    match status {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

//! One thread and one io_uring: multishot accept, multishot receive, provided buffers: the limit of `uring`.
//!
//! ```text
//! enter ──▶ accepted: receive for ever     received: send out of the same buffer     sent: buffer back
//!   ▲                                                                                              │
//!   └──────────────────────────────────────────────────────────────────────────────────────────────┘
//! ```
//!
//! Left out: a client that does not read. As long as its socket takes what is sent, sends of one
//! connection end in the order in which they began; past that they could change places.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io;
use std::net::TcpListener;
use std::os::fd::{AsRawFd, RawFd};
use std::ptr;
use std::time::Instant;

use io_uring::types::{Fd, SubmitArgs, Timespec};
use io_uring::{IoUring, cqueue, opcode, squeue};

use super::provided::{Buffers, GROUP};
use crate::protocol::{Protocol, reverse_line};

/// Serves for ever.
///
/// # Errors
/// When the kernel knows no io_uring with these operations, or a connection cannot be accepted.
pub fn serve(listener: TcpListener, protocol: Protocol) -> io::Result<()> {
    let ring = open()?;
    let buffers = Buffers::register(&ring)?;
    let mut server = Server {
        ring,
        buffers,
        listener,
        protocol,
        texts: Vec::new(),
        timers: BinaryHeap::new(),
    };
    server.accept()?;
    let mut completions: Vec<cqueue::Entry> = Vec::with_capacity(ENTRIES as usize);
    loop {
        server.enter()?;
        completions.extend(server.ring.completion());
        for completion in completions.drain(..) {
            server.handle(&completion)?;
        }
        server.answer_due()?;
    }
}

/// The ring that suits one thread best (Linux 6.1), or else a plain one.
fn open() -> io::Result<IoUring> {
    let best = IoUring::builder()
        .setup_single_issuer()
        .setup_defer_taskrun()
        .build(ENTRIES);
    best.or_else(|_| IoUring::new(ENTRIES))
}

struct Server {
    ring: IoUring,
    buffers: Buffers,
    listener: TcpListener,
    protocol: Protocol,
    /// By descriptor: what was read, and lent to the kernel while it is sent. Used by bursts only.
    texts: Vec<Box<[u8]>>,
    /// When the task is over, and whose it is; the earliest first.
    timers: BinaryHeap<Reverse<(Instant, RawFd)>>,
}

impl Server {
    /// Hands over what is queued, and sleeps until something completes or a task is over.
    fn enter(&mut self) -> io::Result<()> {
        let entered = match self.timers.peek() {
            None => self.ring.submit_and_wait(1),
            Some(Reverse((due, _))) => {
                let left = Timespec::from(due.saturating_duration_since(Instant::now()));
                let args = SubmitArgs::new().timespec(&left);
                self.ring.submitter().submit_with_args(1, &args)
            }
        };
        match entered {
            Err(error)
                if !matches!(
                    error.raw_os_error(),
                    Some(libc::ETIME | libc::EINTR | libc::EBUSY)
                ) =>
            {
                Err(error)
            }
            _ => Ok(()),
        }
    }

    fn handle(&mut self, completion: &cqueue::Entry) -> io::Result<()> {
        let (kind, buffer, socket) = unpacked(completion.user_data());
        let (result, flags) = (completion.result(), completion.flags());
        match kind {
            ACCEPTED => {
                if result < 0 {
                    return Err(io::Error::from_raw_os_error(-result));
                }
                self.receive(result)?;
                match cqueue::more(flags) {
                    true => Ok(()),
                    false => self.accept(),
                }
            }
            RECEIVED => match (result, cqueue::buffer_select(flags)) {
                (1.., Some(buffer)) => self.on_received(socket, buffer, result as u32, flags),
                // All buffers are lent out; they are back when the sends of this round have ended.
                (_, None) if result == -libc::ENOBUFS => self.receive(socket),
                _ => self.close(socket),
            },
            SENT_BUFFER => {
                self.buffers.give_back(buffer);
                Ok(())
            }
            SENT_TEXT => self.close(socket),
            _ => Ok(()),
        }
    }

    fn on_received(
        &mut self,
        socket: RawFd,
        buffer: u16,
        count: u32,
        flags: u32,
    ) -> io::Result<()> {
        match self.protocol {
            Protocol::Echo => {
                let start = self.buffers.bytes(buffer, count as usize).as_ptr();
                let send = opcode::Send::new(Fd(socket), start, count)
                    .flags(libc::MSG_NOSIGNAL | libc::MSG_WAITALL)
                    .build();
                self.push(send.user_data(packed(SENT_BUFFER, buffer, socket)))?;
                match cqueue::more(flags) {
                    true => Ok(()),
                    false => self.receive(socket),
                }
            }
            Protocol::Burst { task } => {
                let index = socket as usize;
                if self.texts.len() <= index {
                    self.texts.resize_with(index + 1, Box::default);
                }
                let text = self.buffers.bytes(buffer, count as usize);
                self.texts[index] = text.into();
                self.timers.push(Reverse((Instant::now() + task, socket)));
                self.buffers.give_back(buffer);
                Ok(())
            }
        }
    }

    fn answer_due(&mut self) -> io::Result<()> {
        if self.timers.is_empty() {
            return Ok(());
        }
        let now = Instant::now();
        while let Some(&Reverse((due, socket))) = self.timers.peek() {
            if due > now {
                break;
            }
            self.timers.pop();
            let text = &mut self.texts[socket as usize];
            reverse_line(text);
            let send = opcode::Send::new(Fd(socket), text.as_ptr(), text.len() as u32)
                .flags(libc::MSG_NOSIGNAL | libc::MSG_WAITALL)
                .build();
            self.push(send.user_data(packed(SENT_TEXT, 0, socket)))?;
        }
        Ok(())
    }

    fn accept(&mut self) -> io::Result<()> {
        let accept = opcode::AcceptMulti::new(Fd(self.listener.as_raw_fd()))
            .flags(libc::SOCK_CLOEXEC)
            .build();
        self.push(accept.user_data(packed(ACCEPTED, 0, 0)))
    }

    /// A burst reads once: a receive that stays armed would hold the connection open past its close.
    fn receive(&mut self, socket: RawFd) -> io::Result<()> {
        let receive = match self.protocol {
            Protocol::Echo => opcode::RecvMulti::new(Fd(socket), GROUP).build(),
            Protocol::Burst { .. } => opcode::Recv::new(Fd(socket), ptr::null_mut(), 0)
                .buf_group(GROUP)
                .build()
                .flags(squeue::Flags::BUFFER_SELECT),
        };
        self.push(receive.user_data(packed(RECEIVED, 0, socket)))
    }

    /// Through the ring: sends that are queued before it must not meet another socket's number.
    fn close(&mut self, socket: RawFd) -> io::Result<()> {
        let close = opcode::Close::new(Fd(socket)).build();
        self.push(close.user_data(packed(CLOSED, 0, socket)))
    }

    fn push(&mut self, entry: squeue::Entry) -> io::Result<()> {
        loop {
            // SAFETY: what an entry points to is a provided buffer, which is given back only when the
            // send has completed, or a text, which is replaced only then; both outlive the ring's use.
            if unsafe { self.ring.submission().push(&entry) }.is_ok() {
                return Ok(());
            }
            self.ring.submit()?;
        }
    }
}

/// What a completion is about: kind, buffer and descriptor in one number.
fn packed(kind: u64, buffer: u16, socket: RawFd) -> u64 {
    kind << 48 | u64::from(buffer) << 32 | u64::from(socket as u32)
}

fn unpacked(packed: u64) -> (u64, u16, RawFd) {
    (packed >> 48, (packed >> 32) as u16, packed as u32 as RawFd)
}

const ACCEPTED: u64 = 0;
const RECEIVED: u64 = 1;
const SENT_BUFFER: u64 = 2;
const SENT_TEXT: u64 = 3;
const CLOSED: u64 = 4;
/// Entries of the submission queue; the completion queue has twice as many, and the kernel keeps what
/// does not fit.
const ENTRIES: u32 = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_is_unpacked() {
        for parts in [
            (ACCEPTED, 0, 0),
            (SENT_BUFFER, u16::MAX, 19_999),
            (CLOSED, 7, 1),
        ] {
            assert_eq!(unpacked(packed(parts.0, parts.1, parts.2)), parts);
        }
    }
}

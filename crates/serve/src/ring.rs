//! An io_uring with the memory that the kernel reads and writes while it works: nothing else in this crate
//! can hand it a pointer.
//!
//! ```text
//!   accept · receive · send · watch · cancel ─▶ queue ─▶ enter (one system call) ─▶ next, next, …
//! ```
//!
//! Bytes to send are copied into a buffer that stays where it is until the kernel has said that the send is
//! over; bytes received come in [`Buffers`]. If the ring goes while the kernel still has some of that memory,
//! the memory is leaked rather than freed.

use std::{
    collections::VecDeque,
    io, mem,
    os::fd::{AsRawFd as _, BorrowedFd, FromRawFd as _, OwnedFd},
    ptr,
    time::Duration,
};

use io_uring::{
    IoUring, cqueue, opcode, squeue,
    types::{CancelBuilder, Fd, SubmitArgs, Timespec},
};
use run::Key;
use rustix::io::Errno;

use crate::{
    ServeError,
    ring_buffers::{Buffers, Filled, GROUP},
};

/// See the file's description.
pub(crate) struct Ring {
    ring: IoUring,
    buffers: Buffers,
    flights: Vec<Flight>,
    /// Numbers of the flights that have landed.
    landed: Vec<u32>,
    /// How many receives are armed, each of which may fill a buffer.
    receives: usize,
    /// What found no place in the queue.
    backlog: VecDeque<squeue::Entry>,
}

/// Bytes on their way to the kernel.
struct Flight {
    bytes: Vec<u8>,
    key: Key,
}

/// What has happened.
#[derive(Debug)]
pub(crate) enum Event {
    /// A connection has come, or could not be accepted; whether the accept is over.
    Accepted(Result<OwnedFd, Errno>, bool),
    /// Something has come on a connection; whether its receive is over.
    Came(Key, Came, bool),
    /// A send is over, and so many bytes have been taken.
    Sent(Key, Result<usize, Errno>),
    /// What is watched under this name is readable; whether the watch is over.
    Readable(Watched, bool),
    /// A cancellation has found nothing left to cancel.
    Nothing,
}

/// What has come on a connection.
#[derive(Debug)]
pub(crate) enum Came {
    Bytes(Filled),
    End,
    Error(Errno),
}

/// A descriptor that is watched beside the connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Watched {
    Alarm,
    Work,
}

/// How many connections an accept brings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Accept {
    One,
    /// All that come, until it is cancelled.
    Many,
}

impl Ring {
    /// A ring for the calling thread; `instead` says which model does without.
    ///
    /// # Errors
    /// When the kernel has none, or has been told to give none, with what to do about it.
    pub(crate) fn new(instead: &'static str) -> Result<Self, ServeError> {
        let ring = open().and_then(|ring| Ok((Buffers::register(&ring)?, ring)));
        let (buffers, ring) = ring.map_err(|reason| refused(reason, instead))?;
        Ok(Self {
            ring,
            buffers,
            flights: Vec::new(),
            landed: Vec::new(),
            receives: 0,
            backlog: VecDeque::new(),
        })
    }

    /// Hands over what is queued, and sleeps until something has happened or `left` has passed.
    ///
    /// The kernel sleeps with a timer of full resolution and the thread's slack, so it needs no naps.
    ///
    /// # Errors
    /// When the ring is of no use any more.
    pub(crate) fn enter(&mut self, left: Option<Duration>) -> io::Result<()> {
        while self.fill_queue() {
            if !has_entered(self.ring.submit())? {
                break;
            }
        }
        let left = match self.backlog.is_empty() {
            true => left,
            false => Some(Duration::ZERO),
        };
        let entered = match left {
            None => self.ring.submit_and_wait(1),
            Some(left) => {
                let left = Timespec::from(left);
                let args = SubmitArgs::new().timespec(&left);
                self.ring.submitter().submit_with_args(1, &args)
            }
        };
        has_entered(entered).map(|_| ())
    }

    /// The next of what has happened.
    pub(crate) fn next(&mut self) -> Option<Event> {
        let completion = self.ring.completion().next()?;
        let is_last = !cqueue::more(completion.flags());
        let result = match completion.result() {
            error @ ..0 => Err(Errno::from_raw_os_error(-error)),
            count => Ok(count.unsigned_abs()),
        };
        Some(match completion.user_data() {
            // SAFETY: the kernel has just made this descriptor for us, and says so once.
            ACCEPT => Event::Accepted(
                result.map(|fd| unsafe { OwnedFd::from_raw_fd(fd.cast_signed()) }),
                is_last,
            ),
            ALARM => Event::Readable(Watched::Alarm, is_last),
            WORK => Event::Readable(Watched::Work, is_last),
            NOTHING => Event::Nothing,
            send if send & OURS != 0 => {
                let flight = send as u32;
                let key = self.land(flight);
                Event::Sent(key, result.map(|count| count as usize))
            }
            key => {
                self.receives -= usize::from(is_last);
                let buffer = cqueue::buffer_select(completion.flags());
                // SAFETY: the completion has just been taken, which is done once.
                let came = unsafe { came(result, buffer) };
                Event::Came(Key::from_u64(key), came, is_last)
            }
        })
    }

    /// Accepts from a listener, which must be one that blocks: or the kernel would not wait.
    pub(crate) fn accept(&mut self, listener: BorrowedFd<'_>, accept: Accept) {
        let fd = Fd(listener.as_raw_fd());
        let entry = match accept {
            Accept::One => opcode::Accept::new(fd, ptr::null_mut(), ptr::null_mut())
                .flags(libc::SOCK_CLOEXEC)
                .build(),
            Accept::Many => opcode::AcceptMulti::new(fd)
                .flags(libc::SOCK_CLOEXEC)
                .build(),
        };
        self.push(entry.user_data(ACCEPT));
    }

    /// Receives from a connection, until it is cancelled or the buffers are all taken.
    pub(crate) fn receive(&mut self, key: Key, socket: BorrowedFd<'_>) {
        let entry = opcode::RecvMulti::new(Fd(socket.as_raw_fd()), GROUP).build();
        self.receives += 1;
        self.push(entry.user_data(key.to_u64()));
    }

    /// Sends a copy of these bytes, or of as many of them as one send takes. One at a time for each
    /// connection: they could overtake each other. Gives the number by which it can be cancelled.
    pub(crate) fn send(&mut self, key: Key, socket: BorrowedFd<'_>, bytes: &[u8]) -> u32 {
        let bytes = &bytes[..bytes.len().min(SEND_BYTES)];
        let number = self.landed.pop().unwrap_or_else(|| {
            let bytes = Vec::new();
            self.flights.push(Flight { bytes, key });
            u32::try_from(self.flights.len() - 1).expect("connections are counted in u32")
        });
        let flight = &mut self.flights[number as usize];
        flight.key = key;
        flight.bytes.extend_from_slice(bytes);
        let (start, count) = (flight.bytes.as_ptr(), flight.bytes.len() as u32);
        let entry = opcode::Send::new(Fd(socket.as_raw_fd()), start, count)
            .flags(libc::MSG_NOSIGNAL)
            .build();
        self.push(entry.user_data(OURS | u64::from(number)));
        number
    }

    /// Tells when `fd` is readable: once, or again and again.
    pub(crate) fn watch(&mut self, watched: Watched, fd: BorrowedFd<'_>) {
        let (name, is_repeated) = match watched {
            Watched::Alarm => (ALARM, false),
            Watched::Work => (WORK, true),
        };
        let entry = opcode::PollAdd::new(Fd(fd.as_raw_fd()), libc::POLLIN as u32)
            .multi(is_repeated)
            .build();
        self.push(entry.user_data(name));
    }

    /// The accept, if it is still armed, says that it is over.
    pub(crate) fn cancel_accept(&mut self) {
        self.cancel(ACCEPT);
    }

    /// The receive says that it is over.
    pub(crate) fn cancel_receive(&mut self, key: Key) {
        self.cancel(key.to_u64());
    }

    /// The send says that it is over.
    pub(crate) fn cancel_send(&mut self, number: u32) {
        self.cancel(OURS | u64::from(number));
    }

    /// What has come in a buffer.
    pub(crate) fn bytes(&self, filled: &Filled) -> &[u8] {
        self.buffers.bytes(filled)
    }

    /// Gives the kernel a buffer back.
    pub(crate) fn give_back(&mut self, filled: Filled) {
        self.buffers.give_back(filled);
    }

    fn cancel(&mut self, name: u64) {
        let entry = opcode::AsyncCancel2::new(CancelBuilder::user_data(name)).build();
        let entry = entry.flags(squeue::Flags::SKIP_SUCCESS);
        self.push(entry.user_data(NOTHING));
    }

    /// A send is over: its memory is ours again.
    fn land(&mut self, number: u32) -> Key {
        let flight = &mut self.flights[number as usize];
        flight.bytes.clear();
        flight.bytes.shrink_to(KEPT_BYTES);
        self.landed.push(number);
        flight.key
    }

    /// In the order of the calls.
    fn push(&mut self, entry: squeue::Entry) {
        if !self.backlog.is_empty() || !self.try_push(&entry) {
            self.backlog.push_back(entry);
        }
    }

    /// Moves what found no place into the queue, and says whether there is more.
    fn fill_queue(&mut self) -> bool {
        while let Some(entry) = self.backlog.pop_front() {
            if !self.try_push(&entry) {
                self.backlog.push_front(entry);
                return true;
            }
        }
        false
    }

    fn try_push(&mut self, entry: &squeue::Entry) -> bool {
        // SAFETY: entries are made in this file only. The one kind that points to memory is a send, whose
        // flight is neither changed nor freed until its completion lands it; see `drop` for the rest.
        unsafe { self.ring.submission().push(entry) }.is_ok()
    }
}

impl Drop for Ring {
    /// Closing a ring cancels what it does, but the kernel does not wait for that.
    fn drop(&mut self) {
        if self.landed.len() < self.flights.len() {
            mem::forget(mem::take(&mut self.flights));
        }
        if self.receives > 0 {
            self.buffers.leak();
        }
    }
}

/// Whether the kernel gives a ring, and whether it can be used; `instead` says which model does without.
///
/// # Errors
/// When it cannot, with what to do about it.
pub(crate) fn check(instead: &'static str) -> Result<(), ServeError> {
    let mut ring = Ring::new(instead)?;
    let entered = ring.enter(Some(Duration::ZERO));
    entered.map_err(|reason| refused(reason, instead))
}

/// A ring whose completions are worked off when its one thread enters (Linux 6.1), or one that at least does
/// not interrupt it (6.0). Multishot receives came with 6.0, too, and so the flags tell of them.
fn open() -> io::Result<IoUring> {
    let mut builder = IoUring::builder();
    builder.setup_single_issuer().setup_cqsize(COMPLETIONS);
    let mut best = builder.clone();
    best.setup_defer_taskrun().setup_submit_all();
    let best = best.build(ENTRIES);
    best.or_else(|_| builder.setup_coop_taskrun().build(ENTRIES))
}

/// Whether the kernel took what was queued; it is none of its errors when time has passed, a signal came, or
/// it wants completions to be taken, or memory to be freed, first.
fn has_entered(entered: io::Result<usize>) -> io::Result<bool> {
    match entered {
        Ok(_) => Ok(true),
        Err(error) => match error.raw_os_error() {
            Some(libc::ETIME | libc::EINTR | libc::EBUSY | libc::EAGAIN) => Ok(false),
            _ => Err(error),
        },
    }
}

/// # Safety
/// Both are from the completion of a receive, and this is called once for it.
unsafe fn came(result: Result<u32, Errno>, buffer: Option<u16>) -> Came {
    match result {
        Err(error) => Came::Error(error),
        Ok(0) => Came::End,
        Ok(count) => {
            let buffer = buffer.expect("bytes come in a buffer");
            // SAFETY: by the caller.
            Came::Bytes(unsafe { Buffers::filled(buffer, count as usize) })
        }
    }
}

fn refused(reason: io::Error, instead: &'static str) -> ServeError {
    ServeError::Ring {
        hint: hint(reason.raw_os_error()),
        reason,
        instead,
    }
}

fn hint(error: Option<i32>) -> &'static str {
    match error {
        Some(libc::EPERM | libc::EACCES) => {
            "it is forbidden here, by `sysctl kernel.io_uring_disabled` or by a container's seccomp profile: allow it"
        }
        Some(libc::ENOSYS) => "this kernel was built without it: take one that has it",
        Some(libc::EINVAL) => "it needs Linux 6.0 or later",
        Some(libc::ENOMEM) => "free some memory, or raise `ulimit -l`",
        Some(libc::EMFILE | libc::ENFILE) => "raise `ulimit -n`",
        _ => "see `dmesg`",
    }
}

/// The bit that no number of a connection has; with the number of a flight, the name of a send.
const OURS: u64 = 1 << 63;
const ACCEPT: u64 = u64::MAX;
const ALARM: u64 = u64::MAX - 1;
const WORK: u64 = u64::MAX - 2;
const NOTHING: u64 = u64::MAX - 3;
/// Entries of the queue; what does not fit waits.
const ENTRIES: u32 = 1024;
/// Entries of the completion queue; the kernel keeps what does not fit.
const COMPLETIONS: u32 = 4096;
/// What one send takes: about as much as a socket's buffer.
const SEND_BYTES: usize = 64 * 1024;
/// What a flight that has landed may hold on to.
const KEPT_BYTES: usize = 4 * 1024;

#[cfg(test)]
mod tests {
    use std::{
        io::{Read as _, Write as _},
        net::{TcpListener, TcpStream},
        os::fd::AsFd as _,
    };

    use super::*;

    const KEY: Key = Key {
        index: 7,
        generation: 3,
    };

    fn ring() -> Ring {
        Ring::new("`-m reactor`").expect("this machine allows io_uring")
    }

    fn pair() -> (TcpStream, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("bound");
        let client = TcpStream::connect(listener.local_addr().expect("an address"));
        (
            client.expect("connected"),
            listener.accept().expect("accepted").0,
        )
    }

    #[track_caller]
    fn wait(ring: &mut Ring) -> Event {
        loop {
            match ring.next() {
                Some(Event::Nothing) => {}
                Some(event) => return event,
                None => ring.enter(None).expect("entered"),
            }
        }
    }

    #[test]
    fn bytes_come_and_go_under_the_number_of_their_connection() {
        let (mut client, server) = pair();
        let mut ring = ring();
        ring.receive(KEY, server.as_fd());
        client.write_all(b"question").expect("sent");
        let Event::Came(KEY, Came::Bytes(filled), false) = wait(&mut ring) else {
            panic!("bytes, and the receive stays armed");
        };
        assert_eq!(ring.bytes(&filled), b"question");
        ring.give_back(filled);
        ring.send(KEY, server.as_fd(), b"answer");
        assert!(matches!(wait(&mut ring), Event::Sent(KEY, Ok(6))));
        let mut found = [0; 6];
        client.read_exact(&mut found).expect("an answer");
        assert_eq!(&found, b"answer");
        drop(client);
        assert!(matches!(wait(&mut ring), Event::Came(KEY, Came::End, true)));
        assert_eq!((ring.receives, ring.landed.len()), (0, 1));
    }

    #[test]
    fn what_is_cancelled_says_that_it_is_over() {
        let (_client, server) = pair();
        let mut ring = ring();
        ring.receive(KEY, server.as_fd());
        ring.cancel_receive(KEY);
        let event = wait(&mut ring);
        assert!(
            matches!(event, Event::Came(KEY, Came::Error(Errno::CANCELED), true)),
            "{event:?}"
        );
        // There is nothing left to cancel.
        ring.cancel_receive(KEY);
        ring.enter(Some(Duration::ZERO)).expect("entered");
        assert!(matches!(ring.next(), Some(Event::Nothing)));
        assert!(ring.next().is_none());
    }

    #[test]
    fn all_that_is_queued_is_done_however_much_it_is() {
        let (mut client, server) = pair();
        let mut ring = ring();
        let count = ENTRIES * 3;
        for index in 0..count {
            let generation = 0;
            ring.send(Key { index, generation }, server.as_fd(), b"x");
        }
        for _ in 0..count {
            assert!(matches!(wait(&mut ring), Event::Sent(_, Ok(1))));
        }
        assert_eq!(ring.landed.len(), ring.flights.len());
        drop(server);
        let mut found = Vec::new();
        client.read_to_end(&mut found).expect("bytes");
        assert_eq!(found.len(), count as usize);
    }

    #[test]
    fn a_refusal_is_told_with_what_to_do() {
        let check = |error, expected| assert!(hint(Some(error)).contains(expected), "{error}");
        check(libc::EPERM, "kernel.io_uring_disabled");
        check(libc::ENOSYS, "built without");
        check(libc::EINVAL, "Linux 6.0");
        let error = refused(io::Error::from_raw_os_error(libc::EPERM), "`-m reactor`");
        assert!(error.to_string().ends_with(", or use `-m reactor`"));
    }
}

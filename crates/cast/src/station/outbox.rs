//! What is to leave in a turn, side by side, and how it leaves.

use std::{
    io,
    net::SocketAddr,
    os::fd::{AsFd, AsRawFd as _},
    time::Duration,
};

use rustix::event::{PollFd, PollFlags};
use socket2::{SockAddr, Socket};

use super::{Application, StationCount};

/// Datagrams that are to leave.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    bytes: Vec<u8>,
    parts: Vec<Part>,
    /// What leaves with one call; used again and again.
    calls: Vec<Call>,
    /// From which length on datagrams are not cut by the kernel, because it refused: beyond what a network carries in one
    /// piece, or where a device cannot do it at all.
    uncut_bytes: Option<usize>,
    /// The errors that were told, by their number.
    told: u128,
}

/// A datagram.
#[derive(Clone, Copy, Debug)]
struct Part {
    end: usize,
    to: Target,
}

/// Where to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// Everybody.
    All,
    /// One address.
    One(SocketAddr),
}

/// Datagrams that leave as one, for one address.
#[derive(Clone, Debug)]
struct Call {
    to: SockAddr,
    start: usize,
    end: usize,
    /// How long each is but the last.
    each: usize,
}

impl Outbox {
    /// One more.
    pub(super) fn push(&mut self, to: Target, datagram: &[u8]) {
        self.bytes.extend_from_slice(datagram);
        let end = self.bytes.len();
        self.parts.push(Part { end, to });
    }

    /// Whether it should leave before more is put in.
    pub(super) fn is_full(&self) -> bool {
        self.bytes.len() >= FULL_BYTES
    }

    /// Whether there is nothing in it.
    pub(super) fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// All leaves. What the system does not send is lost, as on any network, and counted.
    pub(super) fn flush(
        &mut self,
        socket: &Socket,
        everybody: &[SockAddr],
        count: &mut StationCount,
        application: &mut dyn Application,
    ) {
        self.plan(everybody);
        let mut calls = std::mem::take(&mut self.calls);
        let (mut rest, mut tries) = (&calls[..], 0);
        while let Some(first) = rest.first() {
            count.calls += 1;
            let error = match send(socket, &self.bytes, rest) {
                Ok(sent) => {
                    let (done, left) = rest.split_at(sent);
                    count.sent += done.iter().map(Call::datagrams).sum::<u64>();
                    (rest, tries) = (left, 0);
                    continue;
                }
                Err(error) => error,
            };
            tries += 1;
            match error.raw_os_error() {
                Some(libc::EINTR) => continue,
                Some(libc::ECONNREFUSED) if tries <= TRIES_MAX => {
                    count.refusals += 1;
                    continue;
                }
                Some(libc::EAGAIN) if tries == 1 => {
                    wait_for_room(socket);
                    continue;
                }
                Some(code @ (libc::EIO | libc::EINVAL | libc::EMSGSIZE))
                    if first.datagrams() > 1 =>
                {
                    self.uncut_bytes = Some(if code == libc::EIO { 1 } else { first.each });
                    self.send_each(socket, first, count, application);
                }
                _ => {
                    count.not_sent += first.datagrams();
                    self.tell(&error, application);
                }
            }
            (rest, tries) = (&rest[1..], 0);
        }
        calls.clear();
        self.calls = calls;
        self.bytes.clear();
        self.parts.clear();
    }

    /// What goes together: neighbours for the same of one length, the last of which may be shorter.
    fn plan(&mut self, everybody: &[SockAddr]) {
        let mut start = 0;
        let mut rest = &self.parts[..];
        while let Some(first) = rest.first() {
            let each = first.end - start;
            let (mut end, mut taken) = (first.end, 1);
            let is_cut = self.uncut_bytes.is_none_or(|uncut| each < uncut);
            for part in &rest[1..] {
                let bytes = part.end - end;
                let is_whole = end - start == taken * each;
                if !is_cut
                    || !is_whole
                    || taken == SEGMENTS_MAX
                    || part.to != first.to
                    || bytes == 0
                    || bytes > each
                    || part.end - start > JOINED_BYTES_MAX
                {
                    break;
                }
                (end, taken) = (part.end, taken + 1);
            }
            let mut call = |to: SockAddr| {
                self.calls.push(Call {
                    to,
                    start,
                    end,
                    each,
                });
            };
            match first.to {
                Target::One(to) => call(to.into()),
                Target::All => everybody.iter().cloned().for_each(&mut call),
            }
            rest = &rest[taken..];
            start = end;
        }
    }

    /// One after another, what could not leave as one.
    fn send_each(
        &mut self,
        socket: &Socket,
        call: &Call,
        count: &mut StationCount,
        application: &mut dyn Application,
    ) {
        for datagram in self.bytes[call.start..call.end].chunks(call.each) {
            count.calls += 1;
            match socket.send_to_with_flags(datagram, &call.to, libc::MSG_DONTWAIT) {
                Ok(_) => count.sent += 1,
                Err(error) => {
                    count.not_sent += 1;
                    tell(&mut self.told, &error, application);
                }
            }
        }
    }

    fn tell(&mut self, error: &io::Error, application: &mut dyn Application) {
        tell(&mut self.told, error, application);
    }
}

impl Call {
    fn datagrams(&self) -> u64 {
        (self.end - self.start).div_ceil(self.each.max(1)).max(1) as u64
    }
}

/// Tells of an error, once for each number.
pub(super) fn tell(told: &mut u128, error: &io::Error, application: &mut dyn Application) {
    let bit = 1 << error.raw_os_error().unwrap_or(0).clamp(0, 127);
    if *told & bit == 0 {
        *told |= bit;
        application.trouble(error);
    }
}

/// One system call; says how many it took. It fails only when it took none, for the first one's reason.
fn send(socket: &Socket, bytes: &[u8], calls: &[Call]) -> io::Result<usize> {
    let count = calls.len().min(AT_ONCE);
    // SAFETY: all three are structures of numbers and pointers, for which zeroes are valid: nothing.
    let mut parts: [libc::iovec; AT_ONCE] = unsafe { std::mem::zeroed() };
    // SAFETY: as above.
    let mut heads: [libc::mmsghdr; AT_ONCE] = unsafe { std::mem::zeroed() };
    let mut controls = [Control([0; CONTROL_BYTES]); AT_ONCE];
    let places = parts.iter_mut().zip(&mut heads).zip(&mut controls);
    for (((part, head), control), call) in places.zip(calls) {
        let datagrams = &bytes[call.start..call.end];
        part.iov_base = datagrams.as_ptr().cast_mut().cast();
        part.iov_len = datagrams.len();
        let head = &mut head.msg_hdr;
        head.msg_name = call.to.as_ptr().cast_mut().cast();
        head.msg_namelen = call.to.len();
        head.msg_iov = part;
        head.msg_iovlen = 1;
        if call.datagrams() > 1 {
            cut(head, control, call.each as u16);
        }
    }
    // SAFETY: the first `count` heads point to parts, addresses and control messages that outlive the call, and sending only
    // reads them.
    let sent = unsafe {
        libc::sendmmsg(
            socket.as_raw_fd(),
            heads.as_mut_ptr(),
            count as libc::c_uint,
            libc::MSG_DONTWAIT,
        )
    };
    usize::try_from(sent).map_err(|_| io::Error::last_os_error())
}

/// Says into pieces of how many bytes the kernel is to cut it.
fn cut(head: &mut libc::msghdr, control: &mut Control, each: u16) {
    head.msg_control = control.0.as_mut_ptr().cast();
    head.msg_controllen = CONTROL_BYTES as _;
    // SAFETY: the head has room for one control message of two bytes, so there is a first one, whole.
    unsafe {
        let message = libc::CMSG_FIRSTHDR(head);
        (*message).cmsg_level = libc::SOL_UDP;
        (*message).cmsg_type = libc::UDP_SEGMENT;
        (*message).cmsg_len = libc::CMSG_LEN(2) as _;
        std::ptr::write_unaligned(libc::CMSG_DATA(message).cast::<u16>(), each);
    }
}

/// Waits a moment for room in the queue.
fn wait_for_room(socket: &Socket) {
    let mut fds = [PollFd::from_borrowed_fd(socket.as_fd(), PollFlags::OUT)];
    // Whatever ends the wait, it is tried again.
    let _ = run::wait(&mut fds, Some(ROOM_WITHIN));
}

/// Room for one control message: how long the pieces are. Aligned as control messages are.
#[derive(Clone, Copy)]
#[repr(C, align(8))]
struct Control([u8; CONTROL_BYTES]);

/// A head of 16 bytes and a number of 2, as long as control messages are made.
const CONTROL_BYTES: usize = 24;
/// How many calls' worth one system call takes at most.
const AT_ONCE: usize = 64;
/// How many datagrams the kernel cuts from one (`UDP_MAX_SEGMENTS` was 64 in its first years).
const SEGMENTS_MAX: usize = 64;
/// What joined datagrams may be together: a datagram's length field.
const JOINED_BYTES_MAX: usize = 65_507;
/// So much leaves, even in the middle of a turn.
const FULL_BYTES: usize = 1 << 18;
/// How often in a row it may be said that nobody received an earlier datagram.
const TRIES_MAX: u32 = 8;
/// A network takes a datagram within that, or has none to give it to.
const ROOM_WITHIN: Duration = Duration::from_millis(10);

#[cfg(test)]
mod tests {
    use std::net::UdpSocket;

    use group::{Delivered, Notice, SendError, View};
    use timing::Tick;

    use super::*;

    /// It hears of nothing but trouble.
    #[derive(Default)]
    struct Troubles(Vec<i32>);

    impl Application for Troubles {
        fn next(&mut self, _: Tick, _: &mut Vec<u8>) -> bool {
            false
        }
        fn sent(&mut self, _: Tick, _: &[u8], _: Result<u64, SendError>) {}
        fn deliver(&mut self, _: Delivered<'_>) {}
        fn installed(&mut self, _: &View, _: usize) {}
        fn notice(&mut self, _: Notice) {}
        fn trouble(&mut self, error: &io::Error) {
            self.0.extend(error.raw_os_error());
        }
    }

    fn bound() -> (UdpSocket, SocketAddr) {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("bound");
        let address = socket.local_addr().expect("told");
        (socket, address)
    }

    fn received(socket: &UdpSocket) -> Vec<Vec<u8>> {
        socket.set_nonblocking(true).expect("set");
        let mut room = vec![0; 70_000];
        std::iter::from_fn(|| {
            let count = socket.recv(&mut room).ok()?;
            Some(room[..count].to_vec())
        })
        .collect()
    }

    /// Whatever lengths they have and however many there are, each address has what is for it, in order.
    #[track_caller]
    fn check(lengths: &[usize], calls: u64) {
        let (from, _) = bound();
        let ((one, to_one), (two, to_two)) = (bound(), bound());
        let everybody = [to_one.into(), to_two.into()];
        let (mut outbox, mut count) = (Outbox::default(), StationCount::default());
        let datagrams = (0_u8..).zip(lengths).map(|(at, bytes)| vec![at; *bytes]);
        let datagrams: Vec<Vec<u8>> = datagrams.collect();
        for round in 0..2 {
            for datagram in &datagrams {
                outbox.push(Target::All, datagram);
            }
            outbox.push(Target::One(to_two), b"to two");
            let mut troubles = Troubles::default();
            outbox.flush(
                &from.try_clone().expect("cloned").into(),
                &everybody,
                &mut count,
                &mut troubles,
            );
            assert!(
                outbox.is_empty() && troubles.0.is_empty(),
                "{:?}",
                troubles.0
            );
            assert_eq!(received(&one), datagrams, "round {round}");
            let with_its_own = [&datagrams[..], &[b"to two".to_vec()]].concat();
            assert_eq!(received(&two), with_its_own, "round {round}");
        }
        assert_eq!(count.sent, 2 * (2 * lengths.len() as u64 + 1));
        assert_eq!((count.not_sent, count.calls), (0, 2 * calls));
    }

    #[test]
    fn what_leaves_together_arrives_one_by_one_and_in_order() {
        check(&[], 1);
        check(&[100], 1);
        check(&[0, 1, 0], 1);
        check(&[100; 64], 1);
        check(&[100; 130], 1);
        check(&[1400, 1400, 1400, 30, 1400, 1400, 2, 1, 1], 1);
        check(&[30_000, 30_000, 30_000], 1);
        let rising: Vec<usize> = (1..=200).collect();
        check(&rising, 401_u64.div_ceil(AT_ONCE as u64));
    }

    #[test]
    fn what_cannot_be_sent_is_counted_and_told_once() {
        let ((from, _), (one, to_one)) = (bound(), bound());
        let (mut outbox, mut count) = (Outbox::default(), StationCount::default());
        let mut troubles = Troubles::default();
        for _ in 0..2 {
            outbox.push(Target::All, b"before");
            outbox.push(Target::All, &[0; 66_000]);
            outbox.push(Target::All, b"behind");
            let socket = from.try_clone().expect("cloned").into();
            outbox.flush(&socket, &[to_one.into()], &mut count, &mut troubles);
            assert_eq!(received(&one), [b"before".to_vec(), b"behind".to_vec()]);
        }
        assert_eq!((count.sent, count.not_sent), (4, 2));
        assert_eq!(troubles.0, [libc::EMSGSIZE]);
    }
}

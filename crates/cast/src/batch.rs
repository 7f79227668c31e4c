//! Datagrams as they were received, in memory that is used again and again.

use std::{
    io::{self, IoSliceMut},
    mem::MaybeUninit,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV6},
    os::fd::{AsRawFd as _, BorrowedFd},
};

use quinn_udp::{RecvMeta, UdpSocketState};

use crate::Way;

/// Room for what one call receives; allocated once.
pub struct Batch {
    way: Way,
    slot_bytes: usize,
    memory: Vec<u8>,
    metas: Vec<Meta>,
    names: Vec<libc::sockaddr_storage>,
    controls: Vec<Control>,
    offloaded: Vec<RecvMeta>,
}

/// One datagram in a batch.
#[derive(Clone, Copy, Debug)]
pub struct Datagram<'a> {
    /// What it holds, as much of it as there was room for.
    pub bytes: &'a [u8],
    /// How long it was, in bytes.
    pub whole_bytes: usize,
    /// Who sent it.
    pub from: SocketAddr,
    /// Where it was sent to: this machine, a group, or everybody.
    pub to: Option<IpAddr>,
    /// The kernel's number of the interface by which it came.
    pub interface: Option<u32>,
}

impl Datagram<'_> {
    /// Whether there was too little room for all of it.
    pub fn is_truncated(&self) -> bool {
        self.whole_bytes > self.bytes.len()
    }
}

impl Batch {
    /// Room for what one call of that way brings, `datagram_bytes` for each datagram at most. Segments come
    /// joined, so each gets room for the longest there is.
    pub fn new(way: Way, datagram_bytes: usize) -> Self {
        let (slots, slot_bytes) = match way {
            Way::One => (1, datagram_bytes),
            Way::Batch => (Way::BATCH, datagram_bytes),
            Way::Segments => (quinn_udp::BATCH_SIZE, LONGEST),
        };
        let slot_bytes = slot_bytes.clamp(1, LONGEST);
        // SAFETY: a socket address is numbers, for which zeroes are valid.
        let no_name: libc::sockaddr_storage = unsafe { std::mem::zeroed() };
        Self {
            way,
            slot_bytes,
            memory: vec![0; slots * slot_bytes],
            metas: Vec::with_capacity(slots),
            names: vec![no_name; slots],
            controls: vec![Control([0; CONTROL_BYTES]); slots],
            offloaded: vec![RecvMeta::default(); slots],
        }
    }

    /// What the last call brought, in the order in which it came.
    pub fn datagrams(&self) -> impl Iterator<Item = Datagram<'_>> {
        let slots = self.memory.chunks(self.slot_bytes).zip(&self.metas);
        slots.flat_map(|(slot, meta)| Pieces {
            rest: &slot[..meta.bytes.min(slot.len())],
            meta,
            is_first: true,
        })
    }

    /// Whether the last call could have brought more.
    pub(crate) fn is_full(&self) -> bool {
        self.metas.len() == self.names.len()
    }

    /// Whose calls fill it.
    pub(crate) fn way(&self) -> Way {
        self.way
    }

    /// How many reads' worth the last call brought.
    pub(crate) fn count(&self) -> usize {
        self.metas.len()
    }

    /// Nothing has come.
    pub(crate) fn clear(&mut self) {
        self.metas.clear();
    }

    /// Takes what is there. What is joined by the kernel is never waited for.
    pub(crate) fn fill(
        &mut self,
        socket: BorrowedFd<'_>,
        offload: Option<&UdpSocketState>,
        wait: Wait,
    ) -> io::Result<()> {
        self.metas.clear();
        match (self.way, offload) {
            (Way::Segments, Some(offload)) => self.fill_offloaded(socket, offload),
            (Way::One, _) => self.fill_one(socket, wait),
            (Way::Batch | Way::Segments, _) => self.fill_many(socket, wait),
        }
    }

    fn fill_offloaded(
        &mut self,
        socket: BorrowedFd<'_>,
        offload: &UdpSocketState,
    ) -> io::Result<()> {
        let mut slots = self.memory.chunks_mut(self.slot_bytes);
        let mut buffers: [IoSliceMut<'_>; quinn_udp::BATCH_SIZE] =
            std::array::from_fn(|_| IoSliceMut::new(slots.next().unwrap_or_default()));
        let socket = socket2::SockRef::from(&socket);
        let count = offload.recv((&*socket).into(), &mut buffers, &mut self.offloaded)?;
        let metas = self.offloaded.iter().take(count);
        self.metas.extend(metas.map(|meta| Meta {
            bytes: meta.len,
            stride: meta.stride,
            from: meta.addr,
            to: meta.dst_ip,
            interface: meta.interface_index,
        }));
        Ok(())
    }

    fn fill_one(&mut self, socket: BorrowedFd<'_>, wait: Wait) -> io::Result<()> {
        let mut part = part(&mut self.memory);
        let mut head = head(&mut self.names[0], &mut self.controls[0], &mut part);
        // SAFETY: the head points to one name, one control message and one part, each as long as it says,
        // which live until after the call.
        let count = unsafe { libc::recvmsg(socket.as_raw_fd(), &mut head, wait.flags()) };
        let count = usize::try_from(count).map_err(|_| io::Error::last_os_error())?;
        self.metas.push(Meta::of(&head, count, &self.names[0]));
        Ok(())
    }

    fn fill_many(&mut self, socket: BorrowedFd<'_>, wait: Wait) -> io::Result<()> {
        let mut parts = [const { MaybeUninit::<libc::iovec>::uninit() }; Way::BATCH];
        let mut heads = [const { MaybeUninit::<libc::mmsghdr>::uninit() }; Way::BATCH];
        let slots = self.memory.chunks_mut(self.slot_bytes);
        let places = self.names.iter_mut().zip(&mut self.controls).zip(slots);
        let mut count = 0;
        for ((into, head_of), ((name, control), slot)) in
            parts.iter_mut().zip(&mut heads).zip(places)
        {
            let part = into.write(part(slot));
            head_of.write(libc::mmsghdr {
                msg_hdr: head(name, control, part),
                msg_len: 0,
            });
            count += 1;
        }
        // SAFETY: the first `count` heads are written, and point to a name, a control message and a part each,
        // as long as they say, which live until after the call.
        let received = unsafe {
            libc::recvmmsg(
                socket.as_raw_fd(),
                heads.as_mut_ptr().cast(),
                count,
                wait.flags() | libc::MSG_WAITFORONE,
                std::ptr::null_mut(),
            )
        };
        let received = usize::try_from(received).map_err(|_| io::Error::last_os_error())?;
        for (head, name) in heads.iter().zip(&self.names).take(received) {
            // SAFETY: the kernel filled no more heads than it was given, and those were written.
            let head = unsafe { head.assume_init_ref() };
            let meta = Meta::of(&head.msg_hdr, head.msg_len as usize, name);
            self.metas.push(meta);
        }
        Ok(())
    }
}

/// Whether a read waits for the first datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wait {
    /// As long as the socket's own time-out says.
    Inside,
    /// It does not.
    Never,
}

impl Wait {
    /// With `MSG_TRUNC` the kernel says how long a datagram was, not how much of it there was room for.
    fn flags(self) -> i32 {
        match self {
            Self::Inside => libc::MSG_TRUNC,
            Self::Never => libc::MSG_TRUNC | libc::MSG_DONTWAIT,
        }
    }
}

/// What is known of the bytes in a slot.
#[derive(Clone, Copy, Debug)]
struct Meta {
    /// How many there were.
    bytes: usize,
    /// The length of each datagram in them but the last.
    stride: usize,
    from: SocketAddr,
    to: Option<IpAddr>,
    interface: Option<u32>,
}

impl Meta {
    fn of(head: &libc::msghdr, bytes: usize, name: &libc::sockaddr_storage) -> Self {
        let (to, interface) = destination(head);
        Self {
            bytes,
            stride: bytes,
            from: socket_address(name),
            to,
            interface,
        }
    }
}

/// The datagrams of a slot, one after another; also an empty one.
struct Pieces<'a> {
    rest: &'a [u8],
    meta: &'a Meta,
    is_first: bool,
}

impl<'a> Iterator for Pieces<'a> {
    type Item = Datagram<'a>;

    fn next(&mut self) -> Option<Datagram<'a>> {
        if self.rest.is_empty() && !self.is_first {
            return None;
        }
        self.is_first = false;
        let meta = self.meta;
        let (bytes, rest) = self.rest.split_at(self.rest.len().min(meta.stride));
        self.rest = rest;
        let is_alone = meta.stride >= meta.bytes;
        Some(Datagram {
            bytes,
            whole_bytes: if is_alone { meta.bytes } else { bytes.len() },
            from: meta.from,
            to: meta.to,
            interface: meta.interface,
        })
    }
}

/// Room for one control message: where the datagram was sent to. Aligned as control messages are.
#[derive(Clone, Copy)]
#[repr(C, align(8))]
struct Control([u8; CONTROL_BYTES]);

fn part(slot: &mut [u8]) -> libc::iovec {
    libc::iovec {
        iov_base: slot.as_mut_ptr().cast(),
        iov_len: slot.len(),
    }
}

fn head(
    name: &mut libc::sockaddr_storage,
    control: &mut Control,
    part: &mut libc::iovec,
) -> libc::msghdr {
    // SAFETY: it is numbers and pointers, for which zeroes are valid: nothing.
    let mut head: libc::msghdr = unsafe { std::mem::zeroed() };
    head.msg_name = std::ptr::from_mut(name).cast();
    head.msg_namelen = size_of::<libc::sockaddr_storage>() as libc::socklen_t;
    head.msg_iov = part;
    head.msg_iovlen = 1;
    head.msg_control = control.0.as_mut_ptr().cast();
    head.msg_controllen = CONTROL_BYTES as _;
    head
}

/// Where a datagram was sent to, and the interface by which it came.
fn destination(head: &libc::msghdr) -> (Option<IpAddr>, Option<u32>) {
    // SAFETY: the head is one that the kernel has filled, and its control messages are still in place.
    let message = unsafe { libc::CMSG_FIRSTHDR(head) };
    if message.is_null() {
        return (None, None);
    }
    // SAFETY: not null, so a control message within the head's room.
    let kind = unsafe { ((*message).cmsg_level, (*message).cmsg_type) };
    // SAFETY: as above.
    let data = unsafe { libc::CMSG_DATA(message) };
    match kind {
        (libc::IPPROTO_IP, libc::IP_PKTINFO) => {
            // SAFETY: the kernel writes an `in_pktinfo` under this name, whole or not at all, for there is room.
            let info: libc::in_pktinfo = unsafe { std::ptr::read_unaligned(data.cast()) };
            let to = Ipv4Addr::from_bits(u32::from_be(info.ipi_addr.s_addr));
            (Some(to.into()), Some(info.ipi_ifindex.cast_unsigned()))
        }
        (libc::IPPROTO_IPV6, libc::IPV6_PKTINFO) => {
            // SAFETY: as above, an `in6_pktinfo`.
            let info: libc::in6_pktinfo = unsafe { std::ptr::read_unaligned(data.cast()) };
            let to = Ipv6Addr::from(info.ipi6_addr.s6_addr);
            (Some(to.into()), Some(info.ipi6_ifindex))
        }
        _ => (None, None),
    }
}

/// The address in the kernel's form; what is neither IPv4 nor IPv6, which no such socket receives, as none.
fn socket_address(name: &libc::sockaddr_storage) -> SocketAddr {
    let name = std::ptr::from_ref(name);
    // SAFETY: `sockaddr_storage` is as long and as aligned as every socket address, and zeroes where nothing
    // was written.
    match i32::from(unsafe { (*name).ss_family }) {
        libc::AF_INET => {
            // SAFETY: the family says so.
            let v4 = unsafe { &*name.cast::<libc::sockaddr_in>() };
            let ip = Ipv4Addr::from_bits(u32::from_be(v4.sin_addr.s_addr));
            SocketAddr::from((ip, u16::from_be(v4.sin_port)))
        }
        libc::AF_INET6 => {
            // SAFETY: the family says so.
            let v6 = unsafe { &*name.cast::<libc::sockaddr_in6>() };
            let ip = Ipv6Addr::from(v6.sin6_addr.s6_addr);
            let port = u16::from_be(v6.sin6_port);
            SocketAddrV6::new(ip, port, v6.sin6_flowinfo, v6.sin6_scope_id).into()
        }
        _ => SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0)),
    }
}

/// No datagram is longer.
const LONGEST: usize = 65_535;
/// An `in6_pktinfo` with its head, and room to spare.
const CONTROL_BYTES: usize = 64;

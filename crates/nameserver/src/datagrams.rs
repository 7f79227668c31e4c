//! Datagrams and their answers, many with one call, in memory that is used again and again.

use std::{
    cell::UnsafeCell,
    io,
    mem::zeroed,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, UdpSocket},
    os::fd::AsRawFd as _,
    ptr,
};

/// Room for what one call receives, and for an answer to each. Made once by the thread that uses it.
pub(crate) struct Datagrams {
    /// Never moved: the heads point into it.
    slots: Box<[UnsafeCell<Slot>]>,
    heads: Box<[libc::mmsghdr]>,
    /// How many heads the last call filled.
    count: usize,
    answers: Vec<Vec<u8>>,
    parts: Vec<libc::iovec>,
    outgoing: Vec<libc::mmsghdr>,
    keeps_address: bool,
}

/// Where a datagram came from, and to which address of ours: all that an answer at a later time needs.
#[derive(Clone, Copy)]
pub(crate) struct Origin {
    name: libc::sockaddr_storage,
    name_bytes: libc::socklen_t,
    control: Control,
    control_bytes: usize,
}

impl Datagrams {
    /// The most that one call moves.
    pub const MAX: usize = 64;

    /// Room; `keeps_address`: an answer leaves from the address that was asked, which the kernel tells on sockets that
    /// [`tell_address`] was called for.
    pub fn new(keeps_address: bool) -> Self {
        // SAFETY: a slot is numbers and a pointer, for which zeroes are valid.
        let slot = || UnsafeCell::new(unsafe { zeroed::<Slot>() });
        let slots: Box<[_]> = (0..Self::MAX).map(|_| slot()).collect();
        let heads = slots.iter().map(|slot| head(slot.get())).collect();
        Self {
            slots,
            heads,
            count: 0,
            answers: (0..Self::MAX)
                .map(|_| Vec::with_capacity(ANSWER_BYTES))
                .collect(),
            parts: Vec::with_capacity(Self::MAX),
            outgoing: Vec::with_capacity(Self::MAX),
            keeps_address,
        }
    }

    /// Waits for the first datagram, and takes what else is there. Says how many.
    ///
    /// # Errors
    /// What the kernel says; an interruption too.
    pub fn receive(&mut self, socket: &UdpSocket) -> io::Result<usize> {
        for head in &mut self.heads[..self.count] {
            head.msg_hdr.msg_namelen = NAME_BYTES;
            head.msg_hdr.msg_controllen = CONTROL_BYTES as _;
        }
        self.count = 0;
        // SAFETY: each head points into its own slot: to a name, a control message and bytes, as long as it says. The slots
        // live and stay where they are as long as `self`, and nobody holds a reference into them during the call.
        let received = unsafe {
            libc::recvmmsg(
                socket.as_raw_fd(),
                self.heads.as_mut_ptr(),
                Self::MAX as u32,
                libc::MSG_WAITFORONE,
                ptr::null_mut(),
            )
        };
        self.count = usize::try_from(received).map_err(|_| io::Error::last_os_error())?;
        Ok(self.count)
    }

    /// A datagram that the last call brought, who sent it, and room for the answer, which is empty.
    pub fn at(&mut self, index: usize) -> (&[u8], IpAddr, &mut Vec<u8>) {
        let bytes = self.heads[..self.count][index].msg_len as usize;
        // SAFETY: the kernel is not at work in the slot, and nobody else refers to it: `self` is borrowed for as long.
        let slot = unsafe { &*self.slots[index].get() };
        let answer = &mut self.answers[index];
        answer.clear();
        (
            &slot.bytes[..bytes.min(SLOT_BYTES)],
            address(&slot.name),
            answer,
        )
    }

    /// Where a datagram came from.
    pub fn origin(&self, index: usize) -> Origin {
        let head = &self.heads[..self.count][index].msg_hdr;
        // SAFETY: as in `at`.
        let slot = unsafe { &*self.slots[index].get() };
        let mut origin = Origin {
            name: slot.name,
            name_bytes: head.msg_namelen,
            control: slot.control,
            control_bytes: head.msg_controllen,
        };
        if self.keeps_address {
            aim(&mut origin.control, origin.control_bytes);
        } else {
            origin.control_bytes = 0;
        }
        origin
    }

    /// Leaves what the last call brought without an answer.
    pub fn forget(&mut self) {
        self.answers.iter_mut().for_each(Vec::clear);
    }

    /// Sends the answers that are not empty, and says how many the kernel did not take.
    pub fn send(&mut self, socket: &UdpSocket) -> usize {
        self.parts.clear();
        self.outgoing.clear();
        for index in 0..self.count {
            if !self.answers[index].is_empty() {
                self.address_answer(index);
            }
        }
        let (mut sent, mut refused) = (0, 0);
        while sent < self.outgoing.len() {
            let rest = &mut self.outgoing[sent..];
            // SAFETY: each of the heads points to a name and a control message in a slot and to a part, which points to an
            // answer; none of them is touched before the call is over.
            let count = unsafe {
                let heads = rest.as_mut_ptr();
                libc::sendmmsg(socket.as_raw_fd(), heads, rest.len() as u32, 0)
            };
            match usize::try_from(count) {
                Ok(count) => sent += count,
                Err(_) if io::Error::last_os_error().kind() == io::ErrorKind::Interrupted => {}
                // The first of the rest cannot be sent: no way there, or too long for it. The others may be.
                Err(_) => {
                    sent += 1;
                    refused += 1;
                }
            }
        }
        refused
    }

    /// Writes the head of an answer: the name and the control message are those of the question.
    fn address_answer(&mut self, index: usize) {
        let answer = &mut self.answers[index];
        self.parts.push(libc::iovec {
            iov_base: answer.as_mut_ptr().cast(),
            iov_len: answer.len(),
        });
        let slot = self.slots[index].get();
        let asked = &self.heads[index].msg_hdr;
        // SAFETY: a head is numbers and pointers, for which zeroes are valid: nothing.
        let mut head: libc::mmsghdr = unsafe { zeroed() };
        head.msg_hdr.msg_namelen = asked.msg_namelen;
        // There is room for all of them, so the parts stay where they are.
        head.msg_hdr.msg_iov = self.parts.last_mut().expect("it was just pushed");
        head.msg_hdr.msg_iovlen = 1;
        // SAFETY: the slot is ours, and nobody refers to it now.
        let slot = unsafe { &mut *slot };
        head.msg_hdr.msg_name = ptr::from_mut(&mut slot.name).cast();
        if self.keeps_address && asked.msg_controllen > 0 {
            aim(&mut slot.control, asked.msg_controllen);
            head.msg_hdr.msg_control = slot.control.0.as_mut_ptr().cast();
            head.msg_hdr.msg_controllen = asked.msg_controllen;
        }
        self.outgoing.push(head);
    }
}

impl Origin {
    /// Sends a late answer there.
    ///
    /// # Errors
    /// What the kernel says.
    pub fn send(mut self, socket: &UdpSocket, answer: &mut [u8]) -> io::Result<()> {
        let mut part = libc::iovec {
            iov_base: answer.as_mut_ptr().cast(),
            iov_len: answer.len(),
        };
        // SAFETY: a head is numbers and pointers, for which zeroes are valid: nothing.
        let mut head: libc::msghdr = unsafe { zeroed() };
        head.msg_name = ptr::from_mut(&mut self.name).cast();
        head.msg_namelen = self.name_bytes;
        head.msg_iov = &mut part;
        head.msg_iovlen = 1;
        if self.control_bytes > 0 {
            head.msg_control = self.control.0.as_mut_ptr().cast();
            head.msg_controllen = self.control_bytes as _;
        }
        // SAFETY: the head points to a name, a control message and a part, as long as it says, which outlive the call.
        match unsafe { libc::sendmsg(socket.as_raw_fd(), &head, libc::MSG_DONTWAIT) } {
            ..0 => Err(io::Error::last_os_error()),
            _ => Ok(()),
        }
    }
}

/// Makes the kernel say which of our addresses a datagram was sent to.
///
/// # Errors
/// What the kernel says.
pub(crate) fn tell_address(socket: &UdpSocket, is_v6: bool) -> io::Result<()> {
    let (level, name) = match is_v6 {
        true => (libc::IPPROTO_IPV6, libc::IPV6_RECVPKTINFO),
        false => (libc::IPPROTO_IP, libc::IP_PKTINFO),
    };
    let on: libc::c_int = 1;
    // SAFETY: the kernel reads as many bytes as an int has, of an int.
    let status = unsafe {
        libc::setsockopt(
            socket.as_raw_fd(),
            level,
            name,
            ptr::from_ref(&on).cast(),
            size_of::<libc::c_int>() as libc::socklen_t,
        )
    };
    match status {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

/// How many datagrams found the socket's buffer full; 0 where the kernel does not say.
pub(crate) fn lost(socket: &UdpSocket) -> u64 {
    let mut counts = [0u32; MEMORY_COUNTS];
    let mut bytes = size_of_val(&counts) as libc::socklen_t;
    // SAFETY: the kernel writes at most `bytes` bytes at `counts`, which are numbers.
    let status = unsafe {
        libc::getsockopt(
            socket.as_raw_fd(),
            libc::SOL_SOCKET,
            SO_MEMINFO,
            counts.as_mut_ptr().cast(),
            &mut bytes,
        )
    };
    match status {
        0 => u64::from(counts[DROPS]),
        _ => 0,
    }
}

#[repr(C)]
struct Slot {
    name: libc::sockaddr_storage,
    control: Control,
    part: libc::iovec,
    bytes: [u8; SLOT_BYTES],
}

/// Room for one control message, aligned as such are.
#[derive(Clone, Copy)]
#[repr(C, align(8))]
struct Control([u8; CONTROL_BYTES]);

/// A head that points into a slot.
fn head(slot: *mut Slot) -> libc::mmsghdr {
    // SAFETY: the slot is there and nobody else refers to it yet.
    let places = unsafe {
        (*slot).part = libc::iovec {
            iov_base: ptr::addr_of_mut!((*slot).bytes).cast(),
            iov_len: SLOT_BYTES,
        };
        (
            ptr::addr_of_mut!((*slot).name),
            ptr::addr_of_mut!((*slot).control),
            ptr::addr_of_mut!((*slot).part),
        )
    };
    // SAFETY: a head is numbers and pointers, for which zeroes are valid: nothing.
    let mut head: libc::mmsghdr = unsafe { zeroed() };
    head.msg_hdr.msg_name = places.0.cast();
    head.msg_hdr.msg_namelen = NAME_BYTES;
    head.msg_hdr.msg_control = places.1.cast();
    head.msg_hdr.msg_controllen = CONTROL_BYTES as _;
    head.msg_hdr.msg_iov = places.2;
    head.msg_hdr.msg_iovlen = 1;
    head
}

/// Turns the control message that says where a question was sent to into the one that says from where its answer leaves.
/// The way there is left to the kernel, but for addresses that mean nothing without an interface.
fn aim(control: &mut Control, bytes: usize) {
    // SAFETY: zeroes are valid: nothing.
    let mut head: libc::msghdr = unsafe { zeroed() };
    head.msg_control = control.0.as_mut_ptr().cast();
    head.msg_controllen = bytes as _;
    // SAFETY: the head's room is the control message's, and the kernel has filled as much of it.
    let message = unsafe { libc::CMSG_FIRSTHDR(&head) };
    if message.is_null() {
        return;
    }
    // SAFETY: not null, so a whole head of a control message within the room.
    let (kind, data) = unsafe {
        let kind = ((*message).cmsg_level, (*message).cmsg_type);
        (kind, libc::CMSG_DATA(message))
    };
    match kind {
        (libc::IPPROTO_IP, libc::IP_PKTINFO) => {
            let info = data.cast::<libc::in_pktinfo>();
            // SAFETY: the kernel writes an `in_pktinfo` under this name, whole; there is room for it. Its own choice of an
            // address to answer from (`ipi_spec_dst`) is the one that was asked, or a sender's for a broadcast.
            unsafe {
                let mut value = info.read_unaligned();
                value.ipi_ifindex = 0;
                info.write_unaligned(value);
            }
        }
        (libc::IPPROTO_IPV6, libc::IPV6_PKTINFO) => {
            let info = data.cast::<libc::in6_pktinfo>();
            // SAFETY: as above, an `in6_pktinfo`.
            unsafe {
                let mut value = info.read_unaligned();
                if !Ipv6Addr::from(value.ipi6_addr.s6_addr).is_unicast_link_local() {
                    value.ipi6_ifindex = 0;
                }
                info.write_unaligned(value);
            }
        }
        _ => {}
    }
}

/// The address in the kernel's form; of what is neither IPv4 nor IPv6, which no such socket receives, none.
fn address(name: &libc::sockaddr_storage) -> IpAddr {
    let name_at = ptr::from_ref(name);
    match i32::from(name.ss_family) {
        libc::AF_INET => {
            // SAFETY: the family says so, and a `sockaddr_storage` is as long and as aligned as every address.
            let v4 = unsafe { &*name_at.cast::<libc::sockaddr_in>() };
            Ipv4Addr::from_bits(u32::from_be(v4.sin_addr.s_addr)).into()
        }
        libc::AF_INET6 => {
            // SAFETY: as above.
            let v6 = unsafe { &*name_at.cast::<libc::sockaddr_in6>() };
            Ipv6Addr::from(v6.sin6_addr.s6_addr).into()
        }
        _ => Ipv4Addr::UNSPECIFIED.into(),
    }
}

/// For a message: what we say that we take is 1,232 bytes, and updates may be longer. A slot is an odd number of cache
/// lines, so that slots do not share their places in the cache.
const SLOT_BYTES: usize = 4_096 + 48;
/// What most answers have room in without another allocation.
const ANSWER_BYTES: usize = 1_280;
const NAME_BYTES: libc::socklen_t = size_of::<libc::sockaddr_storage>() as libc::socklen_t;
/// An `in6_pktinfo` with its head, and room to spare.
const CONTROL_BYTES: usize = 64;
/// What `SO_MEMINFO` tells, as numbers (`sk_meminfo` in Linux, include/uapi/linux/sock_diag.h).
const MEMORY_COUNTS: usize = 9;
/// Which of them counts the datagrams that found the receive buffer full.
const DROPS: usize = 8;
/// include/uapi/asm-generic/socket.h
const SO_MEMINFO: i32 = 55;

//! Questions to the kernel by netlink, and how its answers are read (rtnetlink(7)).

use std::io;

use socket2::{Domain, Protocol, Socket, Type};

/// A socket on which a question has been asked: the type of a message, its flags and what follows its head.
pub(crate) fn ask(kind: u16, flags: i32, body: &[u8]) -> io::Result<Socket> {
    let netlink = Domain::from(libc::AF_NETLINK);
    let protocol = Protocol::from(libc::NETLINK_ROUTE);
    let socket = Socket::new(netlink, Type::DGRAM, Some(protocol))?;
    let length = HEADER + body.len();
    let mut message = Vec::with_capacity(length);
    message.extend((length as u32).to_ne_bytes());
    message.extend(kind.to_ne_bytes());
    message.extend(((libc::NLM_F_REQUEST | flags) as u16).to_ne_bytes());
    message.extend([0; 8]);
    message.extend(body);
    socket.send(&message)?;
    Ok(socket)
}

/// Names and values; what is longer than what there is ends them.
pub(crate) fn attributes(mut rest: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    std::iter::from_fn(move || {
        let length = usize::from(word(rest, 0)?);
        let name = word(rest, 2)? & !NESTED;
        let value = rest.get(ATTRIBUTE..length)?;
        // Attributes begin at multiples of four.
        rest = rest.get(length.next_multiple_of(4)..).unwrap_or_default();
        Some((name, value))
    })
}

pub(crate) fn word(bytes: &[u8], at: usize) -> Option<u16> {
    let two = bytes.get(at..at + 2)?;
    Some(u16::from_ne_bytes(two.try_into().ok()?))
}

pub(crate) fn long(bytes: &[u8], at: usize) -> Option<u32> {
    let four = bytes.get(at..at + 4)?;
    Some(u32::from_ne_bytes(four.try_into().ok()?))
}

/// `sizeof(struct nlmsghdr)`, `sizeof(struct rtattr)`.
pub(crate) const HEADER: usize = 16;
pub(crate) const ATTRIBUTE: usize = 4;
/// `NLA_F_NESTED`, a flag in an attribute's name.
pub(crate) const NESTED: u16 = 1 << 15;

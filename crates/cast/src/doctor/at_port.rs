//! Tries the target's own port: what works on another one may be filtered here.
//!
//! Nobody is robbed. For a group or everybody the port is shared where its owners share it, by a socket that is bound
//! to the group's or the subnet's address and so is given no unicast; for one address it is tried only if it is free.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr, UdpSocket},
};

use socket2::{Domain, Socket, Type};

use super::{
    AtPort, Facts, Loopback, Outcome, PortSocket, Question, Routing, Target,
    probe::{scoped, sender, unspecified},
    token::{PATIENCE, Token},
};
use crate::group::{join, set_choosy};

/// Sends to the port and receives there, if that is possible without harm.
pub fn try_out(question: &Question, facts: &Facts) -> AtPort {
    let target = question.target;
    let member = match target {
        Target::Multicast(_) => member(question, facts),
        Target::Broadcast(address) if is_at_home(*address.ip(), facts) => shared(address.into()),
        Target::Broadcast(_) => {
            return not_tried("every machine of that network would get what is sent there");
        }
        Target::Unicast(address) => {
            let index = question.interface.as_ref().map_or(0, |one| one.index);
            UdpSocket::bind(scoped(address.ip(), address.port(), index))
        }
    };
    let member = match member {
        Ok(member) => member,
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
            return not_tried(&format!("{} has it", owners(facts)));
        }
        Err(error) => return not_tried(&format!("it may not be bound: {error}")),
    };
    let token = Token::new(target.address().port());
    let mut at_port = AtPort {
        send: send(question, &token).into(),
        ..AtPort::default()
    };
    if at_port.send == Outcome::Done {
        at_port.receive = token.receive(&member, PATIENCE).map(drop).into();
        at_port.note = match facts.sockets.is_empty() {
            true => String::new(),
            false => format!("and so for {}, if it listens to that", owners(facts)),
        };
    }
    at_port
}

fn not_tried(why: &str) -> AtPort {
    AtPort {
        note: format!("not tried: {why}"),
        ..AtPort::default()
    }
}

fn is_at_home(address: Ipv4Addr, facts: &Facts) -> bool {
    let mut all = facts.broadcast_addresses();
    all.any(|(one, own)| own == address && one.is_loopback)
}

/// One that has joined the group, on the interface that was asked for or where the routing table leads.
fn member(question: &Question, facts: &Facts) -> io::Result<UdpSocket> {
    let group = question.target.address();
    let asked = question.interface.as_ref().map_or(0, |one| one.index);
    // A group of a link's scope cannot be bound to without its interface.
    let index = match (asked, facts.routing) {
        (0, Routing::By(route)) => route.interface,
        _ => asked,
    };
    let member = shared(scoped(group.ip(), group.port(), index))?;
    set_choosy(&member, group.ip())?;
    join(&member, group.ip(), asked)?;
    Ok(member)
}

/// A socket on that address, which is shared on its owners' terms.
fn shared(address: SocketAddr) -> io::Result<UdpSocket> {
    let bound = |reuse_address: bool, reuse_port: bool| -> io::Result<UdpSocket> {
        let socket = Socket::new(Domain::for_address(address), Type::DGRAM, None)?;
        socket.set_reuse_address(reuse_address)?;
        socket.set_reuse_port(reuse_port)?;
        socket.bind(&address.into())?;
        Ok(socket.into())
    };
    bound(true, false)
        .or_else(|_| bound(false, true))
        .or_else(|_| bound(true, true))
}

/// Sends it to the target. To a group with a TTL of 0, whatever was asked: others have the port, too.
fn send(question: &Question, token: &Token) -> io::Result<()> {
    let address = question.target.address();
    let index = question.interface.as_ref().map_or(0, |one| one.index);
    let socket = match question.target {
        Target::Multicast(group) => {
            let here = Question {
                ttl: 0,
                loopback: Loopback::On,
                ..question.clone()
            };
            sender(&here, group.ip(), question.interface.as_ref())?
        }
        Target::Broadcast(_) => {
            let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))?;
            socket.set_broadcast(true)?;
            socket
        }
        Target::Unicast(_) => UdpSocket::bind((unspecified(address.ip()), 0))?,
    };
    let to = scoped(address.ip(), address.port(), index);
    socket.send_to(token.bytes(), to).map(drop)
}

/// For people: who has the port.
fn owners(facts: &Facts) -> String {
    PortSocket::words_of(&facts.sockets)
}

//! Tries it: joins, sends, receives. Judges nothing.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV6, UdpSocket},
};

use socket2::{Domain, Socket, Type};

use super::{
    Bindings, Facts, INTERFACES_MAX, Loopback, Outcome, Probes, Question, Target, Trial, at_port,
    token::{PATIENCE, PATIENCE_COPY, Token},
};
use crate::{
    Interface,
    group::{join, send_by, set_choosy},
};

/// Tries everything.
pub fn try_out(question: &Question, facts: &Facts) -> Probes {
    let asked = question.interface.as_ref();
    let mut probes = Probes {
        bindings: Bindings::try_out(&question.target, facts),
        ..Probes::default()
    };
    match question.target {
        Target::Multicast(group) => {
            probes.asked = multicast(question, group.ip(), asked);
            let up = facts.interfaces.iter().filter(|one| one.is_up);
            let rest = up.filter(|one| asked.is_none_or(|asked| asked.index != one.index));
            let named = rest.take(INTERFACES_MAX);
            probes.named = named
                .map(|one| multicast(question, group.ip(), Some(one)))
                .collect();
        }
        Target::Broadcast(address) => probes.asked = broadcast(question, *address.ip(), facts),
        Target::Unicast(address) => {
            probes.asked = unicast(address.ip(), asked.map_or(0, |one| one.index), facts);
        }
    }
    if probes.asked.is_good() && probes.asked.receive == Outcome::Done {
        probes.at_port = at_port::try_out(question, facts);
    }
    probes
}

/// Two receivers, one of which joins the group, and a sender that sends once.
pub(super) fn multicast(
    question: &Question,
    group: IpAddr,
    interface: Option<&Interface>,
) -> Trial {
    let mut trial = Trial {
        interface: interface.map(|one| one.name.clone()),
        ..Trial::default()
    };
    let index = interface.map_or(0, |one| one.index);
    let sockets = || -> io::Result<_> {
        let member = receiver(group, 0)?;
        set_choosy(&member, group)?;
        let port = member.local_addr()?.port();
        Ok((member, receiver(group, port)?, port))
    };
    let (member, bystander, port) = match sockets() {
        Ok(sockets) => sockets,
        Err(error) => {
            trial.receive = Err(error).into();
            return trial;
        }
    };
    trial.join = join(&member, group, index).into();
    let token = Token::new(port);
    let sent = sender(question, group, interface)
        .and_then(|socket| socket.send_to(token.bytes(), scoped(group, port, index)));
    trial.send = sent.map(drop).into();
    if trial.join == Outcome::Done && trial.send == Outcome::Done {
        let from = token.receive(&member, PATIENCE);
        trial.from = from.as_ref().ok().map(SocketAddr::ip);
        trial.receive = from.map(drop).into();
    }
    if trial.receive == Outcome::Done {
        let copy = token.receive(&bystander, PATIENCE_COPY);
        trial.bystander = copy.map(drop).into();
    }
    trial
}

/// A socket on all addresses, on a port that it lets others share; port 0 is one of the kernel's choice.
fn receiver(family: IpAddr, port: u16) -> io::Result<UdpSocket> {
    let address = SocketAddr::new(unspecified(family), port);
    let socket = Socket::new(Domain::for_address(address), Type::DGRAM, None)?;
    socket.set_reuse_address(true)?;
    if address.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    socket.bind(&address.into())?;
    Ok(socket.into())
}

/// A socket that sends to a group as the question says.
pub(super) fn sender(
    question: &Question,
    group: IpAddr,
    interface: Option<&Interface>,
) -> io::Result<UdpSocket> {
    let address = SocketAddr::new(unspecified(group), 0);
    let socket = Socket::new(Domain::for_address(address), Type::DGRAM, None)?;
    let is_looped = question.loopback == Loopback::On;
    send_by(&socket, group, interface, question.ttl, is_looped)?;
    Ok(socket.into())
}

/// Connecting a datagram socket asks the kernel for everything that sending asks for, and sends nothing.
fn broadcast(question: &Question, address: Ipv4Addr, facts: &Facts) -> Trial {
    let mut trial = Trial {
        interface: question.interface.as_ref().map(|one| one.name.clone()),
        ..Trial::default()
    };
    let connect = |is_permitted: bool| -> io::Result<()> {
        let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))?;
        socket.set_broadcast(is_permitted)?;
        socket.connect((address, DISCARD))
    };
    trial.unpermitted = connect(false).into();
    trial.send = connect(true).into();
    let mut all = facts.broadcast_addresses();
    let is_at_home = all.any(|(one, own)| own == address && one.is_loopback);
    if trial.send == Outcome::Done && (is_at_home || question.ttl > 0) {
        let sent = || -> io::Result<_> {
            let member = receiver(address.into(), 0)?;
            let port = member.local_addr()?.port();
            let token = Token::new(port);
            let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))?;
            socket.set_broadcast(true)?;
            socket.set_ttl(u32::from(question.ttl).max(1))?;
            socket.send_to(token.bytes(), (address, port))?;
            token.receive(&member, PATIENCE)
        };
        let sent = sent();
        trial.from = sent.as_ref().ok().map(SocketAddr::ip);
        trial.receive = sent.map(drop).into();
    }
    trial
}

/// To an address of this machine a datagram goes all the way; to another one none is sent.
fn unicast(address: IpAddr, index: u32, facts: &Facts) -> Trial {
    let mut trial = Trial::default();
    let connect = || -> io::Result<()> {
        let socket = UdpSocket::bind((unspecified(address), 0))?;
        socket.connect(scoped(address, DISCARD, index))
    };
    trial.send = connect().into();
    if facts.is_own(address) && trial.send == Outcome::Done {
        let sent = || -> io::Result<_> {
            let member = UdpSocket::bind(scoped(address, 0, index))?;
            let to = member.local_addr()?;
            let token = Token::new(to.port());
            UdpSocket::bind((unspecified(address), 0))?.send_to(token.bytes(), to)?;
            token.receive(&member, PATIENCE)
        };
        let sent = sent();
        trial.from = sent.as_ref().ok().map(SocketAddr::ip);
        trial.receive = sent.map(drop).into();
    }
    trial
}

/// An address within a group's or a link's scope means nothing without the interface.
pub(super) fn scoped(address: IpAddr, port: u16, index: u32) -> SocketAddr {
    match address {
        IpAddr::V6(address) => SocketAddrV6::new(address, port, 0, index).into(),
        IpAddr::V4(_) => SocketAddr::new(address, port),
    }
}

pub(super) fn unspecified(family: IpAddr) -> IpAddr {
    match family {
        IpAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        IpAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    }
}

/// The port of the service that throws away what it gets (RFC 863); nothing is sent there.
const DISCARD: u16 = 9;

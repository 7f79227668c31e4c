//! What the routing table says about an address: the question that the kernel asks itself when a program
//! joins a group on `0.0.0.0`, or sends to one without naming an interface.

use std::{io, net::IpAddr};

use crate::netlink::{self, ATTRIBUTE, HEADER, attributes, word};

/// The way to an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Route {
    /// The kernel's number of the interface.
    pub interface: u32,
    /// The address from which datagrams leave, where the table names one.
    pub source: Option<IpAddr>,
}

/// What the routing table says about an address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Routing {
    /// There is a way.
    By(Route),
    /// There is none.
    None,
    /// There is a route that refuses, of that type (ip-route(8)): `blackhole`, `unreachable` or `prohibit`.
    Refused(&'static str),
    /// The kernel did not tell.
    #[default]
    Untold,
}

/// The route to `address`; none where the table has none, or one that forbids.
///
/// # Errors
/// Where the kernel does not answer such questions.
pub fn route_to(address: IpAddr) -> io::Result<Option<Route>> {
    Ok(match ask(address)? {
        Routing::By(route) => Some(route),
        Routing::None | Routing::Refused(_) | Routing::Untold => None,
    })
}

/// The same, and which kind of route forbids.
pub(crate) fn ask(address: IpAddr) -> io::Result<Routing> {
    let mut socket = netlink::ask(libc::RTM_GETROUTE, 0, &question(address))?;
    let mut answer = [0; 4096];
    let count = io::Read::read(&mut socket, &mut answer)?;
    understand(&answer[..count])
}

/// `rtmsg`, and one attribute: the destination.
fn question(address: IpAddr) -> Vec<u8> {
    let (family, bytes) = match address {
        IpAddr::V4(v4) => (libc::AF_INET, v4.octets().to_vec()),
        IpAddr::V6(v6) => (libc::AF_INET6, v6.octets().to_vec()),
    };
    let mut body = vec![family as u8, bytes.len() as u8 * 8];
    body.extend([0; ROUTE_MESSAGE - 2]);
    body.extend(((ATTRIBUTE + bytes.len()) as u16).to_ne_bytes());
    body.extend(libc::RTA_DST.to_ne_bytes());
    body.extend(bytes);
    body
}

fn understand(answer: &[u8]) -> io::Result<Routing> {
    let short = || io::Error::from(io::ErrorKind::UnexpectedEof);
    let kind = word(answer, 4).ok_or_else(short)?;
    if i32::from(kind) == libc::NLMSG_ERROR {
        let status = answer.get(HEADER..HEADER + 4).ok_or_else(short)?;
        let status = i32::from_ne_bytes(status.try_into().expect("four bytes"));
        return match -status {
            libc::ENETUNREACH => Ok(Routing::None),
            libc::EHOSTUNREACH => Ok(Routing::Refused("unreachable")),
            libc::EACCES => Ok(Routing::Refused("prohibit")),
            libc::EINVAL => Ok(Routing::Refused("blackhole")),
            other => Err(io::Error::from_raw_os_error(other)),
        };
    }
    let rest = answer.get(HEADER + ROUTE_MESSAGE..).ok_or_else(short)?;
    let (mut interface, mut source) = (None, None);
    for (name, value) in attributes(rest) {
        match name {
            libc::RTA_OIF => interface = value.try_into().ok().map(u32::from_ne_bytes),
            libc::RTA_PREFSRC => source = ip(value),
            _ => {}
        }
    }
    Ok(interface.map_or(Routing::None, |interface| {
        Routing::By(Route { interface, source })
    }))
}

fn ip(bytes: &[u8]) -> Option<IpAddr> {
    let v4: Option<[u8; 4]> = bytes.try_into().ok();
    let v6: Option<[u8; 16]> = bytes.try_into().ok();
    v4.map(IpAddr::from).or(v6.map(IpAddr::from))
}

/// `sizeof(struct rtmsg)`.
const ROUTE_MESSAGE: usize = 12;

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, Ipv6Addr};

    use super::*;
    use crate::interfaces;

    #[test]
    fn this_machine_is_reached_by_its_loopback() {
        let all = interfaces().expect("interfaces");
        let lo = all.iter().find(|one| one.is_loopback).expect("a loopback");
        let route = route_to(Ipv4Addr::LOCALHOST.into()).expect("an answer");
        let expected = Route {
            interface: lo.index,
            source: Some(Ipv4Addr::LOCALHOST.into()),
        };
        assert_eq!(route, Some(expected));
        if lo.has(Ipv6Addr::LOCALHOST.into()) {
            let route = route_to(Ipv6Addr::LOCALHOST.into()).expect("an answer");
            assert_eq!(route.map(|route| route.interface), Some(lo.index));
        }
    }

    #[test]
    fn a_refusal_is_no_route_and_nonsense_an_error() {
        let mut refusal = vec![0; 36];
        refusal[4] = libc::NLMSG_ERROR as u8;
        refusal[HEADER..HEADER + 4].copy_from_slice(&(-libc::ENETUNREACH).to_ne_bytes());
        assert_eq!(understand(&refusal).expect("understood"), Routing::None);
        refusal[HEADER..HEADER + 4].copy_from_slice(&(-libc::EINVAL).to_ne_bytes());
        let blackhole = Routing::Refused("blackhole");
        assert_eq!(understand(&refusal).expect("understood"), blackhole);
        refusal[HEADER..HEADER + 4].copy_from_slice(&(-libc::ENOBUFS).to_ne_bytes());
        assert!(understand(&refusal).is_err());
        for count in 0..HEADER + ROUTE_MESSAGE {
            assert!(understand(&vec![0; count]).is_err(), "{count} bytes");
        }
    }

    #[test]
    fn an_attribute_that_is_longer_than_the_answer_ends_it() {
        let mut answer = vec![0; HEADER + ROUTE_MESSAGE];
        answer.extend([8, 0, 4, 0, 7, 0, 0, 0, 255, 255, 7, 0]);
        let expected = Route {
            interface: u32::from_ne_bytes([7, 0, 0, 0]),
            source: None,
        };
        let route = understand(&answer).expect("understood");
        assert_eq!(route, Routing::By(expected));
    }
}

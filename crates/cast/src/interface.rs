//! The network interfaces of this machine.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// One network interface with its addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interface {
    /// Its name: `lo`, `eth0`.
    pub name: String,
    /// The kernel's number for it.
    pub index: u32,
    /// Whether it is up and running.
    pub is_up: bool,
    /// Whether it says that it does multicast (`lo` does not, and does it all the same).
    pub has_multicast: bool,
    /// Whether it is the loopback.
    pub is_loopback: bool,
    /// Its IPv4 addresses, each with the length of its prefix and its subnet's broadcast address, if it has one.
    pub v4: Vec<(Ipv4Addr, u8, Option<Ipv4Addr>)>,
    /// Its IPv6 addresses, each with the length of its prefix.
    pub v6: Vec<(Ipv6Addr, u8)>,
}

/// Why an interface was not found.
#[derive(Debug, thiserror::Error)]
pub enum InterfaceError {
    /// The kernel did not tell.
    #[error("cannot list the network interfaces: {0}")]
    List(#[source] std::io::Error),
    /// No interface has that name or address.
    #[error("no interface `{asked}`; there are: {there}")]
    Unknown {
        /// What was asked for.
        asked: String,
        /// The names of those there are.
        there: String,
    },
}

impl Interface {
    /// Whether one of its addresses is that.
    pub fn has(&self, address: IpAddr) -> bool {
        match address {
            IpAddr::V4(address) => self.v4.iter().any(|(own, ..)| *own == address),
            IpAddr::V6(address) => self.v6.iter().any(|(own, _)| *own == address),
        }
    }
}

/// The interface of that name, or with that address.
///
/// # Errors
/// When there is none; the message lists those there are.
pub fn find(asked: &str) -> Result<Interface, InterfaceError> {
    let all = interfaces()?;
    let address: Option<IpAddr> = asked.parse().ok();
    let is_it = |one: &Interface| one.name == asked || address.is_some_and(|is| one.has(is));
    match all.iter().position(is_it) {
        Some(at) => Ok(all[at].clone()),
        None => Err(InterfaceError::Unknown {
            asked: asked.to_owned(),
            there: names(&all),
        }),
    }
}

/// Their names, for people.
pub(crate) fn names(all: &[Interface]) -> String {
    let names: Vec<&str> = all.iter().map(|one| one.name.as_str()).collect();
    names.join(", ")
}

/// The interfaces, in the kernel's order.
///
/// # Errors
/// Where the kernel does not tell.
pub fn interfaces() -> Result<Vec<Interface>, InterfaceError> {
    let mut list = std::ptr::null_mut();
    // SAFETY: `list` is a valid place for the pointer that `getifaddrs` gives.
    if unsafe { libc::getifaddrs(&mut list) } != 0 {
        return Err(InterfaceError::List(std::io::Error::last_os_error()));
    }
    let mut found: Vec<Interface> = Vec::new();
    let mut entry = list;
    while !entry.is_null() {
        // SAFETY: `entry` is an element of the list that `getifaddrs` gave and that is not yet freed.
        let address = unsafe { &*entry };
        // SAFETY: `ifa_name` is a string of the same list.
        let name = unsafe { std::ffi::CStr::from_ptr(address.ifa_name) };
        take_in(&mut found, name, address);
        entry = address.ifa_next;
    }
    // SAFETY: `list` came from `getifaddrs`, is freed once, and nothing of it is kept.
    unsafe { libc::freeifaddrs(list) };
    Ok(found)
}

fn take_in(found: &mut Vec<Interface>, name: &std::ffi::CStr, entry: &libc::ifaddrs) {
    let text = name.to_string_lossy().into_owned();
    let at = found.iter().position(|known| known.name == text);
    let at = at.unwrap_or_else(|| {
        let flags = entry.ifa_flags;
        let has = |flag: i32| flags & flag.unsigned_abs() != 0;
        found.push(Interface {
            name: text,
            // SAFETY: `name` is a string that ends with a 0.
            index: unsafe { libc::if_nametoindex(name.as_ptr()) },
            is_up: has(libc::IFF_UP) && has(libc::IFF_RUNNING),
            has_multicast: has(libc::IFF_MULTICAST),
            is_loopback: has(libc::IFF_LOOPBACK),
            v4: Vec::new(),
            v6: Vec::new(),
        });
        found.len() - 1
    });
    let interface = &mut found[at];
    match (ip(entry.ifa_addr), ip(entry.ifa_netmask)) {
        (Some(IpAddr::V4(address)), Some(IpAddr::V4(mask))) => {
            let prefix = mask.to_bits().count_ones() as u8;
            let hosts = !mask.to_bits();
            let broadcast = (prefix < 31).then(|| Ipv4Addr::from_bits(address.to_bits() | hosts));
            interface.v4.push((address, prefix, broadcast));
        }
        (Some(IpAddr::V6(address)), Some(IpAddr::V6(mask))) => {
            interface
                .v6
                .push((address, mask.to_bits().count_ones() as u8));
        }
        _ => {}
    }
}

fn ip(address: *const libc::sockaddr) -> Option<IpAddr> {
    if address.is_null() {
        return None;
    }
    // SAFETY: not null, so a socket address of the kernel's list; its family says which kind it is.
    let family = i32::from(unsafe { (*address).sa_family });
    match family {
        libc::AF_INET => {
            // SAFETY: the family says that it is an IPv4 address; the list's allocation is aligned for it.
            let v4 = unsafe { &*address.cast::<libc::sockaddr_in>() };
            Some(Ipv4Addr::from_bits(u32::from_be(v4.sin_addr.s_addr)).into())
        }
        libc::AF_INET6 => {
            // SAFETY: the family says that it is an IPv6 address; the list's allocation is aligned for it.
            let v6 = unsafe { &*address.cast::<libc::sockaddr_in6>() };
            Some(Ipv6Addr::from(v6.sin6_addr.s6_addr).into())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_loopback_is_found_with_its_subnets_broadcast_address() {
        let all = interfaces().expect("interfaces");
        let lo = all.iter().find(|one| one.is_loopback).expect("a loopback");
        assert!(lo.has(IpAddr::V4(Ipv4Addr::LOCALHOST)));
        let broadcast = Some(Ipv4Addr::new(127, 255, 255, 255));
        assert!(lo.v4.contains(&(Ipv4Addr::LOCALHOST, 8, broadcast)));
        assert_ne!(lo.index, 0);
    }

    #[test]
    fn an_interface_is_found_by_its_name_and_by_its_address() {
        let by_address = find("127.0.0.1").expect("found");
        assert_eq!(find(&by_address.name).expect("found"), by_address);
        let error = find("nowhere0").expect_err("none").to_string();
        assert!(
            error.contains("`nowhere0`") && error.contains(&by_address.name),
            "{error}"
        );
    }
}

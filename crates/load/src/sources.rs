//! Where connections come from, when one address has too few ports.
//!
//! A connection is told from others by both addresses and both ports, so to one target there are as many from
//! one address as it has ports, some 28,000. All of 127.0.0.0/8 is this machine, so connections to a
//! loopback target go round over 127.0.0.1, 127.0.0.2 and so on, as many as it takes.

use std::{
    ffi::c_int,
    fs,
    mem::size_of,
    net::{IpAddr, Ipv4Addr, SocketAddr},
};

use rustix::{
    fd::{AsRawFd, OwnedFd},
    io::Errno,
    net::bind,
};

/// How many addresses to go round over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sources {
    count: u64,
}

impl Sources {
    /// Enough for `at_once` connections to `target` at once and `in_all` one after another, with `share`
    /// from each; one where that cannot be chosen.
    pub(crate) fn for_connections(
        target: SocketAddr,
        at_once: u64,
        in_all: u64,
        share: u64,
    ) -> Self {
        let needed = at_once.div_ceil(share);
        // A port that was in use rests for a second on loopback (`tcp_tw_reuse`), so a few times as many
        // are enough however long the run.
        let churned = in_all.div_ceil(share).min(CHURNED_MAX);
        let count = match can_be_chosen(target) {
            true => needed.max(churned).clamp(1, COUNT_MAX),
            false => 1,
        };
        Self { count }
    }

    /// Binds the `nth` connection's socket to its address; the port is chosen with the target, when it
    /// connects. The first address is the one the system takes of its own accord.
    ///
    /// # Errors
    /// When the system refuses.
    pub(crate) fn bind(self, socket: &OwnedFd, nth: u64) -> Result<(), Errno> {
        let offset = nth % self.count;
        if offset == 0 {
            return Ok(());
        }
        let late = c_int::from(true);
        // SAFETY: the option takes an int, and is given one with its size.
        let refused = unsafe {
            libc::setsockopt(
                socket.as_raw_fd(),
                libc::IPPROTO_IP,
                libc::IP_BIND_ADDRESS_NO_PORT,
                (&raw const late).cast(),
                size_of::<c_int>() as libc::socklen_t,
            )
        };
        if refused != 0 {
            return Err(last_error());
        }
        bind(socket, &SocketAddr::from((address(offset), 0)))
    }

    /// How many addresses.
    pub(crate) const fn count(self) -> u64 {
        self.count
    }
}

/// Whether connections to `target` may come from more than one address.
pub(crate) fn can_be_chosen(target: SocketAddr) -> bool {
    matches!(target.ip(), IpAddr::V4(ip) if ip.is_loopback())
}

/// How many ports the system gives to connections from one address.
pub(crate) fn ports() -> u64 {
    let text = fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range").unwrap_or_default();
    range_size(&text).unwrap_or(DEFAULT_PORTS)
}

fn range_size(text: &str) -> Option<u64> {
    let mut bounds = text.split_whitespace().map(str::parse::<u64>);
    let (Some(Ok(lowest)), Some(Ok(highest))) = (bounds.next(), bounds.next()) else {
        return None;
    };
    Some((highest.checked_sub(lowest)? + 1).max(4))
}

/// 127.0.0.1 and so many further.
fn address(offset: u64) -> Ipv4Addr {
    let first = u32::from(Ipv4Addr::LOCALHOST);
    Ipv4Addr::from(first + u32::try_from(offset).expect("there are few"))
}

fn last_error() -> Errno {
    let error = std::io::Error::last_os_error();
    Errno::from_raw_os_error(error.raw_os_error().unwrap_or(libc::EIO))
}

/// As many connections as five million.
const COUNT_MAX: u64 = 250;
const CHURNED_MAX: u64 = 16;
/// Linux since 2.2 or so: 32768 to 60999.
const DEFAULT_PORTS: u64 = 28_232;

#[cfg(test)]
mod tests {
    use std::{
        collections::BTreeMap,
        net::{TcpListener, TcpStream},
    };

    use rustix::net::{AddressFamily, SocketType, connect, socket};

    use super::*;

    const LOOPBACK: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 80);

    #[track_caller]
    fn check(target: SocketAddr, at_once: u64, in_all: u64, expected: u64) {
        let sources = Sources::for_connections(target, at_once, in_all, 21_000);
        assert_eq!(sources.count(), expected);
    }

    #[test]
    fn one_address_is_enough_for_a_share_of_its_ports() {
        check(LOOPBACK, 21_000, 0, 1);
        check(LOOPBACK, 21_001, 0, 2);
        check(LOOPBACK, 50_000, 0, 3);
    }

    #[test]
    fn connections_one_after_another_need_a_few_more_and_not_without_end() {
        check(LOOPBACK, 50, 21_000, 1);
        check(LOOPBACK, 50, 63_000, 3);
        check(LOOPBACK, 50, u64::MAX, CHURNED_MAX);
    }

    #[test]
    fn elsewhere_there_is_one_address() {
        check(SocketAddr::from(([192, 0, 2, 1], 80)), 50_000, 0, 1);
        check("[::1]:80".parse().expect("an address"), 50_000, 0, 1);
    }

    #[test]
    fn the_range_of_ports_is_read_as_the_system_writes_it() {
        assert_eq!(range_size("32768\t60999\n"), Some(28_232));
        assert_eq!(range_size("32768"), None);
        assert_eq!(range_size("9 1"), None);
    }

    #[test]
    fn a_server_sees_as_many_addresses_as_it_takes() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let target = listener.local_addr().expect("bound");
        let sources = Sources::for_connections(target, 10, 0, 3);
        let mut seen = BTreeMap::new();
        for nth in 0..10 {
            let socket = socket(AddressFamily::INET, SocketType::STREAM, None).expect("a socket");
            sources.bind(&socket, nth).expect("loopback");
            connect(&socket, &target).expect("it listens");
            let peer = TcpStream::from(socket).local_addr().expect("connected");
            assert_eq!(listener.accept().expect("connected").1, peer);
            *seen.entry(peer.ip().to_string()).or_insert(0) += 1;
        }
        let expected = [
            ("127.0.0.1", 3),
            ("127.0.0.2", 3),
            ("127.0.0.3", 2),
            ("127.0.0.4", 2),
        ];
        let expected = expected.map(|(address, count)| (address.to_owned(), count));
        assert_eq!(seen, BTreeMap::from(expected));
    }
}

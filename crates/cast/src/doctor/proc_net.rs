//! The texts below `/proc/net`, which are of the network namespace of whoever reads them (proc_pid_net(5)).
//! A line that cannot be read is passed over: a newer kernel may have more to say.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::{Joined, PortSocket};

/// `udp` and `udp6`: the sockets that are bound to a port, without their programs.
pub fn sockets(text: &str, port: u16) -> Vec<PortSocket> {
    let sockets = text.lines().skip(1).filter_map(socket);
    sockets.filter(|socket| socket.port == port).collect()
}

fn socket(line: &str) -> Option<PortSocket> {
    let fields: Vec<&str> = line.split_whitespace().collect();
    let (address, port) = fields.get(1)?.split_once(':')?;
    Some(PortSocket {
        address: address_in_hex(address)?,
        port: u16::from_str_radix(port, 16).ok()?,
        inode: fields.get(9)?.parse().ok()?,
        drops: fields.get(12)?.parse().ok()?,
        program: None,
    })
}

/// `igmp`: interfaces on lines with a number, groups indented below them.
pub fn joined_v4(text: &str) -> Vec<Joined> {
    let mut interface = None;
    let mut all = Vec::new();
    for line in text.lines().skip(1) {
        let mut fields = line.split_whitespace();
        match line.starts_with(char::is_whitespace) {
            false => interface = fields.nth(1),
            true => {
                let group = fields.next().and_then(address_in_hex);
                if let (Some(interface), Some(group)) = (interface, group) {
                    let interface = interface.trim_end_matches(':').to_owned();
                    all.push(Joined { interface, group });
                }
            }
        }
    }
    all
}

/// `igmp6`: a group a line.
pub fn joined_v6(text: &str) -> Vec<Joined> {
    let joined = |line: &str| {
        let mut fields = line.split_whitespace().skip(1);
        let interface = fields.next()?.to_owned();
        let bits = u128::from_str_radix(fields.next()?, 16).ok()?;
        let group = Ipv6Addr::from_bits(bits).into();
        Some(Joined { interface, group })
    };
    text.lines().filter_map(joined).collect()
}

/// `snmp`: a line of names, then a line of numbers, each for a protocol.
pub fn count(text: &str, protocol: &str, name: &str) -> Option<u64> {
    let of_protocol = |line| str::strip_prefix(line, protocol)?.strip_prefix(':');
    let mut lines = text.lines().filter_map(of_protocol);
    let (names, numbers) = (lines.next()?, lines.next()?);
    let at = names.split_whitespace().position(|one| one == name)?;
    numbers.split_whitespace().nth(at)?.parse().ok()
}

/// The kernel prints the four bytes of each word as one number of this machine's.
fn address_in_hex(text: &str) -> Option<IpAddr> {
    let word = |at: usize| {
        let digits = text.get(at * 8..at * 8 + 8)?;
        Some(u32::from_str_radix(digits, 16).ok()?.to_ne_bytes())
    };
    match text.len() {
        8 => Some(Ipv4Addr::from(word(0)?).into()),
        32 => {
            let mut bytes = [0; 16];
            for (at, four) in bytes.chunks_exact_mut(4).enumerate() {
                four.copy_from_slice(&word(at)?);
            }
            Some(Ipv6Addr::from(bytes).into())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const UDP: &str = "\
   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
  363: 00000000:138F 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 51922 2 0000000000000000 7
  364: 0100007F:0035 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 51923 2 0000000000000000 0
  365: torn
";
    const IGMP: &str = "\
Idx\tDevice    : Count Querier\tGroup    Users Timer\tReporter
1\tlo        :     1      V3
\t\t\t\t010000E0     1 0:00000000\t\t0
3\tveth0     :     2      V3
\t\t\t\t010101E0     2 0:00000000\t\t0
\t\t\t\tno group
";
    const IGMP6: &str = "\
1    lo              ff020000000000000000000000000001     1 0000000C 0
3    veth0           ff020000000000000000000000000114     1 00000004 0
";
    const SNMP: &str = "\
Ip: Forwarding DefaultTTL
Ip: 1 64
Udp: InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors
Udp: 3 0 9 4 9
UdpLite: InDatagrams
UdpLite: 0
";

    #[test]
    #[cfg(target_endian = "little")]
    fn a_socket_on_the_port_is_found_with_its_drops() {
        let found = sockets(UDP, 5007);
        let expected = PortSocket {
            address: Ipv4Addr::UNSPECIFIED.into(),
            port: 5007,
            inode: 51922,
            drops: 7,
            program: None,
        };
        assert_eq!(found, [expected]);
        assert_eq!(sockets(UDP, 53)[0].address, Ipv4Addr::LOCALHOST);
        assert_eq!(sockets(UDP, 54), []);
    }

    #[test]
    #[cfg(target_endian = "little")]
    fn groups_are_found_with_their_interfaces() {
        let v4: Vec<String> = joined_v4(IGMP)
            .iter()
            .map(|one| format!("{} on {}", one.group, one.interface))
            .collect();
        assert_eq!(v4, ["224.0.0.1 on lo", "224.1.1.1 on veth0"]);
        let v6 = joined_v6(IGMP6);
        assert_eq!(v6[1].group.to_string(), "ff02::114");
        assert_eq!(v6[1].interface, "veth0");
    }

    #[test]
    #[cfg(target_endian = "little")]
    fn an_ipv6_address_is_four_words() {
        let text = "000080FE000000000000000001000000";
        assert_eq!(address_in_hex(text), "fe80::1".parse().ok());
    }

    #[test]
    fn a_count_is_found_by_its_name() {
        assert_eq!(count(SNMP, "Udp", "RcvbufErrors"), Some(9));
        assert_eq!(count(SNMP, "Udp", "Nothing"), None);
        assert_eq!(count(SNMP, "Tcp", "RcvbufErrors"), None);
    }

    proptest! {
        #[test]
        fn no_text_is_too_odd(text in "(?s).{0,200}", cut in 0..300_usize) {
            for text in [text.as_str(), UDP.get(..cut).unwrap_or(UDP), IGMP.get(..cut).unwrap_or(IGMP)] {
                sockets(text, 5007);
                joined_v4(text);
                joined_v6(text);
                count(text, "Udp", "RcvbufErrors");
            }
        }
    }
}

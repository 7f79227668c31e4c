//! Names of addresses: questions below `in-addr.arpa` and `ip6.arpa`.
//!
//! Each address that is registered is answered for as if its reverse name were a zone of its own. All others are somebody
//! else's.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use naming::{RecordType, Registry};

use crate::{
    Now,
    answer::ttl_s,
    in_zone::{MINIMAL_ANY, MINIMAL_ANY_TTL_S},
    question::{HEADER_BYTES, Question},
    rcode,
    reply::{RECORD_BYTES, Reply, Section},
    soa,
};

/// Puts records in for a name that is not in the zone; why it is refused, if it is.
pub(crate) fn fill(
    registry: &Registry,
    question: &Question,
    now: Now,
    reply: &mut Reply<'_>,
) -> Option<&'static str> {
    let address = address(question.name());
    let address = address.filter(|address| registry.names_at(*address).next().is_some());
    let Some(address) = address else {
        reply.set_rcode(rcode::REFUSED);
        return Some("a name outside the zone");
    };
    reply.set_authoritative(true);
    match question.record_type {
        RecordType::PTR => push_names(registry, address, now, reply),
        RecordType::ANY => {
            let (section, ttl_s) = (Section::Answer, MINIMAL_ANY_TTL_S);
            if !reply.push(section, HEADER_BYTES, RecordType::HINFO, ttl_s, MINIMAL_ANY) {
                reply.set_cut();
            }
        }
        record_type => {
            let section = match record_type {
                RecordType::SOA => Section::Answer,
                _ => Section::Authority,
            };
            let (zone, revision) = (registry.zone(), registry.revision());
            reply.push_whole_soa(section, HEADER_BYTES, zone, revision);
        }
    }
    None
}

/// All names of the address, up to [`NAMES_MAX`], with the TTL of the one that may be kept for the least time.
fn push_names(registry: &Registry, address: IpAddr, now: Now, reply: &mut Reply<'_>) {
    let record_type = match address {
        IpAddr::V4(_) => RecordType::A,
        IpAddr::V6(_) => RecordType::AAAA,
    };
    let names = || registry.names_at(address).take(NAMES_MAX);
    let ttls = names().filter_map(|name| {
        let node = registry.find(name)?;
        let set = node.set(record_type)?;
        Some(ttl_s(registry, node.lease, set.ttl_s, now))
    });
    let ttl_s = ttls.min().unwrap_or(0);
    let zone = registry.zone().wire();
    let mut data = [0; 256];
    let (start, mut count, mut pointer) = (reply.out.len(), 0, [0; 2]);
    for name in names() {
        // The zone's name is spelled once; the others point to it.
        let zone: &[u8] = if count == 0 { zone } else { &pointer };
        let Some(data) = data.get_mut(..name.len() + zone.len()) else {
            continue;
        };
        data[..name.len()].copy_from_slice(name);
        data[name.len()..].copy_from_slice(zone);
        if count == 0 {
            let zone_at = (start + RECORD_BYTES + name.len()) as u16;
            pointer = (soa::POINTER | zone_at).to_be_bytes();
        }
        if !reply.push(Section::Answer, HEADER_BYTES, RecordType::PTR, ttl_s, data) {
            reply.take_back(start, count);
            return reply.set_cut();
        }
        count += 1;
    }
}

/// The address whose reverse name that is (RFC 1035, section 3.5; RFC 3596, section 2.5), on the wire in lower case.
fn address(name: &[u8]) -> Option<IpAddr> {
    if let Some(labels) = name.strip_suffix(b"\x07in-addr\x04arpa\0") {
        let mut octets = [0; 4];
        let mut rest = labels;
        for octet in octets.iter_mut().rev() {
            let (&length, behind) = rest.split_first()?;
            let (digits, behind) = behind.split_at_checked(length.into())?;
            *octet = decimal(digits)?;
            rest = behind;
        }
        return rest.is_empty().then(|| Ipv4Addr::from(octets).into());
    }
    let labels = name.strip_suffix(b"\x03ip6\x04arpa\0")?;
    let labels: &[[u8; 2]; 32] = labels.as_chunks().0.try_into().ok()?;
    let mut bits = 0_u128;
    for (at, [length, digit]) in labels.iter().enumerate() {
        let value = char::from(*digit).to_digit(16).filter(|_| *length == 1)?;
        bits |= u128::from(value) << (4 * at);
    }
    (name.len() == 64 + 10).then(|| Ipv6Addr::from_bits(bits).into())
}

/// A number of one octet, written in the one way that there is.
fn decimal(digits: &[u8]) -> Option<u8> {
    if digits.len() > 1 && digits[0] == b'0' || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    str::from_utf8(digits).ok()?.parse().ok()
}

/// Many services may share an address: so many of their names are told.
const NAMES_MAX: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<&str>) {
        let mut wire = Vec::new();
        for label in text.split('.') {
            wire.push(label.len() as u8);
            wire.extend(label.as_bytes());
        }
        wire.push(0);
        let expected = expected.map(|address| address.parse().expect("an address"));
        assert_eq!(address(&wire), expected, "{text}");
    }

    #[test]
    fn a_reverse_name_is_an_address_written_backwards() {
        check("4.3.2.1.in-addr.arpa", Some("1.2.3.4"));
        check("0.0.0.255.in-addr.arpa", Some("255.0.0.0"));
        check(
            &format!("f.1.{}0.8.e.f.ip6.arpa", "0.".repeat(26)),
            Some("fe80::1f"),
        );
    }

    #[test]
    fn what_is_no_reverse_name_of_an_address_is_none() {
        for text in [
            "3.2.1.in-addr.arpa",
            "5.4.3.2.1.in-addr.arpa",
            "04.3.2.1.in-addr.arpa",
            "256.3.2.1.in-addr.arpa",
            "+4.3.2.1.in-addr.arpa",
            "a.3.2.1.in-addr.arpa",
            "in-addr.arpa",
            "ip6.arpa",
            "1.ip6.arpa",
            "4.3.2.1.in-addr.arpa.test",
        ] {
            check(text, None);
        }
        for count in [30, 32] {
            check(&format!("1.{}ip6.arpa", "0.".repeat(count)), None);
        }
        check(&format!("10.{}ip6.arpa", "0.".repeat(31)), None);
        check(&format!("g.{}ip6.arpa", "0.".repeat(31)), None);
    }
}

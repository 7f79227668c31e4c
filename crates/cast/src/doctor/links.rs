//! What the kernel tells of its interfaces by netlink (rtnetlink(7)), because the files below `/sys` are those of
//! the network namespace in which that folder was mounted.

use std::io::{self, Read as _};

use super::{Bridge, Link};
use crate::netlink::{self, HEADER, attributes, long, word};

/// The interfaces, in the kernel's order.
///
/// # Errors
/// Where the kernel does not answer such questions.
pub fn links() -> io::Result<Vec<Link>> {
    let mut socket = netlink::ask(libc::RTM_GETLINK, libc::NLM_F_DUMP, &[0; LINK_MESSAGE])?;
    let mut all = Vec::new();
    let mut buffer = vec![0; ANSWER_BYTES_MAX];
    for _ in 0..ANSWERS_MAX {
        let count = socket.read(&mut buffer)?;
        if !take_in(&buffer[..count], &mut all) {
            break;
        }
    }
    Ok(all)
}

/// Takes in the messages of an answer; whether more answers come.
fn take_in(mut answer: &[u8], all: &mut Vec<Link>) -> bool {
    while let (Some(length), Some(kind)) = (long(answer, 0), word(answer, 4)) {
        let length = length as usize;
        let Some(body) = answer.get(HEADER..length) else {
            return false;
        };
        match i32::from(kind) {
            libc::NLMSG_DONE | libc::NLMSG_ERROR => return false,
            _ if kind == libc::RTM_NEWLINK => all.extend(link(body)),
            _ => {}
        }
        answer = answer.get(length.next_multiple_of(4)..).unwrap_or_default();
    }
    true
}

fn link(body: &[u8]) -> Option<Link> {
    let mut link = Link {
        index: long(body, 4)?,
        name: String::new(),
        mtu: None,
        master: None,
        bridge: None,
    };
    for (name, value) in attributes(body.get(LINK_MESSAGE..)?) {
        match name {
            libc::IFLA_IFNAME => {
                let text = String::from_utf8_lossy(value);
                link.name = text.trim_end_matches('\0').to_owned();
            }
            libc::IFLA_MTU => link.mtu = long(value, 0),
            libc::IFLA_MASTER => link.master = long(value, 0),
            libc::IFLA_LINKINFO => link.bridge = bridge(value),
            _ => {}
        }
    }
    Some(link)
}

fn bridge(info: &[u8]) -> Option<Bridge> {
    let of = |wanted: u16| {
        let mut all = attributes(info);
        all.find_map(|(name, value)| (name == wanted).then_some(value))
    };
    if of(libc::IFLA_INFO_KIND)?.split(|byte| *byte == 0).next() != Some(b"bridge") {
        return None;
    }
    let mut bridge = Bridge::default();
    for (name, value) in attributes(of(libc::IFLA_INFO_DATA)?) {
        let is_on = value.first().is_some_and(|byte| *byte != 0);
        match name {
            IFLA_BR_MCAST_SNOOPING => bridge.is_snooping = is_on,
            IFLA_BR_MCAST_QUERIER => bridge.is_querier = is_on,
            _ => {}
        }
    }
    Some(bridge)
}

/// `sizeof(struct ifinfomsg)`.
const LINK_MESSAGE: usize = 16;
/// Attributes of a bridge (Linux, include/uapi/linux/if_link.h).
const IFLA_BR_MCAST_SNOOPING: u16 = 23;
const IFLA_BR_MCAST_QUERIER: u16 = 25;
/// The kernel fills at most 32 KiB at a time.
const ANSWER_BYTES_MAX: usize = 32 * 1024;
/// Of some 1.5 KiB an interface: enough for thousands.
const ANSWERS_MAX: usize = 256;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::netlink::{ATTRIBUTE, NESTED};

    fn attribute(name: u16, value: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        bytes.extend(((ATTRIBUTE + value.len()) as u16).to_ne_bytes());
        bytes.extend(name.to_ne_bytes());
        bytes.extend(value);
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        bytes
    }

    fn message(kind: u16, body: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        bytes.extend(((HEADER + body.len()) as u32).to_ne_bytes());
        bytes.extend(kind.to_ne_bytes());
        bytes.extend([0; HEADER - 6]);
        bytes.extend(body);
        bytes
    }

    fn bridge_message() -> Vec<u8> {
        let data = [
            attribute(IFLA_BR_MCAST_SNOOPING, &[1]),
            attribute(IFLA_BR_MCAST_QUERIER, &[0]),
        ];
        let info = [
            attribute(libc::IFLA_INFO_KIND, b"bridge\0"),
            attribute(libc::IFLA_INFO_DATA | NESTED, &data.concat()),
        ];
        let mut body = vec![0; LINK_MESSAGE];
        body[4..8].copy_from_slice(&7_u32.to_ne_bytes());
        body.extend(attribute(libc::IFLA_IFNAME, b"br0\0"));
        body.extend(attribute(libc::IFLA_MTU, &1500_u32.to_ne_bytes()));
        body.extend(attribute(libc::IFLA_LINKINFO | NESTED, &info.concat()));
        message(libc::RTM_NEWLINK, &body)
    }

    #[test]
    fn a_bridge_is_read_with_what_it_does_with_groups() {
        let mut all = Vec::new();
        let mut answer = bridge_message();
        assert!(take_in(&answer, &mut all), "more may come");
        answer.extend(message(libc::NLMSG_DONE as u16, &[0; 4]));
        assert!(!take_in(&answer, &mut all), "that was all");
        assert_eq!(all.len(), 2);
        let expected = Link {
            index: 7,
            name: "br0".to_owned(),
            mtu: Some(1500),
            master: None,
            bridge: Some(Bridge {
                is_snooping: true,
                is_querier: false,
            }),
        };
        assert_eq!(all[0], expected);
    }

    #[test]
    fn the_loopback_is_there_and_no_bridge() {
        let all = links().expect("told");
        let lo = all.iter().find(|link| link.name == "lo").expect("lo");
        assert!(lo.mtu.is_some_and(|mtu| mtu >= 1280));
        assert_eq!(lo.bridge, None);
    }

    proptest! {
        #[test]
        fn no_answer_is_too_odd(bytes in prop::collection::vec(any::<u8>(), 0..200), cut in 0..200_usize, at in 0..100_usize, to in any::<u8>()) {
            take_in(&bytes, &mut Vec::new());
            let mut answer = bridge_message();
            let at = at % answer.len();
            answer[at] = to;
            answer.truncate(cut);
            take_in(&answer, &mut Vec::new());
        }
    }
}

//! Datagrams that do not fit into one packet.

use super::Check;
use crate::doctor::{Case, Finding};

pub const CHECK: Check = Check {
    name: "message-size",
    about: "a datagram of the usual size does not fit into one packet",
    look,
};

fn look(case: &Case) -> Option<Finding> {
    let one = case.leaves_by()?;
    let mtu = case.facts.link(one.index)?.mtu?;
    let headers = match case.question.target.ip().is_ipv4() {
        true => HEADERS_V4,
        false => HEADERS_V6,
    };
    let room = mtu.saturating_sub(headers);
    if room >= MESSAGE_BYTES_MAX {
        return None;
    }
    let name = &one.name;
    let finding = Finding::remark(format!("interface {name} carries {room} bytes in a packet (MTU {mtu})"))
        .means(
            "A longer datagram is cut into pieces, and a piece that is lost loses all of it. `wharf cast send` sends up \
             to 1024 bytes.",
        )
        .remedy(format!(
            "Send at most {room} bytes at a time, or `ip link set {name} mtu 1500`, on all machines of the subnet alike."
        ));
    Some(finding)
}

/// What the plain mode sends at most.
const MESSAGE_BYTES_MAX: u32 = 1024;
/// IP and UDP (RFC 791, RFC 8200, RFC 768).
const HEADERS_V4: u32 = 20 + 8;
const HEADERS_V6: u32 = 40 + 8;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::{Weight, fixture};

    #[test]
    fn a_narrow_interface_is_a_remark() {
        let mut case = fixture::group();
        for mtu in [1500, 1024 + 28] {
            case.facts.links[1].mtu = Some(mtu);
            fixture::check_silent(CHECK, &case);
        }
        case.facts.links[1].mtu = Some(576);
        fixture::check(CHECK, &case, Weight::Remark, &["548 bytes", "MTU 576"]);
    }
}

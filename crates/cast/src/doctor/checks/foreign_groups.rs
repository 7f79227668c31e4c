//! Sockets that hear groups which they did not join.

use std::net::IpAddr;

use super::{Check, port_taken};
use crate::doctor::{Case, Finding, PortSocket};

pub const CHECK: Check = Check {
    name: "foreign-groups",
    about: "a socket on all addresses hears groups that others have joined",
    look,
};

fn look(case: &Case) -> Option<Finding> {
    let target = case.question.target;
    let sockets = case.facts.sockets.iter();
    let wildcards: Vec<PortSocket> = sockets.filter(|one| one.is_wildcard()).cloned().collect();
    if !target.is_group() || wildcards.is_empty() {
        return None;
    }
    let joined = case.facts.joined.iter().map(|one| one.group);
    let is_foreign = |group: &IpAddr| {
        group.is_ipv4() == target.ip().is_ipv4()
            && *group != target.ip()
            && !is_of_the_kernel(group)
    };
    let mut foreign: Vec<String> = joined
        .filter(is_foreign)
        .map(|group| group.to_string())
        .collect();
    foreign.sort();
    foreign.dedup();
    if foreign.is_empty() {
        return None;
    }
    let option = target.all_option();
    let (who, groups) = (port_taken::words(&wildcards), foreign.join(", "));
    let finding = Finding::remark(format!("{who}; and this machine has joined {groups} too"))
        .means(format!(
            "A socket that is bound to all addresses hears, on its port, every group that anybody on this machine \
             has joined, and does so even if it has joined none ({option}=1, the default)."
        ))
        .remedy(format!(
            "Set {option}=0, or bind to the group's address, as `wharf cast recv` does; or give each group a port of \
             its own."
        ));
    Some(finding)
}

/// Groups that the kernel joins by itself on each interface: all hosts, all nodes, solicited nodes
/// (RFC 1112, RFC 4291 section 2.7.1).
fn is_of_the_kernel(group: &IpAddr) -> bool {
    match group {
        IpAddr::V4(group) => group.octets() == [224, 0, 0, 1],
        IpAddr::V6(group) => {
            let all_nodes = matches!(group.segments(), [0xff01 | 0xff02, 0, 0, 0, 0, 0, 0, 1]);
            let solicited =
                matches!(group.segments(), [0xff02, 0, 0, 0, 0, 1, low, _] if low >= 0xff00);
            all_nodes || solicited
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::{Joined, Weight, fixture};

    fn joined(group: &str) -> Joined {
        Joined {
            interface: "eth0".to_owned(),
            group: group.parse().expect("an address"),
        }
    }

    #[test]
    fn a_socket_on_all_addresses_hears_the_others_group() {
        let mut case = fixture::group();
        case.facts.sockets = vec![fixture::socket(12, "0.0.0.0")];
        case.facts.joined = vec![
            joined("224.0.0.1"),
            joined("224.1.1.1"),
            joined("ff02::1:ff00:1"),
        ];
        fixture::check_silent(CHECK, &case);
        case.facts.joined.push(joined("224.2.2.2"));
        let words = ["process 12", "224.2.2.2", "IP_MULTICAST_ALL"];
        fixture::check(CHECK, &case, Weight::Remark, &words);
    }

    #[test]
    fn a_socket_on_the_groups_address_hears_its_own() {
        let mut case = fixture::group();
        case.facts.sockets = vec![fixture::socket(12, "224.1.1.1")];
        case.facts.joined = vec![joined("224.2.2.2")];
        fixture::check_silent(CHECK, &case);
    }
}

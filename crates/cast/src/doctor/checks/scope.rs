//! An IPv6 address that means something else on each interface.

use std::net::{Ipv6Addr, SocketAddr};

use super::Check;
use crate::doctor::{Case, Finding};

pub const CHECK: Check = Check {
    name: "scope",
    about: "an IPv6 address of a link's scope, without its interface",
    look,
};

fn look(case: &Case) -> Option<Finding> {
    let SocketAddr::V6(address) = case.question.target.address() else {
        return None;
    };
    let is_named = case.question.interface.is_some() || address.scope_id() != 0;
    if is_named || !is_of_a_link(*address.ip()) {
        return None;
    }
    let ip = address.ip();
    let all = case.facts.interfaces.iter();
    let is_candidate =
        |one: &&crate::Interface| one.is_up && !one.is_loopback && !one.v6.is_empty();
    let names: Vec<&str> = all
        .filter(is_candidate)
        .map(|one| one.name.as_str())
        .collect();
    let seen = format!("{ip} names no interface, and means another set of members on each");
    let example = names.first().unwrap_or(&"INTERFACE");
    let remedy = format!(
        "Name it: `--interface {example}`; in a program the address `{ip}%{example}`, or IPV6_MULTICAST_IF."
    );
    let finding = match names.len() {
        0 | 1 => Finding::remark(seen).means(
            "With a single interface there is no doubt; with a second one the kernel would choose. The source is \
             an address of the link (fe80::…) too, so a member must not be known by its address.",
        ),
        _ => Finding::problem(seen).means(format!(
            "The kernel takes the interface of the first route, and of {} that may be the wrong one.",
            names.join(", ")
        )),
    };
    Some(finding.remedy(remedy))
}

/// Link-local and interface-local (RFC 4291, sections 2.5.6 and 2.7).
fn is_of_a_link(address: Ipv6Addr) -> bool {
    let is_near_group = address.is_multicast() && matches!(address.octets()[1] & 0xf, 1 | 2);
    is_near_group || address.is_unicast_link_local()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::{Target, Weight, fixture};

    fn case(target: &str) -> Case {
        let mut case = fixture::case(Target::Multicast(fixture::address(target)));
        case.facts.interfaces[1].v6 = vec![("fe80::2".parse().expect("an address"), 64)];
        case
    }

    #[test]
    fn it_is_a_remark_with_one_interface_and_a_problem_with_two() {
        let mut case = case("[ff02::114]:5007");
        fixture::check(
            CHECK,
            &case,
            Weight::Remark,
            &["--interface eth0", "ff02::114%eth0"],
        );
        let mut eth1 = case.facts.interfaces[1].clone();
        eth1.name = "eth1".to_owned();
        case.facts.interfaces.push(eth1);
        fixture::check(CHECK, &case, Weight::Problem, &["eth0, eth1"]);
    }

    #[test]
    fn a_wide_group_a_named_interface_and_ipv4_need_no_scope() {
        fixture::check_silent(CHECK, &case("[ff15::114]:5007"));
        fixture::check_silent(CHECK, &case("[ff02::114%2]:5007"));
        fixture::check_silent(CHECK, &fixture::group());
        let mut named = case("[ff02::114]:5007");
        named.question.interface = Some(fixture::eth0());
        fixture::check_silent(CHECK, &named);
    }
}

//! The routing table has no way to the target.

use std::net::Ipv4Addr;

use super::{Check, loopback_ipv6};
use crate::doctor::{Case, Finding, Outcome, Routing};

pub const CHECK: Check = Check {
    name: "no-route",
    about: "the routing table has no way, and no interface was named",
    look,
};

fn look(case: &Case) -> Option<Finding> {
    let asked = &case.probes.asked;
    let is_broken =
        matches!(asked.join, Outcome::Failed(_)) || matches!(asked.send, Outcome::Failed(_));
    let target = case.question.target;
    // Then that is what is said (`interface-down`).
    let is_all_down = case.facts.interfaces.iter().all(|one| !one.is_up);
    let is_limited = target.ip() == Ipv4Addr::BROADCAST;
    if case.question.interface.is_some()
        || case.facts.routing != Routing::None
        || !is_broken
        || is_limited
        || is_all_down
    {
        return None;
    }
    let ip = target.ip();
    let finding = Finding::problem(format!("no route leads to {ip} ({})", asked.troubles()));
    if !target.is_group() {
        let finding = finding.means("The kernel does not know by which interface to send.");
        return Some(finding.remedy(format!(
            "Add a route: `ip route add {ip} dev INTERFACE`, or a default route; `ip route` shows those there are."
        )));
    }
    let all = &case.facts.interfaces;
    let up = || all.iter().filter(|one| one.is_up);
    let outside = up().find(|one| !one.is_loopback).or_else(|| up().next());
    let name = outside.map_or("lo", |one| one.name.as_str());
    let route = match ip.is_ipv4() {
        true => format!("ip route add 224.0.0.0/4 dev {name}"),
        false if outside.is_none_or(|one| one.is_loopback) => loopback_ipv6::route(name),
        false => format!("ip -6 route add multicast ff00::/8 dev {name} table local"),
    };
    let remedy = match case.works_on() {
        Some(works) => format!(
            "Name the interface, which works here: `--interface {works}`; in a program, IP_MULTICAST_IF for sending \
             and the interface's address for joining. Or give all programs a route: `{route}`."
        ),
        None => format!("Bring an interface up (`ip link set lo up`), or give a route: `{route}`."),
    };
    let finding = finding.means(
        "Programs that name no interface leave the choice to the routing table, and it has none: they can neither \
         join nor send.",
    );
    Some(finding.remedy(remedy))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::{Target, Weight, fixture};

    #[test]
    fn no_way_is_a_problem_with_the_interface_that_works_as_its_remedy() {
        let mut case = fixture::group();
        fixture::check_silent(CHECK, &case);
        case.facts.routing = Routing::None;
        case.probes.asked.join = Outcome::Failed(libc::ENODEV);
        case.probes.asked.send = Outcome::Failed(libc::ENETUNREACH);
        let words = [
            "No such device",
            "Network is unreachable",
            "--interface eth0",
            "ip route add 224.0.0.0/4 dev eth0",
        ];
        fixture::check(CHECK, &case, Weight::Problem, &words);
        case.probes.named.clear();
        fixture::check(CHECK, &case, Weight::Problem, &["ip link set lo up"]);
    }

    #[test]
    fn an_interface_that_is_named_needs_no_route() {
        let mut case = fixture::group();
        case.facts.routing = Routing::None;
        case.question.interface = Some(fixture::eth0());
        fixture::check_silent(CHECK, &case);
    }

    #[test]
    fn one_address_needs_a_route_too() {
        let mut case = fixture::case(Target::Unicast(fixture::address("203.0.113.5:5007")));
        case.facts.routing = Routing::None;
        case.probes.asked.send = Outcome::Failed(libc::ENETUNREACH);
        fixture::check(CHECK, &case, Weight::Problem, &["ip route add 203.0.113.5"]);
    }
}

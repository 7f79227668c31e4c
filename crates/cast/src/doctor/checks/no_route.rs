//! The routing table has no way to the target.

use std::net::Ipv4Addr;

use super::{Check, ipv6_off};
use crate::{
    Interface,
    doctor::{Case, Finding, Outcome, Routing, Target},
    ipv6,
};

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
    let is_without_way = matches!(case.facts.routing, Routing::None | Routing::Refused(_));
    // Then that is what is said (`interface-down`).
    let is_all_down = case.facts.interfaces.iter().all(|one| !one.is_up);
    let is_limited = target.ip() == Ipv4Addr::BROADCAST;
    if case.question.interface.is_some()
        || !is_without_way
        || !is_broken
        || is_limited
        || is_all_down
        || ipv6_off::off(case).is_some()
    {
        return None;
    }
    let ip = target.ip();
    if let Routing::Refused(kind) = case.facts.routing {
        return Some(refused(case, kind));
    }
    let finding = Finding::problem(format!("no route leads to {ip} ({})", asked.troubles()));
    if !target.is_group() {
        let finding = finding.means("The kernel does not know by which interface to send.");
        return Some(finding.remedy(format!(
            "Add a route: `ip{} route add {ip} dev INTERFACE`, or a default route; `ip{0} route` shows those there are.",
            family(target)
        )));
    }
    let outside = outside(case);
    let name = outside.map_or("lo", |one| one.name.as_str());
    let route = match ip.is_ipv4() {
        true => format!("ip route add 224.0.0.0/4 dev {name}"),
        false if outside.is_none_or(|one| one.is_loopback) => ipv6::loopback_route(name),
        false => format!("ip -6 route add multicast ff00::/8 dev {name} table local"),
    };
    let remedy = match case.works_on() {
        Some(works) => format!(
            "Name the interface, which works here: `--interface {works}`; in a program, {} for sending and the \
             interface{} for joining. Or give all programs a route: `{route}`.",
            target.interface_option(),
            match ip.is_ipv4() {
                true => "'s address",
                false => "'s number",
            },
        ),
        None => format!("Bring an interface up (`ip link set lo up`), or give a route: `{route}`."),
    };
    let finding = finding.means(
        "Programs that name no interface leave the choice to the routing table, and it has none: they can neither \
         join nor send.",
    );
    Some(finding.remedy(remedy))
}

/// There is a route, and it refuses. One for the address alone goes before it, and in place of one that is as narrow.
fn refused(case: &Case, kind: &str) -> Finding {
    let target = case.question.target;
    let (ip, asked) = (target.ip(), &case.probes.asked);
    let finding = Finding::problem(format!(
        "a route of the type `{kind}` refuses {ip} ({})",
        asked.troubles()
    ))
    .means("Somebody has told the kernel to send nothing there, and programs that name no interface ask it.");
    let (family, bits) = (
        family(target),
        match ip.is_ipv4() {
            true => 32,
            false => 128,
        },
    );
    let name = outside(case).map_or("INTERFACE", |one| one.name.as_str());
    let named = case.works_on().map_or_else(String::new, |works| {
        format!(
            "Name the interface, which works here: `--interface {works}`. Or, for all programs: "
        )
    });
    finding.remedy(format!(
        "{named}`ip{family} route replace {ip}/{bits} dev {name}` for this address alone; `ip{family} route show table all \
         type {kind}` shows the route that refuses."
    ))
}

/// The first interface that is up and leads somewhere; else a loopback.
fn outside(case: &Case) -> Option<&Interface> {
    let up = || case.facts.interfaces.iter().filter(|one| one.is_up);
    up().find(|one| !one.is_loopback).or_else(|| up().next())
}

/// The flag of `ip` for the family.
fn family(target: Target) -> &'static str {
    match target.ip().is_ipv4() {
        true => "",
        false => " -6",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::{Weight, fixture};

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

    #[test]
    fn a_route_that_refuses_is_named_and_gone_before() {
        let mut case = fixture::group();
        case.facts.routing = Routing::Refused("blackhole");
        case.probes.asked.send = Outcome::Failed(libc::EINVAL);
        let words = [
            "`blackhole` refuses 224.1.1.1",
            "ip route replace 224.1.1.1/32 dev eth0",
            "--interface eth0",
        ];
        fixture::check(CHECK, &case, Weight::Problem, &words);
    }
}

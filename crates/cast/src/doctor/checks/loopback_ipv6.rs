//! The loopback and IPv6 groups.

use super::Check;
use crate::doctor::{Case, Finding};

pub const CHECK: Check = Check {
    name: "loopback-ipv6",
    about: "the loopback has no route for IPv6 groups, or one that delivers nothing",
    look,
};

fn look(case: &Case) -> Option<Finding> {
    let one = case.leaves_by().filter(|one| one.is_loopback)?;
    let target = case.question.target;
    let asked = &case.probes.asked;
    if !target.is_group() || target.ip().is_ipv4() || asked.is_good() {
        return None;
    }
    let name = &one.name;
    // Linux, net/ipv6/route.c, `ip6_route_info_create`: a route by the loopback that is not local is a refusal.
    let finding = Finding::problem(format!(
        "{name} does not carry IPv6 groups ({})",
        asked.troubles()
    ));
    let finding = finding
        .means(
            "The kernel gives every interface but the loopback a route for IPv6 groups. One by the loopback that is \
             not of the type `local` takes datagrams and delivers none.",
        )
        .remedy(format!(
            "`{}`; or take an IPv4 group, for which `--interface {name}` is enough.",
            route(name)
        ));
    Some(finding)
}

/// The command that gives the loopback a route that delivers.
pub fn route(name: &str) -> String {
    format!("ip -6 route add local ff00::/8 dev {name} table local")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::{Outcome, Target, Weight, fixture};

    #[test]
    fn an_ipv6_group_on_the_loopback_that_fails_or_is_lost_is_a_problem() {
        let mut case = fixture::case(Target::Multicast(fixture::address("[ff15::114]:5007")));
        case.question.interface = Some(fixture::lo());
        fixture::check_silent(CHECK, &case);
        case.probes.asked.send = Outcome::Failed(libc::ENETUNREACH);
        let words = [
            "lo does not carry",
            "route add local ff00::/8 dev lo",
            "unreachable",
        ];
        fixture::check(CHECK, &case, Weight::Problem, &words);
        case.probes.asked.send = Outcome::Done;
        case.probes.asked.receive = Outcome::Silent;
        fixture::check(CHECK, &case, Weight::Problem, &["delivers none"]);
        case.question.interface = Some(fixture::eth0());
        fixture::check_silent(CHECK, &case);
    }

    #[test]
    fn an_ipv4_group_is_none_of_its_business() {
        let mut case = fixture::group();
        case.question.interface = Some(fixture::lo());
        case.probes.asked.receive = Outcome::Silent;
        fixture::check_silent(CHECK, &case);
    }
}

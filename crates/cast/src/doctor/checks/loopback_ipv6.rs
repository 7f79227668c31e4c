//! The loopback and IPv6 groups.

use super::{Check, ipv6_off};
use crate::{
    doctor::{Case, Finding, Outcome},
    ipv6,
};

pub const CHECK: Check = Check {
    name: "loopback-ipv6",
    about: "the loopback has no route for IPv6 groups, or one that delivers nothing",
    look,
};

fn look(case: &Case) -> Option<Finding> {
    let one = case.leaves_by().filter(|_| applies(case))?;
    let asked = &case.probes.asked;
    let name = &one.name;
    let finding = Finding::problem(ipv6::uncarried(name, &asked.troubles()));
    let means = "The kernel gives every interface but the loopback a route for IPv6 groups. One by the loopback that \
                 is not of the type `local` takes datagrams and delivers none.";
    let else_filter = match asked.send == Outcome::Done {
        true => " (Where `ip -6 route show table local` has a local one, it is a packet filter.)",
        false => "",
    };
    let finding = finding.means(format!("{means}{else_filter}"));
    Some(finding.remedy(format!("{}.", ipv6::loopback_remedy(name))))
}

/// Whether it is an IPv6 group that a loopback does not carry.
pub fn applies(case: &Case) -> bool {
    let target = case.question.target;
    target.is_group()
        && target.ip().is_ipv6()
        && !case.probes.asked.is_good()
        && case.leaves_by().is_some_and(|one| one.is_loopback)
        && ipv6_off::off(case).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::{Target, Weight, fixture};

    #[test]
    fn an_ipv6_group_on_the_loopback_that_fails_or_is_lost_is_a_problem() {
        let mut case = fixture::case(Target::Multicast(fixture::address("[ff15::114]:5007")));
        case.question.interface = Some(fixture::lo());
        fixture::check_silent(CHECK, &case);
        case.probes.asked.send = Outcome::Failed(libc::ENETUNREACH);
        let words = [
            "lo does not carry",
            "route replace local ff00::/8 dev lo",
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

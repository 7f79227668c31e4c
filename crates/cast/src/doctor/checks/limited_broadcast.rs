//! 255.255.255.255 without a route.

use std::net::Ipv4Addr;

use super::Check;
use crate::doctor::{Case, Finding, Routing, Target};

pub const CHECK: Check = Check {
    name: "limited-broadcast",
    about: "255.255.255.255 goes by the default route alone, if there is one",
    look,
};

fn look(case: &Case) -> Option<Finding> {
    let Target::Broadcast(target) = case.question.target else {
        return None;
    };
    if *target.ip() != Ipv4Addr::BROADCAST {
        return None;
    }
    let all = case.facts.broadcast_addresses();
    let all = all.map(|(one, address)| format!("{address} on {}", one.name));
    let there = all.collect::<Vec<_>>().join(", ");
    let remedy = format!(
        "Send to the broadcast address of the subnet instead, once for each interface; here there are: {there}."
    );
    let finding = match case.facts.routing {
        Routing::None => Finding::problem("no route leads to 255.255.255.255")
            .means("The kernel sends it by the default route, and there is none."),
        _ => Finding::remark("255.255.255.255 leaves by the default route only").means(
            "Whoever is behind another interface does not hear it, although the name says all.",
        ),
    };
    Some(finding.remedy(remedy))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::{Weight, fixture};

    #[test]
    fn it_is_a_problem_without_a_route_and_a_remark_with_one() {
        let mut case = fixture::case(Target::Broadcast(
            "255.255.255.255:5007".parse().expect("one"),
        ));
        fixture::check(CHECK, &case, Weight::Remark, &["198.51.100.255 on eth0"]);
        case.facts.routing = Routing::None;
        fixture::check(CHECK, &case, Weight::Problem, &["127.255.255.255 on lo"]);
    }

    #[test]
    fn a_subnets_address_is_none_of_its_business() {
        let case = fixture::case(Target::Broadcast(
            "198.51.100.255:5007".parse().expect("one"),
        ));
        fixture::check_silent(CHECK, &case);
    }
}

//! An address that is no subnet's broadcast address.

use std::net::Ipv4Addr;

use super::Check;
use crate::doctor::{Case, Finding, Target};

pub const CHECK: Check = Check {
    name: "no-subnet",
    about: "the address is the broadcast address of no interface",
    look,
};

fn look(case: &Case) -> Option<Finding> {
    let Target::Broadcast(target) = case.question.target else {
        return None;
    };
    let address = *target.ip();
    let all: Vec<_> = case.facts.broadcast_addresses().collect();
    if address == Ipv4Addr::BROADCAST || all.iter().any(|(_, own)| *own == address) {
        return None;
    }
    let there = all
        .iter()
        .map(|(one, own)| format!("{own} on {}", one.name));
    let there = there.collect::<Vec<_>>().join(", ");
    let finding = Finding::problem(format!(
        "{address} is the broadcast address of no interface that is up"
    ));
    let finding = finding
        .means("The kernel takes it for the address of one machine, or of a subnet elsewhere.")
        .remedy(match there.is_empty() {
            true => "Give an interface an address with its subnet: `ip addr add ADDRESS/24 brd + dev INTERFACE`."
                .to_owned(),
            false => format!("Take one of those there are: {there}; or look at the length of the prefix (`ip addr`)."),
        });
    Some(finding)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::{Weight, fixture};

    #[track_caller]
    fn case(target: &str) -> Case {
        fixture::case(Target::Broadcast(target.parse().expect("an address")))
    }

    #[test]
    fn another_subnets_address_is_a_problem() {
        let case = case("198.51.100.127:5007");
        fixture::check(CHECK, &case, Weight::Problem, &["198.51.100.255 on eth0"]);
    }

    #[test]
    fn an_own_subnets_address_is_not() {
        for target in [
            "198.51.100.255:5007",
            "127.255.255.255:1",
            "255.255.255.255:1",
        ] {
            fixture::check_silent(CHECK, &case(target));
        }
    }
}

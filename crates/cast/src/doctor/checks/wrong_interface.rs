//! Members have joined on one interface, and what is sent leaves by another.

use super::Check;
use crate::doctor::{Case, Finding};

pub const CHECK: Check = Check {
    name: "wrong-interface",
    about: "members have joined on another interface than the one it is sent on",
    look,
};

fn look(case: &Case) -> Option<Finding> {
    let group = case.question.target.ip();
    let leaves_by = &case
        .leaves_by()
        .filter(|_| case.question.target.is_group())?
        .name;
    let joined = case.facts.joined.iter().filter(|one| one.group == group);
    let joined: Vec<&str> = joined.map(|one| one.interface.as_str()).collect();
    if joined.is_empty() || joined.contains(&leaves_by.as_str()) {
        return None;
    }
    let there = joined.join(", ");
    let finding = Finding::problem(format!(
        "{group} is joined on {there}, and what is sent in this way leaves by {leaves_by}"
    ));
    let finding = finding
        .means(
            "Members hear only what is sent on the interface on which they joined: those of this machine hear \
             nothing of it.",
        )
        .remedy(format!(
            "Send with `--interface {}` (in a program: {}), or have the members join on {leaves_by}.",
            joined[0],
            case.question.target.interface_option()
        ));
    Some(finding)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::{Joined, Weight, fixture};

    fn joined(interface: &str, group: &str) -> Joined {
        Joined {
            interface: interface.to_owned(),
            group: group.parse().expect("an address"),
        }
    }

    #[test]
    fn members_elsewhere_hear_nothing() {
        let mut case = fixture::group();
        case.facts.joined = vec![joined("eth0", "224.1.1.1"), joined("lo", "224.0.0.1")];
        fixture::check_silent(CHECK, &case);
        case.question.interface = Some(fixture::lo());
        let words = ["joined on eth0", "leaves by lo", "--interface eth0"];
        fixture::check(CHECK, &case, Weight::Problem, &words);
        case.facts.joined.push(joined("lo", "224.1.1.1"));
        fixture::check_silent(CHECK, &case);
    }

    #[test]
    fn a_group_that_nobody_has_joined_is_on_no_interface() {
        fixture::check_silent(CHECK, &fixture::group());
    }
}

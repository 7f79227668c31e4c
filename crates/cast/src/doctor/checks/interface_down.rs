//! The interface is down.

use super::Check;
use crate::doctor::{Case, Finding, Routing};

pub const CHECK: Check = Check {
    name: "interface-down",
    about: "the interface is down, or all of them are",
    look,
};

fn look(case: &Case) -> Option<Finding> {
    let asked = case.question.interface.as_ref();
    let name = match (asked, case.facts.routing) {
        (Some(asked), _) if !asked.is_up => &asked.name,
        (None, Routing::None | Routing::Refused(_)) => {
            let all = &case.facts.interfaces;
            let nothing_is_up = all.iter().all(|one| !one.is_up);
            all.first().filter(|_| nothing_is_up).map(|one| &one.name)?
        }
        _ => return None,
    };
    let seen = match asked {
        Some(_) => format!("interface {name} is down, or has no carrier"),
        None => "no interface is up".to_owned(),
    };
    let finding = Finding::problem(seen)
        .means("The kernel sends nothing by an interface that is down, and takes nothing in.")
        .remedy(format!(
            "`ip link set {name} up`; if it is up and has no carrier, look at the cable or at the other end."
        ));
    Some(finding)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::{Weight, fixture};

    #[test]
    fn an_interface_that_was_asked_for_and_is_down_is_a_problem() {
        let mut case = fixture::group();
        let mut eth0 = fixture::eth0();
        case.question.interface = Some(eth0.clone());
        fixture::check_silent(CHECK, &case);
        eth0.is_up = false;
        case.question.interface = Some(eth0);
        fixture::check(CHECK, &case, Weight::Problem, &["ip link set eth0 up"]);
    }

    #[test]
    fn a_machine_with_everything_down_is_a_problem() {
        let mut case = fixture::group();
        case.facts.routing = Routing::None;
        fixture::check_silent(CHECK, &case);
        for one in &mut case.facts.interfaces {
            one.is_up = false;
        }
        fixture::check(CHECK, &case, Weight::Problem, &["ip link set lo up"]);
    }
}

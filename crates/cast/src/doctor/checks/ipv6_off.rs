//! IPv6 is switched off.

use super::Check;
use crate::{
    doctor::{Case, Finding},
    ipv6,
};

pub const CHECK: Check = Check {
    name: "ipv6-off",
    about: "IPv6 is switched off on the interface, or on all of them",
    look,
};

fn look(case: &Case) -> Option<Finding> {
    let name = off(case)?;
    let finding = Finding::problem(ipv6::seen(name))
        .means("The interface has no IPv6 address then, and no route for IPv6 can be added that leads to it.")
        .remedy(format!(
            "{}; or take an IPv4 address.",
            ipv6::remedy()
        ));
    Some(finding)
}

/// The interface that is to blame, if it does not work and one is.
pub fn off(case: &Case) -> Option<&str> {
    if case.question.target.ip().is_ipv4() || case.probes.asked.is_good() {
        return None;
    }
    let off = &case.facts.settings.ipv6_off;
    let name = match case.leaves_by() {
        Some(one) => off.iter().find(|name| **name == one.name),
        // Without a way, it is to blame where no interface has it.
        None => {
            let mut all = case.facts.interfaces.iter();
            let is_off_everywhere = all.all(|one| off.contains(&one.name));
            off.first().filter(|_| is_off_everywhere)
        }
    };
    name.map(String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::{Outcome, Routing, Target, Weight, fixture};

    fn case() -> Case {
        let mut case = fixture::case(Target::Unicast(fixture::address("[::1]:5007")));
        case.facts.routing = Routing::None;
        case.probes.asked.send = Outcome::Failed(libc::EADDRNOTAVAIL);
        case
    }

    #[test]
    fn it_is_to_blame_where_no_interface_has_it() {
        let mut case = case();
        case.facts.settings.ipv6_off = vec!["lo".to_owned()];
        fixture::check_silent(CHECK, &case);
        case.facts.settings.ipv6_off.push("eth0".to_owned());
        let words = ["IPv6 is off on lo", "all.disable_ipv6=0"];
        fixture::check(CHECK, &case, Weight::Problem, &words);
    }

    #[test]
    fn it_is_to_blame_on_the_interface_that_was_asked_for() {
        let mut case = case();
        case.facts.settings.ipv6_off = vec!["lo".to_owned()];
        case.question.interface = Some(fixture::lo());
        fixture::check(CHECK, &case, Weight::Problem, &["IPv6 is off on lo"]);
        case.question.interface = Some(fixture::eth0());
        fixture::check_silent(CHECK, &case);
    }

    #[test]
    fn ipv4_is_none_of_its_business() {
        let mut case = fixture::group();
        case.facts.settings.ipv6_off = vec!["lo".to_owned(), "eth0".to_owned()];
        case.probes.asked.send = Outcome::Failed(libc::EINVAL);
        fixture::check_silent(CHECK, &case);
    }
}

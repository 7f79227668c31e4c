//! The routing table chose the interface.

use super::Check;
use crate::doctor::{Case, Finding};

pub const CHECK: Check = Check {
    name: "routing-table",
    about: "no interface was named, so the routing table chose it",
    look,
};

fn look(case: &Case) -> Option<Finding> {
    let is_open = case.question.interface.is_none() && case.question.target.is_group();
    let name = &case.leaves_by().filter(|_| is_open)?.name;
    let finding = Finding::remark(format!("the routing table leads to {name}, and nobody named an interface"))
        .means(
            "Joining and sending both go there. When the default route changes (a cable, a VPN, a container), \
             programs that start later use another interface, and do not hear those that started before.",
        )
        .remedy(format!("Name it: `--interface {name}`; in a program, {} and the same when joining.", case.question.target.interface_option()));
    Some(finding)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::{Weight, fixture};

    #[test]
    fn a_choice_that_nobody_made_is_a_remark() {
        let mut case = fixture::group();
        fixture::check(CHECK, &case, Weight::Remark, &["--interface eth0"]);
        case.question.interface = Some(fixture::eth0());
        fixture::check_silent(CHECK, &case);
    }
}

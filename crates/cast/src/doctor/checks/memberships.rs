//! A program may join only so many groups.

use super::Check;
use crate::doctor::{Case, Finding, Outcome};

pub const CHECK: Check = Check {
    name: "memberships",
    about: "the limit of groups that a socket may join",
    look,
};

fn look(case: &Case) -> Option<Finding> {
    if case.probes.asked.join != Outcome::Failed(libc::ENOBUFS) {
        return None;
    }
    let limit = match case.facts.settings.memberships_max {
        Some(limit) => format!("net.ipv4.igmp_max_memberships is {limit}"),
        None => "the limit is not known".to_owned(),
    };
    let finding = Finding::problem(format!("joining was refused: No buffer space available; {limit}"))
        .means("A socket may join no more groups than that.")
        .remedy(
            "`sysctl -w net.ipv4.igmp_max_memberships=20` (20 is what Linux starts with), or join further groups on a \
             second socket.",
        );
    Some(finding)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::{Weight, fixture};

    #[test]
    fn a_refusal_for_want_of_room_names_the_limit() {
        let mut case = fixture::group();
        fixture::check_silent(CHECK, &case);
        case.facts.settings.memberships_max = Some(0);
        case.probes.asked.join = Outcome::Failed(libc::ENOBUFS);
        let words = ["igmp_max_memberships is 0", "sysctl -w"];
        fixture::check(CHECK, &case, Weight::Problem, &words);
        case.probes.asked.join = Outcome::Failed(libc::ENODEV);
        fixture::check_silent(CHECK, &case);
    }
}

//! Broadcasting needs a permission that a program must ask for, and reaches more than those who wait for it.

use super::Check;
use crate::doctor::{Case, Finding, Outcome, Target};

pub const CHECK: Check = Check {
    name: "broadcast-permission",
    about: "broadcasting needs SO_BROADCAST, and reaches every socket on the port",
    look,
};

fn look(case: &Case) -> Option<Finding> {
    let refused = case.probes.asked.unpermitted == Outcome::Failed(libc::EACCES);
    if !matches!(case.question.target, Target::Broadcast(_)) || !refused {
        return None;
    }
    let finding = Finding::remark("without SO_BROADCAST the kernel refuses: Permission denied")
        .means(
            "A program must set that option before it sends to a broadcast address. Who receives needs nothing: every \
             socket on all addresses and that port gets it, those that wait for a group too.",
        )
        .remedy("In a program, SO_BROADCAST=1 (socat: `broadcast`); `wharf cast send --broadcast` sets it.");
    Some(finding)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::{Weight, fixture};

    #[test]
    fn a_refusal_without_the_option_is_a_remark() {
        let target = Target::Broadcast("198.51.100.255:5007".parse().expect("one"));
        let mut case = fixture::case(target);
        fixture::check_silent(CHECK, &case);
        case.probes.asked.unpermitted = Outcome::Failed(libc::EACCES);
        fixture::check(CHECK, &case, Weight::Remark, &["SO_BROADCAST", "socat"]);
    }
}

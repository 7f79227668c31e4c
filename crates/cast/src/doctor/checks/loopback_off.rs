//! The sender keeps its datagrams from members on its own machine.

use super::Check;
use crate::doctor::{Case, Finding, Loopback, Outcome};

pub const CHECK: Check = Check {
    name: "loopback-off",
    about: "the sender has switched IP_MULTICAST_LOOP off",
    look,
};

fn look(case: &Case) -> Option<Finding> {
    let is_off = case.question.loopback == Loopback::Off && case.question.target.is_group();
    if !is_off || case.probes.asked.receive == Outcome::Done {
        return None;
    }
    let finding = Finding::problem("members on the sender's machine hear nothing: loopback is off")
        .means(
            "With IP_MULTICAST_LOOP=0 the kernel sends to other machines only. With TTL 0 as well, nobody hears \
             anything.",
        )
        .remedy("Leave out `--no-loop`; in a program, IP_MULTICAST_LOOP=1, which is the default.");
    Some(finding)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::{Weight, fixture};

    #[test]
    fn what_is_not_looped_back_is_not_heard_here() {
        let mut case = fixture::group();
        fixture::check_silent(CHECK, &case);
        case.question.loopback = Loopback::Off;
        case.probes.asked.receive = Outcome::Silent;
        fixture::check(
            CHECK,
            &case,
            Weight::Problem,
            &["--no-loop", "IP_MULTICAST_LOOP"],
        );
    }
}

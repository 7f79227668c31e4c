//! Something on the way throws datagrams away.

use super::Check;
use crate::doctor::{Case, Finding, Loopback, Outcome};

pub const CHECK: Check = Check {
    name: "filtered",
    about: "a packet filter throws datagrams away",
    look,
};

fn look(case: &Case) -> Option<Finding> {
    let asked = &case.probes.asked;
    let is_group = case.question.target.is_group();
    let is_refused =
        asked.send == Outcome::Failed(libc::EPERM) || asked.receive == Outcome::Failed(libc::EPERM);
    let is_lost =
        asked.receive == Outcome::Silent && !(is_group && case.question.loopback == Loopback::Off);
    let finding = match (is_refused, is_lost) {
        (true, _) => Finding::problem("sending was refused: Operation not permitted")
            .means("A packet filter of this machine refuses what goes out to that address."),
        (_, true) => Finding::problem("what was sent did not arrive, and nothing refused it")
            .means("A packet filter of this machine throws it away on its way out or in."),
        _ => return None,
    };
    Some(finding.remedy(
        "Look for the rule: `nft list ruleset`, `iptables -S`; the counters show which one it is.",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::{Weight, fixture};

    #[test]
    fn a_datagram_that_vanishes_or_is_refused_points_to_a_filter() {
        let mut case = fixture::group();
        fixture::check_silent(CHECK, &case);
        case.probes.asked.receive = Outcome::Silent;
        fixture::check(
            CHECK,
            &case,
            Weight::Problem,
            &["nft list ruleset", "did not arrive"],
        );
        case.probes.asked.send = Outcome::Failed(libc::EPERM);
        fixture::check(CHECK, &case, Weight::Problem, &["not permitted"]);
    }

    #[test]
    fn a_datagram_that_is_not_looped_back_does_not() {
        let mut case = fixture::group();
        case.question.loopback = Loopback::Off;
        case.probes.asked.receive = Outcome::Silent;
        fixture::check_silent(CHECK, &case);
    }
}

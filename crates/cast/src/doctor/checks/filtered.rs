//! Something on the way throws datagrams away.

use super::{Check, loopback_ipv6};
use crate::doctor::{Case, Finding, Loopback, Outcome};

pub const CHECK: Check = Check {
    name: "filtered",
    about: "a packet filter throws datagrams away",
    look,
};

fn look(case: &Case) -> Option<Finding> {
    let finding = anywhere(case).or_else(|| at_port(case))?;
    Some(finding.remedy(
        "Look for the rule: `nft list ruleset`, `iptables -S`; the counters show which one it is.",
    ))
}

/// Whatever the port.
fn anywhere(case: &Case) -> Option<Finding> {
    let asked = &case.probes.asked;
    let is_group = case.question.target.is_group();
    let is_refused =
        asked.send == Outcome::Failed(libc::EPERM) || asked.receive == Outcome::Failed(libc::EPERM);
    let is_lost = asked.receive == Outcome::Silent
        && !(is_group && case.question.loopback == Loopback::Off)
        // Then it is the route (`loopback-ipv6`).
        && !loopback_ipv6::applies(case);
    match (is_refused, is_lost) {
        (true, _) => Some(
            Finding::problem("sending was refused: Operation not permitted")
                .means("A packet filter of this machine refuses what goes out to that address."),
        ),
        (_, true) => Some(
            Finding::problem("what was sent did not arrive, and nothing refused it")
                .means("A packet filter of this machine throws it away on its way out or in."),
        ),
        _ => None,
    }
}

/// At the target's port only.
fn at_port(case: &Case) -> Option<Finding> {
    let (tried, port) = (&case.probes.at_port, case.question.target.address().port());
    if tried.is_good() {
        return None;
    }
    let finding = match tried.send {
        Outcome::Done => Finding::problem(format!(
            "what was sent to port {port} did not arrive, and to another port it did"
        ))
        .means("A packet filter of this machine throws away what is for that port, on its way out or in."),
        refused => Finding::problem(format!(
            "sending to port {port} was refused ({refused}), and to another port it was not"
        ))
        .means("A packet filter of this machine refuses what goes out to that port."),
    };
    Some(finding)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::{Target, Weight, fixture};

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

    #[test]
    fn a_filter_for_the_port_alone_is_told_from_others() {
        let mut case = fixture::group();
        case.probes.at_port.send = Outcome::Done;
        case.probes.at_port.receive = Outcome::Silent;
        let words = ["to port 5007 did not arrive", "nft list ruleset"];
        fixture::check(CHECK, &case, Weight::Problem, &words);
        assert!(!case.judge().works);
        case.probes.at_port.send = Outcome::Failed(libc::EPERM);
        case.probes.at_port.receive = Outcome::Untried;
        let words = ["to port 5007 was refused (Operation not permitted)"];
        fixture::check(CHECK, &case, Weight::Problem, &words);
    }

    #[test]
    fn a_loopback_that_carries_no_ipv6_groups_is_no_filter() {
        let mut case = fixture::case(Target::Multicast(fixture::address("[ff15::114]:5007")));
        case.probes.asked.receive = Outcome::Silent;
        fixture::check(CHECK, &case, Weight::Problem, &["did not arrive"]);
        case.question.interface = Some(fixture::lo());
        fixture::check_silent(CHECK, &case);
    }
}

//! Somebody has the port and does not share it.

use super::Check;
use crate::doctor::{Case, Finding, Outcome, PortSocket, Target};

pub const CHECK: Check = Check {
    name: "port-taken",
    about: "somebody has the port and does not share it",
    look,
};

fn look(case: &Case) -> Option<Finding> {
    let (target, bindings) = (&case.question.target, &case.probes.bindings);
    let port = target.address().port();
    if bindings.alone == Outcome::Failed(libc::EACCES) {
        let finding = Finding::problem(format!("port {port} may not be bound: Permission denied"))
            .means("Ports below net.ipv4.ip_unprivileged_port_start are for the administrator.")
            .remedy("Take a port from 1024 on.");
        return Some(finding);
    }
    // To one address of another machine nothing has to be bound here; on this one the owner is the receiver.
    let is_taken = bindings.both == Outcome::Failed(libc::EADDRINUSE);
    if !is_taken || matches!(target, Target::Unicast(_)) {
        return None;
    }
    let who = words(&case.facts.sockets);
    let finding = Finding::problem(format!("port {port} is taken and not shared, by {who}"))
        .means(
            "A program that binds without SO_REUSEADDR or SO_REUSEPORT keeps all others out: no second receiver \
             can start on this machine.",
        )
        .remedy(
            "End that program, take another port, or have it set SO_REUSEADDR before it binds (socat: `reuseaddr`), \
             as `wharf cast recv` does.",
        );
    Some(finding)
}

/// For people: whose they are.
pub fn words(sockets: &[PortSocket]) -> String {
    PortSocket::words_of(sockets)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::{Weight, fixture};

    #[test]
    fn a_port_that_is_not_shared_is_a_problem_that_names_its_owner() {
        let mut case = fixture::group();
        fixture::check_silent(CHECK, &case);
        case.facts.sockets = vec![fixture::socket(12, "0.0.0.0")];
        let bindings = &mut case.probes.bindings;
        bindings.alone = Outcome::Failed(libc::EADDRINUSE);
        bindings.both = Outcome::Done;
        fixture::check_silent(CHECK, &case);
        case.probes.bindings.both = Outcome::Failed(libc::EADDRINUSE);
        let words = ["python3 (process 12) on 0.0.0.0:5007", "SO_REUSEADDR"];
        fixture::check(CHECK, &case, Weight::Problem, &words);
    }

    #[test]
    fn a_port_for_the_administrator_is_a_problem() {
        let mut case = fixture::group();
        case.probes.bindings.alone = Outcome::Failed(libc::EACCES);
        fixture::check(CHECK, &case, Weight::Problem, &["from 1024"]);
    }
}

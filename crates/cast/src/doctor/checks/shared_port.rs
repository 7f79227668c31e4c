//! Several sockets share the port: what is sent to one address reaches one of them.

use super::{Check, port_taken};
use crate::doctor::{Case, Finding, PortSocket, Sharing, Target};

pub const CHECK: Check = Check {
    name: "shared-port",
    about: "several sockets share the port, and unicast reaches one of them",
    look,
};

fn look(case: &Case) -> Option<Finding> {
    let target = case.question.target;
    let hears = |socket: &&PortSocket| match target {
        Target::Unicast(one) => socket.is_wildcard() || socket.address == one.ip(),
        _ => socket.is_wildcard(),
    };
    let sockets: Vec<PortSocket> = case.facts.sockets.iter().filter(hears).cloned().collect();
    if sockets.len() < 2 {
        return None;
    }
    let seen = format!(
        "{} sockets share port {}: {}",
        sockets.len(),
        target.address().port(),
        port_taken::words(&sockets)
    );
    let finding = match target {
        Target::Unicast(_) => Finding::problem(seen),
        _ => Finding::remark(seen),
    };
    let which = match case.probes.bindings.sharing() {
        Sharing::Address => "as they share by SO_REUSEADDR, the one that was bound last",
        Sharing::Port => {
            "as they share by SO_REUSEPORT, the one that the sender's address and port happen to choose"
        }
        Sharing::Both | Sharing::No => {
            "with SO_REUSEADDR the one that was bound last, with SO_REUSEPORT the one that the sender's address and \
             port happen to choose"
        }
    };
    let finding = finding
        .means(format!(
            "Groups and broadcasts reach all of them; a datagram to one address reaches only one: {which}."
        ))
        .remedy("For unicast, give each its own port or address; to reach all, send to a group.");
    Some(finding)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::{Outcome, Weight, fixture};

    fn case(target: Target) -> Case {
        let mut case = fixture::case(target);
        case.facts.sockets = vec![
            fixture::socket(12, "0.0.0.0"),
            fixture::socket(13, "0.0.0.0"),
        ];
        case
    }

    #[test]
    fn it_is_a_problem_for_unicast_and_a_remark_for_a_group() {
        let one = Target::Unicast(fixture::address("127.0.0.1:5007"));
        let mut one = case(one);
        one.probes.bindings.reuse_address = Outcome::Done;
        let words = ["process 12", "process 13", "bound last"];
        fixture::check(CHECK, &one, Weight::Problem, &words);
        let group = Target::Multicast(fixture::address("224.1.1.1:5007"));
        fixture::check(CHECK, &case(group), Weight::Remark, &["reach all"]);
    }

    #[test]
    fn the_way_of_sharing_says_which_one() {
        let mut one = case(Target::Unicast(fixture::address("127.0.0.1:5007")));
        one.probes.bindings.reuse_port = Outcome::Done;
        fixture::check(CHECK, &one, Weight::Problem, &["by SO_REUSEPORT"]);
    }

    #[test]
    fn one_socket_shares_with_nobody() {
        let mut one = case(Target::Unicast(fixture::address("127.0.0.1:5007")));
        one.facts.sockets[1] = fixture::socket(13, "198.51.100.2");
        fixture::check_silent(CHECK, &one);
    }
}

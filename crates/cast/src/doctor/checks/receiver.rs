//! Whether anybody on this machine receives at an address of it.

use std::net::SocketAddr;

use super::Check;
use crate::doctor::{Case, Finding, PortSocket, Target};

pub const CHECK: Check = Check {
    name: "receiver",
    about: "whether somebody receives at the address, if it is this machine's",
    look,
};

fn look(case: &Case) -> Option<Finding> {
    let (to, sockets) = receivers(case)?;
    let finding = match sockets.is_empty() {
        true => Finding::remark(format!("nobody receives at {to} now"))
            .means("What is sent there is refused (Connection refused, told to the sender with its next datagram).")
            .remedy(format!("Start the receiver first, as in `wharf cast recv --unicast {to}`.")),
        false => Finding::remark(format!("at {to} receives {}", PortSocket::words_of(&sockets)))
            .means("The port itself could not be tried while it is taken: a packet filter for it alone would not be seen.")
            .remedy("If it receives nothing, end it and ask again; `nft list ruleset` shows the filters."),
    };
    Some(finding)
}

/// Whether it is known that nobody receives there.
pub fn is_missing(case: &Case) -> bool {
    receivers(case).is_some_and(|(_, sockets)| sockets.is_empty())
}

/// Of one address of this machine: it, and who receives there.
fn receivers(case: &Case) -> Option<(SocketAddr, Vec<PortSocket>)> {
    let Target::Unicast(to) = case.question.target else {
        return None;
    };
    let hears = |one: &&PortSocket| one.is_wildcard() || one.address == to.ip();
    let sockets = case.facts.sockets.iter().filter(hears).cloned();
    case.facts.is_own(to.ip()).then(|| (to, sockets.collect()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::{Weight, fixture};

    fn case(target: &str) -> Case {
        fixture::case(Target::Unicast(fixture::address(target)))
    }

    #[test]
    fn somebody_or_nobody_receives_at_an_address_of_this_machine() {
        let mut case = case("127.0.0.1:5007");
        let nobody = [
            "nobody receives at 127.0.0.1:5007",
            "wharf cast recv --unicast",
        ];
        fixture::check(CHECK, &case, Weight::Remark, &nobody);
        case.facts.sockets = vec![fixture::socket(13, "198.51.100.2")];
        fixture::check(CHECK, &case, Weight::Remark, &nobody);
        case.facts.sockets.push(fixture::socket(12, "0.0.0.0"));
        fixture::check(
            CHECK,
            &case,
            Weight::Remark,
            &["receives python3 (process 12)"],
        );
    }

    #[test]
    fn of_another_machine_it_is_not_known() {
        fixture::check_silent(CHECK, &case("198.51.100.7:5007"));
        fixture::check_silent(CHECK, &fixture::group());
    }
}

//! The interface does not say that it does multicast.

use super::Check;
use crate::doctor::{Case, Finding};

pub const CHECK: Check = Check {
    name: "no-multicast",
    about: "the interface lacks the flag MULTICAST",
    look,
};

fn look(case: &Case) -> Option<Finding> {
    let one = case
        .leaves_by()
        .filter(|_| case.question.target.is_group())?;
    if one.has_multicast {
        return None;
    }
    let name = &one.name;
    // Linux does not ask for the flag itself, neither to join nor to send nor for its routes (6.18).
    let finding = Finding::remark(format!("interface {name} does not have the flag MULTICAST"))
        .means("The kernel does not mind; but programs that look for an interface by that flag pass it over.")
        .remedy(match one.is_loopback {
            true => format!("Nothing, if members name it: `--interface {name}`."),
            false => format!("`ip link set {name} multicast on`."),
        });
    Some(finding)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::{Weight, fixture};

    #[test]
    fn an_interface_without_the_flag_is_a_remark() {
        let mut case = fixture::group();
        fixture::check_silent(CHECK, &case);
        case.question.interface = Some(fixture::lo());
        fixture::check(CHECK, &case, Weight::Remark, &["lo", "--interface lo"]);
        let mut eth0 = fixture::eth0();
        eth0.has_multicast = false;
        case.question.interface = Some(eth0);
        fixture::check(
            CHECK,
            &case,
            Weight::Remark,
            &["ip link set eth0 multicast on"],
        );
    }
}

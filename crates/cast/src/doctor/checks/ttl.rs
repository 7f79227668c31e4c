//! How far datagrams to a group go.

use super::Check;
use crate::doctor::{Case, Finding};

pub const CHECK: Check = Check {
    name: "ttl",
    about: "how far the TTL lets datagrams to a group go",
    look,
};

fn look(case: &Case) -> Option<Finding> {
    let one = case
        .leaves_by()
        .filter(|_| case.question.target.is_group())?;
    let finding = match case.question.ttl {
        _ if one.is_loopback => return None,
        0 => Finding::remark("sent with TTL 0")
            .means("It stays on this machine: no other one hears it, not even on the same cable.")
            .remedy("`--ttl 1` reaches the machines on the same subnet; this examination then sends to them."),
        1 => return None,
        ttl => Finding::remark(format!("sent with TTL {ttl}"))
            .means("Routers that know about groups may pass it on, beyond the subnet.")
            .remedy("`--ttl 1` keeps it on the subnet."),
    };
    Some(finding)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::{Weight, fixture};

    #[test]
    fn zero_stays_here_and_one_on_the_subnet() {
        let mut case = fixture::group();
        fixture::check_silent(CHECK, &case);
        case.question.ttl = 0;
        fixture::check(
            CHECK,
            &case,
            Weight::Remark,
            &["stays on this machine", "--ttl 1"],
        );
        case.question.ttl = 8;
        fixture::check(
            CHECK,
            &case,
            Weight::Remark,
            &["TTL 8", "beyond the subnet"],
        );
        case.question.interface = Some(fixture::lo());
        fixture::check_silent(CHECK, &case);
    }
}

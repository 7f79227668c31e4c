//! Datagrams that say they come from nowhere.

use super::Check;
use crate::doctor::{Case, Finding};

pub const CHECK: Check = Check {
    name: "source-unspecified",
    about: "datagrams arrive with the source address 0.0.0.0",
    look,
};

fn look(case: &Case) -> Option<Finding> {
    if !case
        .probes
        .asked
        .from
        .is_some_and(|from| from.is_unspecified())
    {
        return None;
    }
    let one = case.leaves_by()?;
    let (name, own) = (&one.name, one.v4.first().map(|(address, ..)| address));
    let finding = Finding::remark("it arrived with the source address 0.0.0.0").means(
        "The route has no address to send from, so nobody can answer the sender, or tell it from others.",
    );
    let finding = finding.remedy(match own {
        Some(own) => format!(
            "Name the interface: `--interface {name}` (in a program, IP_MULTICAST_IF); or give the route one: `ip route \
             replace 224.0.0.0/4 dev {name} src {own}`."
        ),
        None => format!("Give the interface an address: `ip addr add ADDRESS/24 brd + dev {name}`."),
    });
    Some(finding)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::{Weight, fixture};
    use std::net::{IpAddr, Ipv4Addr};

    #[test]
    fn a_datagram_from_nowhere_is_a_remark() {
        let mut case = fixture::group();
        fixture::check_silent(CHECK, &case);
        case.probes.asked.from = Some(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
        fixture::check(
            CHECK,
            &case,
            Weight::Remark,
            &["0.0.0.0", "dev eth0 src 198.51.100.2"],
        );
        case.question.interface = Some(fixture::eth0());
        if let Some(eth0) = &mut case.question.interface {
            eth0.v4.clear();
        }
        fixture::check(CHECK, &case, Weight::Remark, &["ip addr add"]);
    }
}

//! A bridge that watches who has joined, and asks nobody.

use super::Check;
use crate::doctor::{Case, Finding, Link};

pub const CHECK: Check = Check {
    name: "snooping",
    about: "a bridge snoops on memberships, and nobody asks for them",
    look,
};

fn look(case: &Case) -> Option<Finding> {
    let links = &case.facts.links;
    let leaves_by = case
        .leaves_by()
        .filter(|_| case.question.target.is_group())?;
    let own = case.facts.link(leaves_by.index);
    let is_on_the_way = |bridge: &&Link| {
        bridge.index == leaves_by.index || own.is_some_and(|own| own.master == Some(bridge.index))
    };
    let is_half = |link: &&Link| {
        link.bridge
            .is_some_and(|bridge| bridge.is_snooping && !bridge.is_querier)
    };
    let bridge = links.iter().filter(is_on_the_way).find(is_half)?;
    let name = &bridge.name;
    let finding = Finding::remark(format!("bridge {name} snoops on memberships and does not ask for them (no querier)"))
        .means(
            "Without a querier Linux floods groups to all ports, joined or not. A switch that does not flood forgets \
             members after a few minutes: it works at first, and then stops.",
        )
        .remedy(format!(
            "If some other machine on the subnet does not ask: `ip link set {name} type bridge mcast_querier 1`; or \
             switch snooping off: `ip link set {name} type bridge mcast_snooping 0`."
        ));
    Some(finding)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::{Bridge, Weight, fixture};

    fn bridge(is_snooping: bool, is_querier: bool) -> Link {
        Link {
            index: 7,
            name: "br0".to_owned(),
            mtu: Some(1500),
            master: None,
            bridge: Some(Bridge {
                is_snooping,
                is_querier,
            }),
        }
    }

    #[test]
    fn a_bridge_on_the_way_that_asks_nobody_is_a_remark() {
        let mut case = fixture::group();
        case.facts.links.push(bridge(true, false));
        fixture::check_silent(CHECK, &case);
        case.facts.links[1].master = Some(7);
        let words = ["br0", "mcast_querier 1", "mcast_snooping 0"];
        fixture::check(CHECK, &case, Weight::Remark, &words);
        for (is_snooping, is_querier) in [(true, true), (false, false)] {
            case.facts.links[2] = bridge(is_snooping, is_querier);
            fixture::check_silent(CHECK, &case);
        }
    }
}

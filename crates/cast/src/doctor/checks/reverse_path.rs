//! The kernel throws away what comes from where it would not answer to.

use super::Check;
use crate::doctor::{Case, Finding};

pub const CHECK: Check = Check {
    name: "reverse-path",
    about: "strict reverse path filtering throws away sources that the routing table has elsewhere",
    look,
};

fn look(case: &Case) -> Option<Finding> {
    let one = case.leaves_by().filter(|one| !one.is_loopback)?;
    let name = &one.name;
    let value = |of: &str| {
        let mut all = case.facts.settings.reverse_path.iter();
        all.find(|(name, _)| name == of)
            .map_or(0, |(_, value)| *value)
    };
    // The larger one counts (Linux, Documentation/networking/ip-sysctl.rst).
    if !case.question.target.ip().is_ipv4() || value("all").max(value(name)) != STRICT {
        return None;
    }
    let finding = Finding::remark(format!("reverse path filtering is strict on {name} (rp_filter=1)"))
        .means(format!(
            "What comes in by {name} from an address that the routing table would not answer by {name} is thrown away \
             without a word: a sender on another subnet, or one with two interfaces."
        ))
        .remedy(format!(
            "If senders are missing: `sysctl -w net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.{name}.rp_filter=2`, or a \
             route to them by {name}."
        ));
    Some(finding)
}

/// Strict mode (RFC 3704, section 2.2).
const STRICT: u64 = 1;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::{Weight, fixture};

    #[test]
    fn the_stricter_of_both_settings_counts_and_two_is_loose() {
        let mut case = fixture::group();
        let settings = |all, eth0| vec![("all".to_owned(), all), ("eth0".to_owned(), eth0)];
        for (all, eth0) in [(0, 0), (1, 2), (2, 1), (0, 2)] {
            case.facts.settings.reverse_path = settings(all, eth0);
            fixture::check_silent(CHECK, &case);
        }
        for (all, eth0) in [(1, 0), (0, 1), (1, 1)] {
            case.facts.settings.reverse_path = settings(all, eth0);
            fixture::check(
                CHECK,
                &case,
                Weight::Remark,
                &["net.ipv4.conf.eth0.rp_filter=2"],
            );
        }
    }
}

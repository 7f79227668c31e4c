//! What is peculiar to IPv6 on Linux, in the words in which it is told: by a refusal and by the doctor alike.

use std::fs;

/// Whether IPv6 is switched off on the interface of that name, or the kernel has none.
pub(crate) fn is_off(interface: &str) -> bool {
    let setting = fs::read_to_string(format!("{CONF}/{interface}/disable_ipv6"));
    match setting {
        Ok(text) => text.trim() != "0",
        Err(_) => !fs::exists(CONF).unwrap_or(true),
    }
}

/// That it is off.
pub(crate) fn seen(interface: &str) -> String {
    format!("IPv6 is off on {interface} (net.ipv6.conf.{interface}.disable_ipv6)")
}

/// What to do about that.
pub(crate) fn remedy() -> &'static str {
    "`sysctl -w net.ipv6.conf.all.disable_ipv6=0` switches it on"
}

/// That a loopback carries no groups, and what happened when it was tried.
pub(crate) fn uncarried(interface: &str, troubles: &str) -> String {
    format!("{interface} does not carry IPv6 groups ({troubles})")
}

/// What to do about that.
pub(crate) fn loopback_remedy(interface: &str) -> String {
    format!(
        "`{}`; or take an IPv4 group, for which `--interface {interface}` is enough",
        loopback_route(interface)
    )
}

/// The command that gives the loopback a route that delivers. Linux makes a refusal of every other route by a
/// loopback (`ip6_route_info_create`, net/ipv6/route.c).
pub(crate) fn loopback_route(interface: &str) -> String {
    format!("ip -6 route replace local ff00::/8 dev {interface} table local")
}

/// The settings of each interface.
const CONF: &str = "/proc/sys/net/ipv6/conf";

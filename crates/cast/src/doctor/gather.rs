//! Asks the kernel for the facts. Judges nothing.

use std::fs;

use super::{Facts, Question, Settings, links, owners, proc_net};
use crate::{Interface, InterfaceError, interfaces, ipv6, route};

/// The facts that matter to a question.
///
/// # Errors
/// Where the kernel does not list its interfaces.
pub fn facts(question: &Question) -> Result<Facts, InterfaceError> {
    let target = question.target.address();
    let mut sockets = proc_net::sockets(&read("/proc/net/udp"), target.port());
    sockets.extend(proc_net::sockets(&read("/proc/net/udp6"), target.port()));
    owners::name(&mut sockets);
    let mut joined = proc_net::joined_v4(&read("/proc/net/igmp"));
    joined.extend(proc_net::joined_v6(&read("/proc/net/igmp6")));
    let interfaces = interfaces()?;
    Ok(Facts {
        settings: settings(&interfaces),
        interfaces,
        links: links::links().unwrap_or_default(),
        routing: route::ask(target.ip()).unwrap_or_default(),
        joined,
        sockets,
        buffer_errors: proc_net::count(&read("/proc/net/snmp"), "Udp", "RcvbufErrors"),
    })
}

fn settings(interfaces: &[Interface]) -> Settings {
    let mut reverse_path = Vec::new();
    for folder in fs::read_dir(CONF_V4).into_iter().flatten().flatten() {
        let name = folder.file_name().to_string_lossy().into_owned();
        let value = number(&format!("{CONF_V4}/{name}/rp_filter"));
        reverse_path.extend(value.map(|value| (name, value)));
    }
    Settings {
        receive_buffer_bytes: number("/proc/sys/net/core/rmem_default"),
        receive_buffer_bytes_max: number("/proc/sys/net/core/rmem_max"),
        memberships_max: number("/proc/sys/net/ipv4/igmp_max_memberships"),
        ipv6_off: {
            let names = interfaces.iter().map(|one| one.name.clone());
            names.filter(|name| ipv6::is_off(name)).collect()
        },
        reverse_path,
    }
}

/// A text of the kernel's; empty where there is none.
fn read(path: &str) -> String {
    fs::read_to_string(path).unwrap_or_default()
}

fn number(path: &str) -> Option<u64> {
    read(path).trim().parse().ok()
}

/// The settings of each interface, and of all.
const CONF_V4: &str = "/proc/sys/net/ipv4/conf";

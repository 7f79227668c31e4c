//! Where a run took place: what a reader needs to compare it with another.

use std::{fs, thread};

use serde::{Deserialize, Serialize};

/// The machine and the limits that bear on a measurement.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Environment {
    /// The version of wharf.
    pub wharf_version: String,
    /// The kernel's release.
    pub kernel: String,
    /// The processor's name.
    pub processor: String,
    /// Cores that this process may use.
    pub cores: u64,
    /// Memory of the machine.
    pub memory_bytes: u64,
    /// The longest queue of connections that the kernel grants a listener (`net.core.somaxconn`).
    pub backlog_limit: u64,
    /// The kernel's first and last port for outgoing connections.
    pub local_ports: String,
}

impl Environment {
    /// Reads this machine's. What cannot be read stays empty or zero.
    pub fn of_this_machine(wharf_version: &str) -> Self {
        Self {
            wharf_version: wharf_version.to_owned(),
            kernel: line("/proc/sys/kernel/osrelease"),
            processor: field("/proc/cpuinfo", "model name"),
            cores: thread::available_parallelism().map_or(0, |cores| cores.get() as u64),
            memory_bytes: kibibytes(&field("/proc/meminfo", "MemTotal")) * 1024,
            backlog_limit: line("/proc/sys/net/core/somaxconn").parse().unwrap_or(0),
            local_ports: line("/proc/sys/net/ipv4/ip_local_port_range").replace('\t', "-"),
        }
    }
}

fn line(path: &str) -> String {
    fs::read_to_string(path)
        .unwrap_or_default()
        .trim()
        .to_owned()
}

fn field(path: &str, name: &str) -> String {
    let text = fs::read_to_string(path).unwrap_or_default();
    text.lines()
        .find_map(|line| line.strip_prefix(name)?.split_once(':'))
        .map_or_else(String::new, |(_, value)| value.trim().to_owned())
}

fn kibibytes(text: &str) -> u64 {
    let digits = text.split_whitespace().next().unwrap_or_default();
    digits.parse().unwrap_or(0)
}

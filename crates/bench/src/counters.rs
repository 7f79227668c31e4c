//! What the kernel's TCP has counted, and what its memory holds: read from /proc.

use std::fs;

use history::TcpCounters;

/// The counters of the whole machine at this instant. One that this kernel does not have is 0.
pub(crate) fn tcp_counters() -> TcpCounters {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    parse(&read("/proc/net/netstat"), &read("/proc/net/snmp"))
}

/// What was counted from `before` to `after`.
pub(crate) fn between(before: TcpCounters, after: TcpCounters) -> TcpCounters {
    TcpCounters {
        listen_overflows: after
            .listen_overflows
            .saturating_sub(before.listen_overflows),
        listen_drops: after.listen_drops.saturating_sub(before.listen_drops),
        timeouts: after.timeouts.saturating_sub(before.timeouts),
        syn_retransmits: after.syn_retransmits.saturating_sub(before.syn_retransmits),
        retransmitted_segments: after
            .retransmitted_segments
            .saturating_sub(before.retransmitted_segments),
    }
}

fn parse(netstat: &str, snmp: &str) -> TcpCounters {
    TcpCounters {
        listen_overflows: named(netstat, "TcpExt:", "ListenOverflows"),
        listen_drops: named(netstat, "TcpExt:", "ListenDrops"),
        timeouts: named(netstat, "TcpExt:", "TCPTimeouts"),
        syn_retransmits: named(netstat, "TcpExt:", "TCPSynRetrans"),
        retransmitted_segments: named(snmp, "Tcp:", "RetransSegs"),
    }
}

/// A group has two lines that begin with its name: one of names, one of values.
fn named(text: &str, group: &str, name: &str) -> u64 {
    let mut lines = text.lines().filter_map(|line| line.strip_prefix(group));
    let (Some(names), Some(values)) = (lines.next(), lines.next()) else {
        return 0;
    };
    let mut pairs = names.split_whitespace().zip(values.split_whitespace());
    pairs
        .find(|(found, _)| *found == name)
        .and_then(|(_, value)| value.parse().ok())
        .unwrap_or(0)
}

/// What the kernel holds on behalf of all processes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct KernelMemory {
    pub(crate) slab_bytes: u64,
    pub(crate) stack_bytes: u64,
    pub(crate) socket_buffer_bytes: u64,
}

impl KernelMemory {
    /// At this instant.
    pub(crate) fn now() -> Self {
        let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
        Self::parse(&read("/proc/meminfo"), &read("/proc/net/sockstat"))
    }

    fn parse(meminfo: &str, sockstat: &str) -> Self {
        let tcp = sockstat.lines().find_map(|line| line.strip_prefix("TCP:"));
        let words: Vec<&str> = tcp.unwrap_or_default().split_whitespace().collect();
        let pages = words
            .windows(2)
            .find(|pair| pair[0] == "mem")
            .and_then(|pair| pair[1].parse::<u64>().ok());
        Self {
            slab_bytes: kibibytes(meminfo, "Slab:") * 1024,
            stack_bytes: kibibytes(meminfo, "KernelStack:") * 1024,
            socket_buffer_bytes: pages.unwrap_or(0) * rustix::param::page_size() as u64,
        }
    }
}

/// The number behind `name` at the beginning of a line, as /proc writes memory; 0 when there is none.
pub(crate) fn kibibytes(text: &str, name: &str) -> u64 {
    let rest = text.lines().find_map(|line| line.strip_prefix(name));
    let number = rest.and_then(|rest| rest.split_whitespace().next()?.parse().ok());
    number.unwrap_or(0)
}

/// How many connections of a listener at `port` stand, as `/proc/net/tcp` shows them: accepted, or in
/// the listener's queue.
pub(crate) fn established(port: u16) -> u64 {
    let text = fs::read_to_string("/proc/net/tcp").unwrap_or_default();
    count_established(&text, port)
}

fn count_established(text: &str, port: u16) -> u64 {
    let port = format!(":{port:04X}");
    let stands = |line: &&str| {
        let mut words = line.split_whitespace().skip(1);
        let is_local = words.next().is_some_and(|local| local.ends_with(&port));
        is_local && words.nth(1) == Some(ESTABLISHED)
    };
    text.lines().skip(1).filter(stands).count() as u64
}

/// `TCP_ESTABLISHED` of the kernel's `tcp_states.h`.
const ESTABLISHED: &str = "01";

#[cfg(test)]
mod tests {
    use super::*;

    const NETSTAT: &str = "\
TcpExt: SyncookiesSent ListenOverflows ListenDrops TCPTimeouts TCPSynRetrans
TcpExt: 9 30 36 1079 544
IpExt: InNoRoutes InTruncatedPkts
IpExt: 1 2
";
    const SNMP: &str = "\
Ip: Forwarding DefaultTTL
Ip: 1 64
Tcp: RtoAlgorithm MaxConn InSegs OutSegs RetransSegs
Tcp: 1 -1 500 600 70
";

    #[test]
    fn counters_are_found_by_their_names() {
        let counters = TcpCounters {
            listen_overflows: 30,
            listen_drops: 36,
            timeouts: 1079,
            syn_retransmits: 544,
            retransmitted_segments: 70,
        };
        assert_eq!(parse(NETSTAT, SNMP), counters);
    }

    #[test]
    fn what_a_kernel_does_not_count_is_none() {
        assert_eq!(parse("", ""), TcpCounters::default());
        let torn = "TcpExt: ListenOverflows ListenDrops\nTcpExt: 5\n";
        let counters = parse(torn, "Tcp: RetransSegs\n");
        assert_eq!((counters.listen_overflows, counters.listen_drops), (5, 0));
        assert_eq!(counters.retransmitted_segments, 0);
    }

    #[test]
    fn a_difference_is_taken_counter_by_counter() {
        let after = parse(NETSTAT, SNMP);
        let before = TcpCounters {
            listen_overflows: 10,
            ..after
        };
        let expected = TcpCounters {
            listen_overflows: 20,
            ..TcpCounters::default()
        };
        assert_eq!(between(before, after), expected);
    }

    #[test]
    fn the_kernels_memory_is_read_in_its_units() {
        let meminfo = "MemTotal: 9 kB\nSlab:             240 kB\nKernelStack:        20 kB\n";
        let sockstat = "sockets: used 25\nTCP: inuse 1 orphan 0 tw 0 alloc 1 mem 3\n";
        let memory = KernelMemory::parse(meminfo, sockstat);
        assert_eq!((memory.slab_bytes, memory.stack_bytes), (245_760, 20_480));
        let page = rustix::param::page_size() as u64;
        assert_eq!(memory.socket_buffer_bytes, 3 * page);
        assert_eq!(KernelMemory::parse("", "TCP: mem"), KernelMemory::default());
    }

    #[test]
    fn only_the_servers_standing_connections_count() {
        let text = "  sl  local_address rem_address   st tx_queue rx_queue\n\
                    0: 0100007F:1F90 00000000:0000 0A 0:0\n\
                    1: 0100007F:1F90 0100007F:C350 01 0:0\n\
                    2: 0100007F:C350 0100007F:1F90 01 0:0\n\
                    3: 0100007F:1F90 0100007F:C351 06 0:0\n";
        assert_eq!(count_established(text, 8080), 1);
        assert_eq!(count_established(text, 50_000), 1);
        assert_eq!(count_established("", 8080), 0);
    }
}

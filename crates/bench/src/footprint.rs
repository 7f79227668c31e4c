//! What a server and its children take up, read from /proc.

use std::fs;

use crate::counters::kibibytes;

/// Threads, processes and memory of a process and all its descendants at one instant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Footprint {
    pub(crate) processes: u64,
    pub(crate) threads: u64,
    /// Proportional set size: a page that several processes share counts once, in parts.
    pub(crate) memory_bytes: u64,
    /// Resident set size: a page that several processes share counts in each.
    pub(crate) rss_bytes: u64,
    /// Page tables.
    pub(crate) page_table_bytes: u64,
    /// Open descriptors.
    pub(crate) descriptors: u64,
}

impl Footprint {
    /// Looks at the process `root`. A process that ends meanwhile counts as far as it was seen.
    pub(crate) fn of(root: u32) -> Self {
        let mut footprint = Self::default();
        let mut open = vec![root];
        while let Some(pid) = open.pop() {
            let one = Self::of_one(pid);
            footprint = footprint.plus(one);
            for thread in threads(pid) {
                open.extend(children(pid, thread));
            }
        }
        footprint
    }

    /// Looks at one process without its children; at nothing when it is not there.
    pub(crate) fn of_one(pid: u32) -> Self {
        let threads = threads(pid).len() as u64;
        if threads == 0 {
            return Self::default();
        }
        let read = |name: &str| fs::read_to_string(format!("/proc/{pid}/{name}"));
        let rollup = read("smaps_rollup").unwrap_or_default();
        let status = read("status").unwrap_or_default();
        let descriptors = fs::read_dir(format!("/proc/{pid}/fd"));
        Self {
            processes: 1,
            threads,
            memory_bytes: kibibytes(&rollup, "Pss:") * 1024,
            rss_bytes: kibibytes(&rollup, "Rss:") * 1024,
            page_table_bytes: kibibytes(&status, "VmPTE:") * 1024,
            descriptors: descriptors.map_or(0, |entries| entries.count() as u64),
        }
    }

    fn plus(self, other: Self) -> Self {
        self.with(other, |a, b| a + b)
    }

    /// The greater of each.
    pub(crate) fn max(self, other: Self) -> Self {
        self.with(other, u64::max)
    }

    fn with(self, other: Self, both: fn(u64, u64) -> u64) -> Self {
        Self {
            processes: both(self.processes, other.processes),
            threads: both(self.threads, other.threads),
            memory_bytes: both(self.memory_bytes, other.memory_bytes),
            rss_bytes: both(self.rss_bytes, other.rss_bytes),
            page_table_bytes: both(self.page_table_bytes, other.page_table_bytes),
            descriptors: both(self.descriptors, other.descriptors),
        }
    }
}

fn threads(pid: u32) -> Vec<u32> {
    let Ok(entries) = fs::read_dir(format!("/proc/{pid}/task")) else {
        return Vec::new();
    };
    entries
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .collect()
}

fn children(pid: u32, thread: u32) -> Vec<u32> {
    let text = fs::read_to_string(format!("/proc/{pid}/task/{thread}/children"));
    let text = text.unwrap_or_default();
    text.split_whitespace()
        .filter_map(|pid| pid.parse().ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_takes_up_something() {
        let footprint = Footprint::of(std::process::id());
        assert!(footprint.processes >= 1 && footprint.threads >= 1);
        assert!(footprint.memory_bytes > 100_000, "{footprint:?}");
        assert!(
            footprint.rss_bytes >= footprint.memory_bytes,
            "{footprint:?}"
        );
        assert!(footprint.page_table_bytes > 0 && footprint.descriptors > 0);
    }

    #[test]
    fn a_process_that_is_not_there_takes_up_nothing() {
        assert_eq!(Footprint::of(u32::MAX), Footprint::default());
    }
}

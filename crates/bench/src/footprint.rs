//! What a server and its children take up, read from /proc.

use std::fs;

/// Threads, processes and memory of a process and all its descendants at one instant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Footprint {
    pub(crate) processes: u64,
    pub(crate) threads: u64,
    /// Proportional set size: a page that several processes share counts once, in parts.
    pub(crate) memory_bytes: u64,
}

impl Footprint {
    /// Looks at the process `root`. A process that ends meanwhile counts as far as it was seen.
    pub(crate) fn of(root: u32) -> Self {
        let mut footprint = Self::default();
        let mut open = vec![root];
        while let Some(pid) = open.pop() {
            let threads = threads(pid);
            if threads.is_empty() {
                continue;
            }
            footprint.processes += 1;
            footprint.threads += threads.len() as u64;
            footprint.memory_bytes += memory_bytes(pid);
            for thread in threads {
                open.extend(children(pid, thread));
            }
        }
        footprint
    }

    /// The greater of each.
    pub(crate) fn max(self, other: Self) -> Self {
        Self {
            processes: self.processes.max(other.processes),
            threads: self.threads.max(other.threads),
            memory_bytes: self.memory_bytes.max(other.memory_bytes),
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

fn memory_bytes(pid: u32) -> u64 {
    let text = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("Pss:"));
    let kibibytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kibibytes.unwrap_or(0) * 1024
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_takes_up_something() {
        let footprint = Footprint::of(std::process::id());
        assert!(footprint.processes >= 1 && footprint.threads >= 1);
        assert!(footprint.memory_bytes > 100_000, "{footprint:?}");
    }

    #[test]
    fn a_process_that_is_not_there_takes_up_nothing() {
        assert_eq!(Footprint::of(u32::MAX), Footprint::default());
    }
}

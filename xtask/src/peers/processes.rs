//! What a server and all its children have taken, out of `/proc`.

use std::fs;

/// Memory of the process `pid` and all below it, in KiB: the proportional set size (proc_pid_smaps(5),
/// `Pss`), in which a page that n processes share counts a n-th for each. The kernel's share (sockets,
/// stacks) is not in it. A child that ends meanwhile counts as nothing.
///
/// # Errors
/// When the process itself cannot be looked at.
pub fn memory_kib(pid: u32) -> Result<f64, String> {
    total(pid, pss)
}

/// Processor time of the process `pid` and all below it, in seconds, without threads and children that
/// have ended. Out of `schedstat` and not `stat`, which cuts each process to whole steps of 10 ms: of fifty
/// processes that share a second that would be a third.
///
/// # Errors
/// When the process itself cannot be looked at.
pub fn processor_seconds(pid: u32) -> Result<f64, String> {
    Ok(total(pid, processor_ns)? / 1e9)
}

fn total(pid: u32, of_process: fn(u32) -> Option<u64>) -> Result<f64, String> {
    let own = of_process(pid).ok_or_else(|| format!("cannot look at process {pid}"))?;
    let parents = parents();
    let mut tree = vec![pid];
    let mut total = own;
    while let Some(parent) = tree.pop() {
        for (child, _) in parents.iter().filter(|(_, above)| *above == parent) {
            total += of_process(*child).unwrap_or(0);
            tree.push(*child);
        }
    }
    Ok(total as f64)
}

fn pss(pid: u32) -> Option<u64> {
    kib(&fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).ok()?)
}

/// The number of `Pss:              123 kB`.
fn kib(rollup: &str) -> Option<u64> {
    let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:"))?;
    line.split_whitespace().next()?.parse().ok()
}

fn processor_ns(pid: u32) -> Option<u64> {
    let threads = fs::read_dir(format!("/proc/{pid}/task")).ok()?.flatten();
    let stats =
        threads.filter_map(|thread| fs::read_to_string(thread.path().join("schedstat")).ok());
    Some(stats.filter_map(|stat| first_number(&stat)).sum())
}

/// Of `schedstat`: nanoseconds on a processor.
fn first_number(schedstat: &str) -> Option<u64> {
    schedstat.split_whitespace().next()?.parse().ok()
}

/// Every process with its parent.
fn parents() -> Vec<(u32, u32)> {
    let Ok(entries) = fs::read_dir("/proc") else {
        return Vec::new();
    };
    let pids = entries
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    pids.filter_map(|pid: u32| {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        Some((pid, parent(&stat)?))
    })
    .collect()
}

/// The fourth field of proc_pid_stat(5). The second is a name in parentheses, which may hold anything.
fn parent(stat: &str) -> Option<u32> {
    let (_, rest) = stat.rsplit_once(')')?;
    rest.split_whitespace().nth(1)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_parentheses_hides_no_parent() {
        assert_eq!(parent("12 (a b) S 7 12 12"), Some(7));
        assert_eq!(parent("12 (a) S 9 (b)) R 7 12"), Some(7));
        assert_eq!(parent("12"), None);
    }

    #[test]
    fn processor_time_comes_first() {
        assert_eq!(first_number("2052384 44613 17\n"), Some(2_052_384));
        assert_eq!(first_number(""), None);
    }

    #[test]
    fn the_proportional_size_is_found_among_others() {
        let rollup = "00400000-7fff [rollup]\nRss:  900 kB\nPss:   321 kB\nPss_Anon:  5 kB\n";
        assert_eq!(kib(rollup), Some(321));
        assert_eq!(kib("Rss: 900 kB\n"), None);
    }
}

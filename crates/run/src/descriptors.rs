//! Room for descriptors before they are opened.
//!
//! The kernel keeps a process's descriptors in a table that grows to twice its size when it is full. In a
//! process with several threads the one that opens a descriptor then waits until no other can still be
//! looking at the old table (Linux, fs/file.c, `expand_fdtable`: `synchronize_rcu`). That takes 10 to 20 ms
//! each time, in which that thread does nothing else; it comes twice or more on the way to 1,000 connections.

use std::io::stdin;

use rustix::{
    io::fcntl_dupfd_cloexec,
    process::{Resource, getrlimit},
};

/// Has the kernel make the table large enough for `count` descriptors now, as far as the limit allows. A
/// process that is forked later begins with a table for what is open, as always.
pub fn make_room_for_descriptors(count: u64) {
    let allowed = getrlimit(Resource::Nofile).current.unwrap_or(count);
    let room = count.min(allowed).min(ROOM_MAX);
    let last = i32::try_from(room.saturating_sub(1)).expect("it is less than a constant");
    // Closed at once: the table never shrinks. If there is no memory for it, it grows as it would have.
    drop(fcntl_dupfd_cloexec(stdin(), last));
}

/// A table of 1 MiB. Who has more open is seldom held up any more.
const ROOM_MAX: u64 = 128 * 1024;

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn table_size() -> u64 {
        let status = fs::read_to_string("/proc/self/status").expect("a process has a status");
        let size = status.lines().find_map(|line| line.strip_prefix("FDSize:"));
        size.expect("a size").trim().parse().expect("a number")
    }

    #[test]
    fn the_table_is_there_before_the_descriptors() {
        // What other tests of this process have open is far less.
        let room = 2 * table_size();
        make_room_for_descriptors(room);
        assert!(table_size() >= room);
        make_room_for_descriptors(0);
        assert!(table_size() >= room);
    }
}

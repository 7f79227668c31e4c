//! A process as `/proc` shows it: memory, descriptors, threads, connections, processor time.

use std::{collections::BTreeSet, fs, net::TcpStream};

use crate::support::children;

/// Resident memory of the largest of a process and its children.
pub fn resident_bytes(pid: u32) -> u64 {
    let all = [vec![pid], children(pid)].concat();
    all.into_iter().map(resident_alone).max().unwrap_or(0)
}

fn resident_alone(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kibibytes = line.and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok());
    kibibytes.unwrap_or(0) * 1024
}

/// How many threads it has.
pub fn threads(pid: u32) -> usize {
    fs::read_dir(format!("/proc/{pid}/task")).map_or(0, Iterator::count)
}

/// How many descriptors it holds.
pub fn descriptors(pid: u32) -> usize {
    fs::read_dir(format!("/proc/{pid}/fd")).map_or(0, Iterator::count)
}

/// Processor time it has used, its threads included, in ticks of 10 ms.
pub fn processor_ticks(pid: u32) -> u64 {
    let fields = stat(pid).expect("it lives");
    fields[11].parse::<u64>().expect("utime") + fields[12].parse::<u64>().expect("stime")
}

/// Whether it runs: a zombie that nobody reaps does not.
pub fn lives(pid: u32) -> bool {
    stat(pid).is_some_and(|fields| fields[0] != "Z")
}

/// The fields of `/proc/PID/stat` behind the name, which may itself have blanks.
fn stat(pid: u32) -> Option<Vec<String>> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, rest) = text.rsplit_once(") ")?;
    Some(rest.split_whitespace().map(str::to_owned).collect())
}

/// How many descriptors it holds of connections: sockets that neither listen nor are of the machine
/// itself. One that is closed on both sides is in no table of the kernel any more, so what is left
/// over counts.
pub fn connections(pid: u32) -> usize {
    let unix = fs::read_to_string("/proc/net/unix").expect("Linux");
    let local = unix
        .lines()
        .filter_map(|line| line.split_whitespace().nth(6)?.parse::<u64>().ok());
    let listening = rows()
        .filter(|row| row.state == LISTENS)
        .map(|row| row.inode);
    let others: BTreeSet<u64> = local.chain(listening).collect();
    let sockets = sockets(pid).into_iter();
    sockets.filter(|inode| !others.contains(inode)).count()
}

/// The sockets that it holds, whichever they are, by their inodes: one for each descriptor.
pub fn sockets(pid: u32) -> Vec<u64> {
    let Ok(descriptors) = fs::read_dir(format!("/proc/{pid}/fd")) else {
        return Vec::new();
    };
    let sockets = descriptors.flatten().filter_map(|fd| {
        let name = fs::read_link(fd.path()).ok()?;
        name.to_str()?
            .strip_prefix("socket:[")?
            .strip_suffix(']')?
            .parse::<u64>()
            .ok()
    });
    sockets.collect()
}

/// Whether everything that the client has sent so far has come and been read at the other end.
pub fn is_all_read(client: &TcpStream) -> bool {
    let near = client.local_addr().expect("connected").port();
    let far = client.peer_addr().expect("connected").port();
    let left = rows().filter(|row| {
        (row.local, row.remote) == (near, far) && row.unsent > 0
            || (row.local, row.remote) == (far, near) && row.unread > 0
    });
    left.count() == 0
}

/// A line of `/proc/net/tcp`.
struct Row {
    local: u16,
    remote: u16,
    state: u8,
    unsent: u64,
    unread: u64,
    inode: u64,
}

fn rows() -> impl Iterator<Item = Row> {
    let table = fs::read_to_string("/proc/net/tcp").expect("Linux");
    let rows: Vec<Row> = table.lines().skip(1).filter_map(row).collect();
    rows.into_iter()
}

fn row(line: &str) -> Option<Row> {
    let fields: Vec<&str> = line.split_whitespace().collect();
    let port = |field: &str| u16::from_str_radix(field.rsplit_once(':')?.1, 16).ok();
    let (unsent, unread) = fields.get(4)?.split_once(':')?;
    Some(Row {
        local: port(fields[1])?,
        remote: port(fields[2])?,
        state: u8::from_str_radix(fields[3], 16).ok()?,
        unsent: u64::from_str_radix(unsent, 16).ok()?,
        unread: u64::from_str_radix(unread, 16).ok()?,
        inode: fields.get(9)?.parse().ok()?,
    })
}

/// `TCP_LISTEN` of the kernel's `tcp_states.h`.
const LISTENS: u8 = 10;

//! A process as `/proc` shows it: memory, descriptors, threads, connections, processor time.

use std::{collections::BTreeSet, fs, net::TcpStream, sync::Mutex};

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

/// How many descriptors they hold of connections: sockets that neither listen nor are of the machine
/// itself. One that is closed on both sides is in no table of the kernel any more, so what is left
/// over counts.
pub fn connections(pids: &[u32]) -> usize {
    let mut others = OTHERS.lock().expect("whoever held it did not panic");
    let mut held: Vec<u64> = pids.iter().copied().flat_map(sockets).collect();
    held.retain(|inode| !others.contains(inode));
    if held.is_empty() {
        return 0;
    }
    // The tables are long where many clients have just been, so they are read only for what is not known.
    let unix = fs::read_to_string("/proc/net/unix").expect("Linux");
    let local = unix
        .lines()
        .filter_map(|line| line.split_whitespace().nth(6)?.parse::<u64>().ok());
    let table = table();
    let listening = table.lines().filter(|line| line.contains(LISTENS));
    let listening = listening.filter_map(|line| Some(row(line)?.inode));
    let found: BTreeSet<u64> = local.chain(listening).collect();
    let (other, left): (Vec<u64>, Vec<u64>) =
        held.into_iter().partition(|inode| found.contains(inode));
    others.extend(other);
    left.len()
}

/// To be called before the first client comes: what they hold until then is no connection.
pub fn expects_clients(pids: &[u32]) {
    let mut others = OTHERS.lock().expect("whoever held it did not panic");
    others.extend(pids.iter().copied().flat_map(sockets));
}

/// Sockets that were found to listen or to be of the machine itself, by their inodes: they become no
/// connections, and the kernel gives numbers anew only after billions of others.
static OTHERS: Mutex<BTreeSet<u64>> = Mutex::new(BTreeSet::new());

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
    let table = table();
    let port = format!(":{near:04X} ");
    let rows = table.lines().filter(|line| line.contains(&port));
    let left = rows.filter_map(row).filter(|row| {
        (row.local, row.remote) == (near, far) && row.unsent > 0
            || (row.local, row.remote) == (far, near) && row.unread > 0
    });
    left.count() == 0
}

/// The kernel's table of TCP over IPv4, a line a socket.
fn table() -> String {
    fs::read_to_string("/proc/net/tcp").expect("Linux")
}

/// What a line of it says.
struct Row {
    local: u16,
    remote: u16,
    unsent: u64,
    unread: u64,
    inode: u64,
}

fn row(line: &str) -> Option<Row> {
    let fields: Vec<&str> = line.split_whitespace().collect();
    let port = |field: &str| u16::from_str_radix(field.rsplit_once(':')?.1, 16).ok();
    let (unsent, unread) = fields.get(4)?.split_once(':')?;
    Some(Row {
        local: port(fields[1])?,
        remote: port(fields[2])?,
        unsent: u64::from_str_radix(unsent, 16).ok()?,
        unread: u64::from_str_radix(unread, 16).ok()?,
        inode: fields.get(9)?.parse().ok()?,
    })
}

/// `TCP_LISTEN` of the kernel's `tcp_states.h` in such a line, in which no other field has two digits.
const LISTENS: &str = " 0A ";

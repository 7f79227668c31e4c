//! Whose a socket is: the process that has a descriptor of it. Others' processes are seen by root only.

use std::fs;

use super::{PortSocket, Program};

/// Gives the sockets their programs, as far as they may be known.
pub fn name(sockets: &mut [PortSocket]) {
    let Ok(processes) = fs::read_dir("/proc") else {
        return;
    };
    for process in processes.flatten() {
        if sockets.iter().all(|socket| socket.program.is_some()) {
            return;
        }
        let file_name = process.file_name();
        let Some(pid) = file_name.to_str().and_then(|name| name.parse().ok()) else {
            continue;
        };
        let Ok(descriptors) = fs::read_dir(process.path().join("fd")) else {
            continue;
        };
        for descriptor in descriptors.flatten() {
            let Ok(link) = fs::read_link(descriptor.path()) else {
                continue;
            };
            let inode = link.to_str().and_then(inode);
            let mut unnamed = sockets.iter_mut().filter(|one| one.program.is_none());
            if let Some(socket) = unnamed.find(|one| Some(one.inode) == inode) {
                let name = fs::read_to_string(process.path().join("comm")).unwrap_or_default();
                let name = name.trim_end().to_owned();
                socket.program = Some(Program { pid, name });
            }
        }
    }
}

/// Of `socket:[51922]` the number.
fn inode(link: &str) -> Option<u64> {
    let number = link.strip_prefix("socket:[")?.strip_suffix(']')?;
    number.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_socket_is_told_from_other_descriptors() {
        assert_eq!(inode("socket:[51922]"), Some(51922));
        for link in ["pipe:[51922]", "/dev/null", "socket:[x]", "socket:[1"] {
            assert_eq!(inode(link), None, "{link}");
        }
    }
}

//! Room for what comes faster than it is read.

use super::Check;
use crate::doctor::{Case, Finding, PortSocket};

pub const CHECK: Check = Check {
    name: "receive-buffer",
    about: "receivers have little room for what comes faster than they read, or have lost some",
    look,
};

fn look(case: &Case) -> Option<Finding> {
    let settings = &case.facts.settings;
    // Within a network namespace older kernels do not tell.
    let default = settings.receive_buffer_bytes;
    let largest = settings.receive_buffer_bytes_max.unwrap_or(ENOUGH_BYTES);
    let dropping = case.facts.sockets.iter().filter(|socket| socket.drops > 0);
    let mut seen: Vec<String> = dropping.map(lost).collect();
    if let Some(default) = default.filter(|bytes| *bytes < ENOUGH_BYTES) {
        seen.push(format!(
            "who asks for no receive buffer has room for {} small datagrams ({default} bytes)",
            default / SMALL_BYTES
        ));
    }
    if seen.is_empty() {
        return None;
    }
    let all = case.facts.buffer_errors.filter(|count| *count > 0);
    let seen = seen.join("; ")
        + &all.map_or_else(String::new, |all| {
            format!("; lost here so far for want of room: {all}")
        });
    let raise = match largest < ENOUGH_BYTES {
        true => "`sysctl -w net.core.rmem_max=4194304`, then ask",
        false => "Ask",
    };
    let finding = Finding::remark(seen)
        .means("More at once are lost without a word.")
        .remedy(format!(
            "{raise} for 4 MiB (SO_RCVBUF), as `wharf cast recv` does."
        ));
    Some(finding)
}

fn lost(socket: &PortSocket) -> String {
    format!("{} has lost {}", socket.words(), socket.drops)
}

/// What lost nothing at 80,000 datagrams a second.
const ENOUGH_BYTES: u64 = 4 << 20;
/// What the kernel books for a small datagram (its `truesize`, Linux 6.18 on x86-64).
const SMALL_BYTES: u64 = 768;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::{Weight, fixture};

    #[test]
    fn little_room_is_a_remark() {
        let mut case = fixture::group();
        fixture::check_silent(CHECK, &case);
        case.facts.settings.receive_buffer_bytes = Some(212_992);
        case.facts.buffer_errors = Some(5);
        let words = [
            "277 small datagrams",
            "so far for want of room: 5",
            "Ask for 4 MiB",
        ];
        fixture::check(CHECK, &case, Weight::Remark, &words);
        case.facts.settings.receive_buffer_bytes_max = Some(212_992);
        fixture::check(CHECK, &case, Weight::Remark, &["net.core.rmem_max=4194304"]);
    }

    #[test]
    fn a_socket_that_has_lost_some_is_named_however_much_room_there_is() {
        let mut case = fixture::group();
        case.facts.sockets = vec![fixture::socket(12, "0.0.0.0")];
        fixture::check_silent(CHECK, &case);
        case.facts.sockets[0].drops = 9;
        fixture::check(
            CHECK,
            &case,
            Weight::Remark,
            &["(process 12) on 0.0.0.0:5007 has lost 9"],
        );
    }
}

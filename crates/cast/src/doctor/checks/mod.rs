//! What the doctor looks for. A check is a file here and a line in [`CHECKS`].
//!
//! A new check owes: nothing where it does not apply; otherwise what was seen, what that means and what to do, with
//! the exact command or flag; a problem only where what was asked for does not work; and a test of a case in which
//! it speaks and of one in which it is silent.

mod broadcast_permission;
mod filtered;
mod foreign_groups;
mod interface_down;
mod ipv6_off;
mod limited_broadcast;
mod loopback_ipv6;
mod loopback_off;
mod memberships;
mod message_size;
mod no_multicast;
mod no_route;
mod no_subnet;
mod port_taken;
mod receive_buffer;
pub(super) mod receiver;
mod reverse_path;
mod routing_table;
mod scope;
mod shared_port;
mod snooping;
mod source_unspecified;
mod ttl;
mod wrong_interface;

use super::{Case, Finding};

/// One thing to look for.
#[derive(Clone, Copy, Debug)]
pub struct Check {
    /// Its name.
    pub name: &'static str,
    /// What it looks for, in a line.
    pub about: &'static str,
    look: fn(&Case) -> Option<Finding>,
}

impl Check {
    /// What it has to say about a case.
    pub fn look(&self, case: &Case) -> Option<Finding> {
        let finding = (self.look)(case)?;
        Some(Finding {
            check: self.name,
            ..finding
        })
    }
}

/// All checks, the causes before what they lead to: the first problem is the one that the verdict names.
pub const CHECKS: &[Check] = &[
    interface_down::CHECK,
    ipv6_off::CHECK,
    limited_broadcast::CHECK,
    no_route::CHECK,
    no_subnet::CHECK,
    loopback_ipv6::CHECK,
    scope::CHECK,
    memberships::CHECK,
    loopback_off::CHECK,
    filtered::CHECK,
    wrong_interface::CHECK,
    port_taken::CHECK,
    shared_port::CHECK,
    foreign_groups::CHECK,
    no_multicast::CHECK,
    routing_table::CHECK,
    receiver::CHECK,
    ttl::CHECK,
    source_unspecified::CHECK,
    broadcast_permission::CHECK,
    reverse_path::CHECK,
    snooping::CHECK,
    message_size::CHECK,
    receive_buffer::CHECK,
];

//! Says in plain words why datagrams do not arrive here, and what to do about it.
//!
//! ```text
//!   Question ─▶ Facts: what the kernel's tables say ─┐
//!            └▶ Probes: what happens when it is tried ┴▶ Case ─▶ CHECKS ─▶ Diagnosis
//! ```
//!
//! Facts and probes touch the machine and judge nothing; the checks are functions of them and touch nothing, so
//! each has its situation as a value in its tests.
//!
//! **What is tried stays on this machine** unless the question names a TTL of 1 or more: groups are sent to with
//! TTL 0, broadcasts only on a loopback, and unicast only to addresses of this machine. The target's own port is tried
//! last and never with more than that; members on this machine that share it get the datagram, too, as they are to,
//! and a port on which one program receives unicast is left alone. What does leave is the kernel's
//! own: it tells the routers of a network who has joined what (IGMP, MLD), and joining is tried on each interface.

mod at_port;
mod attempt;
mod bindings;
mod case;
mod checks;
mod diagnosis;
mod facts;
mod finding;
#[cfg(test)]
mod fixture;
mod gather;
mod links;
mod owners;
mod probe;
mod proc_net;
mod question;
mod token;

pub use attempt::{AtPort, Outcome, Probes, Trial};
pub use bindings::{Bindings, Sharing};
pub use case::Case;
pub use checks::{CHECKS, Check};
pub use diagnosis::{Diagnosis, Tried};
pub use facts::{Bridge, Facts, Joined, Link, PortSocket, Program, Settings};
pub use finding::{Finding, Weight};
pub use question::{Loopback, Question, Target};

use std::net::{IpAddr, SocketAddr};

pub use crate::route::Routing;
use crate::{Interface, InterfaceError};

/// Looks, tries and judges. Takes at most about half a second for each interface, and looks at
/// [`INTERFACES_MAX`] of them.
///
/// # Errors
/// Where the kernel does not list its interfaces. Whatever else it does not tell is left out.
pub fn examine(question: &Question) -> Result<Diagnosis, InterfaceError> {
    let facts = gather::facts(question)?;
    let probes = probe::try_out(question, &facts);
    Ok(Case {
        question: question.clone(),
        facts,
        probes,
    }
    .judge())
}

/// Joins a group on an interface, sends to it and receives, on a port of the kernel's choice. Nothing leaves the
/// machine.
pub(crate) fn try_group(group: IpAddr, interface: &Interface) -> Trial {
    let question = Question {
        target: Target::Multicast(SocketAddr::new(group, 0)),
        interface: Some(interface.clone()),
        ttl: 0,
        loopback: Loopback::On,
    };
    probe::multicast(&question, group, Some(interface))
}

/// A machine with containers has hundreds of interfaces; the first of them tell enough.
pub const INTERFACES_MAX: usize = 16;

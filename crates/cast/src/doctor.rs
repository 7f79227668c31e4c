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
//! TTL 0, broadcasts only on a loopback, and unicast only to addresses of this machine. What does leave is the kernel's
//! own: it tells the routers of a network who has joined what (IGMP, MLD), and joining is tried on each interface.

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

pub use attempt::{Outcome, Probes, Trial};
pub use bindings::{Bindings, Sharing};
pub use case::Case;
pub use checks::{CHECKS, Check};
pub use diagnosis::{Diagnosis, Tried};
pub use facts::{Bridge, Facts, Joined, Link, PortSocket, Program, Routing, Settings};
pub use finding::{Finding, Weight};
pub use question::{Loopback, Question, Target};

use crate::InterfaceError;

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

/// A machine with containers has hundreds of interfaces; the first of them tell enough.
pub const INTERFACES_MAX: usize = 16;

//! What ordered, reliable groups promise, one condition a file, judged from a history of sends, deliveries and views.
//!
//! ```text
//!   Log ─▶ Record: who sent what after what, who delivered what in which view, how each host ended
//!   Record ─▶ each of GROUP_CONDITIONS ─▶ GroupJudgement: valid, invalid (messages, hosts, events), unknown (why)
//! ```
//!
//! **No stamp and no clock is looked at**: what came before what is taken from each host's own order and from who delivered
//! whose message before it sent its own. A host is one incarnation: a crash or a leave ends it, and what comes back
//! has another name. The terms are those of Hadzilacos and Toueg (1994) and, for views, of Chockler, Keidar and
//! Vitenberg (2001).
//!
//! A condition owes its caller: nothing where the log has nothing that it is about; `invalid` only with a witness that
//! the log itself proves wrong, whatever may be missing from it; `unknown` where something missing may be the reason.
//! Time and memory are those of events times hosts at most.

mod agreement;
#[cfg(test)]
mod brute;
mod causal;
mod cohort;
mod doubt;
mod fifo;
mod fifo_order;
mod integrity;
mod liveness;
mod newcomer;
mod one_order;
mod outcome;
mod precedence;
mod primary;
mod promise;
mod record;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod torn;
mod total;
mod uniform_agreement;
mod uniform_total;
mod validity;
mod views;

pub use outcome::{GroupJudgement, Lack};
pub use promise::{Promise, PromisedOrder};

use outcome::Outcome;
use record::Record;

/// Something that a group may promise.
pub struct GroupCondition {
    /// Its name on the command line and in files.
    pub name: &'static str,
    /// What is promised, in a line.
    pub promise: &'static str,
    /// None where the log has nothing that it is about.
    judge: fn(&Record<'_>) -> Option<Outcome>,
}

impl GroupCondition {
    /// The condition of that name.
    pub fn named(name: &str) -> Option<&'static Self> {
        GROUP_CONDITIONS
            .iter()
            .find(|condition| condition.name == name)
    }
}

/// All conditions.
pub const GROUP_CONDITIONS: &[GroupCondition] = &[
    integrity::CONDITION,
    validity::CONDITION,
    views::CONDITION,
    agreement::CONDITION,
    fifo_order::CONDITION,
    fifo::CONDITION,
    causal::CONDITION,
    total::CONDITION,
    uniform_agreement::CONDITION,
    uniform_total::CONDITION,
    primary::CONDITION,
    liveness::CONDITION,
];

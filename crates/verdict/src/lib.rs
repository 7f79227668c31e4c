//! Judgements from a log alone.
//!
//! **A clock is never judged by itself**: happened-before is rebuilt from program order and from who sent which
//! message to whom, and then the clocks' claims are held against it. Where a log does not name its messages, they are
//! found by its clocks, and the judgement says so ([`Basis`]).
//!
//! ```text
//!   Log ─▶ matching: who received whose message ─▶ sorting: causes first, cycles named and cut ─▶ Order
//!   Log + Order ─▶ each of CONDITIONS ─▶ Judgement: valid, invalid (a pair, and the path between them), unknown (why)
//!   Log ─▶ each of GROUP_CONDITIONS ─▶ GroupJudgement: valid, invalid (messages, hosts, events), unknown (why)
//! ```
//!
//! What a group promised its members is judged without any clock at all: by [`GroupJudgement::all`].

mod basis;
mod conditions;
mod edges;
mod findings;
#[cfg(test)]
mod fixture;
mod groups;
mod judgement;
mod matching;
mod nearest;
mod order;
mod path;
mod sorting;
mod vectors;
mod words;

pub use basis::Basis;
pub use conditions::{CONDITIONS, Condition};
pub use groups::{GROUP_CONDITIONS, GroupCondition, GroupJudgement, Lack, Promise, PromisedOrder};
pub use judgement::Judgement;
pub use order::Order;
pub use sorting::Cycle;
pub use words::Step;

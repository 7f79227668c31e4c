//! Ordered groups in a world: members that send by a schedule while things go wrong, and the history that they leave.
//!
//! The history is for the judges, who read nothing else. What no history tells is looked at here ([`Flaw`]): whether newcomers were
//! given the state that all others have, whether members that were expelled were told the truth about their messages, and
//! whether in the end all were together again, or nobody was left who could bring that about.

mod application;
mod meddler;
mod member;
mod names;
mod outcome;
mod record;
mod run;
mod script;
mod trial;
mod way;

pub use meddler::Meddler;
pub use outcome::{Flaw, Outcome, Totals};
pub use run::run;
pub use trial::{Trial, TrialError};
pub use way::way;

//! Who is there: who is heard, who is to go, and the one agreed change to the next view.

mod change;
mod cut;
mod detector;
mod lead;
#[cfg(test)]
mod trials;

pub(crate) use change::{ChangeAction, ViewChange, is_out};
pub(crate) use detector::Detector;

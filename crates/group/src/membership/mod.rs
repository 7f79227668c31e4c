//! Who is there: who is heard, who is to go, and the one agreed change to the next view.

mod change;
mod detector;

pub(crate) use change::{ChangeAction, ViewChange};
pub(crate) use detector::Detector;

//! What everybody has of everybody's packets in one view: what is missing is asked for, what others miss is sent again, what all
//! have is forgotten.

mod streams;

pub(crate) use streams::{Action, Arrival, Streams};

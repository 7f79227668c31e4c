//! `wharf group`: ordered, reliable groups, live.

pub mod terms;

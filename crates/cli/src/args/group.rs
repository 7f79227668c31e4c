//! Flags of `group` and its commands.

mod terms;

pub use terms::TermsArgs;

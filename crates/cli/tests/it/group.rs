//! `wharf group join`: members that are processes of their own.
//!
//! Needs what `support::netns` needs. Everything runs in network namespaces that the tests make; each program is ended by its
//! number.

mod live;
pub mod member;
mod refused;

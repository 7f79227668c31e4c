//! Nodes side by side in virtual time.

mod bench;
mod comings;
mod judge;
mod mixture;
mod still;
mod views;

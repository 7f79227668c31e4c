//! Nodes side by side in virtual time.

mod bench;
mod comings;
mod judge;
mod still;
mod views;

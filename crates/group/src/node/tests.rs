//! Nodes side by side in virtual time.

mod bench;
mod comings;
mod judge;
mod mixture;
mod slow;
mod still;
mod views;

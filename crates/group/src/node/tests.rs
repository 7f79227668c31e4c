//! Nodes side by side in virtual time.

mod bench;
mod blocked;
mod comings;
mod judge;
mod mixture;
mod played_back;
mod slow;
mod still;
mod views;

//! `wharf group bench` and `wharf group load`: small groups on the loopback, and numbers that agree with each other.

mod conversation;
mod numbers;
mod refused;

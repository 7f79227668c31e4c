//! `wharf cast bench`: numbers that agree with each other, on the loopback or in a namespace of its own.

mod numbers;
mod refused;
mod stopped;

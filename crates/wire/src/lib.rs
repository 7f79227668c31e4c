//! Bytes, frames and messages.

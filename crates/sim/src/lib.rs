//! A seeded network and virtual time, in which the machines of this program run by the thousands in one thread.
//!
//! Everything that happens follows from the seed: the same seed gives the same run, to the byte.

pub mod clients;

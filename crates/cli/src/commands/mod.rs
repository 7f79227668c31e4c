//! The commands, one file each: what `Args` say becomes a plan, a driver runs it, the folder keeps it.

pub mod bench;
pub mod cast;
pub mod clock;
pub mod compare;
pub mod group;
pub mod load;
mod member;
pub mod name;
pub mod primes;
pub mod report;
pub mod serve;
pub mod sim;
pub mod verdict;

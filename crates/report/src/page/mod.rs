//! The page of a run: one HTML file with its style, its pictures and one small script.
//!
//! ```text
//!  document   the shell: policy, header, main, footer
//!   +- head      name, place, verdict, key figures
//!   +- choices   which model for this load
//!   +- bench     |
//!   +- load      | one kind of run each: figures in reading order
//!   +- serve     |
//!   +- primes    |
//!   +- chat      |
//!   +- cast      |
//!   +- names     |
//!   +- sim       |
//!   +- group     |
//!   +- findings  what a reader should know
//! ```
//!
//! The page asks nobody for anything: its policy forbids every load, and names its script by hash.

mod document;
mod head;

mod bench;
mod bench_kinds;
mod bench_numbers;
mod bench_trouble;
mod cast;
mod chat;
mod choices;
mod group;
mod load;
mod names;
mod primes;
mod serve;
mod sim;

mod findings;
mod gaps;

mod figure;
mod table;

pub(crate) use document::Shell;
pub use document::{html, html_of_groups, html_of_ways};
pub(crate) use figure::{Figure, Width};
pub use group::Way;
pub(crate) use table::Table;

//! Pages and tables from a run's data.
//!
//! This crate is pure: it is handed what `history` read from a run's folder, and gives back a text.
//! It opens no file and reads no clock, so a run looks the same whenever it is looked at.
//!
//! ```text
//!                    +-> text  (tables for the terminal)
//!  Summary, Samples -+
//!                    +-> page  (one HTML file) <- chart (one file a chart) <- svg (the kit)
//! ```
//!
//! **What comes from outside, a service's answer included, passes [`escape`](mod@escape) on its way
//! out.** Numbers pass `number`, which knows what to write for one that is not finite.
//!
//! The page is one file that needs no network and no library. Its size depends on how many models
//! and numbers of clients were measured, never on how many requests were sent.

mod escape;
mod number;

mod bins;
mod conclusion;
mod curve;
mod head_of_line;
mod measure;
mod quantities;
mod search;
mod stints;
mod sweep;
mod wording;

mod svg;

mod chart;
mod published;

mod page;
mod sha256;

mod text;

#[cfg(test)]
mod fixture;

pub use number::{count, duration};
pub use page::html;
pub use text::{comparison_text, text};

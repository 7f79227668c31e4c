//! Pages and tables from a run's data.
//!
//! This crate is pure: it is handed what `history` read from a run's folder, and gives back a text.
//! It opens no file and reads no clock, so a run looks the same whenever it is looked at.
//!
//! ```text
//!                    +-> text  (tables for the terminal)
//!  Summary, Samples -+
//!                    +-> page  (one HTML file) <- chart (one file a chart) <- svg (the kit)
//!
//!  Log, Order, findings --> space_time  (one HTML file, or one SVG)
//! ```
//!
//! **What comes from outside, a service's answer included, passes [`escape`](mod@escape) on its way
//! out.** Numbers pass `number`, which knows what to write for one that is not finite.
//!
//! The page is one file that needs no network and no library. Its size depends on how many models
//! and numbers of clients were measured, never on how many requests were sent. That of a space-time
//! diagram grows with the number of events, up to a limit.

mod escape;
mod number;

mod answers;
mod bins;
mod conclusion;
mod curve;
mod datagrams;
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

mod space_time;

#[cfg(test)]
mod fixture;

pub use escape::{shown, visible};
pub use number::{count, counted, duration};
pub use page::{Way, html, html_of_groups, html_of_ways};
pub use published::published_completion_ns;
pub use space_time::{Drawing, Listed, Witnessed, space_time, space_time_svg};
pub use text::{comparison_text, text};

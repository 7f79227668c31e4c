//! The space-time diagram of a log (Lamport 1978, figure 1): a lane a host, time downward.
//!
//! ```text
//!  Drawing ─▶ sequence  every event in an order in which effects come after causes
//!              +- clocks   physical times, and by how much a host's clock must be moved
//!            ─▶ scene     the window of it that is drawn: events, messages, what is lost or wrong
//!              +- rows     how far down each event stands; quiet stretches folded
//!              +- views    the views of a group, each with a letter and a colour
//!              +- claims   stamps in the log that cannot be right
//!              +- beside   what stands beside events, and what of it is rebuilt
//!            ─▶ paint     lanes, lines and marks as SVG      ─▶ picture  one SVG, for papers
//!              +- table    the same as numbers, for the script ─▶ page   one HTML file
//!
//!  GroupJudgement ─▶ cut: the events that show it ─▶ broken: a small picture below its sentence
//! ```
//!
//! Lanes stand at shares of the width, so the picture fits a telephone and a desk without being drawn
//! again; marks keep their shape, for they are drawn in pixels about their lane.

mod beside;
mod claims;
mod clocks;
mod drawing;
mod rows;
mod scene;
mod sequence;
mod views;

mod paint;
mod table;

mod broken;
mod cut;
mod executions;
mod key;
mod names;
mod page;
mod picture;
mod way;

#[cfg(test)]
mod sample;

pub(crate) use broken::cards;
pub use drawing::{Drawing, Witnessed};
pub use executions::Listed;
pub(crate) use page::STYLE;
pub use page::space_time;
pub use picture::space_time_svg;
pub(crate) use way::way;

//! What the terminal shows at the end of a run: tables of at most 100 columns, readable without
//! colour, every figure with its unit.

mod document;

mod bench;
mod blocking;
mod cast;
mod chat;
mod clock;
mod comparison;
mod group;
mod kinds;
mod load;
mod names;
mod primes;
mod serve;
mod sim;

mod columns;
mod paragraph;

pub use comparison::comparison_text;
pub use document::text;

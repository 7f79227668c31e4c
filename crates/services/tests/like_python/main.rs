//! The real Python answers the same questions as `services`, and the answers are compared byte for
//! byte.
//!
//! Needs `python3` on the path (`apt-get install python3`), 3.11 or later; without it the tests
//! fail. Each test starts one interpreter, writes all questions to its standard input and reads
//! one line per answer. Nothing else is started and no port is opened. The questions come from
//! fixed seeds, which a failure prints.

mod expressions;
mod texts;

mod interpreter;
mod questions;

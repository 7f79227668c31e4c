//! The rules, one file a theme.
//!
//! A rule owes its caller: a function that takes texts (never reads a file) and returns every
//! [`Breach`](crate::breach::Breach) it finds, in the order of the lines; unit tests with a text it
//! accepts and one it refuses; a line in `STYLE.md` with the mark `[tidy]`; and a call in the file
//! of its theme under `tests/`.

pub mod rooms;

pub mod members;

pub mod shape;

pub mod boundaries;
pub mod leftovers;
pub mod safety;

pub mod unit_tests;

pub mod glossary;
pub mod paths;
pub mod white_space;

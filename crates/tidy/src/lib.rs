//! The house rules as tests: what `STYLE.md` marks with `[tidy]` is enforced here, and nothing else.
//!
//! Run them with `cargo test -p tidy`. Every failure names the file, the line, the rule and what to do.
//!
//! ```text
//!  tree ──▶ source ──▶ functions ─┐
//!   │        (blank)              ├──▶ rules ──▶ breach ──▶ one panic that lists them all
//!   └──────▶ manifest ────────────┘
//! ```
//!
//! The rules are pure functions of a path and a text, so each is tested on texts that obey it and on
//! texts that break it (the unit tests in this folder). The files in `tests/` hold the same functions
//! against the real repository, one theme each. Rust code is read by a small lexer and not parsed:
//! the rules ask for words, braces and lines, and the layout that `rustfmt` gives is taken for granted.

pub mod breach;
pub mod tree;

pub mod blank;
pub mod functions;
pub mod manifest;
pub mod source;

pub mod rules;

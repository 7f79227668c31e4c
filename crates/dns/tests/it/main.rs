//! Answers as a whole: held against another codec, a plain model of what DNS says, malformed messages and random ones.

mod answers;
mod asking;
mod cookies;
mod fuzz;
mod made;
mod malformed;
mod model;
mod mutations;
mod sizes;
mod zone;

//! The command lines printed in assignment 2's two reports, with `wharf serve timestamps` and
//! `wharf load timestamps` in the scripts' place, and what they print.

mod attempts;
mod lab;
mod law;
mod transcripts;

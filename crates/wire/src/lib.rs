//! Bytes, frames and messages.
//!
//! A read is not a message and a message is not a read. [`Inbox`] turns the one into the other for
//! protocols whose messages end with a line feed, and for those (all the classic lab programs) whose
//! messages end with nothing at all.

mod crc32c;
mod inbox;

pub use crc32c::crc32c;
pub use inbox::{Ending, Inbox, Terminator, TooLong, count_lines, first_line};

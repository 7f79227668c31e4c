//! Logs of every form: what is written is read back, what others write is read, and nothing makes a reader fail.

mod foreign;
mod hostile;
mod made;
mod round_trip;

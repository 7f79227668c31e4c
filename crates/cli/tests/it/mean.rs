//! The mean of all clients: at the same moment, to the last bit, and whatever happens to one of them.

mod answers;
mod client;
mod exactness;
mod killed;

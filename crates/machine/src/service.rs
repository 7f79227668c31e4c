//! What a server serves: a maker of machines, one for each connection.

use crate::{Machine, Shared};

/// A service: what is the same for all its connections.
pub trait Service: Send + Sync {
    /// Its name on the command line and in files.
    fn name(&self) -> &'static str;

    /// How many 64-bit words of state its workers share; zero words is none.
    fn shared_words(&self) -> usize {
        0
    }

    /// The server's half of one connection, served by the worker that holds `shared`.
    fn session<'a>(&'a self, shared: &'a dyn Shared) -> Box<dyn Machine + 'a>;
}

/// How many requests a connection carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exchange {
    /// As many as the client likes.
    Session,
    /// One; the server closes after its answer.
    OneShot,
}

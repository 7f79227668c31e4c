//! What a concurrency model owes its caller.

use std::{io, net::TcpListener};

use machine::Service;
use run::Run;

/// A concurrency model: how connections are mapped to threads and processes.
///
/// **Whatever the model, a client sees the same bytes, the statistics are one over all workers and
/// exact, and `serve` returns only when every connection has ended and every worker is gone.**
pub trait Model: Send + Sync {
    /// Its full name.
    fn name(&self) -> &'static str;

    /// Its short name, as the classic lab programs spell it.
    fn short_name(&self) -> &'static str;

    /// In a few words, how connections map to execution.
    fn about(&self) -> &'static str;

    /// How many slots its workers and its acceptor need under these limits.
    fn slots(&self, limits: &run::Limits) -> u32;

    /// Whether connections wait for each other's whole sessions.
    fn is_iterative(&self) -> bool;

    /// Serves until a stop is asked for, then drains.
    ///
    /// # Errors
    /// When the listener fails for good. What goes wrong with one connection is counted and ends
    /// that connection only.
    fn serve(
        &self,
        listener: TcpListener,
        service: &dyn Service,
        run: &Run<'_>,
    ) -> Result<(), ServeError>;
}

/// Why a server could not start or go on. Each message already says what the system said, so none
/// hands it on as its source.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The address could not be resolved.
    #[error("cannot resolve `{address}`: {reason}; give an IP address or a host name")]
    Resolve {
        /// What was asked for.
        address: String,
        /// What the resolver said.
        reason: io::Error,
    },
    /// The address could not be bound.
    #[error("cannot listen on {address}: {reason}{hint}")]
    Bind {
        /// What was asked for.
        address: String,
        /// What the system said.
        reason: io::Error,
        /// What to do about it, with its own punctuation.
        hint: &'static str,
    },
    /// The listener failed while it was polled or accepted from.
    #[error("cannot accept connections: {0}")]
    Accept(io::Error),
    /// Something that every worker needs could not be set up.
    #[error("cannot set up workers: {0}")]
    Workers(io::Error),
}

//! Why a server cannot run.

use std::{io, net::SocketAddr};

use thiserror::Error;

use crate::StoreError;

/// Why a server cannot run.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ServerError {
    /// The store cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// An address cannot be used.
    #[error("cannot listen at {address} ({by}): {error}")]
    Bind {
        /// Which.
        address: SocketAddr,
        /// For what.
        by: &'static str,
        /// What the kernel says.
        error: io::Error,
    },
    /// HTTP elsewhere than on this machine, where anybody could change names.
    #[error(
        "HTTP at {0} can be reached from elsewhere: give a --token-file, which changes from there must bring along"
    )]
    NoToken(SocketAddr),
    /// A key that is not there.
    #[error("there is no key {0}: give its file with --keys")]
    NoKey(String),
    /// A thread, a runtime or a descriptor could not be had.
    #[error("{what}: {error}")]
    Environment {
        /// What.
        what: &'static str,
        /// What the kernel says.
        error: io::Error,
    },
}

//! What can keep an experiment from being made.

use std::{io, path::PathBuf};

use load::LoadError;

/// Why an experiment could not be made.
#[derive(Debug, thiserror::Error)]
pub enum BenchError {
    /// The server's process could not be started.
    #[error("cannot start {} as a server: {reason}", program.display())]
    Start {
        /// The executable.
        program: PathBuf,
        /// What the system said.
        reason: io::Error,
    },
    /// The server did not get as far as accepting connections.
    #[error("the server under model {model} did not get ready: {reason}")]
    NotReady {
        /// The model's name.
        model: String,
        /// What it said, or that it said nothing in time.
        reason: String,
    },
    /// The clients could not be made.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// A file between this process and the server's could not be written or read.
    #[error("cannot use a temporary file: {0}")]
    Scratch(io::Error),
}

//! What can keep an experiment from being made.

use std::{io, path::PathBuf};

use history::BenchKind;
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

/// Why settings make no experiment.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SettingError {
    /// There is no such service.
    #[error("unknown service `{0}`; `wharf list` tells what there is")]
    Service(String),
    /// The service cannot be measured in this way.
    #[error("--kind {} does not take the service `{service}`: {why}", kind.name())]
    Unfit {
        /// What the clients were to do.
        kind: BenchKind,
        /// The service's name.
        service: &'static str,
        /// Why not, and what to do.
        why: &'static str,
    },
    /// A setting was given that nothing would be done with.
    #[error(
        "`{setting}` means nothing to --kind {} with the service `{service}`; leave it out",
        kind.name()
    )]
    WithoutEffect {
        /// Which.
        setting: &'static str,
        /// What the clients were to do.
        kind: BenchKind,
        /// The service's name.
        service: &'static str,
    },
    /// A setting is not in its range.
    #[error("{name} must be within {lowest} to {highest}, found {found}")]
    OutOfRange {
        /// Which setting, with its unit.
        name: &'static str,
        /// The least allowed.
        lowest: u64,
        /// The greatest allowed.
        highest: u64,
        /// What was given.
        found: u64,
    },
    /// A model was named twice.
    #[error("the model {0} is named twice; each is compared once")]
    Doubled(String),
    /// A proportion was no proportion.
    #[error("`{0}` is no proportion of calculation; give one from 0 to 1")]
    Share(f64),
    /// A task or a run was to take no time.
    #[error(
        "a task or a run of no time has nothing to compare with; give --task 1ms or more, or --for 10ms \
         or more"
    )]
    NoTime,
}

/// Why two runs cannot be compared.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CompareError {
    /// They measured different things.
    #[error("the first run is `{before}` and the second `{after}`; compare two of one kind")]
    Kinds {
        /// What the first is.
        before: String,
        /// What the second is.
        after: String,
    },
    /// One has nothing to compare.
    #[error(
        "{run} has no results to compare{}",
        if *is_other { ": only runs of bench and of load can be compared" } else { ": it was cut short" }
    )]
    Nothing {
        /// Its name.
        run: String,
        /// Whether it never has.
        is_other: bool,
    },
}

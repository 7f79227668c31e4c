//! Why a store cannot be used.

use std::{io, path::Path};

use thiserror::Error;

/// Why the store cannot be used.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StoreError {
    /// What the file system or the database says.
    #[error("{file}: {problem}")]
    Database {
        /// Which file.
        file: String,
        /// What is wrong.
        problem: String,
    },
    /// Another process has it open.
    #[error(
        "{file} is in use by another process: end that one first, or give another folder with --data"
    )]
    InUse {
        /// Which file.
        file: String,
    },
    /// It is of another zone.
    #[error("{file} has the names of {found} and not of {expected}: give another --data or --zone")]
    Zone {
        /// Which file.
        file: String,
        /// Its zone.
        found: String,
        /// The zone that was asked for.
        expected: String,
    },
    /// It is no store, or is no longer whole.
    #[error(
        "{file} is damaged or no store of names ({problem}): put back a copy of it, or move it away and import the names again"
    )]
    Damaged {
        /// Which file.
        file: String,
        /// What is wrong.
        problem: String,
    },
    /// It may not be read or written.
    #[error("{file} cannot be opened for reading and writing: {error}")]
    Denied {
        /// Which file.
        file: String,
        /// What the kernel says.
        error: io::Error,
    },
    /// There is no room.
    #[error("there is no room for {file}: {error}; changes are taken again when there is")]
    Full {
        /// Which file.
        file: String,
        /// What the kernel says.
        error: io::Error,
    },
    /// Something could not be kept before, and it could not be opened again yet.
    #[error("{file} could not be opened again after a write had failed; it is tried again")]
    Unusable {
        /// Which file.
        file: String,
    },
}

impl StoreError {
    /// What the file system says.
    pub(crate) fn io(file: &Path, error: io::Error) -> Self {
        let file = file.display().to_string();
        match error.kind() {
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                Self::Denied { file, error }
            }
            io::ErrorKind::StorageFull
            | io::ErrorKind::QuotaExceeded
            | io::ErrorKind::FileTooLarge => Self::Full { file, error },
            // What redb says of a file that does not begin as its files do.
            io::ErrorKind::InvalidData => Self::Damaged {
                file,
                problem: error.to_string(),
            },
            _ => Self::Database {
                file,
                problem: error.to_string(),
            },
        }
    }

    /// What the database says.
    pub(crate) fn redb(file: &Path, error: redb::Error) -> Self {
        let damaged = |problem: String| Self::Damaged {
            file: file.display().to_string(),
            problem,
        };
        match error {
            redb::Error::DatabaseAlreadyOpen | redb::Error::LockProtocolMismatch => Self::InUse {
                file: file.display().to_string(),
            },
            redb::Error::Io(error) => Self::io(file, error),
            redb::Error::Corrupted(problem) => damaged(problem),
            error @ (redb::Error::UpgradeRequired(_)
            | redb::Error::TableDoesNotExist(_)
            | redb::Error::TableIsMultimap(_)
            | redb::Error::TableTypeMismatch { .. }) => damaged(error.to_string()),
            error => Self::Database {
                file: file.display().to_string(),
                problem: error.to_string(),
            },
        }
    }
}

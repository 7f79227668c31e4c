//! A client of the name service, by HTTP: blocking, bounded in time.

use std::{net::SocketAddr, time::Duration};

use naming::{LeaseId, Resolution, Revision, Step};
use thiserror::Error;

use crate::api::{Changed, Changes, Entry, Event, Granted, Listing, Put, Status};

/// A client of the name service.
#[derive(Debug)]
pub struct Client {}

/// Why a client did not get what it asked for.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ClientError {
    /// Nobody answers there.
    #[error(
        "no name service answers at {address}: {problem}; start one with `wharf name serve`, or say where with --names"
    )]
    Unreachable {
        /// Where.
        address: String,
        /// What is wrong.
        problem: String,
    },
    /// The server refused; its status and reason.
    #[error("{error}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// In a sentence.
        error: String,
        /// See [`Problem`](crate::api::Problem).
        revision: Option<Revision>,
    },
    /// An answer that is none of the name service.
    #[error("{address} does not speak as a name service does: {problem}")]
    Foreign {
        /// Where.
        address: String,
        /// What is wrong.
        problem: String,
    },
}

impl Client {
    /// A client of the server whose HTTP is at that address, each of whose requests takes at most so long.
    pub fn new(_address: SocketAddr, _timeout: Duration, _token: Option<String>) -> Self {
        unimplemented!()
    }

    /// What stands under a name.
    ///
    /// # Errors
    /// See [`ClientError`]; of a name that nobody has, status 404.
    pub fn entry(&self, _name: &str) -> Result<Entry, ClientError> {
        unimplemented!()
    }

    /// Registers or updates a name.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn put(&self, _name: &str, _put: &Put) -> Result<Changed, ClientError> {
        unimplemented!()
    }

    /// Takes a name away.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn remove(
        &self,
        _name: &str,
        _if_revision: Option<Revision>,
    ) -> Result<Changed, ClientError> {
        unimplemented!()
    }

    /// Changes several names, all or none.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn change(&self, _changes: &Changes) -> Result<Changed, ClientError> {
        unimplemented!()
    }

    /// Names within a name that have these attributes (`role=mean`, `role`), a page at a time.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn list(
        &self,
        _within: &str,
        _attributes: &[String],
        _limit: u32,
        _after: Option<&str>,
    ) -> Result<Listing, ClientError> {
        unimplemented!()
    }

    /// Resolves a name; also one that leads nowhere.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn resolve(&self, _name: &str) -> Result<Resolution, ClientError> {
        unimplemented!()
    }

    /// Resolves one label.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn step(&self, _at: &str, _label: &str) -> Result<Step, ClientError> {
        unimplemented!()
    }

    /// Watches names; `on_event` says whether to go on. Returns when it does not, or the server ended the stream.
    ///
    /// # Errors
    /// See [`ClientError`]; from a revision that is no longer kept, status 410.
    pub fn watch(
        &self,
        _within: &str,
        _from: Option<Revision>,
        _on_event: &mut dyn FnMut(Event) -> bool,
    ) -> Result<(), ClientError> {
        unimplemented!()
    }

    /// A new lease.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn grant(&self, _ttl_ms: u64) -> Result<Granted, ClientError> {
        unimplemented!()
    }

    /// A sign of life of a lease.
    ///
    /// # Errors
    /// See [`ClientError`]; of a lease that ran out, status 404.
    pub fn renew(&self, _lease: LeaseId) -> Result<Granted, ClientError> {
        unimplemented!()
    }

    /// Gives a lease back.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn revoke(&self, _lease: LeaseId) -> Result<Changed, ClientError> {
        unimplemented!()
    }

    /// How the server stands.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn status(&self) -> Result<Status, ClientError> {
        unimplemented!()
    }
}

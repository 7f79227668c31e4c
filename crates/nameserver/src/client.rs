//! A client of the name service, by HTTP: blocking, bounded in time.
//!
//! It keeps its connection from one request to the next. It may be used by several threads, which then take turns; not
//! from within an asynchronous runtime, whose thread it would block.

mod events;
mod line;

use std::{
    net::SocketAddr,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use hyper::{Method, StatusCode, body::Bytes};
use naming::{LeaseId, Resolution, Revision, Step};
use serde::{Serialize, de::DeserializeOwned};
use thiserror::Error;

use crate::api::{Changed, Changes, Entry, Event, Grant, Granted, Listing, Problem, Put, Status};

use line::{Ask, Line, LineError, Target};

/// A client of the name service.
#[derive(Debug)]
pub struct Client {
    target: Target,
    kept: Mutex<Option<Line>>,
}

/// Why a client did not get what it asked for.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ClientError {
    /// Nobody answers there.
    #[error(
        "no name service answers at {address}: {problem}; start one with `wharf name serve`, or say where it is: --names HOST:PORT, name:NAME@HOST:PORT"
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
    /// A name that leads to no address with a port.
    #[error("{name} leads to no address with a port: {problem}")]
    Nowhere {
        /// Which.
        name: String,
        /// Why.
        problem: String,
    },
}

impl Client {
    /// A client of the server whose HTTP is at that address, each of whose requests takes at most so long.
    pub fn new(address: SocketAddr, timeout: Duration, token: Option<String>) -> Self {
        Self {
            target: Target {
                address,
                timeout,
                token,
            },
            kept: Mutex::new(None),
        }
    }

    /// What stands under a name.
    ///
    /// # Errors
    /// See [`ClientError`]; of a name that nobody has, status 404.
    pub fn entry(&self, name: &str) -> Result<Entry, ClientError> {
        self.read(&format!("/v1/names/{}", encoded(name)))
    }

    /// Registers or updates a name.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn put(&self, name: &str, put: &Put) -> Result<Changed, ClientError> {
        self.write(Method::PUT, format!("/v1/names/{}", encoded(name)), put)
    }

    /// Takes a name away.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn remove(
        &self,
        name: &str,
        if_revision: Option<Revision>,
    ) -> Result<Changed, ClientError> {
        let condition = if_revision.map(|revision| format!("?if-revision={revision}"));
        let path = format!(
            "/v1/names/{}{}",
            encoded(name),
            condition.unwrap_or_default()
        );
        self.bare(Method::DELETE, path)
    }

    /// Changes several names, all or none.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn change(&self, changes: &Changes) -> Result<Changed, ClientError> {
        self.write(Method::POST, "/v1/changes".to_owned(), changes)
    }

    /// Names within a name that have these attributes (`role=mean`, `role`), a page at a time.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn list(
        &self,
        within: &str,
        attributes: &[String],
        limit: u32,
        after: Option<&str>,
    ) -> Result<Listing, ClientError> {
        let mut path = format!("/v1/names?within={}&limit={limit}", encoded(within));
        for attribute in attributes {
            path += &format!("&where={}", encoded(attribute));
        }
        if let Some(after) = after {
            path += &format!("&after={}", encoded(after));
        }
        self.read(&path)
    }

    /// Resolves a name; also one that leads nowhere.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn resolve(&self, name: &str) -> Result<Resolution, ClientError> {
        let path = format!("/v1/resolve/{}", encoded(name));
        let (status, body) = self.ask(Ask::read(path))?;
        match status {
            // There is a resolution where there is no name too; a problem is something else.
            StatusCode::NOT_FOUND => self.said(&body).map_err(|_| self.refusal(status, &body)),
            _ => self.taken(status, &body),
        }
    }

    /// Where a name leads, as addresses with a port, by one request.
    ///
    /// # Errors
    /// See [`ClientError`]; also when there is no such name, or it has no address or no port.
    pub fn locate(&self, name: &str) -> Result<Vec<SocketAddr>, ClientError> {
        let nowhere = |problem: String| ClientError::Nowhere {
            name: name.to_owned(),
            problem,
        };
        let resolution = self.resolve(name)?;
        let value = resolution.value.ok_or_else(|| {
            nowhere(match resolution.steps.last() {
                Some(Step::Missing { at, label }) => {
                    format!("there is no {label} in {at}; `wharf name list` shows what there is")
                }
                Some(Step::Loop { name }) => format!("its aliases go round in a circle at {name}"),
                Some(Step::Outside { name }) => {
                    format!("its alias {name} is not in this server's zone")
                }
                _ => "nothing stands under it".to_owned(),
            })
        })?;
        let port = value
            .port
            .ok_or_else(|| nowhere("it has no port; register it with one".to_owned()))?;
        match value.addresses.is_empty() {
            true => Err(nowhere(
                "it has no address; register it with one".to_owned(),
            )),
            false => {
                let with_port = |address| SocketAddr::new(address, port);
                Ok(value.addresses.into_iter().map(with_port).collect())
            }
        }
    }

    /// Resolves one label.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn step(&self, at: &str, label: &str) -> Result<Step, ClientError> {
        self.read(&format!(
            "/v1/step?at={}&label={}",
            encoded(at),
            encoded(label)
        ))
    }

    /// Watches names; `on_event` says whether to go on. Returns when it does not, or the server ended the stream: the
    /// revision to go on from, all of whose changes have come. On a connection of its own, so `on_event` may ask too.
    ///
    /// # Errors
    /// See [`ClientError`]; from a revision that is no longer kept, status 410. A stream in which nothing comes for
    /// three heartbeats is [`ClientError::Unreachable`].
    pub fn watch(
        &self,
        within: &str,
        from: Option<Revision>,
        on_event: &mut dyn FnMut(Event) -> bool,
    ) -> Result<Revision, ClientError> {
        let mut path = format!("/v1/watch?within={}", encoded(within));
        if let Some(from) = from {
            path += &format!("&from={from}");
        }
        events::follow(self, path, from, on_event)
    }

    /// A new lease.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn grant(&self, ttl_ms: u64) -> Result<Granted, ClientError> {
        self.write(Method::POST, "/v1/leases".to_owned(), &Grant { ttl_ms })
    }

    /// A sign of life of a lease.
    ///
    /// # Errors
    /// See [`ClientError`]; of a lease that ran out, status 404.
    pub fn renew(&self, lease: LeaseId) -> Result<Granted, ClientError> {
        self.bare(Method::POST, format!("/v1/leases/{lease}"))
    }

    /// Gives a lease back.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn revoke(&self, lease: LeaseId) -> Result<Changed, ClientError> {
        self.bare(Method::DELETE, format!("/v1/leases/{lease}"))
    }

    /// How the server stands.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn status(&self) -> Result<Status, ClientError> {
        self.read("/v1/status")
    }

    fn read<T: DeserializeOwned>(&self, path: &str) -> Result<T, ClientError> {
        let (status, body) = self.ask(Ask::read(path.to_owned()))?;
        self.taken(status, &body)
    }

    fn write<T: DeserializeOwned>(
        &self,
        method: Method,
        path: String,
        what: &impl Serialize,
    ) -> Result<T, ClientError> {
        let body = serde_json::to_vec(what).expect("what is asked has text for keys");
        let (status, body) = self.ask(Ask {
            method,
            path,
            body: Some(body.into()),
        })?;
        self.taken(status, &body)
    }

    fn bare<T: DeserializeOwned>(&self, method: Method, path: String) -> Result<T, ClientError> {
        let (status, body) = self.ask(Ask {
            method,
            path,
            body: None,
        })?;
        self.taken(status, &body)
    }

    fn ask(&self, ask: Ask) -> Result<(StatusCode, Bytes), ClientError> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let answer = match kept.take().filter(Line::is_fresh) {
            None => Line::open(&self.target).and_then(|line| line.ask(&ask)),
            // The server may have closed it meanwhile. What has not gone out, or changes nothing, is asked again.
            Some(line) => match line.ask(&ask) {
                Err(error) if error.is_unsent || error.is_gone && ask.method == Method::GET => {
                    Line::open(&self.target).and_then(|line| line.ask(&ask))
                }
                answer => answer,
            },
        };
        let (line, status, body) = answer.map_err(|error| self.failed(error))?;
        *kept = line;
        Ok((status, body))
    }

    fn taken<T: DeserializeOwned>(
        &self,
        status: StatusCode,
        body: &[u8],
    ) -> Result<T, ClientError> {
        match status.is_success() {
            true => self.said(body),
            false => Err(self.refusal(status, body)),
        }
    }

    fn said<T: DeserializeOwned>(&self, body: &[u8]) -> Result<T, ClientError> {
        serde_json::from_slice(body).map_err(|error| self.foreign(error.to_string()))
    }

    fn refusal(&self, status: StatusCode, body: &[u8]) -> ClientError {
        match serde_json::from_slice(body) {
            Ok(Problem { error, revision }) => ClientError::Refused {
                status: status.as_u16(),
                error,
                revision,
            },
            Err(_) => self.foreign(format!("it answers {status} without a reason")),
        }
    }

    fn failed(&self, error: LineError) -> ClientError {
        match error.is_foreign {
            true => self.foreign(error.problem),
            false => ClientError::Unreachable {
                address: self.target.address.to_string(),
                problem: error.problem,
            },
        }
    }

    fn foreign(&self, problem: String) -> ClientError {
        ClientError::Foreign {
            address: self.target.address.to_string(),
            problem,
        }
    }
}

/// Percent-encoded (RFC 3986, section 2.1), but for `/`.
fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'/' => {
                encoded.push(byte.into());
            }
            byte => encoded += &format!("%{byte:02X}"),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_addresses_do_not_take_is_encoded() {
        assert_eq!(encoded("region1/server-1.x"), "region1/server-1.x");
        assert_eq!(encoded("role=a b%&?#"), "role%3Da%20b%25%26%3F%23");
        assert_eq!(encoded("ä"), "%C3%A4");
    }
}

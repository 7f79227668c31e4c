//! What goes over HTTP: the JSON of requests and answers, for the server and its clients alike.
//!
//! | method and path | body | answer |
//! |---|---|---|
//! | `GET /v1/names/NAME` | – | [`Entry`] |
//! | `PUT /v1/names/NAME` | [`Put`] | [`Changed`] |
//! | `DELETE /v1/names/NAME?if-revision=N` | – | [`Changed`] |
//! | `GET /v1/names?within=NAME&where=role%3Dmean&limit=N&after=NAME` | – | [`Listing`] |
//! | `GET /v1/resolve/NAME` | – | `naming::Resolution`, also where there is nothing (404) |
//! | `GET /v1/step?at=NAME&label=LABEL` | – | `naming::Step` |
//! | `GET /v1/watch?within=NAME&from=REVISION` | – | an event stream of [`Event`] |
//! | `POST /v1/changes` | [`Changes`] | [`Changed`] |
//! | `POST /v1/leases` | [`Grant`] | [`Granted`] |
//! | `POST /v1/leases/ID` | – | [`Granted`]: a sign of life |
//! | `DELETE /v1/leases/ID` | – | [`Changed`] |
//! | `GET /v1/status` | – | [`Status`] |
//!
//! An error is [`Problem`], with status 400 (not understood), 403 (not allowed), 404 (not there), 409 (not as expected),
//! 410 (a watch from too long ago), 413, 429 or 503. Names are paths: `region1/server1`.

use naming::{Cause, LeaseId, Revision, Value};
use serde::{Deserialize, Serialize};

/// A name with what stands under it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// `region1/server1`.
    pub name: String,
    /// What stands there.
    pub value: Value,
    /// When it was last changed.
    pub revision: Revision,
    /// What keeps it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease: Option<LeaseId>,
    /// For how many milliseconds the lease still lasts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease_left_ms: Option<u64>,
}

/// Registers or updates a name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Put {
    /// What is to stand there, all of it.
    pub value: Value,
    /// A lease that is there already.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lease: Option<LeaseId>,
    /// A new lease of so many milliseconds, for this name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lease_ms: Option<u64>,
    /// Only if it was last changed at that revision (compare-and-set).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub if_revision: Option<Revision>,
    /// Also if somebody has the name; without it, and without `if_revision`, only if nobody has.
    pub replace: bool,
}

/// What was changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed {
    /// The revision after it.
    pub revision: Revision,
    /// How many names changed.
    pub changed: u64,
    /// The lease that was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease: Option<LeaseId>,
}

/// Names, in the order of a tree that is walked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listing {
    /// All of one revision, this one.
    pub revision: Revision,
    /// The names.
    pub entries: Vec<Entry>,
    /// Where to go on (`after=`), if there are more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// Several changes, all or none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Changes {
    /// Names with what is to stand there; `None`: to be taken away. At most 10,000.
    pub names: Vec<(String, Option<Value>)>,
    /// Also if somebody has a name. Without it, one that stands exactly so already is no refusal, and no change.
    #[serde(default)]
    pub replace: bool,
}

/// Asks for a lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    /// How long it is to last from each sign of life, in milliseconds.
    pub ttl_ms: u64,
}

/// A lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Granted {
    /// Which.
    pub lease: LeaseId,
    /// How long it lasts from each sign of life, in milliseconds.
    pub ttl_ms: u64,
}

/// An event of a watch. In the stream its `id` is the revision and its `event` the kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event {
    /// The watch has begun: what follows happened after that revision.
    Watching {
        /// The revision.
        revision: Revision,
    },
    /// A name changed.
    Change {
        /// At which revision.
        revision: Revision,
        /// Which.
        name: String,
        /// Why.
        cause: Cause,
        /// What stands there now; none: it is gone.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        value: Option<Value>,
    },
    /// The watcher was too slow and changes were left out: the watch has ended; ask again from the last revision that came.
    Lagged {
        /// The revision of the last event before the gap.
        revision: Revision,
    },
}

/// How a server stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// The zone that all names stand in.
    pub zone: String,
    /// The revision of the last change.
    pub revision: Revision,
    /// The oldest revision that a watch may go on from.
    pub oldest: Revision,
    /// How many names there are.
    pub names: u64,
    /// How many leases there are.
    pub leases: u64,
    /// How many watchers there are.
    pub watchers: u64,
    /// Where DNS is answered.
    pub dns: String,
}

/// Why a request was not done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// In a sentence, with what to do next.
    pub error: String,
    /// Where a watch was too old: the oldest revision that it may begin from; where a name had changed: its revision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<Revision>,
}

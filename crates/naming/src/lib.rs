//! Names to addresses, as data: what a name is, what stands under it, who may change it and when it ends.
//!
//! This crate is pure: it knows no socket, no file and no clock. Time is an argument ([`LeaseTime`]), and what has to be
//! kept is handed out as a [`Batch`] before it is published, so that nothing is answered that is not on the disk.
//!
//! ```text
//!   Request ─▶ Draft (looks at the registry, changes nothing) ─▶ Batch ─▶ kept by a store ─▶ Registry::publish
//!                                                                            │                    │
//!                                                                         Refusal             find, resolve
//! ```
//!
//! **A name is one key whatever its form**: `region1/server1`, `server1.region1` and, in DNS below the zone `lab.test`,
//! `SERVER1.region1.lab.test.` are the same. A flat name is a structured one with a single label.

mod batch;
mod data;
mod draft;
mod error;
mod filter;
mod lease;
mod name;
mod node;
mod record;
mod registry;
mod request;
mod resolve;
mod table;
mod update;
mod value;
mod zone;
mod zone_text;

pub use batch::{Batch, Cause, Change, LeaseChange};
pub use data::{canonical_data, data_from_text, data_to_text};
pub use draft::Draft;
pub use error::{NameError, Refusal, ValueError};
pub use filter::Filter;
pub use lease::{Lease, LeaseId, LeaseTime};
pub use name::Name;
pub use node::{Node, NodeView, SetView};
pub use record::{RecordSet, RecordType};
pub use registry::{Registry, Revision};
pub use request::{Done, Expect, Request};
pub use resolve::{Resolution, Step};
pub use table::Table;
pub use update::{Operation, Prerequisite, Update};
pub use value::Value;
pub use zone::Zone;

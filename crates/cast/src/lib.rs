//! Datagrams to one, to a group, to everybody: the drivers of unicast, multicast and broadcast.
//!
//! ```text
//!   Wish ─▶ Cast: which addresses, which interface, and why that one ─▶ Plan ─┬▶ Sender   ─ one, a batch, or
//!                                                                             └▶ Receiver ─ segments at a time
//! ```
//!
//! **Nothing leaves the machine that was not asked to**: a datagram to a group has a time to live of 0 and
//! one to everybody goes to the loopback's network, unless the wish says otherwise.
//!
//! A [`station`] runs a member of an ordered group over such sockets.
//!
//! A receiver is given what is sent to its own group only, on its own interface: Linux by itself hands a
//! socket the datagrams of every group that any program of the machine has joined (`IP_MULTICAST_ALL`).

mod address;
mod batch;
mod cast;
mod casts;
pub mod doctor;
mod error;
mod group;
mod interface;
mod ipv6;
mod netlink;
mod options;
mod payload;
mod receiver;
mod route;
mod sender;
mod way;

pub mod station;
pub mod trial;

pub use address::address;
pub use batch::{Batch, Datagram};
pub use cast::{Cast, Plan, Side, Why, Wish};
pub use casts::{BROADCAST, CASTS, MULTICAST, UNICAST};
pub use error::CastError;
pub use interface::{Interface, InterfaceError, find, interfaces};
pub use payload::{PLAIN_BYTES_MAX, PayloadError, bytes_max, fits, plain};
pub use receiver::Receiver;
pub use route::{Route, route_to};
pub use sender::Sender;
pub use way::Way;

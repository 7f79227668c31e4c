//! Ordered, reliable groups: members that talk by datagrams and agree on who is there and on what was said when.
//!
//! This crate is pure: a [`Node`] is handed datagrams, messages and the time, and tells its [`Effects`] what is to be sent and
//! what is delivered. The same node runs over sockets, in a simulated network and in a model checker.
//!
//! ```text
//!   send(message) ─▶ packer ─▶ packet: numbered, stamped by the order ─▶ datagram to all
//!                                                                          │
//!   deliver ◀─ level ◀─ order ◀─ streams: gaps found and repaired ◀────────┘
//!                         ▲            ▲
//!                         └── views ───┘  who is there: heartbeats, suspicion, one agreed change at a time
//! ```
//!
//! - **A packet is what is numbered, repaired and ordered**; the messages in it are what was sent while the node was
//!   busy. There is no timer for it: a packet leaves when it is full or when the input is drained ([`Node::drained`]).
//! - **Everything belongs to a view.** Numbers, orders and stamps begin anew in each; a message is delivered in the view that
//!   it was sent in, and those who go on together have delivered the same (virtual synchrony; Birman and Joseph 1987).
//! - **A change of view is one decision**: a ballot among the members of the old view (Lamport 1998), whose value is the next
//!   view and the cut, how far each sender's packets count in the old one.
//! - **A member is its incarnation**, drawn at random whenever it begins or comes back: addresses are not identities.

mod broken;
mod effects;
mod error;
mod frame;
mod id;
mod membership;
mod node;
mod orders;
mod reliable;
mod settings;
mod view;

pub use broken::{BROKEN, Broken};
pub use effects::{Delivered, Effects, Notice, To};
pub use error::{Reason, SendError, SettingsError};
pub use frame::{Frame, seal, sender_of};
pub use id::{GroupId, MemberId, ViewId};
pub use node::{Node, Tally};
pub use orders::{ORDERS, Order};
pub use settings::{Level, Partitions, Quorum, Reliability, Settings, Slow};
pub use trace::{Name, NameError};
pub use view::{Seat, View};

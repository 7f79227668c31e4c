//! Members that talk by datagrams, with nothing promised of the order: a chat in which clocks are shown.
//!
//! This crate is pure: a [`Member`] is handed what came and what is to be said, with the time, and gives back what is
//! to be sent, shown, told and written down. The same member talks over multicast, broadcast, unicast, or in a test.
//!
//! ```text
//!   Start, Say(text), Datagram(bytes), Leave ─▶ Member ─▶ Log(event), Send(bytes), Show(message), Tell(notice)
//! ```
//!
//! - **Every message is an event at its sender and at every receiver**, stamped by Lamport's, the vector and the hybrid
//!   clock. Beginning and ending are events too, so a member who never speaks has a place in the log. *hello*, *here*
//!   and *bye* are none: they keep the group together and carry no stamps.
//! - **Nothing is promised of the order.** A message is shown when it comes; what it may answer and has not come is
//!   named, and so are the messages that are concurrent with it.
//! - **A frame takes effect as a whole or not at all.** What is refused is counted by its [`Reason`] and told once each.
//! - **Memory is bounded**: 256 members, 64 messages looked back at, 64 sequence numbers a sender.
//!
//! The checksum keeps out accidents. It keeps out nobody who can send to the group's address and means harm: such a one
//! can speak in another's name, fill the group, or push the clocks on, though never over their end. Use an interface
//! and a TTL that such people do not reach; the loopback with TTL 0 is where `wharf cast chat` begins.

mod clocks;
mod frame;
mod member;
mod output;
mod reason;
mod recent;
mod roster;
mod tally;
mod window;

pub use frame::FRAME_BYTES_MAX;
pub(crate) use frame::{Body, Frame, GroupId, Known, MEMBERS_MAX, Say, TEXT_BYTES_MAX};
pub use member::{Input, Member, Now, PeerReport};
pub use output::{Happening, Notice, Output, Shown, Stamp};
pub use reason::Reason;
pub use tally::Tally;
pub use trace::{Name, NameError};

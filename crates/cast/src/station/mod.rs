//! A member of a group over sockets: what runs a [`group::Node`].
//!
//! ```text
//!   another thread ─ Mailbox ─▶ Application: what is to be said ─┐      ┌─▶ Application: what is delivered, who is there
//!                       │ wakes                                  ▼      │
//!   sockets ─ a batch ─▶ one poll ─▶ one turn of the loop ─▶  Node  ──▶ Outbox ─ one call ─▶ sockets
//!                            ▲ the node's next deadline
//! ```
//!
//! - **A turn takes what is there, up to a bound, and then says what follows from it**: the datagrams of a batch, the messages that
//!   the application has, what the time brings. All that is to leave is gathered, and leaves with as few system calls as
//!   there are: neighbours of one length as one, which the kernel cuts.
//! - Between turns the thread sleeps in `poll`. Nothing spins.
//! - Every member sends from the socket at which it is reached by itself; so others learn its address from what it says.
//! - What the sockets refuse is counted and told once: the group repairs what is lost, and suspects whom it does not hear.

mod application;
mod count;
mod drive;
mod links;
mod mailbox;
mod outbox;
mod peers;
pub mod trial;

pub use application::Application;
pub use count::StationCount;
pub use drive::Station;
pub use mailbox::{Mailbox, Post, Waker};

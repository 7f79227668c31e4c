//! A registry of names in DNS: bytes in, bytes out.
//!
//! This crate is pure: it knows no socket and no clock. Questions, the bulk of all messages, are answered straight from the
//! bytes of the message into the bytes of the answer; updates and transfers go through the crate `domain`, which tests also
//! hold the quick way, and the signatures, against.
//!
//! ```text
//!   message ─▶ Responder::handle ─┬─▶ Reply: the answer lies in `out`
//!                                 ├─▶ Silent: no answer is owed, or none is safe
//!                                 ├─▶ Update: a naming::Request; its answer when it is on the disk
//!                                 └─▶ Transfer: a whole zone, message by message
//! ```

mod answer;
mod cookie;
mod edns;
#[cfg(test)]
mod fixture;
mod head;
mod in_zone;
mod keys;
mod legacy;
mod limiter;
mod mac;
mod notify;
mod peer;
mod question;
mod rcode;
mod replay;
mod reply;
mod responder;
mod reverse;
mod signature;
mod soa;
mod transfer;
mod update;

pub use keys::{Key, KeyError, Keys};
pub use limiter::{Limit, Limiter};
pub use notify::{Notify, NotifyAnswer};
pub use peer::{Now, Peer, Transport};
pub use responder::{Handled, Outcome, Responder, Settings, Why};
pub use transfer::Transfer;
pub use update::PendingUpdate;

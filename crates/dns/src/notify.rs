//! Telling a secondary that the zone changed (RFC 1996).

use std::sync::Arc;

use naming::{Revision, Zone};

use crate::{Key, Now};

/// A notice that waits for its answer.
#[derive(Debug)]
pub struct Notify {}

/// What came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotifyAnswer {
    /// The secondary has heard it.
    Heard,
    /// It will not; the code.
    Refused(u16),
    /// This is no answer to it.
    Foreign,
}

impl Notify {
    /// A notice with that id, signed with the key if there is one. `out` is emptied first.
    pub fn new(
        _zone: &Zone,
        _revision: Revision,
        _id: u16,
        _key: Option<Arc<Key>>,
        _now: Now,
        _out: &mut Vec<u8>,
    ) -> Self {
        unimplemented!()
    }

    /// What a message says about it.
    pub fn answer(&self, _message: &[u8], _now: Now) -> NotifyAnswer {
        unimplemented!()
    }
}

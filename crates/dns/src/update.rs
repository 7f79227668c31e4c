//! Updates (RFC 2136): from a message to a request, and its answer.

use naming::{Done, Refusal, Request};

use crate::{Now, Outcome};

/// An update that waits to be decided and kept.
#[derive(Debug)]
pub struct PendingUpdate {
    /// What it asks for.
    pub request: Request,
}

impl PendingUpdate {
    /// The answer, signed if the message was. `out` is emptied first.
    pub fn reply(self, _decided: &Result<Done, Refusal>, _now: Now, _out: &mut Vec<u8>) -> Outcome {
        unimplemented!()
    }

    /// The answer where it could not be decided at all: a full disk, a full queue (SERVFAIL).
    pub fn fail(self, _now: Now, _out: &mut Vec<u8>) -> Outcome {
        unimplemented!()
    }
}

pub(crate) fn handle(
    _settings: &crate::Settings,
    _registry: &naming::Registry,
    _message: &[u8],
    _peer: crate::Peer,
    _now: crate::Now,
    _out: &mut Vec<u8>,
) -> crate::Handled {
    unimplemented!()
}

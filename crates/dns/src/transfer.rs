//! Zone transfers (RFC 5936): a whole zone, message by message.

use naming::{Name, Node, Revision, Zone};

use crate::Now;

/// A transfer that is under way.
#[derive(Debug)]
pub struct Transfer {}

impl Transfer {
    /// The next message, without the two bytes of its length; none when the last one was given. `names` are those of one
    /// snapshot, whose revision is `revision`: the apex's node may come at any place, and its SOA is made here. `out` is
    /// emptied first.
    pub fn next(
        &mut self,
        _zone: &Zone,
        _revision: Revision,
        _names: &mut dyn Iterator<Item = (Name, Node)>,
        _now: Now,
        _out: &mut Vec<u8>,
    ) -> Option<()> {
        unimplemented!()
    }
}

pub(crate) fn handle(
    _settings: &crate::Settings,
    _registry: &naming::Registry,
    _message: &[u8],
    _question: &crate::question::Question,
    _peer: crate::Peer,
    _now: crate::Now,
    _out: &mut Vec<u8>,
) -> crate::Handled {
    unimplemented!()
}

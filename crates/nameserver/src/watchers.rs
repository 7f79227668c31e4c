//! Who watches which names, and the way of a change to them.

use std::sync::Arc;

use naming::{Change, Revision};

/// A watch: changes in the order of their revisions, without a gap.
#[derive(Debug)]
pub struct Watch {}

/// What a watch yields.
#[derive(Clone, Debug)]
pub enum Watched {
    /// A change.
    Change(Arc<Change>),
    /// The watcher was too slow: changes after that revision were left out, and this is the end.
    Lagged(Revision),
}

impl Watch {
    /// The revision after which it tells of changes.
    pub fn from(&self) -> Revision {
        unimplemented!()
    }

    /// The next, when it comes; none when the server ends.
    pub async fn next(&mut self) -> Option<Watched> {
        unimplemented!()
    }
}

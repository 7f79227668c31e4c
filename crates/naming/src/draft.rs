//! Deciding about requests, one after another, before anything is kept or published.

use crate::{Batch, Done, Name, Node, Refusal, Registry, Request};

/// Decides about requests: each sees what those before it decided, none is visible to others yet.
#[derive(Debug)]
pub struct Draft<'a> {
    registry: &'a Registry,
}

impl Draft<'_> {
    /// What stands under a name after what has been decided so far.
    pub fn node(&self, _name: &Name) -> Option<Node> {
        let _ = self.registry;
        unimplemented!()
    }

    /// Decides about a request.
    ///
    /// # Errors
    /// When it is refused; then nothing of it is in the draft.
    pub fn decide(&mut self, _request: &Request) -> Result<Done, Refusal> {
        unimplemented!()
    }

    /// What was decided.
    pub fn finish(self) -> Batch {
        unimplemented!()
    }
}

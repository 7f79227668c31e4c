//! All names of one revision, as the store has them.

use std::{
    fmt,
    ops::Bound,
    path::{Path, PathBuf},
};

use naming::{Name, Node, NodeView, Revision};
use redb::{ReadOnlyTable, ReadTransaction};

use crate::{StoreError, store};

/// All names, of one revision.
pub struct Snapshot {
    file: PathBuf,
    revision: Revision,
    names: ReadOnlyTable<&'static [u8], &'static [u8]>,
    /// As long as it lives the pages of its revision stay as they are.
    _transaction: ReadTransaction,
}

impl Snapshot {
    /// Of the revision that a transaction sees.
    pub(crate) fn new(file: &Path, transaction: ReadTransaction) -> Result<Self, StoreError> {
        let failed = |error| StoreError::redb(file, error);
        Ok(Self {
            file: file.to_owned(),
            revision: store::stands(&transaction).map_err(failed)?.revision,
            names: transaction
                .open_table(store::NAMES)
                .map_err(|error| failed(error.into()))?,
            _transaction: transaction,
        })
    }

    /// Its revision.
    pub fn revision(&self) -> Revision {
        self.revision
    }

    /// The names within a name, in the order of a tree that is walked, from behind `after` on.
    pub fn names<'a>(
        &'a self,
        within: &Name,
        after: Option<&Name>,
    ) -> Box<dyn Iterator<Item = Result<(Name, Node), StoreError>> + Send + 'a> {
        let first = within.sort_key();
        // All keys end with a zero byte: what begins with this one comes before the same key with a one at its end.
        let mut end = first.clone();
        if let Some(last) = end.last_mut() {
            *last = 1;
        }
        let after = after.map(Name::sort_key).filter(|after| *after >= first);
        let begin = match &after {
            Some(after) => Bound::Excluded(&after[..]),
            None => Bound::Included(&first[..]),
        };
        let end = match &end[..] {
            [] => Bound::Unbounded,
            end => Bound::Excluded(end),
        };
        if let (Bound::Excluded(begin), Bound::Excluded(end)) = (begin, end)
            && begin >= end
        {
            return Box::new(std::iter::empty());
        }
        match self.names.range::<&[u8]>((begin, end)) {
            Err(error) => Box::new(std::iter::once(Err(self.failed(error)))),
            Ok(range) => Box::new(range.map(|entry| {
                let (key, node) = entry.map_err(|error| self.failed(error))?;
                self.decoded(key.value(), node.value())
            })),
        }
    }

    fn decoded(&self, key: &[u8], node: &[u8]) -> Result<(Name, Node), StoreError> {
        let damaged = |problem: String| StoreError::Damaged {
            file: self.file.display().to_string(),
            problem,
        };
        let name = Name::from_sort_key(key).map_err(|error| damaged(error.to_string()))?;
        let node = NodeView::checked(node)
            .ok_or_else(|| damaged(format!("what stands under {name} is no node")))?;
        Ok((name, node.to_node()))
    }

    fn failed(&self, error: redb::StorageError) -> StoreError {
        StoreError::redb(&self.file, error.into())
    }
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Snapshot({})", self.revision)
    }
}

/// The labels as in a message, from a key that sorts: nothing is checked, and bytes that are no key become no name.
pub(crate) fn wire_of(key: &[u8], wire: &mut Vec<u8>) {
    wire.clear();
    let labels = key.strip_suffix(&[0]).unwrap_or(key);
    if labels.is_empty() {
        return;
    }
    for label in labels.rsplit(|byte| *byte == 0) {
        wire.push(label.len() as u8);
        wire.extend(label);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_becomes_the_name_that_it_sorts() {
        let mut wire = Vec::new();
        for name in ["/", "a", "a/b", "region1/server1/x"] {
            let name = Name::parse(name).expect("a name");
            wire_of(&name.sort_key(), &mut wire);
            assert_eq!(wire, name.wire());
        }
    }
}

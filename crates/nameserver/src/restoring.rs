//! Filling a registry from the store: one thread reads while the other looks for places in memory.

use std::{
    sync::mpsc::{Receiver, SyncSender, sync_channel},
    thread,
};

use naming::Registry;
use redb::{Error, ReadOnlyTable, ReadableTable, ReadableTableMetadata};

use crate::snapshot;

/// Takes in all names of a table. A machine with a million names is there again in about half the time that one thread would
/// take: reading a tree of pages and finding a place for each name are about as much work.
///
/// # Errors
/// When the table cannot be read, or has what is no name.
pub(crate) fn names(
    table: &ReadOnlyTable<&[u8], &[u8]>,
    registry: &mut Registry,
) -> Result<(), Error> {
    registry.reserve(table.len()?);
    let (full, parts) = sync_channel(PARTS_MAX);
    thread::scope(|scope| {
        let reading = scope.spawn(|| read(table, full));
        let restored = restore(registry, parts);
        // Where it was given up the reader finds nobody to read for, and ends.
        let read = reading.join().expect("the reader does not panic");
        restored.and(read)
    })
}

fn read(table: &ReadOnlyTable<&[u8], &[u8]>, full: SyncSender<Part>) -> Result<(), Error> {
    let mut part = Part::default();
    let mut wire = Vec::with_capacity(256);
    for entry in table.iter()? {
        let (key, node) = entry?;
        snapshot::wire_of(key.value(), &mut wire);
        part.push(&wire, node.value());
        if part.bytes.len() >= PART_BYTES && full.send(std::mem::take(&mut part)).is_err() {
            return Ok(());
        }
    }
    let _ = full.send(part);
    Ok(())
}

fn restore(registry: &mut Registry, parts: Receiver<Part>) -> Result<(), Error> {
    for part in parts {
        let mut rest = &*part.bytes;
        for (wire, node) in &part.lengths {
            let (name, behind) = rest.split_at(*wire);
            let (node, behind) = behind.split_at(*node);
            rest = behind;
            let restored = registry.restore_name(name, node);
            restored.map_err(|error| Error::Corrupted(error.to_string()))?;
        }
    }
    Ok(())
}

/// Names and nodes, one behind the other.
#[derive(Default)]
struct Part {
    bytes: Vec<u8>,
    lengths: Vec<(usize, usize)>,
}

impl Part {
    fn push(&mut self, wire: &[u8], node: &[u8]) {
        self.bytes.extend(wire);
        self.bytes.extend(node);
        self.lengths.push((wire.len(), node.len()));
    }
}

/// Large enough that handing it over costs nothing, and so few that nobody's memory notices.
const PART_BYTES: usize = 1 << 16;
const PARTS_MAX: usize = 8;

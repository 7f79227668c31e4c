//! The splits, one file each.

mod dynamic;

use crate::Split;

/// All splits; the first is the usual one.
pub const SPLITS: &[Split] = &[dynamic::SPLIT];

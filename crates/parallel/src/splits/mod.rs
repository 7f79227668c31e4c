//! The splits, one file each. Each cuts the range into shares, and says who takes which.

mod dynamic;
mod interleaved;
mod r#static;
mod stealing;

use crate::Split;

/// All splits; the first is the usual one.
pub const SPLITS: &[Split] = &[
    dynamic::SPLIT,
    r#static::SPLIT,
    interleaved::SPLIT,
    stealing::SPLIT,
];

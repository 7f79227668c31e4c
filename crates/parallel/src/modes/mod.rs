//! The modes, one file each.

mod single;

use crate::Mode;

/// All modes, the simplest first.
pub const MODES: &[Mode] = &[single::MODE];

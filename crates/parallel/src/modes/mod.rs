//! The modes, one file each.

mod processes;
mod single;
mod threads;

use crate::Mode;

/// All modes, the simplest first.
pub const MODES: &[Mode] = &[single::MODE, threads::MODE, processes::MODE];

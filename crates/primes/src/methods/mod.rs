//! The methods, one file each.

mod trial;

use crate::Method;

/// All methods, the simplest first.
pub const METHODS: &[Method] = &[trial::METHOD];

//! TCP drivers: the concurrency models, one file each.

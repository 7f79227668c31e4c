//! What is served, one file each.

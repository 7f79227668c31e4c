//! The only source of physical time.

//! The contract between what is studied and what runs it.

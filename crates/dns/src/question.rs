//! A question, read where it lies.

//! Answers to questions, straight from bytes to bytes.

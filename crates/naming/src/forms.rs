//! Names as text: what can be imported and exported, one form a file.

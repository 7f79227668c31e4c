//! Signatures with shared keys (RFC 8945).

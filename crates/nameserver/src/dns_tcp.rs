//! DNS by connections.

//! DNS by datagrams, many with one call.

//! The clock of leases: it goes on over restarts, and setting the date does not touch it.

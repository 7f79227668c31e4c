//! The one thread that decides: what waits is decided together, kept with one write, then published.

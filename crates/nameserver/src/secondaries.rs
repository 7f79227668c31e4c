//! Telling secondaries that the zone changed, until they have heard it.

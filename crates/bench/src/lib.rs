//! Experiments: services x models x load, swept and repeated.

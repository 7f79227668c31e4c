//! What every driver is told: clock, stop, limits, shared state, recorder.

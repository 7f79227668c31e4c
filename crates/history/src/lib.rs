//! What happened, as data: samples, findings, and the run folder.

//! Pages and tables from a run folder.

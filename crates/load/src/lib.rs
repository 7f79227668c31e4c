//! The load generator: workers, arrival schedules, checked answers.

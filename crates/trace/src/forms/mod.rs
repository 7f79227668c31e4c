//! The forms, one a file.
//!
//! A form owes its callers: to recognise its own beginnings and nobody else's; to read any text at all without failing
//! on single lines (what is wrong becomes a flaw, and the bounds of a log hold); and, where it is written too, that what
//! it wrote is read back as the same execution. Listing it in [`FORMS`] is what tests that.

pub mod govector;
pub mod lamport;
pub mod shiviz;
pub mod tsviz;
pub mod wharf;

use crate::Form;

/// All forms.
pub static FORMS: [&Form; 5] = [
    &wharf::FORM,
    &lamport::FORM,
    &shiviz::FORM,
    &govector::FORM,
    &tsviz::FORM,
];

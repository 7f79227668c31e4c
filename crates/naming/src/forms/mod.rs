//! The forms, one a file.
//!
//! A form owes its callers: to read any text at all without falling over, and to say where it is wrong; to take a text
//! whole or not at all; to write names in the order in which they come, which is that of [`Name::sort_key`]; and to read
//! what it wrote as the same names with the same records. Listing it in [`FORMS`] is what tests that.
//!
//! Revisions and leases are not written: what is imported is registered anew, and stays. The dictionaries have one TTL a
//! name; where its sets have several, they write the least.
//!
//! [`Name::sort_key`]: crate::Name::sort_key

pub mod json;
pub mod toml;
pub mod zone;

use crate::Form;

/// All forms.
pub static FORMS: [&Form; 3] = [&zone::FORM, &toml::FORM, &json::FORM];

//! Finding a model by either of its names.

use super::MODELS;
use crate::Model;

/// The model of that full or short name.
pub fn by_name(name: &str) -> Option<&'static Model> {
    let mut models = MODELS.iter();
    models.find(|model| model.name == name || model.short_name == name)
}

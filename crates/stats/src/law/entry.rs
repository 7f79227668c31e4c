//! What the registry knows of a law, and why a law may not be built.

use std::fmt;

use super::{LAWS, Law};

/// A law's line in the registry.
#[derive(Debug)]
pub struct LawEntry {
    /// The long name, such as `exponential`.
    pub name: &'static str,
    /// The short name, such as `e`.
    pub letter: char,
    /// What the parameter means, with its unit.
    pub parameter: &'static str,
    /// The least parameter allowed.
    pub lowest: f64,
    /// The greatest parameter allowed.
    pub highest: f64,
    /// Makes the law of one parameter.
    ///
    /// # Errors
    ///
    /// [`LawError::ParameterOutOfRange`] when the parameter is not within `lowest` to `highest`,
    /// or is no number.
    pub build: fn(f64) -> Result<Box<dyn Law + Send + Sync>, LawError>,
}

impl LawEntry {
    /// The parameter, if it is within the range.
    pub(super) fn admit(&self, found: f64) -> Result<f64, LawError> {
        if (self.lowest..=self.highest).contains(&found) {
            return Ok(found);
        }
        Err(LawError::ParameterOutOfRange {
            law: self.name,
            parameter: self.parameter,
            lowest: self.lowest,
            highest: self.highest,
            found,
        })
    }
}

/// Why a law could not be built.
#[derive(Clone, Debug, PartialEq)]
pub enum LawError {
    /// The parameter is not one that the law can have.
    ParameterOutOfRange {
        /// The long name of the law.
        law: &'static str,
        /// What the parameter means, with its unit.
        parameter: &'static str,
        /// The least parameter allowed.
        lowest: f64,
        /// The greatest parameter allowed.
        highest: f64,
        /// The parameter given.
        found: f64,
    },
}

impl fmt::Display for LawError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::ParameterOutOfRange {
            law,
            parameter,
            lowest,
            highest,
            found,
        } = self;
        write!(
            f,
            "{law} law: {parameter} must be within {lowest} to {highest}, found {found:?}"
        )
    }
}

impl std::error::Error for LawError {}

/// The law with this long or short name, letter case aside.
pub fn by_name(name: &str) -> Option<&'static LawEntry> {
    let mut letter = [0; 4];
    LAWS.iter().find(|entry| {
        name.eq_ignore_ascii_case(entry.name)
            || name.eq_ignore_ascii_case(entry.letter.encode_utf8(&mut letter))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, expected: Option<&str>) {
        assert_eq!(by_name(name).map(|entry| entry.name), expected);
    }

    #[test]
    fn long_and_short_names_are_known() {
        check("exponential", Some("exponential"));
        check("e", Some("exponential"));
        check("U", Some("uniform"));
        check("Deterministic", Some("deterministic"));
    }

    #[test]
    fn parts_of_names_are_not() {
        check("", None);
        check("exp", None);
        check("x", None);
    }

    #[test]
    fn the_message_names_range_and_value() {
        let error = (by_name("u").unwrap().build)(0.0).unwrap_err();
        assert_eq!(
            error.to_string(),
            "uniform law: longest gap in seconds must be within 0.000000001 to 100000000, found 0.0"
        );
    }
}

//! The zone that all names of a registry stand in.

use std::fmt;

use crate::{Name, NameError};

/// The zone that all names of a registry stand in: `lab.test.`
#[derive(Clone, PartialEq, Eq)]
pub struct Zone {
    /// With the root's zero byte, in lower case.
    wire: Box<[u8]>,
}

impl Zone {
    /// Reads `lab.test` or `lab.test.`
    ///
    /// # Errors
    /// When it is no name, or so long that little would fit below it.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        // With `/` it would be another order of labels, or the root, which is nobody's zone here.
        if text.contains('/') {
            return Err(NameError::Character {
                name: text.to_owned(),
                character: '/',
            });
        }
        let name = Name::parse(text.strip_suffix('.').unwrap_or(text))?;
        let mut wire = name.wire().to_vec();
        wire.push(0);
        match wire.len() {
            bytes if bytes > 128 => Err(NameError::Long { bytes }),
            _ => Ok(Self { wire: wire.into() }),
        }
    }

    /// As in a message, in lower case, with the root's zero byte.
    pub fn wire(&self) -> &[u8] {
        &self.wire
    }

    /// Reads a name in any form: `region1/server1`, `server1.region1`, or absolute, `server1.region1.lab.test.` with or
    /// without the dot at its end.
    ///
    /// # Errors
    /// When it is no name, too long, or absolute and not in the zone.
    pub fn name(&self, text: &str) -> Result<Name, NameError> {
        let outside = || NameError::Outside {
            name: text.to_owned(),
            zone: self.to_string(),
        };
        let own = self.to_string();
        let own = own.trim_end_matches('.');
        let (relative, is_absolute) = match text.strip_suffix('.') {
            Some(absolute) => (absolute, true),
            None => (text, false),
        };
        let lower = relative.to_ascii_lowercase();
        let inside = lower.strip_suffix(own).and_then(|rest| match rest {
            "" => Some(""),
            _ => rest.strip_suffix('.'),
        });
        let name = match inside {
            // What stands before the zone is labels with dots between them: `.lab.test` begins with an empty one.
            Some("") if lower != own => return Err(NameError::EmptyLabel(text.to_owned())),
            Some("") => Name::apex(),
            Some(rest) if rest.contains('/') => return Err(NameError::Mixed(text.to_owned())),
            Some(rest) => Name::parse(rest)?,
            None if is_absolute => return Err(outside()),
            None => Name::parse(relative)?,
        };
        self.hold(&name)?;
        Ok(name)
    }

    /// The part of an absolute name in wire form that stands before the zone; none where it is not in the zone. Both in
    /// lower case.
    pub fn relative<'a>(&self, absolute: &'a [u8]) -> Option<&'a [u8]> {
        let at = absolute.len().checked_sub(self.wire.len())?;
        if absolute[at..] != *self.wire {
            return None;
        }
        // A label may end like the zone: the zone must begin where a label does.
        let mut start = 0;
        while start < at {
            start += 1 + usize::from(absolute[start]);
        }
        (start == at).then_some(&absolute[..at])
    }

    /// The absolute name on the wire.
    pub fn absolute(&self, name: &Name) -> Vec<u8> {
        [name.wire(), &self.wire].concat()
    }

    /// `server1.region1.lab.test.`
    pub fn dns(&self, name: &Name) -> String {
        let mut text = String::new();
        for label in name.labels() {
            text.push_str(label);
            text.push('.');
        }
        text + &self.to_string()
    }

    /// Holds a name against the limit of RFC 1035: 255 bytes with the zone.
    ///
    /// # Errors
    /// When it is longer.
    pub fn hold(&self, name: &Name) -> Result<(), NameError> {
        self.hold_wire(name.wire())
    }

    /// The same of a name on the wire.
    pub(crate) fn hold_wire(&self, wire: &[u8]) -> Result<(), NameError> {
        match wire.len() + self.wire.len() {
            bytes if bytes > 255 => Err(NameError::Long { bytes }),
            _ => Ok(()),
        }
    }
}

/// With its dot at the end.
impl fmt::Display for Zone {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for label in crate::name::labels(&self.wire[..self.wire.len() - 1]) {
            write!(out, "{label}.")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Zone({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone() -> Zone {
        Zone::parse("Lab.Test").expect("a zone")
    }

    #[test]
    fn a_name_may_be_absolute_or_not() {
        for text in [
            "region1/server1",
            "server1.region1",
            "server1.region1.lab.test",
            "Server1.Region1.LAB.test.",
        ] {
            let name = zone().name(text).expect("a name");
            assert_eq!(name.to_string(), "region1/server1", "{text}");
        }
        assert_eq!(zone().name("lab.test."), Ok(Name::apex()));
        assert!(zone().name("server1.example.org.").is_err());
        assert_eq!(zone().to_string(), "lab.test.");
    }

    #[test]
    fn what_could_be_two_names_is_none() {
        let refused = |text: &str| zone().name(text).expect_err(text);
        for text in [".lab.test", ".lab.test.", "..lab.test"] {
            assert!(matches!(refused(text), NameError::EmptyLabel(_)), "{text}");
        }
        for text in ["a/b.lab.test", "/a.lab.test.", "a/.lab.test", "/.lab.test"] {
            assert!(matches!(refused(text), NameError::Mixed(_)), "{text}");
        }
        for text in ["/", "a/b", "/a", "", ".", "a..b"] {
            assert!(Zone::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_label_that_ends_like_the_zone_is_not_in_it() {
        let wire = zone().wire().to_vec();
        assert_eq!(zone().relative(&wire), Some(&[][..]));
        assert_eq!(
            zone().relative(b"\x01a\x03lab\x04test\0"),
            Some(&b"\x01a"[..])
        );
        assert_eq!(zone().relative(b"\x0axx\x03lab\x04test\0"), None);
        assert_eq!(zone().relative(b"\x04test\0"), None);
    }

    #[test]
    fn names_are_held_against_the_limit_with_their_zone() {
        let long = [
            "x".repeat(60),
            "y".repeat(60),
            "z".repeat(60),
            "w".repeat(60),
        ]
        .join(".");
        assert!(zone().name(&long).is_ok());
        assert!(zone().name(&format!("{long}.abcdef")).is_err());
    }
}

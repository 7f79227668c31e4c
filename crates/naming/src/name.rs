//! A name below a zone.

use std::fmt;

use crate::NameError;

/// A name below a zone: labels of letters, digits, `-` and `_`, in lower case; a first label `*` is a wildcard.
///
/// Kept as DNS has it on the wire, without the zone and the root: the label that is nearest to the leaf comes first, each
/// behind a byte with its length. The zone itself, the root of all names here, is the name without labels.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Name {
    wire: Box<[u8]>,
}

impl Name {
    /// The zone itself.
    pub fn apex() -> Self {
        Self {
            wire: Box::default(),
        }
    }

    /// Reads `region1/server1`, `server1.region1` or `server1`; `/` is the apex.
    ///
    /// # Errors
    /// When it is no name: see [`NameError`]. The limit of the whole is held against the zone by
    /// [`Zone::name`](crate::Zone::name); here it is 253 bytes.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        if text == "/" {
            return Ok(Self::apex());
        }
        let has_slash = text.contains('/');
        if has_slash && text.contains('.') {
            return Err(NameError::Mixed(text.to_owned()));
        }
        let mut wire = Vec::with_capacity(text.len() + 1);
        match has_slash {
            true => {
                // One of them at either end; what stands between two is an empty label.
                let inner = text.strip_prefix('/').unwrap_or(text);
                let inner = inner.strip_suffix('/').unwrap_or(inner);
                for label in inner.rsplit('/') {
                    push(&mut wire, label, text)?;
                }
            }
            false => {
                for label in text.split('.') {
                    push(&mut wire, label, text)?;
                }
            }
        }
        match wire.len() {
            bytes if bytes > WIRE_BYTES_MAX => Err(NameError::Long { bytes }),
            _ => Ok(Self { wire: wire.into() }),
        }
    }

    /// From labels as they stand in a message, in any case.
    ///
    /// # Errors
    /// When a label is no label of a name, or the lengths do not fit.
    pub fn from_wire(wire: &[u8]) -> Result<Self, NameError> {
        let mut rest = wire;
        let mut lower = Vec::with_capacity(wire.len());
        while let Some((&length, behind)) = rest.split_first() {
            let (label, behind) = behind
                .split_at_checked(length.into())
                .ok_or(NameError::Long { bytes: wire.len() })?;
            let text = String::from_utf8_lossy(label);
            push(&mut lower, &text, &text)?;
            rest = behind;
        }
        match lower.len() {
            bytes if bytes > WIRE_BYTES_MAX => Err(NameError::Long { bytes }),
            _ => Ok(Self { wire: lower.into() }),
        }
    }

    /// Whether that is what [`wire`](Self::wire) gives of some name.
    pub(crate) fn is_wire(wire: &[u8]) -> bool {
        let mut rest = wire;
        while let Some((&length, behind)) = rest.split_first() {
            let Some((label, behind)) = behind.split_at_checked(length.into()) else {
                return false;
            };
            let is_allowed = |byte: &u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_');
            let is_label = (1..=63).contains(&length) && label.iter().all(is_allowed);
            if !is_label && label != b"*" {
                return false;
            }
            rest = behind;
        }
        wire.len() <= WIRE_BYTES_MAX
    }

    /// The labels as in a message, in lower case, without zone and root.
    pub fn wire(&self) -> &[u8] {
        &self.wire
    }

    /// Whether it is the zone itself.
    pub fn is_apex(&self) -> bool {
        self.wire.is_empty()
    }

    /// The labels, the one nearest to the leaf first.
    pub fn labels(&self) -> impl Iterator<Item = &str> {
        labels(&self.wire)
    }

    /// The name that this one stands in; none of the apex.
    pub fn parent(&self) -> Option<Self> {
        let length = usize::from(*self.wire.first()?);
        Some(Self {
            wire: self.wire[1 + length..].into(),
        })
    }

    /// Whether it is `above`, or stands below it.
    pub fn is_within(&self, above: &Self) -> bool {
        let mut wire = &*self.wire;
        while wire.len() > above.wire.len() {
            wire = &wire[1 + usize::from(wire[0])..];
        }
        wire == &*above.wire
    }

    /// A key that sorts names as a tree is walked: the labels, most significant first, a zero byte behind each. What
    /// begins with the key of a name is that name, or stands below it.
    pub fn sort_key(&self) -> Vec<u8> {
        let labels: Vec<&str> = self.labels().collect();
        let mut key = Vec::with_capacity(self.wire.len());
        for label in labels.iter().rev() {
            key.extend(label.as_bytes());
            key.push(0);
        }
        key
    }

    /// The name whose [`sort_key`](Self::sort_key) that is.
    ///
    /// # Errors
    /// When it is none.
    pub fn from_sort_key(key: &[u8]) -> Result<Self, NameError> {
        let labels: Vec<&[u8]> = key.split(|byte| *byte == 0).collect();
        // Behind the last zero byte there is nothing. Otherwise what was cut off would be taken for what it stands in, the
        // zone itself at worst.
        let [labels @ .., []] = &*labels else {
            return Err(NameError::Damaged(String::from_utf8_lossy(key).into()));
        };
        let mut wire = Vec::with_capacity(key.len());
        for label in labels.iter().rev() {
            let text = String::from_utf8_lossy(label);
            push(&mut wire, &text, &text)?;
        }
        Ok(Self { wire: wire.into() })
    }
}

/// `region1/server1`; the apex is `/`.
impl fmt::Display for Name {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_apex() {
            return out.write_str("/");
        }
        let labels: Vec<&str> = self.labels().collect();
        for (at, label) in labels.iter().rev().enumerate() {
            let separator = if at == 0 { "" } else { "/" };
            write!(out, "{separator}{label}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Name({self})")
    }
}

/// The labels of a name in wire form that is known to be whole.
pub(crate) fn labels(mut wire: &[u8]) -> impl Iterator<Item = &str> {
    std::iter::from_fn(move || {
        let (&length, rest) = wire.split_first()?;
        let (label, rest) = rest.split_at(length.into());
        wire = rest;
        Some(std::str::from_utf8(label).expect("labels are ASCII"))
    })
}

fn push(wire: &mut Vec<u8>, label: &str, name: &str) -> Result<(), NameError> {
    let is_allowed = |letter: char| letter.is_ascii_alphanumeric() || "-_".contains(letter);
    let wrong = label.chars().find(|letter| !is_allowed(*letter));
    match (label.len(), wrong) {
        (0, _) => Err(NameError::EmptyLabel(name.to_owned())),
        (1, Some('*')) => {
            wire.extend([1, b'*']);
            Ok(())
        }
        (_, Some(character)) => Err(NameError::Character {
            name: name.to_owned(),
            character,
        }),
        (bytes @ 64.., _) => Err(NameError::LongLabel {
            label: label.chars().take(16).collect::<String>() + "…",
            bytes,
        }),
        (bytes, None) => {
            wire.push(bytes as u8);
            wire.extend(label.bytes().map(|byte| byte.to_ascii_lowercase()));
            Ok(())
        }
    }
}

/// 255 (RFC 1035, section 2.3.4) without the root, and at least one more label: the zone's.
const WIRE_BYTES_MAX: usize = 252;

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, path: &str) {
        assert_eq!(Name::parse(text).expect("a name").to_string(), path);
    }

    #[test]
    fn both_forms_are_one_name() {
        check("server1", "server1");
        check("region1/server1", "region1/server1");
        check("/region1/server1", "region1/server1");
        check("server1.region1", "region1/server1");
        check("SERVER1.Region1", "region1/server1");
        check("/", "/");
        check("*.region1", "region1/*");
    }

    #[track_caller]
    fn refused(text: &str, expected: &str) {
        let error = Name::parse(text).expect_err("no name").to_string();
        assert!(error.contains(expected), "{error}");
    }

    #[test]
    fn what_is_no_name_is_refused_and_said_why() {
        refused("", "empty label");
        refused("a..b", "empty label");
        refused("a//b", "empty label");
        refused("//a", "empty label");
        refused("a//", "empty label");
        refused("//", "empty label");
        refused("a/b.c", "both");
        refused("a b", "' '");
        refused("ä", "'ä'");
        refused("**", "'*'");
        refused(&"x".repeat(64), "64 bytes");
        refused(&["x"; 150].join("."), "300 bytes");
    }

    #[test]
    fn half_a_key_is_no_key() {
        assert_eq!(Name::from_sort_key(b""), Ok(Name::apex()));
        for key in [&b"a"[..], b"a\0b", b"\0", b"a\0\0"] {
            assert!(Name::from_sort_key(key).is_err(), "{key:?}");
        }
    }

    #[test]
    fn a_name_knows_where_it_stands() {
        let name = Name::parse("a/b/c").expect("a name");
        let parent = name.parent().expect("a parent");
        assert_eq!(parent.to_string(), "a/b");
        assert!(name.is_within(&parent) && name.is_within(&name) && name.is_within(&Name::apex()));
        assert!(!parent.is_within(&name));
        assert!(
            !Name::parse("xa/b")
                .expect("a name")
                .is_within(&Name::parse("a").expect("a name"))
        );
        assert_eq!(Name::apex().parent(), None);
    }

    #[test]
    fn bytes_that_no_name_has_are_told() {
        for wire in [
            &b"\x01A"[..],
            b"\x01",
            b"\x00",
            b"\x02**",
            b"\x01.",
            b"\x02a",
            &[1, b'a'].repeat(127),
        ] {
            assert!(!Name::is_wire(wire), "{wire:?}");
        }
        assert!(Name::is_wire(b"") && Name::is_wire(b"\x01*\x03web"));
    }

    #[test]
    fn keys_sort_a_tree_and_come_back() {
        let names = ["a", "a/b", "a/b/c", "a/c", "ab", "b"];
        let names = names.map(|name| Name::parse(name).expect("a name"));
        let keys = names.each_ref().map(Name::sort_key);
        assert!(keys.is_sorted());
        for (name, key) in names.iter().zip(&keys) {
            assert_eq!(Name::from_sort_key(key).as_ref(), Ok(name));
            assert_eq!(Name::from_wire(name.wire()).as_ref(), Ok(name));
            assert!(Name::is_wire(name.wire()));
            assert_eq!(key.starts_with(&keys[0]), name.is_within(&names[0]));
        }
    }
}

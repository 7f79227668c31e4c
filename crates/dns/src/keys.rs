//! Shared keys (RFC 8945), from files as `tsig-keygen` writes them and as `nsupdate -k` reads them.

use std::{collections::BTreeMap, sync::Arc};

use naming::Name;
use thiserror::Error;

/// A shared key, and what it is good for.
#[derive(Debug)]
pub struct Key {
    /// The key itself, with its name and algorithm.
    pub tsig: domain::tsig::Key,
    /// Within which name it may change what is there; the apex is everywhere.
    pub within: Name,
}

/// The keys of a server, by name (absolute, in lower case, with a dot at its end).
#[derive(Debug, Default)]
pub struct Keys {
    keys: BTreeMap<String, Arc<Key>>,
}

/// What is wrong with a file of keys.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum KeyError {
    /// Not in BIND's form.
    #[error(
        "line {line}: {problem}; expected: key \"NAME\" {{ algorithm hmac-sha256; secret \"BASE64\"; }};"
    )]
    Form {
        /// Where.
        line: usize,
        /// What.
        problem: String,
    },
    /// An algorithm that is not safe, or unknown.
    #[error("key {key}: algorithm {algorithm}: use hmac-sha256, hmac-sha384 or hmac-sha512")]
    Algorithm {
        /// Whose.
        key: String,
        /// Which.
        algorithm: String,
    },
}

impl Keys {
    /// Reads keys in BIND's form: `key "NAME" { algorithm hmac-sha256; secret "BASE64"; };`, any number of them. A comment
    /// `# within region1` before a key says where it may change what is there.
    ///
    /// # Errors
    /// When the text has another form, or an algorithm that is not safe.
    pub fn read(_text: &str) -> Result<Self, KeyError> {
        unimplemented!()
    }

    /// The key of that name.
    pub fn named(&self, name: &str) -> Option<&Arc<Key>> {
        self.keys.get(name)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }
}

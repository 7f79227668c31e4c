//! A form: a way of writing names down.

use std::io;

use thiserror::Error;

use crate::forms::FORMS;
use crate::{Name, Node, RecordSet, Revision, ValueError, Zone};

/// A way of writing names down. Each is a file in `forms`, and a line of [`FORMS`].
#[derive(Debug)]
pub struct Form {
    /// Its name, as the command line knows it.
    pub name: &'static str,
    /// One line: what it looks like and where it comes from.
    pub about: &'static str,
    /// How the names of its files end, without the dot.
    pub extensions: &'static [&'static str],
    pub(crate) read: fn(&Zone, &str) -> Result<Import, FormError>,
    pub(crate) write: fn(&Zone, Revision, Names<'_>, &mut dyn io::Write) -> Result<(), FormError>,
}

/// Names with what stands under them, **in the order of [`Name::sort_key`]**.
pub type Names<'a> = &'a mut dyn Iterator<Item = (Name, Node)>;

/// What was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Import {
    /// The names with their records, in the order of [`Name::sort_key`]; each once, and such that they can be registered.
    pub names: Vec<(Name, Vec<RecordSet>)>,
    /// What was left out or changed, a sentence each.
    pub notes: Vec<String>,
}

/// Why names cannot be read or written.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum FormError {
    /// More than is read at once.
    #[error("the text has {bytes} bytes; at most {limit} are read: cut it in pieces")]
    Large {
        /// How many it has.
        bytes: usize,
        /// The most there may be.
        limit: usize,
    },
    /// Bytes that are no text.
    #[error("line {line}: this is no text in UTF-8")]
    NotText {
        /// Of the first such byte, from 1.
        line: usize,
    },
    /// Something is wrong on a line.
    #[error("line {line}: {problem}")]
    Line {
        /// Which, from 1; of an entry that has several, one of them.
        line: usize,
        /// What is wrong.
        problem: String,
    },
    /// The text is not of this form; the place is said in it.
    #[error("{0}")]
    Syntax(String),
    /// What stands under a name cannot stand there.
    #[error("{name}: {problem}")]
    Name {
        /// Which.
        name: String,
        /// What is wrong.
        problem: ValueError,
    },
    /// It could not be written.
    #[error("the names could not be written: {0}")]
    Write(#[from] io::Error),
}

impl Form {
    /// The form of that name.
    pub fn by_name(name: &str) -> Option<&'static Self> {
        FORMS.into_iter().find(|form| form.name == name)
    }

    /// The form of a file, by how its name ends: `names.toml`.
    pub fn by_file_name(file: &str) -> Option<&'static Self> {
        let (_, extension) = file.rsplit_once('.')?;
        let is = |other: &&str| extension.eq_ignore_ascii_case(other);
        FORMS
            .into_iter()
            .find(|form| form.extensions.iter().any(|other| is(other)))
    }

    /// Reads names.
    ///
    /// # Errors
    /// When the text is not of this form, or what it says cannot be registered.
    pub fn read(&self, zone: &Zone, text: &[u8]) -> Result<Import, FormError> {
        if text.len() > Self::TEXT_BYTES_MAX {
            return Err(FormError::Large {
                bytes: text.len(),
                limit: Self::TEXT_BYTES_MAX,
            });
        }
        let text = std::str::from_utf8(text).map_err(|error| {
            let before = &text[..error.valid_up_to()];
            FormError::NotText {
                line: 1 + before.iter().filter(|byte| **byte == b'\n').count(),
            }
        })?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        (self.read)(zone, text)
    }

    /// Writes names; the same names are the same text. The zone form writes each as it comes, the others need all at once.
    ///
    /// # Errors
    /// When it could not be written.
    pub fn write(
        &self,
        zone: &Zone,
        revision: Revision,
        names: Names<'_>,
        out: &mut dyn io::Write,
    ) -> Result<(), FormError> {
        (self.write)(zone, revision, names, out)
    }

    /// The longest text that is read: 10^7 names in a zone file are some 500 MB.
    pub const TEXT_BYTES_MAX: usize = 1 << 30;
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{RecordType, Value};

    fn zone() -> Zone {
        Zone::parse("lab.test").expect("a zone")
    }

    fn nodes(import: &Import) -> Vec<(Name, Node)> {
        let node = |(name, sets): &(Name, Vec<RecordSet>)| {
            let node = Node {
                modified: Revision(7),
                lease: None,
                sets: sets.clone(),
            };
            (name.clone(), node)
        };
        import.names.iter().map(node).collect()
    }

    fn written(form: &Form, import: &Import) -> Vec<u8> {
        let mut out = Vec::new();
        let mut names = nodes(import).into_iter();
        form.write(&zone(), Revision(7), &mut names, &mut out)
            .expect("memory takes all");
        out
    }

    #[track_caller]
    fn comes_back(import: &Import) {
        for form in FORMS {
            let text = written(form, import);
            let back = form.read(&zone(), &text);
            let back = back.unwrap_or_else(|error| panic!("{}: {error}", form.name));
            assert_eq!(back.names, import.names, "{}", form.name);
            assert_eq!(written(form, &back), text, "{}", form.name);
        }
    }

    #[test]
    fn forms_are_found_by_name_and_by_file() {
        for form in FORMS {
            let found = Form::by_name(form.name).expect("listed");
            assert_eq!(found.name, form.name);
            for extension in form.extensions {
                let file = format!("/a.b/names.{}", extension.to_uppercase());
                assert_eq!(Form::by_file_name(&file).expect("listed").name, form.name);
            }
        }
        assert!(Form::by_name("yaml").is_none());
        assert!(Form::by_file_name("names").is_none() && Form::by_file_name("a.yaml").is_none());
    }

    #[test]
    fn what_is_no_text_is_refused() {
        for form in FORMS {
            let error = form.read(&zone(), b"\n\n\xff").expect_err("no text");
            assert_eq!(error.to_string(), "line 3: this is no text in UTF-8");
        }
    }

    #[test]
    fn nothing_is_written_and_read_too() {
        comes_back(&Import::default());
    }

    /// Names that are deep, and names that the dictionaries have another meaning for.
    #[test]
    fn names_that_are_hard_to_write_come_back() {
        let sets = |text: &str| {
            let value = Value {
                addresses: vec!["192.168.1.2".parse().expect("an address")],
                records: vec![text.to_owned()],
                ..Value::default()
            };
            value.to_sets(&zone(), &Name::apex()).expect("sets")
        };
        let deep = ["x"; 120].join("/");
        let mut names: Vec<(Name, Vec<RecordSet>)> = [
            "/",
            "port",
            "addresses",
            "region1/alias",
            "region1/alias/records",
            "1",
            "true",
            "*",
            "*.region1",
            &deep,
            &format!("{deep}/y"),
            "lab/test",
        ]
        .map(|name| (Name::parse(name).expect("a name"), sets("TXT \"a\\\"\" \"\\007\"")))
        .into();
        names.sort_by_key(|(name, _)| name.sort_key());
        let notes = Vec::new();
        comes_back(&Import { names, notes });
    }

    fn imports() -> impl Strategy<Value = Import> {
        let label = "[a-z0-9_-]{1,5}|port|alias|\\*";
        let name = prop::collection::vec(label, 0..4).prop_map(|labels| match labels.len() {
            0 => Name::apex(),
            _ => Name::parse(&labels.join("/")).expect("a name"),
        });
        let text = |data: &[u8]| [&[data.len() as u8], data].concat().into_boxed_slice();
        let set = prop_oneof![
            prop::collection::vec(any::<[u8; 4]>(), 1..4)
                .prop_map(|all| (RecordType::A, all.into_iter().map(Box::from).collect())),
            any::<[u8; 16]>().prop_map(|data| (RecordType::AAAA, vec![Box::from(data)])),
            prop::collection::vec(prop::collection::vec(any::<u8>(), 0..20), 1..4).prop_map(
                move |all| (RecordType::TXT, all.iter().map(|data| text(data)).collect())
            ),
            any::<[u8; 2]>().prop_map(|[a, b]| {
                let target = b"\x06server\x03lab\x04test\0".to_vec();
                (RecordType::MX, vec![[vec![a, b], target].concat().into()])
            }),
            prop::collection::vec(any::<u8>(), 0..9)
                .prop_map(|data| (RecordType(65_280), vec![data.into()])),
        ];
        let sets = prop::collection::btree_map(0..9, set, 1..4);
        let node = (prop_oneof![Just(30), 0..1000u32], sets).prop_map(|(ttl_s, sets)| {
            let mut by_type = std::collections::BTreeMap::<_, Vec<Box<[u8]>>>::new();
            for (kind, data) in sets.into_values() {
                by_type.entry(kind).or_default().extend::<Vec<_>>(data);
            }
            let set = |(kind, data)| RecordSet::new(kind, ttl_s, data);
            by_type.into_iter().map(set).collect::<Vec<_>>()
        });
        prop::collection::hash_map(name, node, 0..9).prop_map(|names| {
            let mut names: Vec<_> = names.into_iter().collect();
            names.sort_by_key(|(name, _)| name.sort_key());
            let notes = Vec::new();
            Import { names, notes }
        })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_as_the_same(import in imports()) {
            comes_back(&import);
        }

        #[test]
        fn any_text_is_read_or_refused(
            text in "([ \t\n;()\"\\\\@$={}\\[\\],:.]|a|port|IN|TXT|A|MX|1|\\PC){0,60}",
        ) {
            for form in FORMS {
                if let Ok(import) = form.read(&zone(), text.as_bytes()) {
                    prop_assert!(import.names.is_sorted_by_key(|(name, _)| name.sort_key()));
                }
            }
        }
    }
}

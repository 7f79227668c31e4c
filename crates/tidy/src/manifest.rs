//! A `Cargo.toml` of the simple shape that this workspace uses.
//!
//! Understood: `[section]` headings, `key = value` lines, dotted keys (`serde.workspace = true`),
//! tables of one dependency (`[dependencies.serde]`), arrays over several lines, comments.
//! Not understood, and not used here: multi-line strings and quoted keys with dots.

/// One `key = value` line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The heading above it, without brackets.
    pub section: String,
    /// What stands left of the `=`.
    pub key: String,
    /// What stands right of it, without a comment; quotes are kept.
    pub value: String,
    /// 1-based line.
    pub line: usize,
}

/// What a dependency is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// `[dependencies]` and `[build-dependencies]`: the crate needs it.
    Crate,
    /// `[dev-dependencies]`: only its tests need it.
    Tests,
}

/// One dependency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dependency {
    /// The package, also when it is renamed here.
    pub package: String,
    /// What it is for.
    pub purpose: Purpose,
    /// 1-based line.
    pub line: usize,
}

/// A `Cargo.toml`, line by line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manifest {
    /// In the order of the file.
    pub entries: Vec<Entry>,
}

impl Manifest {
    /// Reads `text`. A line that is not understood is left out.
    pub fn parse(text: &str) -> Self {
        let mut entries: Vec<Entry> = Vec::new();
        let mut section = String::new();
        let mut open_value = false;
        for (index, line) in text.lines().enumerate() {
            let line = without_comment(line).trim();
            if open_value {
                let entry = entries
                    .last_mut()
                    .expect("an open value belongs to an entry");
                entry.value.push_str(line);
                open_value = is_open(&entry.value);
            } else if line.starts_with('[') {
                section = line.trim_matches(['[', ']']).trim().to_owned();
            } else if let Some((key, value)) = line.split_once('=') {
                let (key, value) = (key.trim().to_owned(), value.trim().to_owned());
                open_value = is_open(&value);
                entries.push(Entry {
                    section: section.clone(),
                    key,
                    value,
                    line: index + 1,
                });
            }
        }
        Manifest { entries }
    }

    /// The value of `key` in `section`, as it is written.
    pub fn value(&self, section: &str, key: &str) -> Option<&str> {
        let found = self
            .entries
            .iter()
            .find(|entry| entry.section == section && entry.key == key);
        found.map(|entry| entry.value.as_str())
    }

    /// The name of the package.
    pub fn name(&self) -> Option<&str> {
        self.value("package", "name")
            .map(|name| name.trim_matches('"'))
    }

    /// Whether `key` of `[package]` is taken over from the workspace.
    pub fn inherits(&self, key: &str) -> bool {
        let dotted = self.value("package", &format!("{key}.workspace"));
        let inline = self
            .value("package", key)
            .map(|value| value.replace(' ', ""));
        dotted == Some("true") || inline.as_deref() == Some("{workspace=true}")
    }

    /// The dependencies, each once, in the order of the file; those of a `[target.…]` too.
    pub fn dependencies(&self) -> Vec<Dependency> {
        let mut found: Vec<Dependency> = Vec::new();
        for entry in &self.entries {
            let Some((purpose, single)) = dependency_section(&entry.section) else {
                continue;
            };
            let name = single.unwrap_or_else(|| entry.key.split('.').next().unwrap_or_default());
            let name = name.trim_matches('"');
            let renamed = match single {
                Some(_) if entry.key == "package" => Some(entry.value.trim_matches('"')),
                Some(_) => None,
                None => renamed_from(&entry.value),
            };
            let dependency = Dependency {
                package: renamed.unwrap_or(name).to_owned(),
                purpose,
                line: entry.line,
            };
            let same = |other: &Dependency| {
                other.purpose == purpose && other.package == dependency.package
            };
            if !found.iter().any(same) {
                found.push(dependency);
            }
        }
        found
    }
}

/// The purpose of a section of dependencies, and the dependency's name if the section is about one.
fn dependency_section(section: &str) -> Option<(Purpose, Option<&str>)> {
    let section = match section.strip_prefix("target.") {
        Some(rest) => {
            &rest[rest
                .find("dependencies")
                .map(|at| rest[..at].rfind('.').map_or(0, |dot| dot + 1))?..]
        }
        None => section,
    };
    let (kind, single) = match section.split_once('.') {
        Some((kind, single)) => (kind, Some(single)),
        None => (section, None),
    };
    match kind {
        "dependencies" | "build-dependencies" => Some((Purpose::Crate, single)),
        "dev-dependencies" => Some((Purpose::Tests, single)),
        _ => None,
    }
}

/// `x` of `{ package = "x", … }`.
fn renamed_from(value: &str) -> Option<&str> {
    let (_, rest) = value.split_once("package")?;
    rest.trim_start().strip_prefix('=')?.split('"').nth(1)
}

fn without_comment(line: &str) -> &str {
    let mut quoted = false;
    for (at, character) in line.char_indices() {
        match character {
            '"' => quoted = !quoted,
            '#' if !quoted => return &line[..at],
            _ => {}
        }
    }
    line
}

fn is_open(value: &str) -> bool {
    let count = |character: char| value.matches(character).count();
    count('[') > count(']') || count('{') > count('}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[(&str, Purpose, usize)]) {
        let found = Manifest::parse(text).dependencies();
        let found: Vec<_> = found
            .iter()
            .map(|d| (d.package.as_str(), d.purpose, d.line))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn dotted_inline_and_versioned_dependencies_are_found() {
        let text =
            "[dependencies]\na.workspace = true\nb = { workspace = true }\nc = \"1\" # d = 1\n";
        check(
            text,
            &[
                ("a", Purpose::Crate, 2),
                ("b", Purpose::Crate, 3),
                ("c", Purpose::Crate, 4),
            ],
        );
    }

    #[test]
    fn purposes_are_told_apart() {
        let text = "[dev-dependencies]\na.workspace = true\n[build-dependencies]\nb = \"1\"\n[features]\nc = []\n";
        check(text, &[("a", Purpose::Tests, 2), ("b", Purpose::Crate, 4)]);
    }

    #[test]
    fn a_table_of_one_dependency_is_one_dependency() {
        check(
            "[dependencies.a]\nversion = \"1\"\nfeatures = [\n  \"x\",\n]\n[lints]\nworkspace = true\n",
            &[("a", Purpose::Crate, 2)],
        );
    }

    #[test]
    fn a_renamed_dependency_is_the_package() {
        check(
            "[dependencies]\na = { package = \"b\", path = \"../b\" }\n",
            &[("b", Purpose::Crate, 2)],
        );
    }

    #[test]
    fn dependencies_of_one_target_count() {
        check(
            "[target.'cfg(unix)'.dev-dependencies]\na = \"1\"\n",
            &[("a", Purpose::Tests, 2)],
        );
    }

    #[test]
    fn what_is_inherited_is_known() {
        let manifest = Manifest::parse(
            "[package]\nname = \"a\"\nedition.workspace = true\nlicense = { workspace = true }\npublish = false\n",
        );
        assert_eq!(manifest.name(), Some("a"));
        assert!(manifest.inherits("edition") && manifest.inherits("license"));
        assert!(!manifest.inherits("publish") && !manifest.inherits("rust-version"));
    }
}

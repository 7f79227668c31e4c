//! The repository as a list of texts: the only file of this crate that reads the disk.
//!
//! What `.gitignore` names, and `.git` itself, is left out; nothing else is. Git is not asked, so the
//! rules also hold in an unpacked archive. A file that is not UTF-8, or holds a NUL, is not a text.

use std::fs;
use std::path::{Path, PathBuf};

/// One text file of the repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextFile {
    /// Path from the root of the repository, with `/` between its parts.
    pub path: String,
    /// Its content, as it is on the disk.
    pub text: String,
}

/// All text files of the repository, sorted by path.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    /// Sorted by path.
    pub files: Vec<TextFile>,
}

impl Tree {
    /// Reads the repository that this crate was built in.
    ///
    /// # Panics
    /// When the disk does not let us: the tests cannot say anything then.
    pub fn read() -> Self {
        let root = root();
        let ignored = fs::read_to_string(root.join(".gitignore")).unwrap_or_default();
        let ignored = ignored_paths(&ignored);
        let mut files = Vec::new();
        visit(&root, "", &ignored, &mut files);
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Tree { files }
    }

    /// The text of one file, if it is there.
    pub fn text(&self, path: &str) -> Option<&str> {
        self.files
            .iter()
            .find(|file| file.path == path)
            .map(|file| file.text.as_str())
    }

    /// The Rust files of all members of the workspace.
    pub fn rust(&self) -> impl Iterator<Item = &TextFile> {
        const MEMBERS: [&str; 3] = ["crates/", "xtask/", "benches/"];
        let members = |path: &str| MEMBERS.iter().any(|member| path.starts_with(member));
        self.files
            .iter()
            .filter(move |file| file.path.ends_with(".rs") && members(&file.path))
    }

    /// The names of the folders directly below `crates/`, sorted, also those without a manifest.
    pub fn crate_folders(&self) -> Vec<String> {
        let below = |file: &TextFile| {
            let (folder, _) = file.path.strip_prefix("crates/")?.split_once('/')?;
            Some(folder.to_owned())
        };
        let mut folders: Vec<String> = self.files.iter().filter_map(below).collect();
        folders.dedup();
        folders
    }
}

/// The root of the repository: two folders above this crate's manifest.
pub fn root() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = manifest
        .ancestors()
        .nth(2)
        .expect("this crate lives in crates/tidy");
    root.to_owned()
}

/// The paths that a `.gitignore` of plain names excludes: `/target` is one path from the root.
/// Patterns with wildcards are not understood and exclude nothing.
fn ignored_paths(gitignore: &str) -> Vec<String> {
    let plain =
        |line: &&str| !line.is_empty() && !line.starts_with(['#', '!']) && !line.contains('*');
    let lines = gitignore.lines().map(str::trim).filter(plain);
    lines
        .map(|line| line.trim_matches('/').to_owned())
        .collect()
}

fn visit(folder: &Path, prefix: &str, ignored: &[String], files: &mut Vec<TextFile>) {
    let entries =
        fs::read_dir(folder).unwrap_or_else(|e| panic!("cannot list {}: {e}", folder.display()));
    for entry in entries {
        let entry = entry.unwrap_or_else(|e| panic!("cannot list {}: {e}", folder.display()));
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if prefix.is_empty() {
            name.clone()
        } else {
            format!("{prefix}/{name}")
        };
        if name == ".git" || ignored.contains(&path) {
            continue;
        }
        // A symbolic link is neither a folder nor a file here, so a loop cannot be followed. An entry
        // that vanishes while we look (an editor's scratch file) is nobody's breach.
        let Ok(kind) = entry.file_type() else {
            continue;
        };
        if kind.is_dir() {
            visit(&entry.path(), &path, ignored, files);
        } else if kind.is_file() {
            let Ok(bytes) = fs::read(entry.path()) else {
                continue;
            };
            let Ok(text) = String::from_utf8(bytes) else {
                continue;
            };
            if !text.contains('\0') {
                files.push(TextFile { path, text });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_names_of_a_gitignore_are_understood() {
        assert_eq!(
            ignored_paths("# made\n/target\n\nruns/\n*.tmp\n!keep\n"),
            ["target", "runs"]
        );
    }

    #[test]
    fn crate_folders_are_each_named_once() {
        let paths = [
            "Cargo.toml",
            "crates/a/Cargo.toml",
            "crates/a/src/lib.rs",
            "crates/b/x/y.rs",
        ];
        let file = |path: &&str| TextFile {
            path: (*path).to_owned(),
            text: String::new(),
        };
        let tree = Tree {
            files: paths.iter().map(file).collect(),
        };
        assert_eq!(tree.crate_folders(), ["a", "b"]);
        assert_eq!(tree.rust().count(), 2);
    }
}

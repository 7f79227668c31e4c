//! Paths: links lead to files that exist, and nothing leads out of the repository.

use crate::blank::is_name_byte;
use crate::breach::Breach;
use crate::source::line_of;

/// Checks the relative links of the Markdown document at `path`; `exists` is asked about paths from the
/// root of the repository.
pub fn check_links(path: &str, text: &str, exists: impl Fn(&str) -> bool) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for (line, target) in links(text) {
        let file = target.split(['#', '?']).next().unwrap_or_default();
        if file.is_empty() || file.contains("://") || file.starts_with("mailto:") {
            continue;
        }
        match resolve(path, file) {
            None => breaches.push(Breach::new(
                path,
                line,
                format!("the link `{target}` leads out of the repository"),
                "bring the file here, or say what is needed from it",
            )),
            Some(resolved) if !exists(&resolved) => {
                breaches.push(Breach::new(
                    path,
                    line,
                    format!("the link `{target}` leads to no file ({resolved})"),
                    "mend the link",
                ));
            }
            Some(_) => {}
        }
    }
    breaches
}

/// Checks any text for absolute paths that only its author's machine has.
pub fn check_machine_paths(path: &str, text: &str) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for folder in MACHINE_FOLDERS {
        for (offset, _) in text.match_indices(folder) {
            // Part of an address, or of a path that is relative or begins with a variable.
            let before = text.as_bytes()[..offset].last();
            if before.is_some_and(|&byte| {
                is_name_byte(byte) || matches!(byte, b'.' | b'-' | b'~' | b'}' | b')' | b'*')
            }) {
                continue;
            }
            let rule = format!("`{folder}` is a path of somebody's machine");
            breaches.push(Breach::new(
                path,
                line_of(text, offset),
                rule,
                "write a path relative to the repository, or find it when the program runs",
            ));
        }
    }
    breaches
}

/// Checks the Rust file or manifest at `path` for files it takes from outside the repository when it
/// is built: `include_str!`, `include_bytes!`, `#[path]`, and `path = "…"` of a manifest.
pub fn check_inclusions(path: &str, text: &str) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for opening in [
        "include_str!(\"",
        "include_bytes!(\"",
        "include!(\"",
        "path = \"",
    ] {
        for (offset, _) in text.match_indices(opening) {
            let target = text[offset + opening.len()..]
                .split('"')
                .next()
                .unwrap_or_default();
            if resolve(path, target).is_none() {
                let rule = format!("`{target}` lies outside the repository");
                breaches.push(Breach::new(
                    path,
                    line_of(text, offset),
                    rule,
                    "bring the file here",
                ));
            }
        }
    }
    breaches
}

/// In two parts each, so that this file does not find itself.
const MACHINE_FOLDERS: [&str; 3] = [
    concat!("/wo", "rk/"),
    concat!("/ro", "ot/"),
    concat!("/ho", "me/"),
];

/// `target`, relative to the file at `path`, as a path from the root; `None` when it leads outside.
fn resolve(path: &str, target: &str) -> Option<String> {
    if target.starts_with('/') {
        return None;
    }
    let mut parts: Vec<&str> = path.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

/// The targets of `[text](target)` and `[name]: target`, with their lines; code is left out.
fn links(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut fenced = false;
    for (index, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        }
        if fenced {
            continue;
        }
        // Every second piece between backticks is code.
        let prose: String = line.split('`').step_by(2).collect::<Vec<_>>().join("_");
        for (at, _) in prose.match_indices("](") {
            let target = prose[at + 2..].split(')').next().unwrap_or_default();
            found.push((
                index + 1,
                target.split(' ').next().unwrap_or_default().to_owned(),
            ));
        }
        let definition = prose
            .strip_prefix('[')
            .and_then(|rest| rest.split_once("]: "));
        if let Some((_, target)) = definition {
            found.push((index + 1, target.trim().to_owned()));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn verify(found: &[Breach], expected: &[&str]) {
        assert_eq!(found.len(), expected.len(), "{found:?}");
        for (breach, part) in found.iter().zip(expected) {
            assert!(breach.to_string().contains(part), "{breach}");
        }
    }

    #[track_caller]
    fn verify_links(path: &str, text: &str, expected: &[&str]) {
        let exists = |path: &str| matches!(path, "README.md" | "docs/a.md" | "docs");
        verify(&check_links(path, text, exists), expected);
    }

    #[test]
    fn links_to_files_that_exist_are_accepted() {
        verify_links(
            "README.md",
            "[a](docs/a.md#part) [b](./docs/) ![c](docs/a.md \"title\")\n",
            &[],
        );
        verify_links("docs/a.md", "[a](../README.md)\n[b]: a.md\n", &[]);
    }

    #[test]
    fn addresses_and_parts_of_the_same_page_are_not_files() {
        verify_links(
            "README.md",
            "[a](https://a.b/c) [b](#part) [c](mailto:a@b)\n",
            &[],
        );
    }

    #[test]
    fn links_in_code_are_not_links() {
        verify_links("README.md", "`[a](b)`\n```text\n[a](b)\n```\n", &[]);
    }

    #[test]
    fn a_link_to_nothing_is_refused() {
        verify_links(
            "docs/a.md",
            "x\n[a](b.md)\n",
            &["docs/a.md:2: the link `b.md` leads to no file (docs/b.md)"],
        );
        verify_links("README.md", "[a]: b.md\n", &["leads to no file"]);
    }

    #[test]
    fn a_link_out_of_the_repository_is_refused() {
        verify_links("docs/a.md", "[a](../../b.md)\n", &["leads out"]);
        verify_links("README.md", "[a](/b.md)\n", &["leads out"]);
    }

    #[test]
    fn paths_of_a_machine_are_refused() {
        let found =
            check_machine_paths("a.md", concat!("see\n/ho", "me/me/a and \"/wo", "rk/b\"\n"));
        verify(
            &found,
            &[
                "is a path of somebody's machine",
                "is a path of somebody's machine",
            ],
        );
        assert_eq!(found[0].line, 2);
    }

    #[test]
    fn parts_of_other_paths_are_free() {
        let text = concat!(
            "https://a.b/ho",
            "me/c a/wo",
            "rk/d ~/ro",
            "ot/e ${A}/ro",
            "ot/f\n"
        );
        verify(&check_machine_paths("a.md", text), &[]);
    }

    #[test]
    fn inclusions_stay_inside() {
        verify(
            &check_inclusions("crates/a/src/b.rs", "include_str!(\"../../../README.md\")"),
            &[],
        );
        verify(
            &check_inclusions("crates/a/Cargo.toml", "b = { path = \"../b\" }"),
            &[],
        );
    }

    #[test]
    fn inclusions_from_outside_are_refused() {
        verify(
            &check_inclusions(
                "crates/a/src/b.rs",
                concat!("include_str", "!(\"../../../../c\")"),
            ),
            &["outside"],
        );
        verify(
            &check_inclusions(
                "crates/a/Cargo.toml",
                concat!("b = { path", " = \"../../../b\" }"),
            ),
            &["outside"],
        );
    }
}

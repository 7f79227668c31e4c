//! The shape of a Rust file: its opening, its name, its length, the length of its functions.

use crate::breach::Breach;
use crate::functions::functions;
use crate::source::{Part, Source, closing_brace, part};

/// Names that say nothing about what a file or crate is for.
pub const VAGUE_NAMES: [&str; 7] = [
    "util", "utils", "common", "helpers", "misc", "types", "core",
];
/// Lines a file may have above its unit tests. Longer files are no longer read from top to bottom.
pub const FILE_LINE_COUNT_MAX: usize = 500;
/// Lines a function may have: what fits a screen (TigerBeetle, `TIGER_STYLE.md`).
pub const FUNCTION_LINE_COUNT_MAX: usize = 70;

/// Checks one Rust file.
pub fn check(source: &Source) -> Vec<Breach> {
    let mut breaches = Vec::new();
    breaches.extend(check_opening(source));
    breaches.extend(check_name(source));
    if matches!(part(source.path), Part::Production | Part::Tooling) {
        breaches.extend(check_file_length(source));
        breaches.extend(check_functions(source));
        breaches.extend(check_tests_are_last(source));
    }
    breaches
}

fn check_opening(source: &Source) -> Option<Breach> {
    if source.text.starts_with("//!") {
        return None;
    }
    let remedy = "begin with one sentence, `//! What this file is.`, then what a reader must know";
    Some(Breach::new(
        source.path,
        1,
        "the file does not open with `//!`",
        remedy,
    ))
}

fn check_name(source: &Source) -> Option<Breach> {
    let mut names = source
        .path
        .split('/')
        .map(|name| name.strip_suffix(".rs").unwrap_or(name));
    let vague = names.find(|name| VAGUE_NAMES.contains(name))?;
    let rule = format!("the name `{vague}` says nothing about what is inside");
    Some(Breach::new(
        source.path,
        1,
        rule,
        "name it after the one thing it is about, or move its parts to where they are used",
    ))
}

fn check_file_length(source: &Source) -> Option<Breach> {
    let count = source.production().lines().count();
    if count <= FILE_LINE_COUNT_MAX {
        return None;
    }
    let rule = format!("{count} lines above the unit tests, {FILE_LINE_COUNT_MAX} are allowed");
    Some(Breach::new(
        source.path,
        FILE_LINE_COUNT_MAX + 1,
        rule,
        "split the file by what a reader would look for",
    ))
}

fn check_functions(source: &Source) -> Vec<Breach> {
    let mut breaches = Vec::new();
    let is_index = source.path.ends_with("/lib.rs") || source.path.ends_with("/mod.rs");
    for function in functions(source.production()) {
        let (name, count) = (&function.name, function.line_count);
        if count > FUNCTION_LINE_COUNT_MAX {
            let rule =
                format!("`fn {name}` has {count} lines, {FUNCTION_LINE_COUNT_MAX} are allowed");
            let remedy = "keep the decisions and the state here and move straight-line work out";
            breaches.push(Breach::new(source.path, function.line, rule, remedy));
        }
        if is_index && function.depth == 0 {
            let rule = format!("`fn {name}` in a lib.rs or mod.rs");
            let remedy = "move it to a file named after what it does; here go docs, declarations and the one type";
            breaches.push(Breach::new(source.path, function.line, rule, remedy));
        }
    }
    breaches
}

/// Code below the unit tests would escape every rule about production code.
fn check_tests_are_last(source: &Source) -> Option<Breach> {
    let tests = &source.code[source.unit_tests_at..];
    let end = closing_brace(tests, tests.find('{')?)?;
    let rest = &tests[end..];
    if rest.trim().is_empty() {
        return None;
    }
    let offset = source.unit_tests_at + end + (rest.len() - rest.trim_start().len());
    let line = source.line_of(offset);
    Some(Breach::new(
        source.path,
        line,
        "code below the unit tests",
        "move the unit test module to the end of the file",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "crates/a/src/b.rs";

    /// `expected` are parts of the breaches' messages, in order.
    #[track_caller]
    fn verify(path: &str, text: &str, expected: &[&str]) {
        let found = check(&Source::new(path, text));
        assert_eq!(found.len(), expected.len(), "{found:?}");
        for (breach, part) in found.iter().zip(expected) {
            assert!(breach.to_string().contains(part), "{breach}");
        }
    }

    fn function_of(line_count: usize) -> String {
        format!("fn a() {{\n{}}}\n", "    b();\n".repeat(line_count - 2))
    }

    #[test]
    fn a_file_opens_with_its_docs() {
        verify(FILE, "//! A.\n", &[]);
        verify(FILE, "// A.\n", &["does not open with"]);
        verify(FILE, "", &["does not open with"]);
        verify(
            "crates/a/tests/b.rs",
            "use b;\n//! A.\n",
            &["does not open with"],
        );
    }

    #[test]
    fn vague_names_are_refused_in_files_and_folders() {
        verify("crates/a/src/utils.rs", "//! A.\n", &["`utils`"]);
        verify("crates/a/tests/common/mod.rs", "//! A.\n", &["`common`"]);
        verify("crates/a/src/utility_pole.rs", "//! A.\n", &[]);
    }

    #[test]
    fn five_hundred_lines_are_allowed_and_one_more_is_not() {
        let body = |line_count: usize| format!("//! A.\n{}", "\n".repeat(line_count - 1));
        verify(FILE, &body(500), &[]);
        verify(FILE, &body(501), &["501 lines above the unit tests"]);
        verify("crates/a/tests/b.rs", &body(501), &[]);
    }

    #[test]
    fn unit_tests_do_not_count_as_lines() {
        let tests = format!("#[cfg(test)]\nmod tests {{\n{}}}\n", "\n".repeat(600));
        verify(FILE, &format!("//! A.\n{tests}"), &[]);
    }

    #[test]
    fn seventy_lines_of_a_function_are_allowed_and_one_more_is_not() {
        verify(FILE, &format!("//! A.\n{}", function_of(70)), &[]);
        verify(
            FILE,
            &format!("//! A.\n{}", function_of(71)),
            &["b.rs:2: `fn a` has 71 lines"],
        );
        verify(
            "crates/a/tests/b.rs",
            &format!("//! A.\n{}", function_of(71)),
            &[],
        );
    }

    #[test]
    fn an_index_file_holds_no_free_function() {
        verify(
            "crates/a/src/lib.rs",
            "//! A.\npub fn a() {}\n",
            &["`fn a` in a lib.rs or mod.rs"],
        );
        verify(
            "crates/a/src/b/mod.rs",
            "//! A.\nimpl A {\n    fn a() {}\n}\n",
            &[],
        );
        verify(
            "crates/a/src/lib.rs",
            "//! A.\n#[cfg(test)]\nmod tests {\n    fn a() {}\n}\n",
            &[],
        );
        verify("crates/a/tests/b/mod.rs", "//! A.\nfn a() {}\n", &[]);
    }

    #[test]
    fn code_below_the_unit_tests_is_refused() {
        let text = "//! A.\n#[cfg(test)]\nmod tests {\n    // }\n}\n\nfn a() {}\n";
        verify(FILE, text, &["b.rs:7: code below the unit tests"]);
    }
}

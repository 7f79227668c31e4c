//! White space: none at the end of a line, no tab at its beginning, one line end at the end of a file.

use crate::breach::Breach;

/// Checks one text; `path` decides whether the rule holds for its kind.
pub fn check(path: &str, text: &str) -> Vec<Breach> {
    if !EXTENSIONS.iter().any(|extension| path.ends_with(extension)) || text.is_empty() {
        return Vec::new();
    }
    let mut breaches = Vec::new();
    for (index, line) in text.split('\n').enumerate() {
        if line != line.trim_end() {
            breaches.push(Breach::new(
                path,
                index + 1,
                "white space at the end of the line",
                "delete it",
            ));
        }
        let indentation = &line[..line.len() - line.trim_start().len()];
        if indentation.contains('\t') {
            breaches.push(Breach::new(
                path,
                index + 1,
                "a tab in the indentation",
                "indent with spaces",
            ));
        }
    }
    if !text.ends_with('\n') || text.ends_with("\n\n") {
        let line = text.lines().count();
        breaches.push(Breach::new(
            path,
            line,
            "the file does not end with exactly one line end",
            "end the last line, and add no empty one",
        ));
    }
    breaches
}

const EXTENSIONS: [&str; 8] = [
    ".rs", ".md", ".toml", ".css", ".js", ".html", ".sh", ".ci/run",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn verify(path: &str, text: &str, expected: &[usize]) {
        let found: Vec<usize> = check(path, text).iter().map(|b| b.line).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn clean_texts_are_accepted() {
        verify("a.rs", "a\n    b\tc\n\nd\n", &[]);
        verify("a.rs", "", &[]);
    }

    #[test]
    fn white_space_at_the_end_is_refused() {
        verify("a.md", "a \nb\n", &[1]);
        verify("a.toml", "a\r\n", &[1]);
        verify("a.css", "a\n  \nb\n", &[2]);
    }

    #[test]
    fn tabs_are_refused_as_indentation() {
        verify("a.js", "a\n\tb\n", &[2]);
        verify("a.html", "  \tb\n", &[1]);
    }

    #[test]
    fn a_file_ends_with_one_line_end() {
        verify("a.rs", "a", &[1]);
        verify("a.rs", "a\n\n", &[2]);
    }

    #[test]
    fn other_kinds_of_files_are_free() {
        verify("a.csv", "a \tb", &[]);
    }
}

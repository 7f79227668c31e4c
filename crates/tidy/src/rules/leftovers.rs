//! Nothing is left for later in the text of a program.

use crate::breach::Breach;
use crate::source::{Source, find_word, line_of};

/// Checks any text that is not prose; `path` decides whether it is.
pub fn check_text(path: &str, text: &str) -> Vec<Breach> {
    if !EXTENSIONS.iter().any(|extension| path.ends_with(extension)) {
        return Vec::new();
    }
    let found = NOTES.iter().flat_map(|note| {
        find_word(text, note)
            .into_iter()
            .map(move |offset| (offset, note))
    });
    let remedy = "do it now, or open an issue and leave the text clean";
    let breach = |(offset, note): (usize, &&str)| {
        Breach::new(
            path,
            line_of(text, offset),
            format!("`{note}` is left over"),
            remedy,
        )
    };
    found.map(breach).collect()
}

/// Checks one Rust file, tests included.
pub fn check_code(source: &Source) -> Vec<Breach> {
    let found = MACROS.iter().flat_map(|name| {
        find_word(&source.code, name)
            .into_iter()
            .map(move |offset| (offset, name))
    });
    let remedy = "write it, or do not offer it";
    let breach = |(offset, name): (usize, &&str)| {
        Breach::new(
            source.path,
            source.line_of(offset),
            format!("`{name}` is left over"),
            remedy,
        )
    };
    found.map(breach).collect()
}

/// Texts that people and programs run. Prose may speak about such notes.
const EXTENSIONS: [&str; 8] = [
    ".rs", ".toml", ".css", ".js", ".html", ".py", ".sh", ".ci/run",
];
/// In two parts each, so that this file does not find itself.
const NOTES: [&str; 2] = [concat!("TO", "DO"), concat!("FIX", "ME")];
const MACROS: [&str; 2] = ["todo!", "unimplemented!"];

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn verify(path: &str, text: &str, expected: &[usize]) {
        let mut found: Vec<usize> = check_text(path, text).iter().map(|b| b.line).collect();
        found.extend(check_code(&Source::new(path, text)).iter().map(|b| b.line));
        assert_eq!(found, expected);
    }

    #[test]
    fn notes_are_refused_in_comments_and_strings() {
        verify(
            "a/b.rs",
            concat!("//! A.\n// TO", "DO: b\n\"FIX", "ME\";\n"),
            &[2, 3],
        );
        verify("a/b.css", concat!("/* FIX", "ME */\n"), &[1]);
    }

    #[test]
    fn prose_and_longer_words_are_free() {
        verify("STYLE.md", concat!("no TO", "DO here\n"), &[]);
        verify("a/b.rs", concat!("const TO", "DOS: u8 = 1;\n"), &[]);
    }

    #[test]
    fn unwritten_code_is_refused() {
        verify(
            "a/b.rs",
            "fn a() { todo!() }\nfn b() { unimplemented!(\"c\") }\n",
            &[1, 2],
        );
        verify("a/b.rs", "// todo!()\n", &[]);
    }
}

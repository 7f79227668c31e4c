//! Every `unsafe` says why it is sound.
//!
//! Clippy asks this of blocks and `unsafe impl`; here it also holds for `unsafe fn`, `unsafe extern`
//! and unsafe attributes, and in tests.

use crate::breach::Breach;
use crate::source::{Source, find_word};

/// Lines of code that may stand between the comment and the word: the rest of a statement, attributes.
const CODE_LINE_COUNT_MAX: usize = 2;

/// Checks one Rust file, tests included.
pub fn check(source: &Source) -> Vec<Breach> {
    let lines: Vec<&str> = source.text.lines().collect();
    let mut breaches: Vec<Breach> = Vec::new();
    for offset in find_word(&source.code, "unsafe") {
        let line = source.line_of(offset);
        if is_type(&source.code[offset..]) || is_explained(&lines, line) {
            continue;
        }
        // Several on one line need one comment.
        if breaches.last().is_none_or(|breach| breach.line != line) {
            let remedy = "write above it `// SAFETY:` with the invariant and who keeps it";
            breaches.push(Breach::new(
                source.path,
                line,
                "`unsafe` without its reason",
                remedy,
            ));
        }
    }
    breaches
}

/// `unsafe fn(…)` and `unsafe extern "C" fn(…)` are types: naming one does nothing unsafe.
fn is_type(code: &str) -> bool {
    let rest = code.trim_start_matches("unsafe").trim_start();
    let rest = rest.strip_prefix("extern").unwrap_or(rest).trim_start();
    rest.strip_prefix("fn")
        .is_some_and(|rest| rest.trim_start().starts_with('('))
}

/// Whether the block of comment lines above `line` (1-based), at most [`CODE_LINE_COUNT_MAX`] lines of
/// code away, holds the reason. `# Safety` in doc comments is the form for a public `unsafe fn`.
fn is_explained(lines: &[&str], line: usize) -> bool {
    let mut above = lines[..line - 1]
        .iter()
        .rev()
        .map(|line| line.trim_start())
        .peekable();
    for _ in 0..CODE_LINE_COUNT_MAX {
        if above.peek().is_some_and(|line| !line.starts_with("//")) {
            above.next();
        }
    }
    let block = above.take_while(|line| line.starts_with("//") || line.starts_with("#["));
    block
        .into_iter()
        .any(|line| line.starts_with("// SAFETY:") || line.starts_with("/// # Safety"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn verify(text: &str, expected: &[usize]) {
        let found: Vec<usize> = check(&Source::new("crates/a/src/b.rs", text))
            .iter()
            .map(|b| b.line)
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_reason_directly_above_is_accepted() {
        verify("// SAFETY: the caller keeps it.\nunsafe { a() }\n", &[]);
        verify(
            "// SAFETY: one\n// two\n// three\n// four\n// five\nunsafe impl A for B {}\n",
            &[],
        );
    }

    #[test]
    fn a_statement_may_begin_between() {
        verify(
            "// SAFETY: fresh.\nlet a =\n    b +\n    unsafe { c() };\n",
            &[],
        );
        verify(
            "// SAFETY: far.\nlet a = 1;\nlet b = 2;\nlet c = 3;\nunsafe { d() };\n",
            &[5],
        );
    }

    #[test]
    fn a_missing_reason_is_refused() {
        verify("unsafe { a() }\n", &[1]);
        verify("// It is fine.\nunsafe { a() }\n", &[2]);
        verify("unsafe fn a() {}\n", &[1]);
        verify("unsafe impl Send for A {}\n", &[1]);
    }

    #[test]
    fn a_safety_section_explains_an_unsafe_function() {
        verify(
            "/// A.\n///\n/// # Safety\n/// Only once.\n#[inline]\npub unsafe fn a() {}\n",
            &[],
        );
    }

    #[test]
    fn the_word_in_texts_and_types_is_free() {
        verify(
            "// unsafe\nlet a = \"unsafe\"; let b: unsafe extern \"C\" fn(u8);\n",
            &[],
        );
        verify("let unsafely = 1;\n", &[]);
    }
}

//! One Rust file as the rules see it: its code, and where its unit tests begin.
//!
//! Which rules a file must obey follows from its place:
//!
//! | place | part |
//! |---|---|
//! | `crates/*/src/**` | production, up to the unit test module at the end of the file |
//! | `crates/*/src/**/tests.rs`, `crates/*/src/**/tests/**` | unit tests from the first line |
//! | `crates/*/{tests,benches,examples}/**` | outside: programs that use the crate |
//! | `xtask/**`, `benches/**`, `crates/*/build.rs` | tooling |

use crate::blank::{blank, is_name_byte};

/// Which set of rules a file obeys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The code of a crate, and possibly unit tests below it.
    Production,
    /// A file that holds nothing but unit tests.
    UnitTests,
    /// Integration tests, benchmarks and examples.
    Outside,
    /// What builds, checks and measures the project.
    Tooling,
}

/// One Rust file.
#[derive(Clone, Debug)]
pub struct Source<'a> {
    /// Path from the root of the repository.
    pub path: &'a str,
    /// The file as it is.
    pub text: &'a str,
    /// The same bytes with comments and literals overwritten by spaces.
    pub code: String,
    /// Byte offset at which the unit tests begin; the length of the text when there are none.
    pub unit_tests_at: usize,
}

impl<'a> Source<'a> {
    /// Reads `text` as the Rust file at `path`.
    pub fn new(path: &'a str, text: &'a str) -> Self {
        let code = blank(text);
        let unit_tests_at = match part(path) {
            Part::UnitTests => 0,
            _ => unit_test_module(&code).unwrap_or(code.len()),
        };
        Source {
            path,
            text,
            code,
            unit_tests_at,
        }
    }

    /// Code that is not unit tests; offsets in it are offsets in the file.
    pub fn production(&self) -> &str {
        &self.code[..self.unit_tests_at]
    }

    /// The 1-based line of a byte offset.
    pub fn line_of(&self, offset: usize) -> usize {
        line_of(self.text, offset)
    }
}

/// Which rules the file at `path` obeys.
pub fn part(path: &str) -> Part {
    let mut parts = path.split('/').skip(2);
    let is_tool = path.starts_with("xtask/") || path.starts_with("benches/");
    match (is_tool, parts.next()) {
        (true, _) | (_, Some("build.rs")) => Part::Tooling,
        (_, Some("tests" | "benches" | "examples")) => Part::Outside,
        _ if parts.any(|name| name == "tests" || name == "tests.rs") => Part::UnitTests,
        _ => Part::Production,
    }
}

/// The folder below `crates/` that `path` lies in.
pub fn room(path: &str) -> Option<&str> {
    let (folder, _) = path.strip_prefix("crates/")?.split_once('/')?;
    Some(folder)
}

/// The 1-based line of a byte offset in `text`.
pub fn line_of(text: &str, offset: usize) -> usize {
    text.as_bytes()[..offset]
        .iter()
        .filter(|&&byte| byte == b'\n')
        .count()
        + 1
}

/// Byte offsets of `word` in `code` where it is not part of a longer name.
pub fn find_word(code: &str, word: &str) -> Vec<usize> {
    let bytes = code.as_bytes();
    let is_name = |offset: Option<usize>| {
        offset
            .and_then(|i| bytes.get(i))
            .is_some_and(|&b| is_name_byte(b))
    };
    let opens = word.bytes().next().is_some_and(is_name_byte);
    let closes = word.bytes().last().is_some_and(is_name_byte);
    let whole = |&(start, _): &(usize, &str)| {
        let end = start + word.len();
        !(opens && is_name(start.checked_sub(1)) || closes && is_name(Some(end)))
    };
    code.match_indices(word)
        .filter(whole)
        .map(|(start, _)| start)
        .collect()
}

/// Offset just behind the brace that closes the one at `open`; `None` when it is never closed.
pub fn closing_brace(code: &str, open: usize) -> Option<usize> {
    let mut depth = 0usize;
    for (offset, byte) in code.bytes().enumerate().skip(open) {
        match byte {
            b'{' => depth += 1,
            b'}' => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(offset + 1);
                }
            }
            _ => {}
        }
    }
    None
}

/// Offset of the line `#[cfg(test)]` that opens a module with a body; `None` without one.
fn unit_test_module(code: &str) -> Option<usize> {
    let mut start = None;
    let mut offset = 0;
    for line in code.split_inclusive('\n') {
        match line.trim_end() {
            "#[cfg(test)]" => start = start.or(Some(offset)),
            "" => {}
            attribute if attribute.starts_with("#[") => {}
            opening if opening.starts_with("mod ") && opening.contains('{') && start.is_some() => {
                return start;
            }
            _ => start = None,
        }
        offset += line.len();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "crates/a/src/b.rs";

    #[track_caller]
    fn check_part(path: &str, expected: Part) {
        assert_eq!(part(path), expected);
    }

    #[test]
    fn the_place_decides_the_part() {
        check_part("crates/a/src/lib.rs", Part::Production);
        check_part("crates/a/src/b/tests.rs", Part::UnitTests);
        check_part("crates/a/src/tests/c.rs", Part::UnitTests);
        check_part("crates/a/tests/c.rs", Part::Outside);
        check_part("crates/a/examples/c.rs", Part::Outside);
        check_part("crates/a/build.rs", Part::Tooling);
        check_part("xtask/src/main.rs", Part::Tooling);
        check_part("benches/tests/a.rs", Part::Tooling);
    }

    #[test]
    fn the_room_is_the_folder() {
        assert_eq!(room("crates/cli/src/main.rs"), Some("cli"));
        assert_eq!(room("xtask/src/main.rs"), None);
    }

    #[test]
    fn a_word_is_not_found_inside_a_longer_one() {
        assert_eq!(find_word("eprintln!() println!()", "println!"), [12]);
        assert_eq!(find_word("clap::x clapper unclap", "clap"), [0]);
        assert_eq!(
            find_word("a::process::exit(1) process::exiting", "process::exit"),
            [3]
        );
    }

    #[track_caller]
    fn check_split(text: &str, production: &str) {
        assert_eq!(Source::new(FILE, text).production(), production);
    }

    #[test]
    fn unit_tests_begin_at_their_attribute() {
        check_split("fn a() {}\n#[cfg(test)]\nmod tests {\n}\n", "fn a() {}\n");
        check_split(
            "fn a() {}\n#[cfg(test)]\n#[allow(x)]\n\nmod tests {\n}\n",
            "fn a() {}\n",
        );
    }

    #[test]
    fn other_test_items_do_not_begin_the_unit_tests() {
        let text = "#[cfg(test)]\nmod tests;\n#[cfg(test)]\nuse b;\nfn a() {}\n";
        check_split(text, text);
        let indented = "mod x {\n    #[cfg(test)]\n    mod tests {}\n}\n";
        check_split(indented, indented);
    }

    #[test]
    fn an_attribute_in_a_string_begins_nothing() {
        let source = Source::new(FILE, "const A: &str = \"\n#[cfg(test)]\nmod tests {\n\";\n");
        assert_eq!(source.unit_tests_at, source.text.len());
    }

    #[test]
    fn a_file_of_unit_tests_has_no_production() {
        assert_eq!(
            Source::new("crates/a/src/tests.rs", "fn a() {}\n").production(),
            ""
        );
    }

    #[test]
    fn braces_are_matched() {
        assert_eq!(closing_brace("a { b { c } d } e", 2), Some(15));
        assert_eq!(closing_brace("a { b", 2), None);
    }
}

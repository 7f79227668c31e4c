//! Unit tests need nothing but the processor: no sleeping, no clock, no other program, no fixed port.
//!
//! This reads words, so it is a net with holes: a method `.sleep(…)` of a manual clock passes, and so
//! would one of a real clock.

use crate::breach::Breach;
use crate::source::{Source, find_word};

/// Checks the unit tests of one Rust file.
pub fn check(source: &Source) -> Vec<Breach> {
    let mut breaches = Vec::new();
    let mut refuse = |offset: usize, rule: &str, remedy: &str| {
        breaches.push(Breach::new(
            source.path,
            source.line_of(offset),
            rule,
            remedy,
        ));
    };
    for (word, remedy) in WORDS {
        let rule = format!("`{word}` in a unit test");
        for offset in find(source, word).filter(|&offset| !is_method_or_definition(source, offset))
        {
            refuse(offset, &rule, remedy);
        }
    }
    for offset in find(source, "bind(") {
        if binds_fixed_port(argument(source, offset)) {
            refuse(
                offset,
                "a fixed port in a unit test",
                "bind port 0 and ask the socket for its address",
            );
        }
    }
    breaches
}

const WORDS: [(&str, &str); 3] = [
    ("sleep(", "wait for an event, or advance a manual clock"),
    (
        "Instant::now",
        "make the ticks up, or advance a manual clock",
    ),
    (
        "Command::new",
        "move the test to a tests/ folder that says which programs it needs",
    ),
];

fn find<'a>(source: &'a Source, word: &str) -> impl Iterator<Item = usize> + 'a {
    let found = find_word(&source.code[source.unit_tests_at..], word);
    found
        .into_iter()
        .map(|offset| source.unit_tests_at + offset)
}

fn is_method_or_definition(source: &Source, offset: usize) -> bool {
    let before = source.code[..offset].trim_end();
    before.ends_with('.') || before.ends_with("fn") && before.len() < offset
}

/// The text between the parentheses of the call at `offset`, literals included.
fn argument<'a>(source: &Source<'a>, offset: usize) -> &'a str {
    let mut depth = 0;
    for (at, byte) in source.code.bytes().enumerate().skip(offset) {
        match byte {
            b'(' => depth += 1,
            b')' if depth == 1 => return &source.text[offset..at],
            b')' => depth -= 1,
            _ => {}
        }
    }
    &source.text[offset..]
}

/// `"127.0.0.1:80"` and `("127.0.0.1", 80)`, for any way to say "this machine".
fn binds_fixed_port(argument: &str) -> bool {
    let fixed = |rest: &str| {
        rest.trim_start_matches(['"', ',', ':', ']', ' '])
            .starts_with(|c: char| ('1'..='9').contains(&c))
    };
    HOSTS.iter().any(|host| {
        argument
            .match_indices(host)
            .any(|(at, _)| fixed(&argument[at + host.len()..]))
    })
}

const HOSTS: [&str; 5] = ["127.0.0.1", "0.0.0.0", "localhost", "[::1]", "[::]"];

#[cfg(test)]
mod tests {
    use super::*;

    /// `body` stands on line 4 of a file, in its unit tests.
    #[track_caller]
    fn verify(body: &str, expected: &[&str]) {
        let text = format!("//! A.\n#[cfg(test)]\nmod tests {{\n{body}\n}}\n");
        let found = check(&Source::new("crates/a/src/b.rs", &text));
        assert_eq!(found.len(), expected.len(), "{found:?}");
        for (breach, part) in found.iter().zip(expected) {
            assert!(breach.line == 4 && breach.rule.contains(part), "{breach}");
        }
    }

    #[test]
    fn sleeping_and_clocks_are_refused() {
        verify("std::thread::sleep(a);", &["sleep("]);
        verify("sleep(a);", &["sleep("]);
        verify("let a = Instant::now();", &["Instant::now"]);
        verify(
            "clock.sleep(a); fn sleep(b: u8) {} oversleep(c); // sleep(d)",
            &[],
        );
    }

    #[test]
    fn other_programs_are_refused() {
        verify("Command::new(\"nc\")", &["Command::new"]);
    }

    #[test]
    fn a_fixed_port_is_refused_and_port_zero_is_not() {
        verify("TcpListener::bind(\"127.0.0.1:8080\")", &["fixed port"]);
        verify("TcpListener::bind((\"127.0.0.1\", 8080))", &["fixed port"]);
        verify("TcpListener::bind(\"[::1]:80\")", &["fixed port"]);
        verify(
            "TcpListener::bind(\"127.0.0.1:0\"); connect(\"127.0.0.1:80\")",
            &[],
        );
        verify("TcpListener::bind((\"localhost\", 0))", &[]);
    }

    #[test]
    fn production_code_is_not_asked() {
        let source = Source::new(
            "crates/a/src/b.rs",
            "//! A.\nfn a() { thread::sleep(b); Command::new(c); }\n",
        );
        assert_eq!(check(&source), []);
    }
}

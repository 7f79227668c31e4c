//! Regular expressions as JavaScript writes them, for the engine that we have.
//!
//! ShiViz hands parsers to JavaScript's `RegExp` with the flag `m` and without `u`. Both engines take the leftmost match
//! and prefer alternatives in the same order, so an expression that both can read finds the same. Where the same
//! characters mean something else, they are rewritten here:
//!
//! | JavaScript | here |
//! |---|---|
//! | `{` and `}` that are no quantifier: themselves | `\{`, `\}` |
//! | `.`: all but `\n`, `\r`, U+2028, U+2029 | that class |
//! | `\d`, `\w`, `\b`: ASCII; `\s`: white space and U+FEFF | classes of just these |
//! | `[` , `&&`, `--`, `~~` in a class: themselves | escaped |
//! | `[]`, `[^]`: nothing, anything | such classes |
//! | `\<`, `\i`, `\0`, `\cJ`: an escape for the character itself, or for a control character | that character |
//!
//! Look-around and back-references need an engine whose time has no bound; they are refused.

use std::fmt::Write as _;

use regex::{Regex, RegexBuilder};

use crate::ReadError;

/// An expression that can be searched for.
#[derive(Debug)]
pub(crate) struct Pattern {
    pub regex: Regex,
    /// As it was given.
    pub source: String,
}

impl Pattern {
    /// # Errors
    /// Where it is no expression, or one that only JavaScript's engine can take.
    pub fn new(source: &str, role: &'static str) -> Result<Self, ReadError> {
        let mut translation = Translation::of(source);
        translation.run().map_err(|refused| {
            let (construct, advice) = refused.say();
            ReadError::JavaScriptOnly {
                role,
                pattern: source.to_owned(),
                construct,
                advice,
            }
        })?;
        let regex = RegexBuilder::new(&translation.out)
            .multi_line(true)
            .size_limit(COMPILED_BYTES_MAX)
            .build();
        let regex = regex.map_err(|error| ReadError::Pattern {
            role,
            pattern: source.to_owned(),
            why: last_line(&error.to_string()),
        })?;
        Ok(Self {
            regex,
            source: source.to_owned(),
        })
    }

    /// Whether it has a group of that name.
    pub fn has_group(&self, name: &str) -> bool {
        self.regex.capture_names().flatten().any(|own| own == name)
    }
}

/// What cannot be translated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refused {
    LookAhead,
    LookBehind,
    BackReference,
}

impl Refused {
    fn say(self) -> (&'static str, &'static str) {
        match self {
            Self::LookAhead => (
                "a look-ahead, (?=…) or (?!…)",
                "match what follows in a group of its own that is not used",
            ),
            Self::LookBehind => (
                "a look-behind, (?<=…) or (?<!…)",
                "match what stands before the group outside of it",
            ),
            Self::BackReference => (
                "a back-reference, such as \\1 or \\k<name>",
                "write the part out a second time, or match anything in its place",
            ),
        }
    }
}

struct Translation {
    chars: Vec<char>,
    at: usize,
    out: String,
}

impl Translation {
    fn of(source: &str) -> Self {
        Self {
            chars: source.chars().collect(),
            at: 0,
            out: String::with_capacity(source.len() * 2),
        }
    }

    fn run(&mut self) -> Result<(), Refused> {
        while let Some(next) = self.peek(0) {
            match next {
                '\\' => self.escape()?,
                '[' => self.class(),
                '(' => self.group()?,
                '.' => self.put(1, r"[^\n\r\x{2028}\x{2029}]"),
                '{' => match self.quantifier() {
                    Some(length) => self.copy(length),
                    None => self.put(1, r"\{"),
                },
                '}' | ']' => {
                    self.literal(next);
                    self.at += 1;
                }
                _ => self.copy(1),
            }
        }
        Ok(())
    }

    fn group(&mut self) -> Result<(), Refused> {
        let ahead = |offset| self.peek(offset);
        match (ahead(1), ahead(2), ahead(3)) {
            (Some('?'), Some('=' | '!'), _) => Err(Refused::LookAhead),
            (Some('?'), Some('<'), Some('=' | '!')) => Err(Refused::LookBehind),
            _ => {
                self.copy(1);
                Ok(())
            }
        }
    }

    /// An escape outside of a class.
    fn escape(&mut self) -> Result<(), Refused> {
        match self.peek(1) {
            Some('1'..='9' | 'k') => return Err(Refused::BackReference),
            Some('b') => self.put(2, r"(?-u:\b)"),
            Some('B') => self.put(2, r"(?-u:\B)"),
            Some('d') => self.put(2, "[0-9]"),
            Some('D') => self.put(2, "[^0-9]"),
            Some('w') => self.put(2, "[0-9A-Za-z_]"),
            Some('W') => self.put(2, "[^0-9A-Za-z_]"),
            Some('s') => self.put(2, &format!("[{SPACE}]")),
            Some('S') => self.put(2, &format!("[^{SPACE}]")),
            _ => {
                let character = self.escaped();
                self.literal(character);
            }
        }
        Ok(())
    }

    /// The character that an escape stands for; it is left behind.
    fn escaped(&mut self) -> char {
        let Some(letter) = self.peek(1) else {
            // An expression that ends in a backslash is one in no language: the engine says so.
            self.out.push('\\');
            self.at += 1;
            return '\\';
        };
        self.at += 2;
        match letter {
            't' => '\t',
            'n' => '\n',
            'r' => '\r',
            'f' => '\u{c}',
            'v' => '\u{b}',
            '0' => '\0',
            'x' => self.hexadecimal(2).unwrap_or('x'),
            'u' => self.hexadecimal(4).unwrap_or('u'),
            'c' => match self.peek(0).filter(char::is_ascii_alphabetic) {
                Some(control) => {
                    self.at += 1;
                    char::from(control as u8 % 32)
                }
                None => 'c',
            },
            other => other,
        }
    }

    fn hexadecimal(&mut self, digits: usize) -> Option<char> {
        let text: String = self.chars.iter().skip(self.at).take(digits).collect();
        let is_whole =
            text.chars().count() == digits && text.chars().all(|c| c.is_ascii_hexdigit());
        let code = is_whole.then(|| u32::from_str_radix(&text, 16).ok())??;
        self.at += digits;
        Some(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    /// How long the quantifier is that begins here, if one does.
    fn quantifier(&self) -> Option<usize> {
        let digits = |from: usize| {
            let rest = self.chars[self.at.min(self.chars.len())..].iter();
            rest.skip(from).take_while(|c| c.is_ascii_digit()).count()
        };
        let mut length = 1 + digits(1);
        if length == 1 {
            return None;
        }
        if self.peek(length) == Some(',') {
            length += 1;
            length += digits(length);
        }
        (self.peek(length) == Some('}')).then_some(length + 1)
    }

    fn class(&mut self) {
        self.at += 1;
        let is_negated = self.peek(0) == Some('^');
        self.at += usize::from(is_negated);
        if self.peek(0) == Some(']') {
            self.at += 1;
            self.out.push_str(if is_negated {
                "(?s:.)"
            } else {
                r"[^\x00-\x{10FFFF}]"
            });
            return;
        }
        self.out.push_str(if is_negated { "[^" } else { "[" });
        while let Some(next) = self.peek(0) {
            if next == ']' {
                self.put(1, "]");
                return;
            }
            self.class_item();
        }
    }

    /// One character, range or class within a class.
    fn class_item(&mut self) {
        let Some(first) = self.class_atom() else {
            return;
        };
        self.literal(first);
        let is_range = self.peek(0) == Some('-') && !matches!(self.peek(1), None | Some(']'));
        if !is_range {
            return;
        }
        self.at += 1;
        let end = self.out.len();
        match self.class_atom() {
            Some(last) => {
                self.out.push('-');
                self.literal(last);
            }
            // A class cannot end a range, so the hyphen is a hyphen.
            None => self.out.insert_str(end, r"\-"),
        }
    }

    /// A character, or none where a class such as `\d` was written out instead.
    fn class_atom(&mut self) -> Option<char> {
        let next = self.peek(0)?;
        if next != '\\' {
            self.at += 1;
            return Some(next);
        }
        let class = match self.peek(1) {
            Some('d') => "0-9",
            Some('D') => "[^0-9]",
            Some('w') => "0-9A-Za-z_",
            Some('W') => "[^0-9A-Za-z_]",
            Some('s') => SPACE,
            Some('S') => {
                self.put(2, &format!("[^{SPACE}]"));
                return None;
            }
            Some('b') => {
                self.at += 2;
                return Some('\u{8}');
            }
            _ => return Some(self.escaped()),
        };
        self.put(2, class);
        None
    }

    fn peek(&self, offset: usize) -> Option<char> {
        self.chars.get(self.at + offset).copied()
    }

    fn put(&mut self, length: usize, text: &str) {
        self.out.push_str(text);
        self.at += length;
    }

    fn copy(&mut self, length: usize) {
        self.out.extend(&self.chars[self.at..self.at + length]);
        self.at += length;
    }

    fn literal(&mut self, character: char) {
        if character.is_alphanumeric() || character == '_' || character == ' ' {
            self.out.push(character);
        } else {
            write!(self.out, r"\x{{{:X}}}", u32::from(character)).expect("a string takes all");
        }
    }
}

fn last_line(text: &str) -> String {
    let line = text.lines().rev().find(|line| !line.trim().is_empty());
    let line = line.unwrap_or_default().trim();
    line.strip_prefix("error: ").unwrap_or(line).to_owned()
}

/// What `\s` is (ECMA-262, WhiteSpace and LineTerminator).
const SPACE: &str =
    r"\t-\r \x{A0}\x{1680}\x{2000}-\x{200A}\x{2028}\x{2029}\x{202F}\x{205F}\x{3000}\x{FEFF}";
/// The size of a compiled expression: `x{1000}{1000}` is refused instead of taking all memory.
const COMPILED_BYTES_MAX: usize = 4 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn finds(pattern: &str, text: &str, expected: Option<&str>) {
        let pattern = Pattern::new(pattern, "parser").expect("an expression");
        let found = pattern.regex.find(text).map(|found| found.as_str());
        assert_eq!(found, expected, "{}", pattern.regex.as_str());
    }

    #[track_caller]
    fn refuses(pattern: &str, part: &str) {
        let error = Pattern::new(pattern, "parser").expect_err("refused");
        assert!(error.to_string().contains(part), "{error}");
    }

    #[test]
    fn braces_that_count_nothing_are_braces() {
        finds("(?<clock>{.*})", r#"a {"a":1} b"#, Some(r#"{"a":1}"#));
        finds("a{2}", "a aa", Some("aa"));
        finds("a{2,}b{1,3}", "aaabb", Some("aaabb"));
        finds("a{,2}", "aa a{,2}", Some("a{,2}"));
        finds("a{b}]", "a{b}]", Some("a{b}]"));
    }

    #[test]
    fn classes_keep_to_what_javascript_means() {
        finds(r"\d+", "٣ 7", Some("7"));
        finds(r"\w+", "é a_1", Some("a_1"));
        finds(r"[\w.-]+", "é a.b-c", Some("a.b-c"));
        finds(r"[\w-.]+", "é a.b-c", Some("a.b-c"));
        finds(r"[[&&~~]+", "[&~", Some("[&~"));
        finds(r"[^\]]+", "]ab]", Some("ab"));
        finds(r"[a\-z]+", "b-az", Some("-az"));
        finds(r"\S+[\s]\S", "\u{feff}a\u{85} b", Some("a\u{85} b"));
        finds(r"[^\S]+", "a \u{feff}b", Some(" \u{feff}"));
        finds("[+--]+", "*+,-.", Some("+,-"));
        finds("x[^]y", "x\ny", Some("x\ny"));
        finds("x[]|y", "xy", Some("y"));
    }

    #[test]
    fn a_point_ends_with_the_line() {
        finds("a.*", "ab\u{2028}c", Some("ab"));
        finds("^b$", "a\nb\nc", Some("b"));
    }

    #[test]
    fn escapes_of_the_character_itself_are_taken() {
        finds(
            r"\/\\ \< \i \x41\u0042\cI",
            "/\\ < i AB\t",
            Some("/\\ < i AB\t"),
        );
        finds(r"\bab\b", "cab ab", Some("ab"));
    }

    #[test]
    fn what_needs_another_engine_is_refused_with_advice() {
        refuses("a(?=b)", "look-ahead");
        refuses("a(?!b)", "look-ahead");
        refuses("(?<!a)b", "look-behind");
        refuses(r"(a)\1", "back-reference");
        refuses(r"(?<n>a)\k<n>", "back-reference");
        refuses("(a", "unclosed group");
        refuses("a\\", "no regular expression");
    }

    /// Expressions such as users of ShiViz write: dates, priorities, paths, escaped slashes, fields over several lines.
    #[test]
    fn parsers_of_other_programs_compile_with_all_their_groups() {
        let parsers = [
            r"(?<event>.*)\n(?<host>\S*) (?<clock>{.*})",
            r"(?<host>\S*) (?<clock>{.*})\n(?<event>.*)",
            r"(?<timestamp>\d+) (?<host>\S*) (?<clock>{.*})\n(?<event>.*)",
            r"(?<when>(\d*)) (?<event>.*)\n(?<host>\w*) (?<clock>.*)",
            r"\[\w+\] \[(?<date>([^ ]+ [^ ]+))\] [^ ]+ \[app://x/y/(?<host>\w+)\] (?<clock>.*\}) (?<event>.*)",
            r"\[(?<date>\d{4}-\d{2}-\d{2} (\d{2}:){2}\d{2},\d{3}) (?<path>\S*)\] (?<event>.*)\n(?<host>\S*) (?<clock>{.*})",
            r"(?<ip>(\d{1,3}\.){3}\d{1,3}) (?<date>(\d{1,2}/){2}\d{4}) (?<action>(GET|POST)) (?<event>.*)\n(?<host>\w*) (?<clock>.*)",
            r#"^State [0-9]+: <(?<event>\w*) .*>\n\/\\ Host = (?<host>.*)\n\/\\ Clock = "(?<clock>.*)""#,
        ];
        for parser in parsers {
            let pattern = Pattern::new(parser, "parser").expect(parser);
            for group in ["host", "clock", "event"] {
                assert!(pattern.has_group(group), "{group} of {parser}");
            }
        }
    }
}

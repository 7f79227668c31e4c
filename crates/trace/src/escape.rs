//! What our logs say in the words of an event, and how words and names are kept on one line.
//!
//! The other forms have no place for the kind of an event, its message and further stamps, so an exported event ends
//! in fields: `hello kind=send message=alice#1 lamport=7 wall_ns=5`. `kind` is always there and always the first, so
//! the words before the last ` kind=` are the log's own, whatever they are. A view ends in its name and who is in it:
//! `kind=view view=7 member=alice member=bob`.
//!
//! In the words, a backslash and all that could end a line become `\\`, `\n`, `\r`, `\t`, `\s` (a space at the
//! beginning or the end) or `\u{2028}`. In a name, white space, control characters and `%` become `%20` (UTF-8 bytes),
//! a name that is empty becomes `%_`, and the first letter of a name that every JavaScript object has is written so too
//! (`%63onstructor`), because ShiViz takes such a host for one that it has met.

use std::fmt::Write as _;

use crate::EventKind;

/// The fields at the end of an exported event's words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Trailer {
    pub kind: EventKind,
    pub message: Option<String>,
    pub lamport: Option<u64>,
    pub hybrid: Option<u64>,
    pub wall_ns: Option<i64>,
    /// The name of the view that was installed, and of who is in it.
    pub view: Option<(String, Vec<String>)>,
}

impl Trailer {
    /// Puts words and fields on one line.
    pub fn write(&self, text: &str, line: &mut String) {
        escape_text(text, line);
        if !text.is_empty() {
            line.push(' ');
        }
        line.push_str("kind=");
        line.push_str(kind_name(self.kind));
        if let Some(message) = &self.message {
            line.push_str(" message=");
            escape_name(message, line);
        }
        let numbers = [
            ("lamport", self.lamport.map(i128::from)),
            ("hybrid", self.hybrid.map(i128::from)),
            ("wall_ns", self.wall_ns.map(i128::from)),
        ];
        for (name, number) in numbers {
            if let Some(number) = number {
                write!(line, " {name}={number}").expect("a string takes all");
            }
        }
        if let Some((view, members)) = &self.view {
            line.push_str(" view=");
            escape_name(view, line);
            for member in members {
                line.push_str(" member=");
                escape_name(member, line);
            }
        }
    }

    /// Takes a line apart into words and fields, if it ends in such fields.
    pub fn split(line: &str) -> Option<(String, Self)> {
        let at = match line.rfind(" kind=") {
            Some(at) => at,
            None if line.starts_with("kind=") => 0,
            None => return None,
        };
        let mut trailer = Self::default();
        for field in line[at..]
            .trim_end()
            .split(' ')
            .filter(|field| !field.is_empty())
        {
            let (name, value) = field.split_once('=')?;
            match name {
                "kind" => trailer.kind = kind_named(value)?,
                "message" => trailer.message = Some(unescape_name(value)),
                "lamport" => trailer.lamport = Some(value.parse().ok()?),
                "hybrid" => trailer.hybrid = Some(value.parse().ok()?),
                "wall_ns" => trailer.wall_ns = Some(value.parse().ok()?),
                "view" => trailer.view = Some((unescape_name(value), Vec::new())),
                "member" => trailer.view.as_mut()?.1.push(unescape_name(value)),
                _ => return None,
            }
        }
        Some((unescape_text(&line[..at]), trailer))
    }
}

/// A kind's word in every form that is ours.
pub(crate) const fn kind_name(kind: EventKind) -> &'static str {
    match kind {
        EventKind::Local => "local",
        EventKind::Send => "send",
        EventKind::Receive => "receive",
        EventKind::Deliver => "deliver",
        EventKind::View => "view",
        EventKind::Blocked => "blocked",
        EventKind::Leave => "leave",
        EventKind::Crash => "crash",
    }
}

/// The kind of that name.
pub(crate) fn kind_named(name: &str) -> Option<EventKind> {
    use EventKind::{Blocked, Crash, Deliver, Leave, Local, Receive, Send, View};
    let mut kinds = [Local, Send, Receive, Deliver, View, Blocked, Leave, Crash].into_iter();
    kinds.find(|kind| kind_name(*kind) == name)
}

fn escape_text(text: &str, line: &mut String) {
    let last = text.len().saturating_sub(1);
    for (at, character) in text.char_indices() {
        match character {
            '\\' => line.push_str(r"\\"),
            '\n' => line.push_str(r"\n"),
            '\r' => line.push_str(r"\r"),
            '\t' => line.push_str(r"\t"),
            ' ' if at == 0 || at == last => line.push_str(r"\s"),
            // Whoever reads it may take any white space off the ends.
            ' ' => line.push(character),
            _ if character.is_control() || character.is_whitespace() || is_odd_space(character) => {
                write!(line, r"\u{{{:x}}}", u32::from(character)).expect("a string takes all");
            }
            _ => line.push(character),
        }
    }
}

fn unescape_text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let mut chars = rest.chars();
        let character = match chars.next() {
            Some('n') => Some('\n'),
            Some('r') => Some('\r'),
            Some('t') => Some('\t'),
            Some('s') => Some(' '),
            Some('\\') => Some('\\'),
            Some('u') => {
                let code = chars.as_str().strip_prefix('{');
                let found = code.and_then(|code| {
                    // No further than a number goes, or words full of beginnings would be searched at each.
                    let end = code.bytes().take(1 + DIGITS_MAX).position(|b| b == b'}')?;
                    let code_point = u32::from_str_radix(&code[..end], 16).ok()?;
                    Some((char::from_u32(code_point)?, &code[end + 1..]))
                });
                found.map(|(character, after)| {
                    chars = after.chars();
                    character
                })
            }
            _ => None,
        };
        match character {
            Some(character) => {
                out.push(character);
                rest = chars.as_str();
            }
            None => out.push('\\'),
        }
    }
    out.push_str(rest);
    out
}

/// A host's name as one word; see the module.
pub(crate) fn escape_host(name: &str) -> String {
    let mut word = String::with_capacity(name.len());
    if OBJECT_NAMES.contains(&name) {
        write!(word, "%{:02X}", name.as_bytes()[0]).expect("a string takes all");
        word.push_str(&name[1..]);
    } else {
        escape_name(name, &mut word);
    }
    word
}

fn escape_name(name: &str, out: &mut String) {
    if name.is_empty() {
        out.push_str("%_");
    }
    for character in name.chars() {
        let is_plain = !(character.is_whitespace()
            || character.is_control()
            || character == '%'
            || is_odd_space(character));
        if is_plain {
            out.push(character);
            continue;
        }
        for byte in character.encode_utf8(&mut [0; 4]).bytes() {
            write!(out, "%{byte:02X}").expect("a string takes all");
        }
    }
}

/// A name from a word that [`escape_host`] wrote. What is no escape stays as it is.
pub(crate) fn unescape_name(word: &str) -> String {
    if word == "%_" {
        return String::new();
    }
    let mut bytes = Vec::with_capacity(word.len());
    let mut rest = word.as_bytes();
    while let [first, after @ ..] = rest {
        let code = after
            .get(..2)
            .filter(|code| *first == b'%' && code.iter().all(u8::is_ascii_hexdigit));
        let code = code.and_then(|code| std::str::from_utf8(code).ok());
        match code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| word.to_owned())
}

/// U+10FFFF is the last character.
const DIGITS_MAX: usize = 6;

/// Ends a line, or is white space, in JavaScript.
const fn is_odd_space(character: char) -> bool {
    matches!(character, '\u{2028}' | '\u{2029}' | '\u{feff}')
}

/// What every JavaScript object has from birth (ECMA-262, `Object.prototype`).
const OBJECT_NAMES: [&str; 12] = [
    "__defineGetter__",
    "__defineSetter__",
    "__lookupGetter__",
    "__lookupSetter__",
    "__proto__",
    "constructor",
    "hasOwnProperty",
    "isPrototypeOf",
    "propertyIsEnumerable",
    "toLocaleString",
    "toString",
    "valueOf",
];

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_line_that_only_looks_like_ours_is_left_alone() {
        for line in [
            "",
            "hello",
            "kind=other",
            "x kind=send of=mind",
            "x kind=send lamport=y",
        ] {
            assert_eq!(Trailer::split(line), None, "{line}");
        }
    }

    /// The end of each `\u{` was looked for in all that followed, which took hours for some megabytes of them. It is
    /// now looked for where the longest number ends.
    #[test]
    fn words_full_of_beginnings_of_escapes_come_back_as_they_are() {
        let words = r"\u{".repeat(3_000_000);
        let split = Trailer::split(&format!("{words} kind=local"));
        assert_eq!(split.expect("ours").0.len(), words.len());
    }

    #[test]
    fn names_that_javascript_knows_are_disguised() {
        assert_eq!(escape_host("constructor"), "%63onstructor");
        assert_eq!(escape_host("my host"), "my%20host");
        assert_eq!(escape_host(""), "%_");
        assert_eq!(unescape_name("%zz%"), "%zz%");
    }

    proptest! {
        #[test]
        fn words_and_fields_come_back(text in any::<String>(), message in any::<Option<String>>(),
            lamport in any::<Option<u64>>(), wall_ns in any::<Option<i64>>(), end in any::<bool>(),
            view in any::<Option<(String, Vec<String>)>>()) {
            let text = if end { format!("{text} kind=send message=1") } else { text };
            let trailer = Trailer { kind: EventKind::Deliver, message, lamport, hybrid: None, wall_ns, view };
            let mut line = String::new();
            trailer.write(&text, &mut line);
            let is_one_line = !line.contains(['\n', '\r', '\u{2028}']);
            prop_assert!(is_one_line);
            prop_assert_eq!(Trailer::split(&line), Some((text, trailer)));
        }

        #[test]
        fn names_come_back_as_one_word(name in any::<String>()) {
            let word = escape_host(&name);
            prop_assert!(!word.is_empty() && !word.contains(char::is_whitespace));
            prop_assert_eq!(unescape_name(&word), name);
        }
    }
}

//! Blanking: Rust text with every comment and every literal overwritten by spaces.
//!
//! What remains is code: a word or a brace found in it is a word or a brace of the program. Lines and
//! byte offsets stay what they were, so a place in the result is a place in the text.
//! The grammar is that of the Rust Reference, "Comments" and "Tokens": block comments nest; a raw
//! string ends at a quote with as many `#` as it began with; `'a` is a lifetime and `'a'` a character.

/// `text` with the bytes of comments and literals replaced by spaces; line ends are kept.
/// A comment or literal that never ends reaches to the end of the text.
pub fn blank(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = bytes.to_vec();
    let mut at = 0;
    while at < bytes.len() {
        let end = hidden_end(bytes, at).min(bytes.len());
        for byte in &mut out[at..end] {
            if *byte != b'\n' {
                *byte = b' ';
            }
        }
        at = end.max(at + 1);
    }
    String::from_utf8(out).expect("whole characters are replaced by ASCII spaces")
}

/// Where the comment or literal that begins at `at` ends; `at` itself when code begins there.
fn hidden_end(bytes: &[u8], at: usize) -> usize {
    match bytes[at] {
        b'/' if bytes[at..].starts_with(b"//") => line_end(bytes, at),
        b'/' if bytes[at..].starts_with(b"/*") => block_comment_end(bytes, at),
        b'"' => string_end(bytes, at),
        b'r' => raw_string_end(bytes, at).unwrap_or(at),
        b'\'' => character_end(bytes, at).unwrap_or(at),
        _ => at,
    }
}

fn line_end(bytes: &[u8], at: usize) -> usize {
    bytes[at..]
        .iter()
        .position(|&byte| byte == b'\n')
        .map_or(bytes.len(), |count| at + count)
}

fn block_comment_end(bytes: &[u8], start: usize) -> usize {
    let mut depth = 0;
    let mut at = start;
    while at < bytes.len() {
        if bytes[at..].starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if bytes[at..].starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    bytes.len()
}

fn string_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// `None` when the `r` at `start` belongs to a name (`for`, `r#type`).
fn raw_string_end(bytes: &[u8], start: usize) -> Option<usize> {
    // `br"…"` and `cr"…"` are raw strings too: one prefix letter may stand before the `r`.
    let prefix = start
        .checked_sub(1)
        .is_some_and(|i| matches!(bytes[i], b'b' | b'c'));
    let before = if prefix {
        start.checked_sub(2)
    } else {
        start.checked_sub(1)
    };
    if before.is_some_and(|i| is_name_byte(bytes[i])) {
        return None;
    }
    let hashes = bytes[start + 1..]
        .iter()
        .take_while(|&&byte| byte == b'#')
        .count();
    let quote = start + 1 + hashes;
    if bytes.get(quote) != Some(&b'"') {
        return None;
    }
    let mut close = vec![b'"'];
    close.resize(1 + hashes, b'#');
    let body = quote + 1;
    let found = bytes[body..]
        .windows(close.len())
        .position(|window| window == close);
    Some(found.map_or(bytes.len(), |count| body + count + close.len()))
}

/// `None` when the quote at `start` begins a lifetime or a label.
fn character_end(bytes: &[u8], start: usize) -> Option<usize> {
    let first = *bytes.get(start + 1)?;
    if first == b'\\' {
        // The byte after the backslash may itself be a quote.
        let rest = bytes.get(start + 3..)?;
        return rest
            .iter()
            .position(|&byte| byte == b'\'')
            .map(|count| start + 3 + count + 1);
    }
    let width = match first {
        0..=0x7f => 1,
        0x80..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xff => 4,
    };
    let close = start + 1 + width;
    (bytes.get(close) == Some(&b'\'')).then_some(close + 1)
}

/// Whether `byte` can be part of a name. Bytes of characters outside ASCII count as such.
pub fn is_name_byte(byte: u8) -> bool {
    byte == b'_' || byte.is_ascii_alphanumeric() || byte >= 0x80
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `expected` is compared with blanks squeezed out; the length must not have changed.
    #[track_caller]
    fn check(text: &str, expected: &str) {
        let code = blank(text);
        assert_eq!(code.len(), text.len());
        assert_eq!(code.matches('\n').count(), text.matches('\n').count());
        assert_eq!(
            code.split_whitespace().collect::<Vec<_>>().join(" "),
            expected
        );
    }

    #[test]
    fn line_comments_vanish() {
        check("a // b {\nc //! d\n/// e\nf", "a c f");
    }

    #[test]
    fn block_comments_nest() {
        check("a /* b /* c } */ d */ e", "a e");
    }

    #[test]
    fn an_unfinished_comment_reaches_the_end() {
        check("a /* b", "a");
        check("a // b", "a");
    }

    #[test]
    fn strings_vanish_with_their_escapes() {
        check(r#"a("x\"}{") + b"\\" + c"}" "#, "a( ) + b + c");
    }

    #[test]
    fn a_comment_sign_in_a_string_is_no_comment() {
        check("let url = \"http://x\"; y", "let url = ; y");
    }

    #[test]
    fn raw_strings_end_at_their_own_hashes() {
        check(
            "a(r\"\\\") b(r#\"x\"y\"#) c(br##\"}\"#{\"##) d",
            "a( ) b( ) c(b ) d",
        );
    }

    #[test]
    fn an_unfinished_string_reaches_the_end() {
        check("a \"b", "a");
        check("a r#\"b\"", "a");
        check("a \"b\\", "a");
    }

    #[test]
    fn names_with_r_and_raw_names_stay() {
        check("for r in r#type { var\"s\" }", "for r in r#type { var }");
    }

    #[test]
    fn characters_vanish_and_lifetimes_stay() {
        check(
            "fn f<'a>(x: &'a str) { '{' '\\'' '\"' b'}' 'é' '\\u{7b}' 'l: loop { break 'l } }",
            "fn f<'a>(x: &'a str) { b 'l: loop { break 'l } }",
        );
    }

    #[test]
    fn neighbouring_lifetimes_are_not_a_character() {
        check("<'a,'b>", "<'a,'b>");
        check("&'a", "&'a");
    }
}

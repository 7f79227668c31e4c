//! Text from outside on its way into a page or onto a terminal.
//!
//! Names, answers and error texts may come from a stranger's program. In a page they must not become
//! markup; on a terminal they must not become commands (ESC); in both they must not turn the
//! direction of the text around them ("Trojan Source", Boucher and Anderson 2021).

/// `text` for a page: between tags or inside a quoted attribute. Every character that HTML could
/// take for markup is a reference, and what [`visible`] spells out is spelled out.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in visible(text).chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '`' => out.push_str("&#96;"),
            _ => out.push(character),
        }
    }
    out
}

/// `text` for a terminal: control characters and characters that steer the direction of text are
/// spelled out by their numbers, as in `\u{1b}`; everything else stays.
pub fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            _ if is_hidden(character) => out.push_str(&character.escape_unicode().to_string()),
            _ => out.push(character),
        }
    }
    out
}

/// At most `limit` characters of `text`, with an ellipsis for what was cut.
pub(crate) fn shortened(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// `text` for a terminal as [`visible`] has it, with its middle cut out where it is longer: names are told apart by
/// either end.
pub fn shown(text: &str, limit: usize) -> String {
    abridged(&visible(&abridged(text, limit)), limit)
}

/// At most `limit` characters of `text`, with an ellipsis for what was cut from its middle.
pub(crate) fn abridged(text: &str, limit: usize) -> String {
    let length = text.chars().count();
    if length <= limit {
        return text.to_owned();
    }
    let kept = limit.saturating_sub(1);
    let (head, tail) = (kept / 2, kept - kept / 2);
    let begin: String = text.chars().take(head).collect();
    let end: String = text.chars().skip(length - tail).collect();
    format!("{begin}…{end}")
}

/// Controls, the bidirectional formatting characters of Unicode (UAX #9, section 2), and
/// characters without width that could hide in a name.
fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{061c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(escape(text), expected);
    }

    #[test]
    fn markup_becomes_text() {
        check(
            "<script>alert('x')</script>",
            "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;",
        );
    }

    #[test]
    fn a_quote_cannot_leave_an_attribute() {
        check("\" onload=\"x", "&quot; onload=&quot;x");
        check("` '", "&#96; &#39;");
    }

    #[test]
    fn what_is_escaped_already_is_escaped_again() {
        check("&lt;", "&amp;lt;");
    }

    #[test]
    fn the_direction_of_text_cannot_be_turned() {
        check("a\u{202e}b\u{2066}c", "a\\u{202e}b\\u{2066}c");
        check("\u{200f}\u{061c}", "\\u{200f}\\u{61c}");
    }

    #[test]
    fn a_terminal_is_sent_no_commands() {
        assert_eq!(visible("\u{1b}[2Jx\u{7}\u{9b}"), "\\u{1b}[2Jx\\u{7}\\u{9b}");
        assert_eq!(visible("a\r\nb"), "a\\r\\nb");
    }

    #[test]
    fn ordinary_text_stays() {
        check("ärger · 25 µs – ok", "ärger · 25 µs – ok");
    }

    #[test]
    fn a_long_text_is_cut_between_characters() {
        assert_eq!(shortened("äöü", 2), "äö…");
        assert_eq!(shortened("äöü", 3), "äöü");
    }

    #[test]
    fn a_long_name_keeps_both_its_ends() {
        assert_eq!(abridged("kv-node-10-of-europe", 9), "kv-n…rope");
        assert_eq!(abridged("äöü", 3), "äöü");
        assert_eq!(shown("a\u{1b}[2Jb", 40), "a\\u{1b}[2Jb");
        assert_eq!(shown(&"\u{1b}".repeat(3000), 11).chars().count(), 11);
    }
}

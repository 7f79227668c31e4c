//! Running text for a terminal: folded at spaces, behind a name.

use super::columns::WIDEST;
use crate::escape::visible;

/// A paragraph behind a name: the lines after the first begin below the first's text.
pub(super) fn paragraph(name: &str, text: &str) -> String {
    paragraph_or(text, name, "")
}

/// `text` behind `name`; `fallback` when it is empty.
pub(super) fn paragraph_or(text: &str, name: &str, fallback: &str) -> String {
    let text = visible(if text.is_empty() { fallback } else { text });
    let indent = name.chars().count();
    let mut out = String::from(name);
    let mut used = indent;
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let length = word.chars().count();
        if used > indent && used + 1 + length > WIDEST {
            out.push('\n');
            out += &" ".repeat(indent);
            used = indent;
        }
        if used > indent {
            out.push(' ');
            used += 1;
        }
        out += word;
        used += length;
    }
    out + "\n"
}

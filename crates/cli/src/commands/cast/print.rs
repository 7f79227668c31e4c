//! How received datagrams are printed.

use std::fmt::Write as _;

use anyhow::Result;
use cast::Datagram;
use report::visible;
use serde_json::json;

use crate::say;

/// The forms there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `Received data: TEXT`, as the classic receivers print it; bytes that are no UTF-8 as `\xNN`, and control
    /// characters by their names, so that a stranger's datagram neither steers a terminal nor makes a line of
    /// its own. A line feed at the end stays, as the classic receivers have it.
    Plain,
    /// The bytes.
    Raw,
    /// A JSON object a line.
    Json,
}

/// Prints datagrams, as many at a time as came together.
pub struct Print {
    form: Form,
    held: Vec<u8>,
}

impl Print {
    /// Prints in that form.
    pub fn new(form: Form) -> Self {
        Self {
            form,
            held: Vec::new(),
        }
    }

    /// Adds a datagram that came at `unix_millis`.
    pub fn add(&mut self, datagram: &Datagram<'_>, cast: &str, interface: &str, unix_millis: u64) {
        match self.form {
            Form::Raw => self.held.extend_from_slice(datagram.bytes),
            Form::Json => {
                let line = object(datagram, cast, interface, unix_millis).to_string();
                self.held.extend_from_slice(line.as_bytes());
                self.held.push(b'\n');
            }
            Form::Plain => {
                let text = text(datagram.bytes);
                let line = format!("Received data: {text}\n");
                self.held.extend_from_slice(line.as_bytes());
            }
        }
    }

    /// Prints what was added. Says whether there is still somebody who reads it.
    ///
    /// # Errors
    /// As [`say::pass_on`].
    pub fn flush(&mut self) -> Result<bool> {
        let is_read = self.held.is_empty() || say::pass_on(&self.held)?;
        self.held.clear();
        Ok(is_read)
    }
}

/// A count of things, in words.
pub fn counted(count: u64, thing: &str) -> String {
    match count {
        1 => format!("1 {thing}"),
        _ => format!("{count} {thing}s"),
    }
}

fn object(
    datagram: &Datagram<'_>,
    cast: &str,
    interface: &str,
    unix_millis: u64,
) -> serde_json::Value {
    let mut object = json!({
        "from": datagram.from.to_string(),
        "to": datagram.to.map(|to| to.to_string()),
        "cast": cast,
        "interface": interface,
        "bytes": datagram.whole_bytes,
        "truncated": datagram.is_truncated(),
        "received_unix_ms": unix_millis,
    });
    match std::str::from_utf8(datagram.bytes) {
        Ok(text) => object["text"] = text.into(),
        Err(_) => {
            let mut hex = String::with_capacity(2 * datagram.bytes.len());
            for byte in datagram.bytes {
                let _ = write!(hex, "{byte:02x}");
            }
            object["hex"] = hex.into();
        }
    }
    object
}

/// The bytes as text, those that are none as `\xNN`, and what would steer a terminal or make another line spelled out;
/// tabs stay, and a line feed at the end.
fn text(bytes: &[u8]) -> String {
    let (bytes, end) = match bytes.strip_suffix(b"\n") {
        Some(line) => (line, "\n"),
        None => (bytes, ""),
    };
    let mut text = String::with_capacity(bytes.len() + end.len());
    for chunk in bytes.utf8_chunks() {
        for piece in chunk.valid().split_inclusive(KEPT) {
            let body = piece.trim_end_matches(KEPT);
            text.push_str(&visible(body));
            text.push_str(&piece[body.len()..]);
        }
        for byte in chunk.invalid() {
            let _ = write!(text, "\\x{byte:02x}");
        }
    }
    text + end
}

/// Tabs, and what joins letters or keeps them apart in some scripts.
const KEPT: [char; 3] = ['\t', '\u{200c}', '\u{200d}'];

#[cfg(test)]
mod tests {
    use super::*;

    fn datagram(bytes: &[u8]) -> Datagram<'_> {
        Datagram {
            bytes,
            whole_bytes: 2000,
            from: "127.0.0.1:4000".parse().expect("an address"),
            to: Some("224.1.1.1".parse().expect("an address")),
            interface: Some(1),
        }
    }

    #[test]
    fn text_is_printed_as_it_is_and_other_bytes_as_numbers() {
        let plain = "h\u{e9}llo,\t\u{200d}\u{4f60}\u{597d} \\n";
        assert_eq!(text(plain.as_bytes()), plain);
        assert_eq!(text(b"\xff\xfe"), "\\xff\\xfe");
        assert_eq!(text(b"a\xffb"), "a\\xffb");
    }

    #[test]
    fn a_stranger_steers_no_terminal_and_makes_no_line_of_another() {
        assert_eq!(text(b"\x1b[2J\ta\x07\0"), "\\u{1b}[2J\ta\\u{7}\\u{0}");
        assert_eq!(
            text(b"hi\nReceived data: forged"),
            "hi\\nReceived data: forged"
        );
        assert_eq!(text("\u{202e}x\u{2028}".as_bytes()), "\\u{202e}x\\u{2028}");
    }

    #[test]
    fn a_line_feed_at_the_end_stays() {
        assert_eq!(text(b"hi\n"), "hi\n");
        assert_eq!(text(b"hi\r\n"), "hi\\r\n");
        assert_eq!(text(b"\n\n"), "\\n\n");
        assert_eq!(text(b""), "");
    }

    #[test]
    fn machines_are_told_text_or_hexadecimal_digits() {
        let line = object(&datagram(b"hi"), "multicast", "lo", 7);
        assert_eq!(line["text"], "hi");
        assert_eq!(line["truncated"], true);
        assert_eq!(line["to"], "224.1.1.1");
        let line = object(&datagram(b"\xff\0"), "multicast", "lo", 7);
        assert_eq!(line["hex"], "ff00");
        assert!(line.get("text").is_none());
    }
}

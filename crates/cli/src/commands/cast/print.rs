//! How received datagrams are printed.

use std::fmt::Write as _;

use cast::Datagram;
use serde_json::json;

use crate::say;

/// The forms there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `Received data: TEXT`, as the classic receivers print it; bytes that are no UTF-8 as `\xNN`.
    Plain,
    /// The same without control characters: a stranger's datagram must not steer a terminal.
    Terminal,
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
            Form::Plain | Form::Terminal => {
                let text = text(datagram.bytes, self.form == Form::Terminal);
                let line = format!("Received data: {text}\n");
                self.held.extend_from_slice(line.as_bytes());
            }
        }
    }

    /// Prints what was added. Says whether there is still somebody who reads it.
    pub fn flush(&mut self) -> bool {
        let is_read = self.held.is_empty() || say::pass_on(&self.held);
        self.held.clear();
        is_read
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

/// The bytes as text, those that are none as `\xNN`; control characters too, when it is for a terminal.
fn text(bytes: &[u8], is_for_terminal: bool) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            match is_for_terminal && c.is_control() && c != '\t' {
                true => text.extend(c.escape_default()),
                false => text.push(c),
            }
        }
        for byte in chunk.invalid() {
            let _ = write!(text, "\\x{byte:02x}");
        }
    }
    text
}

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
        assert_eq!(
            text("h\u{e9}llo\n\u{1b}[2J".as_bytes(), false),
            "h\u{e9}llo\n\u{1b}[2J"
        );
        assert_eq!(text(b"\xff\xfe\0", false), "\\xff\\xfe\0");
        assert_eq!(text(b"a\xffb", false), "a\\xffb");
    }

    #[test]
    fn a_terminal_is_not_steered() {
        assert_eq!(text(b"\x1b[2J\ta\n", true), "\\u{1b}[2J\ta\\n");
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

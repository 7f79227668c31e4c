//! How a chat looks: on a terminal, in a pipe, for machines.

use std::io::{IsTerminal as _, stdin, stdout};

use anyhow::Result;
use chat::{Notice, Shown};
use report::visible;
use serde_json::{Map, Value, json};

use crate::say;

/// Where messages and notices go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Screen {
    /// Somebody types: what comes in takes the place of the line that is being typed, which the terminal keeps
    /// (^R shows it again).
    Terminal,
    /// Messages to standard output, the rest to standard error.
    Pipe,
    /// A JSON object a line, to standard output.
    Json,
}

impl Screen {
    /// The one that fits.
    pub fn of(is_json: bool) -> Self {
        match is_json {
            true => Self::Json,
            false if stdin().is_terminal() && stdout().is_terminal() => Self::Terminal,
            false => Self::Pipe,
        }
    }

    /// Shows a message. Says whether there is still somebody who reads it.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn show(self, shown: &Shown) -> Result<bool> {
        match self {
            Self::Json => print(&format!("{}\n", object(shown))),
            Self::Pipe => print(&format!("{}\n", line(shown))),
            Self::Terminal if shown.is_own && shown.text.len() >= ONE_ROW => {
                print(&format!("{CLEAR}{} ↑\n", visible(&shown.short())))
            }
            Self::Terminal if shown.is_own => print(&format!("{UP}{CLEAR}{}\n", line(shown))),
            Self::Terminal => print(&format!("{CLEAR}{}\n", line(shown))),
        }
    }

    /// Tells something else. Says whether there is still somebody who reads it.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn tell(self, notice: &Notice) -> Result<bool> {
        match self {
            Self::Json => return print(&format!("{}\n", notice_object(notice))),
            Self::Terminal => say::talk(&format!("{CLEAR}· {}", visible(&notice.to_string()))),
            Self::Pipe => say::talk(&format!("· {}", visible(&notice.to_string()))),
        }
        Ok(true)
    }
}

fn print(text: &str) -> Result<bool> {
    say::pass_on(text.as_bytes())
}

/// `bob 3: lunch?   ∥ concurrent with carol 4`, with nothing from outside that steers a terminal.
fn line(shown: &Shown) -> String {
    let mut line = format!("{}: {}", shown.short(), shown.text);
    if shown.is_late {
        line += "   ⟲ late";
    }
    if !shown.missing.is_empty() {
        line += &format!(
            "   … {} has not come, which it may answer",
            few(&shown.missing)
        );
    }
    if !shown.known_to.is_empty() {
        line += &format!("   ← {} knew it already", few(&shown.known_to));
    }
    if !shown.concurrent.is_empty() {
        line += &format!("   ∥ concurrent with {}", few(&shown.concurrent));
    }
    visible(&line)
}

/// The last ones by name, the others by number.
fn few(names: &[String]) -> String {
    let last = &names[names.len().saturating_sub(NAMED_MAX)..];
    match names.len() - last.len() {
        0 => last.join(", "),
        more => format!("{} and {more} before", last.join(", ")),
    }
}

fn object(shown: &Shown) -> Value {
    let vector = shown.stamp.vector.iter();
    let vector: Map<String, Value> = vector
        .map(|(host, count)| (host.clone(), (*count).into()))
        .collect();
    json!({
        "what": "message",
        "from": shown.from,
        "host": shown.host,
        "short": shown.short(),
        "message": shown.message,
        "text": shown.text,
        "own": shown.is_own,
        "late": shown.is_late,
        "concurrent": shown.concurrent,
        "missing": shown.missing,
        "known_to": shown.known_to,
        "lamport": shown.stamp.lamport.value(),
        "vector": vector,
        "hybrid": shown.stamp.hybrid.to_string(),
    })
}

fn notice_object(notice: &Notice) -> Value {
    let mut object = match notice {
        Notice::Joined { name } => json!({ "what": "joined", "name": name }),
        Notice::SameName { name } => json!({ "what": "same-name", "name": name }),
        Notice::Left { name } => json!({ "what": "left", "name": name }),
        Notice::Lost { name, sequences } => json!({
            "what": "lost",
            "name": name,
            "first": sequences.start(),
            "last": sequences.end(),
        }),
        Notice::Refused(reason) => json!({ "what": "refused", "reason": reason.name() }),
        Notice::TooLong { bytes } => json!({ "what": "too-long", "bytes": bytes }),
        Notice::Stuck(_) => json!({ "what": "stuck" }),
    };
    object["text"] = notice.to_string().into();
    object
}

/// To the beginning of the row, and clears it.
const CLEAR: &str = "\r\u{1b}[K";
/// A row up: where the own line was typed.
const UP: &str = "\u{1b}[1A";
/// A text of fewer bytes was typed in one row on any terminal that is used.
const ONE_ROW: usize = 60;
/// How many messages are named in a line.
const NAMED_MAX: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    fn shown() -> Shown {
        Shown {
            from: "bob".to_owned(),
            host: "bob~0badcafe".to_owned(),
            sequence: 3,
            message: "bob#0badcafe:3".to_owned(),
            text: "lunch?".to_owned(),
            is_own: false,
            is_late: false,
            concurrent: Vec::new(),
            missing: Vec::new(),
            known_to: Vec::new(),
            stamp: chat::Stamp {
                lamport: causality::Lamport::at(7),
                hybrid: causality::Hybrid::unpack(1 << 40),
                vector: vec![("bob~0badcafe".to_owned(), 4)],
            },
        }
    }

    #[track_caller]
    fn check(change: impl FnOnce(&mut Shown), expected: &str) {
        let mut shown = shown();
        change(&mut shown);
        assert_eq!(line(&shown), expected);
    }

    fn names(count: usize) -> Vec<String> {
        (1..=count).map(|n| format!("carol {n}")).collect()
    }

    #[test]
    fn a_line_says_what_stands_how_to_the_message() {
        check(|_| {}, "bob 3: lunch?");
        check(
            |shown| shown.concurrent = vec!["carol 4".to_owned()],
            "bob 3: lunch?   ∥ concurrent with carol 4",
        );
        check(
            |shown| shown.missing = vec!["carol 4".to_owned()],
            "bob 3: lunch?   … carol 4 has not come, which it may answer",
        );
        check(
            |shown| {
                shown.is_late = true;
                shown.known_to = names(1);
            },
            "bob 3: lunch?   ⟲ late   ← carol 1 knew it already",
        );
        check(
            |shown| shown.concurrent = names(6),
            "bob 3: lunch?   ∥ concurrent with carol 3, carol 4, carol 5, carol 6 and 2 before",
        );
    }

    #[test]
    fn a_stranger_steers_no_terminal_and_makes_no_line_of_another() {
        check(
            |shown| shown.text = "\u{1b}[2J\neve 1: hi".to_owned(),
            "bob 3: \\u{1b}[2J\\neve 1: hi",
        );
    }

    #[test]
    fn machines_are_told_the_stamps() {
        let object = object(&shown());
        assert_eq!(object["short"], "bob 3");
        assert_eq!(object["vector"]["bob~0badcafe"], 4);
        assert_eq!(object["hybrid"], "1099511627776");
        let lost = Notice::Lost {
            name: "bob".to_owned(),
            sequences: 2..=3,
        };
        let object = notice_object(&lost);
        assert_eq!((&object["first"], &object["last"]), (&json!(2), &json!(3)));
        assert_eq!(object["text"], "2 messages of bob were lost: bob 2 to 3");
    }
}

//! The words in front of a stamp: whose event it is, and of what kind.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;

use crate::EventKind;

/// How a program's lines begin: `Message sent`, `Something happened`. They are learnt from lines that are whole, and
/// tell where one line runs into another.
#[derive(Debug, Default)]
pub(super) struct Openings(BTreeMap<char, Vec<String>>);

impl Openings {
    /// Learns how a line begins, from the words in front of its first stamp.
    pub fn learn(&mut self, words: &str) {
        let mut parts = words.split_whitespace();
        let (Some(first), second) = (parts.next(), parts.next()) else {
            return;
        };
        let has_digit = |word: &str| word.bytes().any(|byte| byte.is_ascii_digit());
        let opening = match second {
            _ if has_digit(first) => first
                .trim_end_matches(|c: char| c.is_ascii_digit() || c == ':')
                .to_owned(),
            Some(second) if !has_digit(second) => format!("{first} {second}"),
            _ => first.to_owned(),
        };
        let Some(letter) = opening
            .chars()
            .next()
            .filter(|_| opening.chars().count() >= OPENING_CHARS)
        else {
            return;
        };
        let known = self.0.entry(letter).or_default();
        if known.len() < OPENINGS_MAX && !known.contains(&opening) {
            known.push(opening);
        }
    }

    /// Whether a text begins like a line.
    pub fn begin(&self, text: &str) -> bool {
        let known = text.chars().next().and_then(|letter| self.0.get(&letter));
        known.is_some_and(|known| {
            known
                .iter()
                .any(|opening| text.starts_with(opening.as_str()))
        })
    }

    /// Cuts words where another line begins in the middle of them: right behind something that is no white space.
    pub fn cut<'t>(&self, words: &'t str) -> Vec<&'t str> {
        let mut parts = Vec::new();
        let mut start = 0;
        let mut before = ' ';
        for (at, letter) in words.char_indices() {
            let opens = !before.is_whitespace()
                && at > start
                && self.0.get(&letter).is_some_and(|known| {
                    known
                        .iter()
                        .any(|opening| words[at..].starts_with(opening.as_str()))
                });
            if opens {
                parts.push(&words[start..at]);
                start = at;
            }
            before = letter;
        }
        parts.push(&words[start..]);
        parts.retain(|part| !part.trim_matches(is_separator).is_empty());
        parts
    }
}

/// What some words tell of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Phrase {
    pub host: String,
    pub kind: EventKind,
    pub text: String,
}

impl Phrase {
    /// Whose event the words tell of; nothing where they name no host.
    pub fn of(words: &str) -> Option<Self> {
        let text = words.trim_matches(is_separator);
        let small = text.to_ascii_lowercase();
        let kind = kind_of(&small);
        let host = in_front(text).or_else(|| named(text, &small, kind))?;
        Some(Self {
            host,
            kind,
            text: text.to_owned(),
        })
    }
}

fn is_separator(character: char) -> bool {
    character.is_whitespace() || matches!(character, '!' | ',' | ';' | ')')
}

fn kind_of(small: &str) -> EventKind {
    static SENT: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?:^|[^a-z])(?:sent|send|envi|отправ)|отправ|sending").expect("an expression")
    });
    static RECEIVED: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?:^|[^a-z])(?:recei|recv|recib|receb)|получ").expect("an expression")
    });
    let first = |expression: &Regex| expression.find(small).map(|found| found.start());
    match (first(&SENT), first(&RECEIVED)) {
        (Some(sent), Some(received)) if received < sent => EventKind::Receive,
        (Some(_), _) => EventKind::Send,
        (None, Some(_)) => EventKind::Receive,
        (None, None) => EventKind::Local,
    }
}

/// `[name] …`, `name: …`.
fn in_front(text: &str) -> Option<String> {
    static PREFIX: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^(?:\[\s*([^\[\]\s][^\[\]]*?)\s*\]|(\S+?)\s*:(?:\s|$))")
            .expect("an expression")
    });
    let captures = PREFIX.captures(text)?;
    let name = captures.get(1).or_else(|| captures.get(2))?.as_str();
    let name = name
        .trim_start_matches("pid=")
        .trim_start_matches("process ");
    let small = name.to_ascii_lowercase();
    let is_word = [
        "message", "msg", "event", "info", "debug", "warning", "warn", "error", "sent", "received",
        "send", "receive", "recv",
    ];
    (!is_word.contains(&small.as_str()) && !small.contains("//")).then(|| name.to_owned())
}

/// `in 0`, `from proc 1`, `at node alice`: the word after the one that fits the kind best.
fn named(text: &str, small: &str, kind: EventKind) -> Option<String> {
    static MENTION: LazyLock<Regex> = LazyLock::new(|| {
        let place = r"(?:^|[^\w])(in|at|on|from|by|of|to|en|a|de|em|no|в|у|от|из|process|proceso|processo|proc|node|pid|host)";
        let article = r"(?:\s+(?:the|el|o))?";
        let sort = r"(?:[\s_]+(?:process|proceso|processo|proc|node|pid|host|thread))?";
        let mention = format!(r"{place}{article}{sort}[\s_#=:]+([0-9]+|[\p{{L}}_][\w.@-]*)");
        Regex::new(&mention).expect("an expression")
    });
    let order: &[&str] = match kind {
        EventKind::Receive => &[
            "at in by on en em в у process proceso processo proc node pid host",
            "to a no",
            "from of de от из",
        ],
        _ => &[
            "in at on by en em no в у process proceso processo proc node pid host",
            "from of de от из",
            "to a",
        ],
    };
    let rank = |place: &str| {
        order
            .iter()
            .position(|places| places.split(' ').any(|one| one == place))
    };
    let mut best: Option<(usize, String)> = None;
    let mut at = 0;
    while let Some(captures) = MENTION.captures_at(small, at) {
        let (place, name) = (captures.get(1)?, captures.get(2)?);
        // A name may itself be such a word: `from process 1` is found at `from`, and not once more at `process`.
        at = name.end();
        let Some(rank) = rank(place.as_str()) else {
            continue;
        };
        if best.as_ref().is_none_or(|(known, _)| rank < *known) {
            best = Some((rank, text[name.range()].to_owned()));
        }
    }
    best.map(|(_, name)| name.trim_end_matches(['.', '-']).to_owned())
}

/// Fewer letters than that begin too many words.
const OPENING_CHARS: usize = 4;
/// A program has a few kinds of lines; a text with many is no log, and is not searched for all of them.
const OPENINGS_MAX: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(words: &str, host: &str, kind: EventKind) {
        let phrase = Phrase::of(words).expect("a host");
        assert_eq!((phrase.host.as_str(), phrase.kind), (host, kind), "{words}");
    }

    #[test]
    fn hosts_and_kinds_are_found_in_many_wordings() {
        use EventKind::{Local, Receive, Send};
        check("Something happened in 0 !", "0", Local);
        check("Message sent from 1", "1", Send);
        check("Message received at 2", "2", Receive);
        check("Message received from 0 at 1", "1", Receive);
        check("Message sent from 0 to 1", "0", Send);
        check("Event in proc            1 (3700)  ", "1", Local);
        check("Msg sent from proc       3 (88)", "3", Send);
        check("Message recv at proc     2 (11592)", "2", Receive);
        check("Internal event in alice", "alice", Local);
        check("Proc_0:", "Proc_0", Local);
        check("[replica-1] RECV Get(counter)", "replica-1", Receive);
        check("Algo sucedio en el proceso 77 !", "77", Local);
        check("Proceso 77 envio un mensaje !", "77", Send);
        check("Сообщение получено от 12", "12", Receive);
        check("process 4 is absent", "4", Local);
        check("Message: sent by node_7", "7", Send);
    }

    #[test]
    fn words_without_a_host_are_no_event() {
        assert_eq!(Phrase::of("all is well"), None);
        assert_eq!(Phrase::of(" ! "), None);
    }

    #[test]
    fn lines_are_cut_where_another_begins() {
        let mut openings = Openings::default();
        openings.learn("Message sent from 0");
        openings.learn("Something happened in 1 !");
        openings.learn("Proc_2:");
        let cut = openings.cut("Message sent from 0Something happened in 1 !Proc_2:");
        assert_eq!(
            cut,
            [
                "Message sent from 0",
                "Something happened in 1 !",
                "Proc_2:"
            ]
        );
        // White space in front: the words are quoted, not torn.
        assert_eq!(openings.cut("I saw: Message sent from 0").len(), 1);
    }
}

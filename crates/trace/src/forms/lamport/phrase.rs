//! The words in front of a stamp: whose event it is, and of what kind.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;

use super::words::{is_common, is_deed};
use crate::EventKind;

/// How a program's lines begin: `Message sent`, `Something happened`. They are learnt from lines that are whole, and
/// tell where one line runs into another.
#[derive(Debug, Default)]
pub(super) struct Openings {
    known: BTreeMap<char, Vec<String>>,
    /// First words alone, which tell it only where they are stuck to the word before.
    firsts: BTreeMap<char, Vec<String>>,
}

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
        if letter.is_uppercase() && first.chars().count() >= OPENING_CHARS && !has_digit(first) {
            remember(&mut self.firsts, letter, format!("{first} "));
        }
        remember(&mut self.known, letter, opening);
    }

    /// Whether a text begins like a line.
    pub fn begin(&self, text: &str) -> bool {
        opens(&self.known, text)
    }

    /// Cuts words where another line begins in the middle of them: right behind something that is no white space.
    pub fn cut<'t>(&self, words: &'t str) -> Vec<&'t str> {
        let mut parts = Vec::new();
        let mut start = 0;
        let mut before = ' ';
        for (at, letter) in words.char_indices() {
            let rest = &words[at..];
            let is_opening =
                opens(&self.known, rest) || before.is_alphanumeric() && opens(&self.firsts, rest);
            if is_opening && !before.is_whitespace() && at > start {
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

fn opens(openings: &BTreeMap<char, Vec<String>>, text: &str) -> bool {
    let letter = text.chars().next();
    let known = letter.and_then(|letter| openings.get(&letter));
    known.is_some_and(|known| known.iter().any(|opening| text.starts_with(opening)))
}

fn remember(openings: &mut BTreeMap<char, Vec<String>>, letter: char, opening: String) {
    let known = openings.entry(letter).or_default();
    if known.len() < OPENINGS_MAX && !known.contains(&opening) {
        known.push(opening);
    }
}

/// What some words tell of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Phrase {
    pub host: String,
    pub kind: EventKind,
    pub text: String,
    /// Whom it names as the other end of its message: whom that went to, or came from.
    pub peer: Option<String>,
    /// What it calls its message.
    pub token: Option<String>,
    /// Whether the host may be another than the one named: `received from a` may be a's event, or told of a.
    pub is_guess: bool,
}

impl Phrase {
    /// Whose event the words tell of; nothing where they name no host.
    pub fn of(words: &str) -> Option<Self> {
        let text = words.trim_matches(is_separator);
        let small = text.to_ascii_lowercase();
        let kind = kind_of(&small);
        let sure = in_front(text).or_else(|| subject(text));
        let (host, is_guess) = match sure {
            Some(host) => (host, false),
            None => named(text, &small, kind)?,
        };
        Some(Self {
            peer: peer(text, &small, kind).filter(|peer| *peer != host),
            token: token(text, kind).filter(|token| *token != host),
            host,
            kind,
            text: text.to_owned(),
            is_guess,
        })
    }
}

fn is_separator(character: char) -> bool {
    character.is_whitespace() || matches!(character, '!' | ',' | ';' | ')')
}

fn kind_of(small: &str) -> EventKind {
    static SENT: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?:^|[^a-z])(?:sent|send|envi|отправ|broadcast(?:s|ed|ing)|multicast(?:s|ed|ing)|transmit|publish)|отправ|sending")
            .expect("an expression")
    });
    static RECEIVED: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?:^|[^a-z])(?:recei|recv|rcv|recib|receb|gets\s|got\s)|получ")
            .expect("an expression")
    });
    let first = |expression: &Regex| expression.find(small).map(|found| found.start());
    match (first(&SENT), first(&RECEIVED)) {
        (Some(sent), Some(received)) if received < sent => EventKind::Receive,
        (Some(_), _) => EventKind::Send,
        (None, Some(_)) => EventKind::Receive,
        (None, None) if small.contains("broadcast") || small.contains("multicast") => {
            EventKind::Send
        }
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
    (!is_common(name) && !name.contains("//")).then(|| name.to_owned())
}

/// `A sends …`, `Process 1 receives …`: the word before the verb. What was done with something, as in `Ping sent from A`,
/// has the host behind it.
fn subject(text: &str) -> Option<String> {
    static SUBJECT: LazyLock<Regex> = LazyLock::new(|| {
        let sort = r"(?:(?:the|process|proceso|processo|proc|node|pid|host|thread)[\s_#]+)*";
        let done = r"\s+(?:(?:to|from)\s+\S+\s+)?(?:from|by|at|in|on)\s";
        let subject =
            format!(r"^(?i:{sort})([\p{{L}}\p{{N}}_][\w.@-]*)\s+([\p{{L}}]+)((?i:{done}))?");
        Regex::new(&subject).expect("an expression")
    });
    let captures = SUBJECT.captures(text)?;
    let (name, verb) = (captures.get(1)?.as_str(), captures.get(2)?.as_str());
    let is_done = captures.get(3).is_some()
        && matches!(
            verb.to_ascii_lowercase().as_str(),
            "sent" | "received" | "recv" | "got" | "broadcast" | "multicast" | "happened"
        );
    (is_deed(verb) && !is_common(name) && !is_done).then(|| name.to_owned())
}

/// `to B` of what was sent, `from A` of what was received; nothing where it went to several.
fn peer(text: &str, small: &str, kind: EventKind) -> Option<String> {
    static TO: LazyLock<Regex> = LazyLock::new(|| toward("to"));
    static FROM: LazyLock<Regex> = LazyLock::new(|| toward("from"));
    let expression = match kind {
        EventKind::Send => &TO,
        EventKind::Receive => &FROM,
        _ => return None,
    };
    let captures = expression.captures(small)?;
    let name = captures.get(1)?;
    let rest = small[name.end()..].trim_start();
    let is_more = |word: &str| rest.starts_with(word);
    let is_several = [",", "and ", "& ", "/", "or ", "+"]
        .into_iter()
        .any(is_more);
    // A second `to` may name the one that counts.
    let is_once = expression.find_at(small, name.end()).is_none();
    let name = text[name.range()].trim_end_matches(['.', '-']);
    (!is_several && is_once && !is_common(name)).then(|| name.to_owned())
}

fn toward(place: &str) -> Regex {
    let sort = r"(?:(?:the|process|proceso|processo|proc|node|pid|host|thread)[\s_#=:]+)*";
    let toward = format!(r"(?:^|[^\w]){place}\s+{sort}([\p{{L}}\p{{N}}_][\w.@-]*)");
    Regex::new(&toward).expect("an expression")
}

/// `m1` in `sends m1 to B`, `receives message m1 from A`, `Message m1 sent`.
fn token(text: &str, kind: EventKind) -> Option<String> {
    if kind == EventKind::Local {
        return None;
    }
    static TOKEN: LazyLock<Regex> = LazyLock::new(|| {
        let sort = r"(?:(?:the|a|message|msg|packet)\s+)*";
        let token = r"([\p{L}\p{N}_#][\w.#-]*)";
        let send = r"(?:sends?|sent|broadcasts?|multicasts?|receives?|received|recv|gets|got)";
        let either = format!(
            r"(?i)(?:^|\W){send}\s+{sort}{token}\s+(?:to|from|at|by|via)\s|^(?:message|msg|packet)\s+{token}\s+{send}(?:\s|$)"
        );
        Regex::new(&either).expect("an expression")
    });
    let captures = TOKEN.captures(text)?;
    let token = captures.get(1).or_else(|| captures.get(2))?.as_str();
    (!is_common(token)).then(|| token.to_owned())
}

/// `in 0`, `from proc 1`, `at node alice`: the word after the one that fits the kind best; and whether that one may as well
/// have named the other end.
fn named(text: &str, small: &str, kind: EventKind) -> Option<(String, bool)> {
    static MENTION: LazyLock<Regex> = LazyLock::new(|| {
        let place = r"(?:^|[^\w])(in|at|on|from|by|of|to|en|a|de|em|no|в|у|от|из|process|proceso|processo|proc|node|pid|host)";
        let article = r"(?:\s+(?:the|el|o))?";
        let sort = r"(?:[\s_]+(?:process|proceso|processo|proc|node|pid|host|thread))?";
        let mention = format!(r"{place}{article}({sort})[\s_#=:]+([0-9]+|[\p{{L}}_][\w.@-]*)");
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
        let (place, sort, name) = (captures.get(1)?, captures.get(2)?, captures.get(3)?);
        let has_digit = name.as_str().bytes().any(|byte| byte.is_ascii_digit());
        // `a` and `no` are English words too.
        let is_weak = matches!(place.as_str(), "a" | "no") && sort.is_empty() && !has_digit;
        if is_weak || is_common(name.as_str()) {
            at = place.end();
            continue;
        }
        // A name may itself be such a word: `from process 1` is found at `from`, and not once more at `process`.
        at = name.end();
        let Some(rank) = rank(place.as_str()) else {
            continue;
        };
        if best.as_ref().is_none_or(|(known, _)| rank < *known) {
            best = Some((rank, text[name.range()].to_owned()));
        }
    }
    let (rank, name) = best?;
    Some((
        name.trim_end_matches(['.', '-']).to_owned(),
        rank == order.len() - 1,
    ))
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
        assert_eq!(Phrase::of("got a message"), None);
        assert_eq!(Phrase::of("in progress"), None);
    }

    #[test]
    fn the_word_before_a_verb_is_the_host_and_no_verb_is() {
        use EventKind::{Local, Receive, Send};
        check("A sends m1 to B", "A", Send);
        check("B receives m1 from A", "B", Receive);
        check("Process 1 sends hello to process 2", "1", Send);
        check("P1: sends m1 to P2", "P1", Send);
        check("alice got m1 from bob", "alice", Receive);
        check("Ping sent from A to B", "A", Send);
        check("Ping received from A at B", "B", Receive);
        check("Message received at a", "a", Receive);
        check("node-1 does something", "node-1", Local);
        check("Message broadcast from 0", "0", Send);
        check("Broadcast received at 1", "1", Receive);
    }

    #[track_caller]
    fn check_message(words: &str, peer: Option<&str>, token: Option<&str>) {
        let phrase = Phrase::of(words).expect("a host");
        let found = (phrase.peer.as_deref(), phrase.token.as_deref());
        assert_eq!(found, (peer, token), "{words}");
    }

    #[test]
    fn the_other_end_and_the_message_are_found_where_they_are_named() {
        check_message("A sends m1 to B", Some("B"), Some("m1"));
        check_message("B receives message m1 from A", Some("A"), Some("m1"));
        check_message("Message sent from a to node 7", Some("7"), None);
        check_message("Message received at b from a", Some("a"), None);
        check_message("Message m1 sent from a", None, Some("m1"));
        check_message("P1: sent message to P2", Some("P2"), None);
        check_message("Message sent from a to b and c", None, None);
        check_message("Message sent from a to all", None, None);
        check_message("Message received from 12", None, None);
    }

    #[test]
    fn a_host_that_may_be_the_other_end_is_a_guess() {
        let is_guess = |words| Phrase::of(words).expect("a host").is_guess;
        assert!(is_guess("Message received from a"));
        assert!(is_guess("Message sent to a"));
        assert!(!is_guess("Message sent from a"));
        assert!(!is_guess("Message received at b from a"));
        assert!(!is_guess("[b] received from a"));
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
        // What a kind's line begins with is enough where it is stuck to a word.
        assert_eq!(
            openings
                .cut("Message sent from aMessage received at b")
                .len(),
            2
        );
        // White space in front: the words are quoted, not torn.
        assert_eq!(openings.cut("I saw: Message sent from 0").len(), 1);
    }
}

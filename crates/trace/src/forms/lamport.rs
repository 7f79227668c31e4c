//! What programs print that follow a well-known Python lesson on Lamport's clocks: an event a line, its stamp in brackets.
//!
//! ```text
//!   Something happened in 0 ! (LAMPORT_TIME=1, LOCAL_TIME=2019-05-30 12:00:00.000001)
//!   Message sent from 0 (LAMPORT_TIME=2, LOCAL_TIME=2019-05-30 12:00:00.000002)
//!   Message received at 1 (LAMPORT_TIME=3, LOCAL_TIME=2019-05-30 12:00:00.000003)
//! ```
//!
//! The stamp is `(LAMPORT_TIME=n)` or `(VECTOR_TIME=[1, 0, 2])`; it ends what is read of a line, but for what stands in the
//! same brackets. Letters may be large or small. Before it stands a phrase, of which four things are taken:
//!
//! - **the host**, from the first of these that is there: `[alice] …` and `alice: …`; the word before a verb (`alice sends …`,
//!   `Process 1 receives …`); the word after `in`, `at`, `on`, `by`, `process`, `node` and the like; the word after `from` of
//!   what was sent. `received from alice` and `sent to alice`, with no other host, may tell of either end: then alice is
//!   taken, and told to be a guess. A verb, or a word such as `message`, is never a host;
//! - **the kind**: *sent*, *sends*, *broadcasts* and the like make it a send, *received*, *gets* and the like a receipt,
//!   whichever stands first; anything else is local;
//! - **the other end**: the one host after `to` of what was sent, the one after `from` of what was received;
//! - **the message**: `m1` in `alice sends m1 to bob`, `bob receives message m1 from alice`, `Message m1 sent`. It counts as
//!   its name if every receipt of the log has one, which just one event sends. Otherwise no message has a name, and
//!   whoever judges the log must tell by the other ends and the stamps who received what.
//!
//! English is read best; the verbs and prepositions of Spanish, Portuguese and Russian are known where a host is a number.
//! Lines without any stamp are left out.
//!
//! The processes share one terminal, so two lines may be torn into each other:
//!
//! ```text
//!   Message sent from 0Something happened in 1 ! (LAMPORT_TIME=1)(LAMPORT_TIME=2)
//! ```
//!
//! or a stamp comes some lines later, by itself. How lines begin is learnt first; then such a line is two phrases, and the
//! stamps are looked for. Each stamp goes to the phrase where its host's counter keeps rising. Where that leaves a choice,
//! the events are kept without stamps.

mod phrase;
mod positions;
mod stamp;
mod tokens;
mod told;
mod torn;
mod words;

use std::collections::HashMap;
use std::sync::LazyLock;

use regex::Regex;

use crate::assembly::{Assembly, Draft};
use crate::by_pattern::bounded;
use crate::decoded::quoted;
use crate::form::Text;
use crate::{Event, FlawKind, Form, HostId, Log, Options, Place, ReadError, Stamps};

use phrase::{Openings, Phrase};
use stamp::{Stamp, Value, stamps_of};
use torn::Torn;

/// The form of lines that end in `(LAMPORT_TIME=n)`.
pub static FORM: Form = Form {
    name: "lamport",
    about: "lines that end in (LAMPORT_TIME=n) or (VECTOR_TIME=[…]), also torn ones",
    recognises,
    read,
    write: None,
};

fn recognises(beginning: &str) -> bool {
    static STAMP: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"\(\s*(?:lamport|vector|logical)[_ ](?:time|clock)\s*[=:]")
            .expect("an expression")
    });
    STAMP.is_match(&beginning.to_ascii_lowercase())
}

/// A line's phrases and stamps.
#[derive(Debug)]
struct Line<'t> {
    place: Place,
    phrases: Vec<&'t str>,
    stamps: Vec<Stamp>,
    /// Whether each phrase has its stamp right behind it.
    is_paired: bool,
    /// Whether there is more of a stamp in it than could be read.
    has_scraps: bool,
    text: &'t str,
}

/// An event whose stamp is clear, or is not.
#[derive(Debug)]
struct Found {
    phrase: Phrase,
    stamp: Option<Stamp>,
    place: Place,
}

fn read(texts: &[Text<'_>], _: &Options) -> Result<Vec<Log>, ReadError> {
    let mut assembly = Assembly::default();
    let mut found = Vec::new();
    for text in texts {
        let before = found.len();
        read_text(text, &mut found, &mut assembly.log);
        if found.len() == before {
            return Err(ReadError::NoEvents {
                name: text.name.to_owned(),
                form: FORM.name,
                advice: "no line names a host and has a whole stamp behind it".to_owned(),
            });
        }
    }
    told::guesses(&found, &mut assembly.log);
    let values = values(&found, &mut assembly.log);
    let are_named = tokens::name_messages(&found);
    for (event, value) in found.into_iter().zip(values) {
        let draft = draft(event, value, are_named, &mut assembly.log);
        assembly.push(draft);
    }
    Ok(vec![assembly.finish()])
}

fn read_text(text: &Text<'_>, found: &mut Vec<Found>, log: &mut Log) {
    let all = &*text.decoded.text;
    let mut openings = Openings::default();
    let is_short = |line: &&str| line.len() <= told::LINE_BYTES_MAX;
    for line in all
        .lines()
        .filter(is_short)
        .filter(|line| line.contains('('))
    {
        let stamps = stamps_of(line, &line.to_ascii_lowercase());
        if let [first, ..] = &stamps[..] {
            openings.learn(&line[..first.start]);
        }
    }
    let mut torn = Torn::default();
    let mut other_lines = Vec::new();
    for (line, number) in all.lines().zip(1..) {
        let place = Place {
            source: text.source,
            line: number,
        };
        if line.trim().is_empty() || told::is_too_long(line, place, log) {
            continue;
        }
        let line = Line::of(line, place, &openings);
        let is_event = !line.stamps.is_empty() || line.has_scraps || openings.begin(line.text);
        if is_event {
            torn.take_in(line, found, log);
        } else {
            other_lines.push((place, line.text));
        }
    }
    torn.finish(found, log);
    let is_cut_off = !all.ends_with('\n')
        && all
            .lines()
            .last()
            .is_some_and(|line| line.contains('(') && !line.contains(')'));
    if is_cut_off {
        let number = u32::try_from(all.lines().count()).unwrap_or(u32::MAX);
        let place = Place {
            source: text.source,
            line: number,
        };
        log.blame(
            FlawKind::Truncated,
            place,
            "The text ends in the middle of an event.".to_owned(),
        );
    }
    if let [(place, first), ..] = &other_lines[..] {
        let first = quoted(first.trim());
        let text = match other_lines.len() {
            1 => format!("This line has no stamp and was left out: `{first}`."),
            many => {
                format!(
                    "{many} lines have no stamp and were left out; this is the first: `{first}`."
                )
            }
        };
        log.blame(FlawKind::LeftOut, *place, text);
    }
}

impl<'t> Line<'t> {
    fn of(text: &'t str, place: Place, openings: &Openings) -> Self {
        let small = text.to_ascii_lowercase();
        let stamps = stamps_of(text, &small);
        let mut phrases = Vec::new();
        let mut is_paired = true;
        let mut start = 0;
        for stamp in &stamps {
            let own = openings.cut(&text[start..stamp.start]);
            is_paired &= own.len() == 1;
            phrases.extend(own);
            start = stamp.end;
        }
        // Behind the last stamp there may be words of the same line, but no other line unless it begins like one.
        let rest = openings.cut(&text[start..]);
        let begins = rest.len() > 1 || openings.begin(&text[start..]);
        if begins && Phrase::of(&text[start..]).is_some() {
            phrases.extend(rest);
            is_paired = false;
        }
        let has_scraps =
            small.matches("t_time").count() + small.matches("r_time").count() > stamps.len();
        Self {
            place,
            phrases,
            stamps,
            is_paired,
            has_scraps,
            text,
        }
    }
}

/// A clock as the log holds it: one counter, or one a host.
enum Clock {
    None,
    Lamport(u64),
    Vector(Vec<(HostId, u64)>),
}

/// Turns stamps into clocks; for vectors by position it must be found out first which position is whose.
fn values(found: &[Found], log: &mut Log) -> Vec<Clock> {
    let mut names: Vec<&str> = Vec::new();
    let mut vectors: Vec<positions::Vectors<'_>> = Vec::new();
    let mut first = None;
    let mut places: HashMap<&str, usize> = HashMap::new();
    for Found {
        phrase,
        stamp,
        place,
    } in found
    {
        log.host(&phrase.host);
        if let Some(Value::Positions(vector)) = stamp.as_ref().map(|stamp| &stamp.value) {
            first.get_or_insert((*place, vector.len()));
            let at = *places.entry(&phrase.host).or_insert_with(|| {
                names.push(&phrase.host);
                vectors.push(Vec::new());
                names.len() - 1
            });
            vectors[at].push(vector);
        }
    }
    let hosts = first.and_then(|(place, length)| {
        let found = positions::positions(&names, &vectors);
        if found.is_none() {
            let text = "It is not clear which position of the vectors belongs to which host, so they were left out; \
                        name the hosts 0, 1, 2, … in the order of the positions.";
            log.blame(FlawKind::Part, place, text.to_owned());
        }
        let found = found?;
        // A position that is nobody's has counted nothing, or its process's lines are missing.
        let host_at = |at: usize| match found.iter().position(|own| *own == at) {
            Some(host) => names[host].to_owned(),
            None => format!("position {at}"),
        };
        Some((0..length).map(host_at).collect::<Vec<_>>())
    });
    let mut clock = |stamp: &Stamp| match (&stamp.value, &hosts) {
        (Value::Scalar(count), _) => Clock::Lamport(*count),
        (Value::Named(entries), _) => Clock::Vector(
            entries
                .iter()
                .filter(|(_, count)| *count > 0)
                .map(|(name, count)| (log.host(name), *count))
                .collect(),
        ),
        (Value::Positions(counts), Some(hosts)) => {
            let counts = counts.iter().zip(hosts).filter(|(count, _)| **count > 0);
            Clock::Vector(
                counts
                    .map(|(count, host)| (log.host(host), *count))
                    .collect(),
            )
        }
        (Value::Positions(_), None) => Clock::None,
    };
    found
        .iter()
        .map(|event| event.stamp.as_ref().map_or(Clock::None, &mut clock))
        .collect()
}

fn draft(found: Found, clock: Clock, are_named: bool, log: &mut Log) -> Draft {
    let Found {
        phrase,
        stamp,
        place,
    } = found;
    let host = log.host(&phrase.host);
    let mut stamps = Stamps {
        wall_ns: stamp.and_then(|stamp| stamp.wall_ns),
        ..Stamps::default()
    };
    let mut own = None;
    match clock {
        Clock::None => {}
        Clock::Lamport(count) => stamps.lamport = Some(count),
        Clock::Vector(mut entries) => {
            entries.sort_unstable();
            entries.dedup_by_key(|(host, _)| *host);
            own = entries
                .iter()
                .find(|(named, _)| *named == host)
                .map(|(_, count)| *count);
            if own.is_none() {
                let text = format!(
                    "The clock of an event of `{}` does not count `{}` itself.",
                    phrase.host, phrase.host
                );
                log.blame(FlawKind::OwnEntryMissing, place, text);
            }
            stamps.vector = Some(entries.into_boxed_slice());
        }
    }
    let peer = phrase.peer.and_then(|name| log.host_named(&name));
    let token = phrase.token.filter(|_| are_named);
    let text = bounded(&phrase.text, place, log);
    let event = Event {
        host,
        kind: phrase.kind,
        message: token.map(|token| log.message(&token)),
        text,
        stamps,
        place,
    };
    Draft {
        event,
        own,
        peer,
        view: None,
        fields: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{EventKind, Source};

    fn log(text: &str) -> Log {
        let source = Source {
            name: "out.txt",
            text: text.as_bytes(),
        };
        crate::read(&[source], &Options::default())
            .expect("a log")
            .remove(0)
    }

    /// Each event as `host:lamport`, and the flaws' kinds.
    #[track_caller]
    fn check(text: &str, expected: &[&str], kinds: &[FlawKind]) {
        let log = log(text);
        let event = |event: &Event| {
            let lamport = event
                .stamps
                .lamport
                .map_or("?".to_owned(), |count| count.to_string());
            format!("{}:{lamport}", log.host_name(event.host))
        };
        let events: Vec<String> = log.events.iter().map(event).collect();
        assert_eq!(events, expected, "{:?}", log.flaws);
        let found: Vec<FlawKind> = log.flaws.iter().map(|flaw| flaw.kind).collect();
        assert_eq!(found, kinds, "{:?}", log.flaws);
    }

    const WHOLE: &str =
        "Something happened in 1 ! (LAMPORT_TIME=4)\nMessage sent from 0 (LAMPORT_TIME=1)\n";

    #[test]
    fn whole_lines_are_events() {
        let text = "Something happened in 0 ! (LAMPORT_TIME=1, LOCAL_TIME=1970-01-01 00:00:01)\nMessage received at 1 (LAMPORT_TIME=2)\n";
        check(text, &["0:1", "1:2"], &[]);
        let log = log(text);
        assert_eq!(log.events[0].stamps.wall_ns, Some(1_000_000_000));
        assert_eq!(log.events[0].text, "Something happened in 0");
        assert_eq!(log.events[1].kind, EventKind::Receive);
    }

    #[test]
    fn lines_that_follow_each_other_on_one_are_told_apart() {
        let torn = format!(
            "{WHOLE}Message sent from 0 (LAMPORT_TIME=2)Something happened in 1 ! (LAMPORT_TIME=5)\n\n"
        );
        check(&torn, &["1:4", "0:1", "0:2", "1:5"], &[FlawKind::Torn]);
    }

    #[test]
    fn a_torn_line_whose_stamps_can_only_be_had_one_way_is_read() {
        let torn = format!(
            "{WHOLE}Message sent from 0Something happened in 1 ! (LAMPORT_TIME=2)(LAMPORT_TIME=5)\n"
        );
        check(&torn, &["1:4", "0:1", "0:2", "1:5"], &[FlawKind::Torn]);
        let torn = format!(
            "{WHOLE}Message sent from 0Something happened in 1 ! (LAMPORT_TIME=5)\n(LAMPORT_TIME=2)\n"
        );
        check(&torn, &["1:4", "0:1", "0:2", "1:5"], &[FlawKind::Torn]);
    }

    #[test]
    fn a_torn_line_with_a_choice_keeps_its_events_without_stamps() {
        let torn = format!(
            "{WHOLE}Message sent from 0Something happened in 1 ! (LAMPORT_TIME=6)(LAMPORT_TIME=5)\n"
        );
        check(&torn, &["1:4", "0:1", "0:?", "1:?"], &[FlawKind::TornLoss]);
        let torn =
            format!("{WHOLE}Message sent from 0Something happened in 1 ! (LAMPORT_TIME=6)\n");
        check(&torn, &["1:4", "0:1", "0:?", "1:?"], &[FlawKind::TornLoss]);
    }

    #[test]
    fn a_stamp_may_come_some_lines_later_by_itself() {
        let torn = format!(
            "{WHOLE}Message sent from 0Something happened in 1 ! (LAMPORT_TIME=5)\n\n\
             Message sent from 2 (LAMPORT_TIME=1)\n(LAMPORT_TIME=2)\n"
        );
        let events = ["1:4", "0:1", "0:2", "1:5", "2:1"];
        check(&torn, &events, &[FlawKind::Torn]);
        let broken = format!("{WHOLE}Message sent from 0\n\n (LAMPORT_TIME=2)\n");
        check(&broken, &["1:4", "0:1", "0:2"], &[FlawKind::Torn]);
    }

    #[test]
    fn what_comes_after_a_torn_line_tells_too_whose_a_stamp_is() {
        let torn = "Something happened in 1 !Message sent from 0 (LAMPORT_TIME=6)(LAMPORT_TIME=5)\n\
                    Message sent from 0 (LAMPORT_TIME=6)\nSomething happened in 1 ! (LAMPORT_TIME=7)\n";
        check(torn, &["1:6", "0:5", "0:6", "1:7"], &[FlawKind::Torn]);
    }

    #[test]
    fn a_stamp_that_is_torn_itself_is_told() {
        let torn = format!(
            "{WHOLE}Message sent from 0 (LAMPORT_TISomething happened in 1 ! (LAMPORT_TIME=5)\n"
        );
        let log = log(&torn);
        assert!(
            log.flaws.iter().any(|flaw| flaw.kind == FlawKind::TornLoss),
            "{:?}",
            log.flaws
        );
    }

    #[test]
    fn a_text_that_is_cut_off_says_so_and_other_lines_are_counted() {
        let text = format!("begin\n{WHOLE}all done\nMessage sent from 0 (LAMPORT_TIME=2");
        let log = log(&text);
        let kinds: Vec<FlawKind> = log.flaws.iter().map(|flaw| flaw.kind).collect();
        assert!(kinds.contains(&FlawKind::Truncated), "{:?}", log.flaws);
        assert!(kinds.contains(&FlawKind::LeftOut), "{:?}", log.flaws);
        assert_eq!(log.flaws[0].place.line, 1);
    }

    #[test]
    fn vectors_by_position_find_their_hosts() {
        let log = log(
            "Message sent from b (VECTOR_TIME=[1, 0])\nSomething in b (VECTOR_TIME=[2, 0])\nMessage received at a (VECTOR_TIME=[1, 1])\n",
        );
        let (a, b) = (
            log.host_named("a").expect("a"),
            log.host_named("b").expect("b"),
        );
        assert_eq!(
            log.events[2].stamps.vector.as_deref(),
            Some(&[(b, 1), (a, 1)][..])
        );
        assert_eq!(log.flaws, []);
    }
}

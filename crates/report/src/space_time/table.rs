//! A scene as numbers, for the page's script.
//!
//! What can be computed from the rest is not in it: places from lanes and rows, vector clocks from
//! program order and messages, and claimed stamps that equal the rebuilt ones. The form is JSON in
//! which every `<` is written as `\u003c`, so that no text can end the element that it stands in.

use std::fmt::Write as _;

use history::Verdict;
use trace::EventKind;

use super::{
    beside::Beside,
    claims,
    scene::{Fate, Lane, Mark, Scene},
    views::Views,
};
use crate::escape::{abridged, shortened, visible};

/// The table.
pub(super) fn table(scene: &Scene<'_>) -> String {
    let log = scene.drawing.log;
    let order = scene.drawing.order;
    let mut out = String::from("{");
    // Hosts with a lane come first; the others are named in vectors only.
    let mut hosts: Vec<usize> = scene.lanes.iter().map(|lane| lane.host).collect();
    let mut place = vec![usize::MAX; log.hosts.len()];
    for (at, host) in hosts.iter().enumerate() {
        place[*host] = at;
    }
    for (host, at) in place.iter_mut().enumerate() {
        if *at == usize::MAX {
            *at = hosts.len();
            hosts.push(host);
        }
    }
    strings(
        &mut out,
        "hosts",
        hosts
            .iter()
            .map(|host| abridged(&log.hosts[*host], MOST_NAME)),
    );
    column(
        &mut out,
        "counts",
        scene.lanes.iter().map(|lane| lane.count),
    );
    let first = |lane: &Lane| order.index(scene.marks[lane.first as usize].event);
    column(&mut out, "firsts", scene.lanes.iter().map(first));
    column(
        &mut out,
        "y",
        steps(scene.rows.y.iter().map(|y| i64::from(*y))),
    );
    let kinds: String = scene.marks.iter().map(|mark| letter(mark.kind)).collect();
    let _ = write!(out, "\"kinds\":\"{kinds}\",");
    column(&mut out, "rows", by_lane(scene, |mark| i64::from(mark.row)));
    texts(&mut out, scene);
    places(&mut out, scene);
    messages(&mut out, scene);
    stamps(&mut out, scene, &place);
    times(&mut out, scene);
    entries(&mut out, scene, &place);
    witnesses(&mut out, scene);
    views(&mut out, scene);
    let _ = write!(out, "\"beside\":\"{}\",", Beside::of(scene).name());
    let chosen = scene.drawing.around;
    let chosen = chosen
        .and_then(|chosen| scene.number_of(chosen))
        .map_or(-1, i64::from);
    let _ = write!(out, "\"chosen\":{chosen}}}");
    out
}

/// At how many characters texts are cut, so that a page stays small however many there are.
pub(super) fn most_text(scene: &Scene<'_>) -> usize {
    let events = scene.marks.iter();
    let texts: Vec<&str> = events
        .map(|mark| scene.drawing.log.event(mark.event).text.as_str())
        .collect();
    fitting(&texts, TEXT_BYTES, &TEXT_LIMITS)
}

/// The first of the limits at which all texts together take no more bytes; else the last.
fn fitting(texts: &[&str], bytes: usize, limits: &[usize]) -> usize {
    let taken = |most: usize| -> usize {
        let cut = |text: &&str| {
            text.char_indices()
                .nth(most)
                .map_or(text.len(), |(at, _)| at)
        };
        texts.iter().map(cut).sum()
    };
    let found = limits.iter().find(|most| taken(**most) <= bytes);
    *found.unwrap_or(&limits[limits.len() - 1])
}

/// A name that keeps its end, where names of messages differ.
fn ended(name: &str, limit: usize) -> String {
    match name.chars().count().checked_sub(limit) {
        None | Some(0) => name.to_owned(),
        Some(more) => format!("…{}", name.chars().skip(more).collect::<String>()),
    }
}

fn texts(out: &mut String, scene: &Scene<'_>) {
    let most = most_text(scene);
    let text = |mark: &Mark| shortened(&scene.drawing.log.event(mark.event).text, most);
    strings(out, "texts", scene.marks.iter().map(text));
}

fn places(out: &mut String, scene: &Scene<'_>) {
    let place = |mark: &Mark| scene.drawing.log.event(mark.event).place;
    column(
        out,
        "lines",
        by_lane(scene, |mark| i64::from(place(mark).line)),
    );
    if scene.marks.iter().any(|mark| place(mark).source > 0) {
        column(
            out,
            "sources",
            scene.marks.iter().map(|mark| place(mark).source),
        );
        let files = scene.drawing.files.iter();
        strings(out, "files", files.map(|file| ended(file, MOST_NAME)));
    }
}

fn messages(out: &mut String, scene: &Scene<'_>) {
    let log = scene.drawing.log;
    let mut named: Vec<u32> = Vec::new();
    let mut index = vec![u32::MAX; log.messages.len()];
    let mut of = Vec::new();
    for mark in &scene.marks {
        of.push(log.event(mark.event).message.map_or(-1, |message| {
            let index = &mut index[message.0 as usize];
            if *index == u32::MAX {
                *index = named.len() as u32;
                named.push(message.0);
            }
            i64::from(*index)
        }));
    }
    let names: Vec<&str> = named
        .iter()
        .map(|at| log.messages[*at as usize].as_str())
        .collect();
    let most = fitting(&names, NAME_BYTES, &NAME_LIMITS);
    strings(out, "names", names.iter().map(|name| ended(name, most)));
    column(out, "messages", of);
    let flat = |line: &super::scene::Line| [line.from, line.to];
    let (turned, right): (Vec<_>, Vec<_>) = scene.lines.iter().partition(|line| line.is_impossible);
    column(out, "edges", right.iter().flat_map(flat));
    column(out, "turned", turned.iter().flat_map(flat));
    let skewed = scene.lines.iter().filter(|line| line.backwards > 0);
    column(
        out,
        "skewed",
        skewed.flat_map(|line| [i64::from(line.to), line.backwards]),
    );
    for (name, fate) in [
        ("lost", Fate::Lost),
        ("unsent", Fate::FromNobody),
        ("beyond", Fate::Beyond),
    ] {
        column(out, name, numbers(scene, |mark| mark.fate == fate));
    }
    column(out, "impossible", numbers(scene, |mark| mark.is_impossible));
    let doubted = |number: &u32| scene.marks[*number as usize].doubt.is_some();
    let doubts: Vec<u32> = (0..scene.marks.len() as u32).filter(doubted).collect();
    let doubt = |number: &u32| {
        scene.marks[*number as usize]
            .doubt
            .clone()
            .unwrap_or_default()
    };
    strings(out, "doubts", doubts.iter().map(doubt));
    column(out, "doubted", doubts);
}

/// The views' names, letters and members, and of each event that installs one, its number and that of the view.
fn views(out: &mut String, scene: &Scene<'_>) {
    let (views, log) = (&scene.views, scene.drawing.log);
    if views.all.is_empty() {
        return;
    }
    let name = |view: u32| shortened(&views.all[view as usize].name, MOST_NAME);
    let all = || 0..views.all.len() as u32;
    strings(out, "views", all().map(name));
    strings(out, "letters", all().map(Views::letter));
    strings(out, "members", all().map(|view| views.members(log, view)));
    let installed = scene.marks.iter().enumerate();
    let installed =
        installed.filter_map(|(at, mark)| Some([at as u32, views.installed(mark.event)?]));
    column(out, "installed", installed.flatten());
}

/// Which events prove that a promise is broken, each with the number of the finding that says so.
fn witnesses(out: &mut String, scene: &Scene<'_>) {
    let found = scene.drawing.findings.iter();
    let broken = found.filter(|found| found.finding.verdict == Verdict::Invalid);
    let broken: Vec<_> = broken
        .filter_map(|found| Some((found.pair?, &found.finding.text)))
        .collect();
    let ends = broken.iter().enumerate().flat_map(|(at, ((a, b), _))| {
        let ends = [*a, *b].into_iter();
        ends.filter_map(move |end| Some([scene.number_of(end)?, at as u32]))
    });
    column(out, "witnesses", ends.flatten());
    let text = |(_, text): &(_, &String)| shortened(text, MOST_FINDING);
    strings(out, "broken", broken.iter().map(text));
}

/// Claimed stamps: Lamport's as the difference to the rebuilt one, vectors where they differ from it.
fn stamps(out: &mut String, scene: &Scene<'_>, place: &[usize]) {
    let (log, order) = (scene.drawing.log, scene.drawing.order);
    let stamps = |mark: &Mark| &log.event(mark.event).stamps;
    if scene
        .marks
        .iter()
        .any(|mark| stamps(mark).lamport.is_some())
    {
        let rebuilt = |mark: &Mark| scene.sequence.lamport[mark.event.0 as usize];
        let more = |mark: &Mark| match stamps(mark).lamport {
            Some(claimed @ ..EXACT) => (claimed as i64 - i64::from(rebuilt(mark))).to_string(),
            Some(claimed) => number(claimed),
            None => "null".to_owned(),
        };
        let is_right = |mark: &Mark| stamps(mark).lamport == Some(u64::from(rebuilt(mark)));
        match scene.marks.iter().all(is_right) {
            true => out.push_str("\"lamport\":0,"),
            false => column(out, "lamport", scene.marks.iter().map(more)),
        }
    }
    if scene.marks.iter().any(|mark| stamps(mark).hybrid.is_some()) {
        let hybrid = |mark: &Mark| match stamps(mark).hybrid {
            Some(packed) => format!("{},{}", packed >> 16, packed & 0xffff),
            None => "null,null".to_owned(),
        };
        column(out, "hybrid", scene.marks.iter().map(hybrid));
    }
    let claims = |mark: &Mark| stamps(mark).vector.is_some();
    if !scene.marks.iter().any(claims) {
        return;
    }
    // 0: none, 1: equal to the rebuilt one, 2: in `vectors`.
    let sort = |mark: &Mark| match claims(mark) {
        false => '0',
        true if claims::is_exact(log, order, mark.event) => '1',
        true => '2',
    };
    let sorts: String = scene.marks.iter().map(sort).collect();
    let _ = write!(out, "\"claims\":\"{sorts}\",");
    let others = scene.marks.iter().zip(sorts.chars());
    let others = others.filter(|(_, sort)| *sort == '2');
    let vector = |(mark, _): (&Mark, char)| {
        let entries = stamps(mark).vector.iter().flatten();
        let flat: Vec<String> = entries
            .map(|(host, count)| format!("{},{}", place[host.0 as usize], number(*count)))
            .collect();
        format!("[{}]", flat.join(","))
    };
    column(out, "vectors", others.map(vector));
}

/// Times, as steps in nanoseconds from one event of a lane to the next.
fn times(out: &mut String, scene: &Scene<'_>) {
    let Some(clocks) = &scene.sequence.clocks else {
        return;
    };
    let told = |mark: &Mark| clocks.told[mark.event.0 as usize];
    let Some(first) = scene.marks.iter().filter_map(told).min() else {
        return;
    };
    let _ = write!(out, "\"begin\":\"{first}\",");
    let mut last = 0;
    let step = |mark: &Mark| match told(mark) {
        Some(time) => {
            let since = time.saturating_sub(first);
            let step = since - last;
            last = since;
            step.to_string()
        }
        None => "null".to_owned(),
    };
    column(out, "times", scene.marks.iter().map(step));
    let shift = |lane: &Lane| clocks.shift[lane.host];
    column(out, "shifts", scene.lanes.iter().map(shift));
}

/// What came in from before the window: of each first event of a lane and each receipt of an earlier
/// message, what it knew.
fn entries(out: &mut String, scene: &Scene<'_>, place: &[usize]) {
    if scene.before == 0 {
        return;
    }
    let order = scene.drawing.order;
    let mut entries = Vec::new();
    for (number, mark) in scene.marks.iter().enumerate() {
        let previous = order.previous(mark.event);
        let causes = previous.iter().chain(order.sources(mark.event));
        let is_outside = |cause: &&trace::EventId| scene.number_of(**cause).is_none();
        let outside: Vec<&trace::EventId> = causes.filter(is_outside).collect();
        if outside.is_empty() {
            continue;
        }
        let lamport = |cause: &&trace::EventId| scene.sequence.lamport[cause.0 as usize];
        let latest = outside.iter().map(lamport).max().unwrap_or(0);
        let mut flat = String::new();
        for (host, at) in place.iter().enumerate() {
            let known = outside
                .iter()
                .map(|cause| order.vector(**cause)[host])
                .max();
            if let Some(count) = known.filter(|count| *count > 0) {
                let _ = write!(flat, ",{at},{count}");
            }
        }
        entries.push(format!("[{number},{latest}{flat}]"));
    }
    column(out, "entries", entries);
}

fn numbers(scene: &Scene<'_>, is: impl Fn(&Mark) -> bool) -> impl Iterator<Item = usize> {
    let marks = scene.marks.iter().enumerate();
    marks
        .filter(move |(_, mark)| is(mark))
        .map(|(number, _)| number)
}

/// A rising column as its steps, which are shorter.
fn steps(values: impl Iterator<Item = i64>) -> impl Iterator<Item = i64> {
    let mut last = 0;
    values.map(move |value| value - std::mem::replace(&mut last, value))
}

/// A column of all marks as steps that begin anew in each lane.
fn by_lane(scene: &Scene<'_>, value: impl Fn(&Mark) -> i64) -> Vec<i64> {
    let mut all = Vec::with_capacity(scene.marks.len());
    for lane in &scene.lanes {
        let numbers = Scene::numbers(lane);
        all.extend(steps(
            numbers.map(|number| value(&scene.marks[number as usize])),
        ));
    }
    all
}

fn letter(kind: EventKind) -> char {
    match kind {
        // It is drawn as a local event, whose words say it.
        EventKind::Local | EventKind::Blocked => 'l',
        EventKind::View => 'v',
        EventKind::Leave => 'e',
        EventKind::Crash => 'x',
        EventKind::Send => 's',
        EventKind::Receive => 'r',
        EventKind::Deliver => 'd',
    }
}

fn column<T: ToString>(out: &mut String, name: &str, values: impl IntoIterator<Item = T>) {
    let values: Vec<String> = values.into_iter().map(|value| value.to_string()).collect();
    let _ = write!(out, "\"{name}\":[{}],", values.join(","));
}

fn strings(out: &mut String, name: &str, values: impl Iterator<Item = String>) {
    column(out, name, values.map(|text| quoted(&text)));
}

/// A number that the script shows as it is: large ones as a text, for its own are doubles.
fn number(value: u64) -> String {
    match value {
        ..EXACT => value.to_string(),
        _ => format!("\"{value}\""),
    }
}

/// A text from outside as a JSON string that may stand inside an HTML element.
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for character in visible(text).chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '<' => out.push_str("\\u003c"),
            '>' => out.push_str("\\u003e"),
            '&' => out.push_str("\\u0026"),
            _ => out.push(character),
        }
    }
    out.push('"');
    out
}

/// Findings are cut there where they stand beside an event.
const MOST_FINDING: usize = 600;

/// Names of hosts and of files are cut there.
const MOST_NAME: usize = 80;

/// Whole numbers below this are exact in a double.
const EXACT: u64 = 1 << 53;

/// What the texts of all events together may take.
const TEXT_BYTES: usize = 300_000;

/// Where texts may be cut: the first at which all of them fit.
const TEXT_LIMITS: [usize; 7] = [2000, 400, 160, 80, 48, 32, 16];

/// What the names of all messages together may take.
const NAME_BYTES: usize = 100_000;

/// Where names of messages may be cut.
const NAME_LIMITS: [usize; 4] = [80, 40, 24, 12];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_cannot_end_its_element() {
        assert_eq!(
            quoted("</script><!--\"\\\u{2028}"),
            "\"\\u003c/script\\u003e\\u003c!--\\\"\\\\\\\\u{2028}\""
        );
    }

    #[test]
    fn a_column_of_steps_begins_at_its_first_value() {
        assert_eq!(steps([5, 7, 7].into_iter()).collect::<Vec<_>>(), [5, 2, 0]);
    }
}

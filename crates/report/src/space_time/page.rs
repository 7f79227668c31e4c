//! The page of a space-time diagram: findings, the picture, what was chosen, the hosts in numbers.

use std::fmt::Write as _;

use history::{Finding, Verdict};

use super::{
    Drawing, Witnessed, broken, executions, names, paint,
    scene::{Lane, Scene},
    table,
    views::Views,
};
use crate::{
    escape::{escape, shortened},
    number::{count, counted, duration},
    page::{Figure, Shell, Table, Width},
    wording,
};

/// A log's space-time diagram as one self-contained HTML file.
///
/// Lanes and marks are there without a script; with it, an event can be chosen by mouse and keyboard,
/// and its causal past and future are lit. At most [`Drawing::most`] events are drawn, and the page says
/// what it leaves out. Every text from outside is escaped, and cut where all together would be large.
pub fn space_time(drawing: &Drawing<'_>) -> String {
    let scene = Scene::of(drawing);
    let main = executions::list(drawing)
        + &findings(&scene)
        + &broken::cards(drawing.log, drawing.broken)
        + &figure(&scene)
        + &hosts(&scene)
        + &views(&scene);
    let shell = Shell {
        title: drawing.title,
        header: header(&scene),
        main,
        footer: footer(drawing),
        style: STYLE,
        script: SCRIPT,
    };
    shell.html()
}

/// How many hosts, events and messages are drawn, in words.
pub(super) fn subject(scene: &Scene<'_>) -> String {
    let mut parts = vec![
        counted(scene.lanes.len() as u64, "host"),
        events(scene),
        messages(scene),
    ];
    match scene.lost.len() as u64 {
        0 => {}
        lost => parts.push(format!("{} lost", count(lost))),
    }
    let times = &scene.rows.times;
    if let Some((first, last)) = times.first().zip(times.last()) {
        parts.push(duration(last.saturating_sub(*first) as f64));
    }
    parts.join(" · ")
}

fn events(scene: &Scene<'_>) -> String {
    let (drawn, all) = (scene.marks.len(), scene.drawing.log.events.len() as u64);
    match drawn as u64 {
        drawn if drawn < all => format!("{} of {} drawn", count(drawn), counted(all, "event")),
        _ => counted(all, "event"),
    }
}

/// As many as the terminal says, however many of them are drawn.
fn messages(scene: &Scene<'_>) -> String {
    let (log, order) = (scene.drawing.log, scene.drawing.order);
    let matched = log.ids().map(|event| order.sources(event).len() as u64);
    let is_least = !order.basis().counts_messages();
    wording::messages(matched.sum(), is_least, "received")
}

/// What of the log is not drawn; nothing when all is.
pub(super) fn left_out(scene: &Scene<'_>) -> Option<String> {
    let (before, after) = (scene.before as u64, scene.after as u64);
    if before + after == 0 {
        return None;
    }
    let all = scene.drawing.log.events.len() as u64;
    let drawn = counted(scene.marks.len() as u64, "event");
    let hosts = scene.drawing.log.hosts.len() - scene.lanes.len();
    let hosts = match hosts {
        0 => String::new(),
        _ => format!(
            " {} without an event there have no lane.",
            counted(hosts as u64, "host")
        ),
    };
    Some(format!(
        "Drawn are {drawn} of {}: {} before them and {} after them are left out, and causes and effects \
         are counted among those that are drawn.{hosts}",
        count(all),
        count(before),
        count(after)
    ))
}

fn header(scene: &Scene<'_>) -> String {
    let drawing = scene.drawing;
    let gravest = drawing
        .findings
        .iter()
        .min_by_key(|found| found.finding.verdict);
    let badge = gravest.map_or(String::new(), |Witnessed { finding, .. }| {
        let (badge, meaning) = wording::verdict(finding.verdict);
        let reason = match finding.verdict {
            Verdict::Valid => meaning,
            _ => &finding.text,
        };
        let (class, reason) = (finding.verdict.name(), escape(reason));
        format!("\n<p class=\"verdict {class}\"><b>{badge}</b> <span>{reason}</span></p>")
    });
    let (title, subject) = (escape(drawing.title), escape(&subject(scene)));
    let basis = escape(drawing.order.basis().text());
    format!(
        "<header>\n<div class=\"top\"><h1>{title}</h1>\
         <button id=\"theme\" type=\"button\" hidden>◐ light or dark</button></div>\n\
         <p class=\"subject\">{subject}</p>\n<p class=\"subject sp-basis\"><b>order:</b> {basis}</p>{badge}\n\
         </header>"
    )
}

/// The findings, the gravest first, each with a button that shows its witness where it has one.
fn findings(scene: &Scene<'_>) -> String {
    let mut all: Vec<&Witnessed> = scene.drawing.findings.iter().collect();
    all.sort_by_key(|found| (found.finding.verdict, !found.is_kept));
    if all.is_empty() {
        return String::new();
    }
    let item = |found: &Witnessed| {
        let Witnessed {
            finding,
            pair,
            is_kept,
        } = found;
        let Finding { verdict, text } = finding;
        let (class, sign) = match verdict {
            Verdict::Invalid => ("invalid", "✗ wrong"),
            Verdict::Unknown => ("unknown", "? unsure"),
            Verdict::Valid if *is_kept => ("kept", "✓ kept"),
            Verdict::Valid => ("remark", "· note"),
        };
        let numbers =
            pair.and_then(|(one, other)| scene.number_of(one).zip(scene.number_of(other)));
        let button = numbers.map_or(String::new(), |(one, other)| {
            format!(" <button type=\"button\" class=\"sp-show\" data-pair=\"{one} {other}\" hidden>show it</button>")
        });
        format!(
            "<li class=\"{class}\"><b>{sign}</b> {}{button}</li>",
            escape(text)
        )
    };
    let grave = all
        .iter()
        .filter(|found| found.finding.verdict != Verdict::Valid);
    let (open, rest) = all.split_at(grave.count().clamp(FEW, MOST).min(all.len()));
    let items = |some: &[&Witnessed]| some.iter().map(|found| item(found)).collect::<String>();
    let mut parts = format!("<ul class=\"findings\">{}</ul>", items(open));
    if !rest.is_empty() {
        let (shown, dropped) = rest.split_at(rest.len().min(MOST));
        let dropped = match dropped.len() {
            0 => String::new(),
            more => format!("<li><b>· note</b> {more} more are not on this page</li>"),
        };
        let (more, items) = (rest.len(), items(shown));
        let _ = write!(
            parts,
            "<details class=\"more\"><summary>{more} more</summary>\
             <ul class=\"findings\">{items}{dropped}</ul></details>"
        );
    }
    Figure::new(Width::Full, "Findings").part(parts).html()
}

fn figure(scene: &Scene<'_>) -> String {
    let captions = match scene.rows.times.is_empty() {
        true => {
            "Time runs downward. The log has no times: an event stands as low as its longest chain of causes."
        }
        false => {
            "Time runs downward, three tenths by the clock and seven tenths by order, so bursts open up."
        }
    };
    Figure::new(Width::Full, "What happened before what")
        .caption(captions)
        .caption(&left_out(scene).unwrap_or_default())
        .key(&scene.key(true))
        .part(diagram(scene))
        .notes(&notes(scene))
        .html()
}

fn diagram(scene: &Scene<'_>) -> String {
    let lanes = scene.lanes.len().max(1);
    let short = names::short(scene);
    let heads = scene.lanes.iter().zip(&short);
    let names: String = heads
        .map(|(lane, short)| head(scene, lane, short))
        .collect();
    let data = table::table(scene);
    let picture = picture(scene);
    let title = escape(&format!(
        "Space-time diagram: {}",
        shortened(scene.drawing.title, 80)
    ));
    format!(
        "<form class=\"sp-tools\" id=\"sp-tools\" hidden>\
         <label>find <input id=\"sp-find\" type=\"search\" placeholder=\"text, message or host:index\"></label>\
         <button id=\"sp-next\" type=\"submit\">next</button>\
         <label>beside each event <select id=\"sp-beside\"></select></label>\
         <output id=\"sp-found\"></output></form>\n\
         <div class=\"sp-both\"><div class=\"sp-box\" id=\"sp-box\" tabindex=\"0\" role=\"application\" \
         aria-roledescription=\"space-time diagram\" aria-label=\"{title}\" aria-describedby=\"sp-keys\">\
         <div class=\"sp-sheet\" style=\"--lanes:{lanes}\">\
         <div class=\"sp-head\" aria-hidden=\"true\">{names}</div>\n{picture}</div></div>\n\
         <div class=\"sp-panel\" id=\"sp-panel\" hidden><div id=\"sp-what\"></div>{BUTTONS}{KEYS}</div></div>\n\
         <p class=\"sp-live\" id=\"sp-live\" role=\"status\" aria-live=\"polite\"></p>\n\
         <script type=\"application/json\" id=\"sp-data\">{data}</script>"
    )
}

fn head(scene: &Scene<'_>, lane: &Lane, short: &str) -> String {
    let name = escape(&shortened(&scene.drawing.log.hosts[lane.host], 300));
    let short = escape(short);
    match shift(scene, lane) {
        Some(shift) => format!(
            "<span class=\"sp-moved\" title=\"{name}\">{short}<small>clock +{shift}</small></span>"
        ),
        None => format!("<span title=\"{name}\">{short}</span>"),
    }
}

fn picture(scene: &Scene<'_>) -> String {
    let (lanes, height) = (scene.lanes.len().max(1), scene.rows.height);
    let mut folds = String::new();
    for (y, text) in paint::folds(scene) {
        let top = y - 10;
        let _ = write!(
            folds,
            "<rect class=\"sp-fold\" x=\"0\" y=\"{top}\" width=\"100%\" height=\"20\"/>\
             <text class=\"sp-quiet\" x=\"50%\" y=\"{}\">{}</text>",
            y + 4,
            escape(&text)
        );
    }
    let ticks: String = paint::ticks(scene)
        .iter()
        .map(|(y, text)| format!("<text x=\"-8\" y=\"{}\">{}</text>", y + 4, escape(text)))
        .collect();
    let lines = paint::lines(scene);
    let width = lanes as u32 * paint::LANE;
    let mut marks = String::new();
    for (index, lane) in scene.lanes.iter().enumerate() {
        let x = (index as f64 + 0.5) / lanes as f64 * 100.0;
        let body = paint::lane(scene, lane);
        let _ = write!(marks, "<svg class=\"sp-lane\" x=\"{x:.3}%\">{body}</svg>");
    }
    let description = description(scene);
    format!(
        "<svg class=\"sp-body\" id=\"sp-body\" role=\"img\" style=\"height:{height}px\">\
         <title>What happened before what</title><desc>{description}</desc>\
         <g class=\"sp-ticks\">{ticks}</g><g class=\"sp-folds\">{folds}</g>\
         <g class=\"sp-base\"><svg class=\"sp-wide\" viewBox=\"0 0 {width} {height}\" preserveAspectRatio=\"none\">\
         {lines}</svg>{marks}</g></svg>"
    )
}

/// For who cannot see the picture.
pub(super) fn description(scene: &Scene<'_>) -> String {
    escape(&format!(
        "A vertical lane a host, time downward, a mark an event, a line a message. {}.",
        subject(scene)
    ))
}

/// What must be said of the picture as a whole.
fn notes(scene: &Scene<'_>) -> Vec<String> {
    let mut notes = Vec::new();
    let folds = scene.rows.folds.len() as u64;
    if folds > 0 {
        let folded = scene
            .rows
            .folds
            .iter()
            .fold(0, |sum: i64, fold| sum.saturating_add(fold.ns));
        notes.push(format!(
            "{} folded, together {}.",
            counted(folds, "quiet stretch").replace("stretchs", "stretches"),
            duration(folded as f64)
        ));
    }
    let moved = |lane: &Lane| {
        let name = shortened(&scene.drawing.log.hosts[lane.host], 40);
        shift(scene, lane).map(|shift| format!("{name} by {shift}"))
    };
    let moved: Vec<String> = scene.lanes.iter().filter_map(moved).collect();
    if !moved.is_empty() {
        notes.push(format!(
            "Clocks that are behind are drawn later by what they lack at least: {}.",
            moved.join(", ")
        ));
    }
    let most = table::most_text(scene);
    let long = |mark: &&super::scene::Mark| {
        scene
            .drawing
            .log
            .event(mark.event)
            .text
            .chars()
            .nth(most)
            .is_some()
    };
    let cut = scene.marks.iter().filter(long).count() as u64;
    if cut > 0 {
        notes.push(format!(
            "{} longer than {most} characters: cut there, with a …; the log has the whole.",
            counted(cut, "text")
        ));
    }
    let flaws = scene.drawing.log.flaws.len() as u64;
    if flaws > 0 {
        notes.push(format!("Reading the log found {}.", counted(flaws, "flaw")));
    }
    notes
}

/// By how much a host's events are drawn later than its clock says.
fn shift(scene: &Scene<'_>, lane: &Lane) -> Option<String> {
    let clocks = scene.sequence.clocks.as_ref()?;
    let shift = Some(clocks.shift[lane.host]).filter(|shift| *shift > 0)?;
    Some(duration(shift as f64))
}

fn hosts(scene: &Scene<'_>) -> String {
    let mut table = Table::new(["host", "events", "sends", "receives", "delivers", "lost"]);
    for lane in scene.lanes.iter().take(MOST_ROWS) {
        let [sends, receives, delivers, lost] = lane.tally.map(count);
        let events = count(u64::from(lane.count));
        table.row(
            &scene.drawing.log.hosts[lane.host],
            [events, sends, receives, delivers, lost],
        );
    }
    table.details("Numbers: every host that is drawn")
}

/// Who is in which view; nothing where there are no views.
fn views(scene: &Scene<'_>) -> String {
    if scene.views.all.is_empty() {
        return String::new();
    }
    let mut installed = vec![0u64; scene.views.all.len()];
    for mark in &scene.marks {
        if let Some(view) = scene.views.installed(mark.event) {
            installed[view as usize] += 1;
        }
    }
    let mut table = Table::new(["view", "name", "members", "installed by"]);
    for (at, view) in scene.views.all.iter().enumerate().take(MOST_ROWS) {
        let members = scene.views.members(scene.drawing.log, at as u32);
        let by = counted(installed[at], "host");
        let name = shortened(&view.name, 80);
        table.row(&Views::letter(at as u32), [name, members, by]);
    }
    table.details("Numbers: every view that is drawn")
}

fn footer(drawing: &Drawing<'_>) -> String {
    let made = match drawing.command {
        "" => "Made with wharf.".to_owned(),
        command => format!("Made by <code>{}</code> with wharf.", escape(command)),
    };
    format!(
        "<footer><p>{made}</p><p>This page is whole: no network, no library. An event is called by its host \
         and its place there, from 1.</p></footer>"
    )
}

/// For fingers, which have no keys.
const BUTTONS: &str = "<p class=\"sp-do\"><button type=\"button\" data-key=\"m\">follow message</button>\
    <button type=\"button\" data-key=\"w\">hold for why</button>\
    <button type=\"button\" data-key=\"Escape\">clear</button></p>";

/// What the keys do; shown when there is a script that listens to them.
const KEYS: &str = "<div class=\"sp-keys\" id=\"sp-keys\"><p><kbd>↑</kbd> <kbd>↓</kbd> along the host, \
    <kbd>←</kbd> <kbd>→</kbd> to the next host, <kbd>m</kbd> or <kbd>Enter</kbd> follows the message, \
    <kbd>Home</kbd> <kbd>End</kbd> first and last, <kbd>Esc</kbd> clears.</p>\
    <p>Why? <kbd>w</kbd> holds the chosen event, then choose another: the path between them is shown, or \
    that there is none. With a mouse: click one, <kbd>Shift</kbd>-click the other.</p></div>";

/// So many findings are shown at once, and all that are graver than a remark.
const FEW: usize = 4;

/// More findings than twice this would bury the picture.
const MOST: usize = 40;

/// More hosts than this are read by programs.
const MOST_ROWS: usize = 400;

pub(crate) const STYLE: &str = include_str!("space_time.css");
const SCRIPT: &str = include_str!("space_time.js");

#[cfg(test)]
mod tests;

//! The diagram as one SVG picture without a script, for papers and slides.

use std::fmt::Write as _;

use trace::EventKind;

use super::{
    Drawing,
    beside::{Beside, Label},
    names, page, paint,
    scene::{Lane, Scene},
    views::Views,
};
use crate::escape::{abridged, escape, shortened};

/// A log's space-time diagram as an SVG file: white ground, a clock beside each event while
/// there are few, and what is left out at its foot.
pub fn space_time_svg(drawing: &Drawing<'_>) -> String {
    let scene = Scene::of(drawing);
    let lanes = scene.lanes.len().max(1) as u32;
    let lane = (900 / lanes).clamp(72, 240);
    let width = MARGIN + lanes * lane + 12;
    let foot = page::left_out(&scene);
    let height = HEAD + scene.rows.height + if foot.is_some() { 24 } else { 0 };
    let foot = foot.map_or(String::new(), |text| {
        let y = height - 10;
        format!(
            "<text class=\"foot\" x=\"8\" y=\"{y}\">{}</text>",
            escape(&text)
        )
    });
    let title = escape(drawing.title);
    let description = page::description(&scene);
    let content = content(&scene, lane, Said::Clocks);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
         height=\"{height}\" role=\"img\"><title>{title}</title><desc>{description}</desc>\
         <style>{STYLE}</style><rect class=\"ground\" width=\"{width}\" height=\"{height}\"/>\
         {content}{foot}</svg>\n"
    )
}

/// A small diagram within a page, in the colours of the page: what happened stands beside each event. It is as wide as
/// its lanes want; where that is more than `width`, it scrolls.
pub(super) fn embedded(scene: &Scene<'_>, width: u32) -> String {
    let lane = lane_width(scene, width);
    let (width, height) = (embedded_width(scene, width), HEAD + scene.rows.height);
    let title = escape(scene.drawing.title);
    let description = page::description(scene);
    let content = content(scene, lane, Said::Deeds);
    format!(
        "<svg class=\"sp-small\" viewBox=\"0 0 {width} {height}\" role=\"img\" \
         style=\"width:{width}px;height:{height}px\"><title>{title}</title><desc>{description}</desc>{content}</svg>"
    )
}

/// How wide a small diagram is for which there is so much room.
pub(super) fn embedded_width(scene: &Scene<'_>, room: u32) -> u32 {
    let lanes = scene.lanes.len().max(1) as u32;
    // The last lane has as much room for its words as the others have.
    MARGIN + LEFT + lanes * lane_width(scene, room) - 14
}

/// As wide as the words beside its events want, within reason.
fn lane_width(scene: &Scene<'_>, room: u32) -> u32 {
    let lanes = scene.lanes.len().max(1) as u32;
    let wanted = longest_deed(scene) as u32 * 66 / 10 + 32;
    wanted.clamp(104, ((room - MARGIN - LEFT) / lanes).clamp(156, 230))
}

/// Names, times, lines, lanes and what stands beside the events, in lanes of that width.
fn content(scene: &Scene<'_>, lane: u32, said: Said) -> String {
    let lanes = scene.lanes.len().max(1) as u32;
    let mut body = margin(scene, lanes * lane);
    // What was done takes room beside each event, and nothing stands before it but a view's letter.
    let left = match said {
        Said::Clocks => lane / 2,
        Said::Deeds => LEFT,
    };
    let stretch = f64::from(lane) / f64::from(paint::LANE);
    let lines = paint::lines(scene);
    let _ = write!(
        body,
        "<g transform=\"translate({} 0) scale({stretch} 1)\">{lines}</g>",
        i64::from(MARGIN + left) - i64::from(lane / 2)
    );
    let mut heads = String::new();
    let short = names::short(scene);
    for (index, one) in scene.lanes.iter().enumerate() {
        let x = MARGIN + index as u32 * lane + left;
        let _ = write!(
            body,
            "<g transform=\"translate({x} 0)\">{}</g>",
            paint::lane(scene, one)
        );
        let most = (lane / 9) as usize;
        let name = escape(&abridged(&short[index], most));
        let _ = write!(
            heads,
            "<text class=\"host\" x=\"{x}\" y=\"20\">{name}</text>"
        );
        if scene.marks.len() <= MOST_LABELS {
            labels(&mut body, scene, one, (x, lane), said);
        }
    }
    format!("{heads}<g transform=\"translate(0 {HEAD})\">{body}</g>")
}

/// The times left of the lanes, and the quiet stretches across their width.
fn margin(scene: &Scene<'_>, width: u32) -> String {
    let mut out = String::new();
    for (y, text) in paint::ticks(scene) {
        let (x, y, text) = (MARGIN - 8, y + 4, escape(&text));
        let _ = write!(
            out,
            "<text class=\"tick\" x=\"{x}\" y=\"{y}\">{text}</text>"
        );
    }
    for (y, text) in paint::folds(scene) {
        let (top, middle) = (y - 10, MARGIN + width / 2);
        let (y, text) = (y + 4, escape(&text));
        let _ = write!(
            out,
            "<rect class=\"sp-fold\" x=\"{MARGIN}\" y=\"{top}\" width=\"{width}\" height=\"20\"/>\
             <text class=\"quiet\" x=\"{middle}\" y=\"{y}\">{text}</text>"
        );
    }
    out
}

/// What stands beside the events.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Said {
    /// A clock, and the log's words.
    Clocks,
    /// What was done with which message.
    Deeds,
}

/// What stands beside each event of a lane, and the beginning of its text.
fn labels(out: &mut String, scene: &Scene<'_>, lane: &Lane, (x, width): (u32, u32), said: Said) {
    let beside = Beside::of(scene);
    for number in Scene::numbers(lane) {
        let event = scene.event(number);
        let Label { text, is_rebuilt } = match said {
            Said::Clocks => beside.label(scene, number),
            Said::Deeds => Label::default(),
        };
        let room = match (said, scene.marks[number as usize].kind) {
            (Said::Clocks, _) => (width as usize / 6).saturating_sub(text.chars().count() + 4),
            (Said::Deeds, _) => (width as usize - 26) * 10 / 66,
        };
        let class = match is_rebuilt {
            true => "rebuilt",
            false => "stamp",
        };
        let stamp = text;
        let words = match said == Said::Deeds || event.text.is_empty() {
            true => told(scene, number),
            false => event.text.clone(),
        };
        let text = match room {
            ..8 => String::new(),
            _ => escape(&shortened(&words, room)),
        };
        let aside = match scene.marks[number as usize].kind {
            EventKind::View | EventKind::Leave => 16,
            _ => 12,
        };
        let (x, y) = (x + aside, scene.y(number) + 4);
        let apart = scene.told_apart(number);
        let apart = apart.map_or(String::new(), |message| format!(" sp-m{}", message % 3));
        let _ = write!(
            out,
            "<text class=\"beside{apart}\" x=\"{x}\" y=\"{y}\"><tspan class=\"{class}\">{stamp}</tspan> {text}</text>"
        );
    }
}

/// What an event is where the log has no words for it.
fn told(scene: &Scene<'_>, number: u32) -> String {
    let mark = &scene.marks[number as usize];
    if let Some(view) = scene.views.installed(mark.event) {
        return format!("view {}", Views::letter(view));
    }
    let name = |message| names::message(scene.drawing.log, message);
    let message = scene.event(number).message.map(name);
    if mark.is_missing {
        let lacks = &scene.event(number).text;
        return message.map_or(String::new(), |message| format!("{lacks} {message}"));
    }
    let deed = match (mark.kind, message) {
        (EventKind::Leave, _) => "leaves",
        (EventKind::Blocked, _) => "is blocked",
        (EventKind::Crash, _) => "crashes",
        (EventKind::Send, Some(message)) => return format!("sends {message}"),
        (EventKind::Receive, Some(message)) => return format!("receives {message}"),
        (EventKind::Deliver, Some(message)) => return format!("delivers {message}"),
        _ => "",
    };
    deed.to_owned()
}

/// How many characters the longest text has that says what was done.
fn longest_deed(scene: &Scene<'_>) -> usize {
    let numbers = 0..scene.marks.len().min(MOST_LABELS) as u32;
    let lengths = numbers.map(|number| told(scene, number).chars().count());
    lengths.max().unwrap_or(0)
}

/// Room for times, left of the lanes.
const MARGIN: u32 = 64;

/// Room left of a small picture's lanes, for a view's letter.
const LEFT: u32 = 40;

/// Room for the hosts' names, above the first row.
const HEAD: u32 = 30;

/// Beside more events than this nobody reads a clock in a picture that cannot be scrolled.
const MOST_LABELS: usize = 2000;

const STYLE: &str = "text{font:11px system-ui,\"Liberation Sans\",Arial,sans-serif;fill:#1b2530}\
    .ground{fill:#fff}.host{font-weight:600;font-size:13px;text-anchor:middle}\
    .tick{text-anchor:end;fill:#566270}.quiet{text-anchor:middle;font-style:italic;fill:#566270}.foot{fill:#566270}\
    .beside{fill:#566270;paint-order:stroke;stroke:#fff;stroke-width:7px;stroke-linejoin:round}.stamp{font-weight:600;fill:#1b2530}.rebuilt{font-style:italic}\
    .sp-host{stroke:#98a3af;stroke-width:1.2}\
    .sp-line{fill:none;stroke:#566270;stroke-width:1.3;vector-effect:non-scaling-stroke}\
    .sp-skewed{stroke:#7a4802;stroke-width:1.8;stroke-dasharray:2 3}\
    .sp-turned{stroke:#b4533c;stroke-width:1.8;stroke-dasharray:7 3}\
    .sp-local,.sp-send,.sp-receive,.sp-in{fill:none;stroke:#1b2530;stroke-width:10;stroke-linecap:round}\
    .sp-local{stroke-width:8;stroke-linecap:square}.sp-receive{stroke-width:11}\
    .sp-in{stroke:#fff;stroke-width:6.4}.sp-deliver{fill:#1b2530}\
    .sp-lost{fill:none;stroke:#b4533c;stroke-width:1.8}\
    .sp-away{fill:none;stroke:#566270;stroke-width:1.3;stroke-dasharray:1 2}\
    .sp-leave,.sp-crash{fill:none;stroke:#1b2530;stroke-width:3.2}\
    .sp-band{fill:none;stroke:var(--sp-view);stroke-width:15;opacity:.2}\
    .sp-view{fill:none;stroke:var(--sp-view);stroke-width:2}.sp-letter{text-anchor:end;font-weight:700;fill:var(--sp-view)}\
    .sp-v0{--sp-view:#005697}.sp-v1{--sp-view:#26826e}.sp-v2{--sp-view:#401160}\
    .sp-v3{--sp-view:#8f2b47}.sp-v4{--sp-view:#577300}.sp-v5{--sp-view:#1d6f7e}\
    .sp-wrong,.sp-witness{fill:none;stroke:#b4533c;stroke-width:1.8}.sp-doubt{fill:#7a4802}\
    .sp-fold{fill:#f0f2f4;stroke:#98a3af;stroke-dasharray:2 4}";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::space_time::sample;
    use verdict::Order;

    #[track_caller]
    fn check(log: &trace::Log, wanted: &[&str]) {
        let order = Order::of(log);
        let svg = space_time_svg(&Drawing::new(log, &order, "<a>"));
        for part in wanted {
            assert!(svg.contains(part), "{part:?} is missing in {svg}");
        }
        assert!(!svg.contains("<script") && !svg.contains("<a>"));
    }

    #[test]
    fn a_picture_says_what_it_is_and_labels_its_events() {
        let wanted = [
            "<title>&lt;a&gt;</title><desc>A vertical lane a host",
            "class=\"host\" x=\"184\" y=\"20\">alice</text>",
            "<tspan class=\"stamp\">2</tspan> asks for a price</text>",
            "class=\"sp-lost\"",
        ];
        check(&sample::small().log, &wanted);
    }

    #[test]
    fn many_events_have_no_labels() {
        let log = sample::chat(4, 700).log;
        let order = Order::of(&log);
        assert!(!space_time_svg(&Drawing::new(&log, &order, "")).contains("class=\"beside\""));
    }

    #[test]
    fn an_empty_log_is_an_empty_picture() {
        check(&trace::Log::new(), &["0 hosts · 0 events"]);
    }
}

//! The whole text: heading, results, findings, verdict.

use history::{Summary, Verdict};

use super::{bench, columns::WIDEST, load, serve};
use crate::{escape::visible, number::duration, wording};

/// What the terminal shows at the end of a run, with a line end at its end.
///
/// Lines have at most 100 columns, but for findings that hold a longer word. Characters from outside
/// that would steer the terminal are spelled out.
pub fn text(summary: &Summary) -> String {
    let mut out = heading(summary);
    if let Some(results) = &summary.bench {
        out += &bench::text(results);
    }
    if let Some(results) = &summary.load {
        out += &load::text(results);
    }
    if let Some(results) = &summary.serve {
        out += &serve::text(results);
    }
    out += &findings(summary);
    let (badge, meaning) = wording::verdict(summary.verdict);
    out + &folded(
        &format!("{badge}: {}", wording::reason(summary)),
        "verdict  ",
        meaning,
    )
}

/// A paragraph below a name: the lines after the first begin below the first's text.
pub(super) fn paragraph(name: &str, text: &str) -> String {
    folded(text, name, "")
}

fn heading(summary: &Summary) -> String {
    let lasted = match summary.duration_ns {
        Some(ns) => format!(", took {}", duration(ns as f64)),
        None => String::new(),
    };
    format!(
        "{}  ({}{lasted})\n\n",
        visible(&summary.name),
        visible(&summary.started)
    )
}

fn findings(summary: &Summary) -> String {
    let mut out = String::new();
    for finding in &summary.findings {
        let name = match finding.verdict {
            Verdict::Invalid => "✗ wrong  ",
            Verdict::Unknown => "? unsure ",
            Verdict::Valid => "· note   ",
        };
        out += &folded(&finding.text, name, "");
    }
    if !out.is_empty() {
        out.push('\n');
    }
    out
}

/// `text` behind `name`, folded at spaces; `fallback` when it is empty.
fn folded(text: &str, name: &str, fallback: &str) -> String {
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

#[cfg(test)]
mod tests;

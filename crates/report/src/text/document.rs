//! The whole text: heading, results, findings, verdict.

use history::{Summary, Verdict};

use super::{
    bench, blocking, cast, chat, clock, group, load, names,
    paragraph::{paragraph, paragraph_or},
    primes, serve, sim,
};
use crate::{escape::visible, number::duration, wording};

/// What the terminal shows at the end of a run, with a line end at its end.
///
/// Lines have at most 100 columns, but for findings that hold a longer word. Characters from outside
/// that would steer the terminal are spelled out.
pub fn text(summary: &Summary) -> String {
    let mut out = heading(summary);
    if let Some(results) = &summary.bench {
        out += &bench::text(results);
        out += &blocking::text(results);
    }
    if let Some(results) = &summary.load {
        out += &load::text(results);
    }
    if let Some(results) = &summary.serve {
        out += &serve::text(results);
    }
    if let Some(results) = &summary.primes {
        out += &primes::text(results);
    }
    if let Some(results) = &summary.cast {
        out += &cast::text(results);
    }
    if let Some(results) = &summary.chat {
        out += &chat::text(results);
    }
    if let Some(results) = &summary.clock {
        out += &clock::text(results);
    }
    if let Some(results) = &summary.names {
        out += &names::text(results);
    }
    if let Some(results) = &summary.sim {
        out += &sim::text(results);
    }
    if let Some(results) = &summary.group {
        out += &group::text(results);
    }
    out += &findings(summary);
    let (badge, meaning) = wording::verdict(summary.verdict);
    out + &paragraph_or(
        &format!("{badge}: {}", wording::reason(summary)),
        "verdict  ",
        meaning,
    )
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
        out += &paragraph(name, &finding.text);
    }
    if !out.is_empty() {
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests;

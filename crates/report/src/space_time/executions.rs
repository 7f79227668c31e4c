//! The executions of a log with several: which there are, how each was judged, and where it is drawn.

use history::Verdict;

use super::Drawing;
use crate::{
    escape::{abridged, escape},
    number::counted,
    page::{Figure, Width},
};

/// An execution among others.
#[derive(Clone, Debug)]
pub struct Listed {
    /// What it is called.
    pub name: String,
    /// The gravest of what was found in it.
    pub verdict: Verdict,
    /// How many events it has.
    pub events: u64,
    /// The page that draws it, beside this one; absent where there is none.
    pub page: Option<String>,
    /// Whether this page draws it.
    pub is_this: bool,
}

/// The list; nothing where there is but one execution.
pub(super) fn list(drawing: &Drawing<'_>) -> String {
    let all = drawing.executions;
    if all.is_empty() {
        return String::new();
    }
    // Those with a page come before those that are only named, else the log's order stands.
    let (drawn, others): (Vec<&Listed>, Vec<&Listed>) =
        all.iter().partition(|one| one.page.is_some());
    let shown = drawn.iter().chain(others.iter().take(MOST));
    let items: String = shown.map(|one| item(one)).collect();
    let left_out = match others.len().saturating_sub(MOST) {
        0 => String::new(),
        more => format!("<li><b>· note</b> {more} more in <code>summary.json</code></li>"),
    };
    Figure::new(Width::Full, "Executions")
        .caption(match others.is_empty() {
            true => "Each is judged and drawn by itself.",
            false => {
                "Each is judged and drawn by itself. One without a page is drawn by wharf clock order … --execution with \
                 its name or number."
            }
        })
        .part(format!(
            "<ul class=\"findings sp-executions\">{items}{left_out}</ul>"
        ))
        .html()
}

fn item(one: &Listed) -> String {
    let (class, sign) = match one.verdict {
        Verdict::Invalid => ("invalid", "✗ invalid"),
        Verdict::Unknown => ("unknown", "? unknown"),
        Verdict::Valid => ("remark", "✓ valid"),
    };
    let name = escape(&abridged(&one.name, MOST_NAME));
    let name = match &one.page {
        _ if one.is_this => format!("<strong>{name}</strong>, drawn here"),
        Some(page) => format!("<a href=\"{}\">{name}</a>", escape(page)),
        None => name,
    };
    let events = counted(one.events, "event");
    format!("<li class=\"{class}\"><b>{sign}</b> {name} · {events}</li>")
}

/// Executions without a page that are named.
const MOST: usize = 40;

/// Names are cut there.
const MOST_NAME: usize = 80;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::space_time::sample;
    use verdict::Order;

    #[test]
    fn every_execution_is_named_and_those_with_a_page_are_linked() {
        let listed = |name: &str, verdict, page: Option<&str>, is_this| Listed {
            name: name.to_owned(),
            verdict,
            events: 3,
            page: page.map(str::to_owned),
            is_this,
        };
        let executions = [
            listed("a<b>", Verdict::Valid, Some("report-1.html"), false),
            listed("two", Verdict::Invalid, Some("report.html"), true),
            listed("far", Verdict::Unknown, None, false),
        ];
        let log = sample::small().log;
        let order = Order::of(&log);
        let drawing = Drawing {
            executions: &executions,
            ..Drawing::new(&log, &order, "")
        };
        let list = list(&drawing);
        for part in [
            "<b>✓ valid</b> <a href=\"report-1.html\">a&lt;b&gt;</a> · 3 events",
            "<b>✗ invalid</b> <strong>two</strong>, drawn here",
            "<b>? unknown</b> far · 3 events",
        ] {
            assert!(list.contains(part), "{part} in {list}");
        }
    }
}

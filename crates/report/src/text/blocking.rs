//! What mixed requests showed of head-of-line blocking, in a paragraph a number of clients.

use history::BenchSummary;

use super::paragraph::paragraph;
use crate::{head_of_line, number::counted, sweep};

/// The paragraphs; empty for a benchmark of another kind.
pub(super) fn text(bench: &BenchSummary) -> String {
    let told = |clients: u64| {
        let told = head_of_line::sentence(bench, clients)?;
        let of = format!("{}: {told}", counted(clients, "client"));
        Some(paragraph("  - ", &of))
    };
    let counts = sweep::client_counts(bench);
    let lines: String = counts.into_iter().filter_map(told).collect();
    match lines.is_empty() {
        true => lines,
        false => format!("Requests that only wait, beside those that calculate:\n\n{lines}\n"),
    }
}

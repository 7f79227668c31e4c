//! A server's tables.

use std::collections::BTreeMap;

use history::{Series, ServeSummary};

use super::{columns::Columns, paragraph::paragraph};
use crate::{
    escape::visible,
    number::{bytes, count},
    quantities::STATISTICS,
};

/// Traffic, how connections and requests ended, the statistics of gaps.
pub(super) fn text(serve: &ServeSummary) -> String {
    let connections = &serve.connections;
    let subject = format!(
        "{} under the model {} at {}",
        serve.service, serve.model, serve.address
    );
    let mut out = paragraph("", &subject);
    out.push('\n');
    out += &format!(
        "connections  {} accepted, at most {} open at once\n",
        count(connections.accepted),
        count(connections.open_max)
    );
    out += &paragraph("ended        ", &in_words(&connections.ended));
    if !connections.turned_away.is_empty() {
        out += &paragraph("turned away  ", &in_words(&connections.turned_away));
    }
    out += &format!(
        "requests     {}; {} received, {} sent\n",
        count(serve.requests),
        bytes(serve.received_bytes as f64),
        bytes(serve.sent_bytes as f64)
    );
    out += &paragraph("endings      ", &in_words(&serve.endings));
    out +=
        "\nGaps between connections by three clocks, and between requests of one connection:\n\n";
    out += &gaps(serve);
    if !serve.connection_gaps.connect_note.is_empty() {
        out.push('\n');
        out += &paragraph("handshake    ", &serve.connection_gaps.connect_note);
    }
    out + "\n"
}

/// One column a clock, one row a figure: ten figures beside each other do not fit.
fn gaps(serve: &ServeSummary) -> String {
    let clocks = &serve.connection_gaps;
    let series: [&Series; 4] = [
        &clocks.connect,
        &clocks.accept,
        &clocks.first_byte,
        &serve.data_gaps,
    ];
    let heads = ["", "handshake", "accept", "first byte", "requests"];
    let mut table = Columns::new(heads.map(str::to_owned));
    for quantity in &STATISTICS {
        let cells = series.iter().map(|one| (quantity.show)(one));
        table.row(std::iter::once(quantity.name.to_owned()).chain(cells));
    }
    table.finish()
}

fn in_words(numbers: &BTreeMap<String, u64>) -> String {
    let words: Vec<String> = numbers
        .iter()
        .map(|(name, number)| format!("{} {}", count(*number), visible(name)))
        .collect();
    if words.is_empty() {
        "none".to_owned()
    } else {
        words.join(", ")
    }
}

//! The figures of a server: when connections and requests came, and how they ended.

use std::collections::BTreeMap;

use history::{Series, ServeSummary};

use super::{
    figure::{Figure, Width},
    gaps::{GapFigures, gap_figures},
    table::Table,
};
use crate::number::{bytes, count};

/// All figures.
pub(super) fn figures(serve: &ServeSummary) -> String {
    let clocks = &serve.connection_gaps;
    let rows: [(&str, &Series); 4] = [
        ("connections, by handshake", &clocks.connect),
        ("connections, by accept", &clocks.accept),
        ("connections, by first byte", &clocks.first_byte),
        ("requests of one connection", &serve.data_gaps),
    ];
    let table = Table::of_series("gaps between", &rows).html("Statistics of gaps");
    let note = match clocks.connect_note.is_empty() {
        true => Vec::new(),
        false => vec![format!("Handshake clock: {}", clocks.connect_note)],
    };
    let statistics = Figure::new(Width::Full, "Gaps, by three clocks")
        .caption(
            "A server that is busy accepts late: the clock of accept then shows its own service \
             times, the clock of the handshake what the clients did.",
        )
        .part(table)
        .notes(&note);
    let pairs: String = rows
        .iter()
        .filter(|(_, series)| series.count > 0)
        .map(|(name, series)| {
            gap_figures(&GapFigures {
                heading: &format!("Gaps between {name}"),
                bars_name: "observed",
                bars: series,
                bars_fit: None,
                steps: None,
                law: None,
            })
        })
        .collect();
    ends(serve) + &statistics.html() + &pairs
}

fn ends(serve: &ServeSummary) -> String {
    let connections = &serve.connections;
    let ended = counts("ended by", &connections.ended).html("Connections by how they ended");
    let traffic = format!(
        "{} accepted, at most {} open at once; {} received, {} sent.",
        count(connections.accepted),
        count(connections.open_max),
        bytes(serve.received_bytes as f64),
        bytes(serve.sent_bytes as f64)
    );
    let mut first = Figure::new(Width::Half, "Connections")
        .caption(&traffic)
        .part(ended);
    if !connections.turned_away.is_empty() {
        let table = counts("turned away for lack of", &connections.turned_away);
        first = first.part(table.html("Connections turned away"));
    }
    let endings = counts("ended with", &serve.endings).html("Requests by their ending");
    let second = Figure::new(Width::Half, "Requests")
        .caption(&format!(
            "{} requests, by how they ended on the wire: with nothing, a line feed, or both signs.",
            count(serve.requests)
        ))
        .part(endings);
    first.html() + &second.html()
}

fn counts(name: &str, numbers: &BTreeMap<String, u64>) -> Table {
    let mut table = Table::new([name, "count"]);
    for (name, number) in numbers {
        table.row(name, [count(*number)]);
    }
    if numbers.is_empty() {
        table.row("none", ["0".to_owned()]);
    }
    table
}

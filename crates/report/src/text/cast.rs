//! The table and the conclusions of a benchmark of datagrams.

use history::{CastPoint, CastSummary};

use super::{columns::Columns, paragraph::paragraph};
use crate::{
    conclusion, datagrams,
    escape::{shortened, visible},
    number::{DASH, duration},
    sweep::Spread,
};

/// What was measured, one row a point, what follows.
pub(super) fn text(cast: &CastSummary) -> String {
    let mut out = paragraph("", &(datagrams::subject(cast) + ".")) + "\n";
    if !cast.points.is_empty() {
        out += &table(cast);
        out.push('\n');
    }
    let mut sentences = Vec::new();
    if cast.points.iter().any(|point| !point.flat.is_empty()) {
        sentences.extend(datagrams::rates(cast));
    }
    sentences.extend(datagrams::latencies(cast));
    if !cast.points.is_empty() {
        sentences.extend(datagrams::caveats(cast));
    }
    for sentence in &sentences {
        out += &paragraph("  - ", &conclusion::unbroken(sentence));
    }
    out + "\n"
}

fn table(cast: &CastSummary) -> String {
    let heads = [
        "medians",
        "sent/s",
        "received/s",
        "loss",
        "send CPU",
        "recv CPU",
        "p50",
        "p99",
    ];
    let mut table = Columns::new(heads.map(str::to_owned));
    for point in &cast.points {
        table.row(cells(point));
    }
    table.finish()
}

fn cells(point: &CastPoint) -> [String; 8] {
    let median = |spread: Option<Spread>, show: fn(f64) -> String| {
        spread.map_or(DASH.to_owned(), |spread| show(spread.median))
    };
    let name = format!(
        "{} {} → {} {}",
        shortened(&visible(&point.cast), 10),
        datagrams::size(point.payload_bytes),
        point.receivers,
        shortened(&visible(&point.way), 10)
    );
    [
        name,
        median(datagrams::sent(point), datagrams::rate),
        median(datagrams::received(point), datagrams::rate),
        median(datagrams::loss(point), datagrams::loss_in_words),
        median(datagrams::sender_cpu(point), duration),
        median(datagrams::receiver_cpu(point), duration),
        median(datagrams::latency(point, |s| s.p50_ns), duration),
        median(datagrams::latency(point, |s| s.p99_ns), duration),
    ]
}

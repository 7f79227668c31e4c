//! The figures of simulated groups: tables.

use history::{SimFailure, SimSummary};

use super::{
    figure::{Figure, Width},
    table::Table,
};
use crate::{
    escape::escape,
    number::{count, duration},
    wording,
};

/// All figures.
pub(super) fn figures(sim: &SimSummary) -> String {
    let mut promises = Table::new(["promise", "kept", "broken", "unknown"]);
    for one in &sim.conditions {
        promises.row(&one.name, [one.kept, one.broken, one.unknown].map(count));
    }
    let mut times = Table::new(["in virtual time", "count", "p50", "p99", "max"]);
    for one in sim.times.iter().filter(|one| one.count > 0) {
        let spans = [one.p50_ns, one.p99_ns, one.max_ns];
        let spans = spans.map(|ns| ns.map_or(String::new(), duration));
        times.row(&one.what, [count(one.count)].into_iter().chain(spans));
    }
    let mut counts = Table::new(["all runs together", "count"]);
    for one in &sim.counts {
        counts.row(&one.what, [count(one.count)]);
    }
    let mut html = Figure::new(Width::Full, "Which promises were kept?")
        .caption(&wording::simulated(sim))
        .part(promises.html("Promises, and in how many runs they were kept"))
        .html();
    if let Some(failure) = &sim.failure {
        html += &failed(failure);
    }
    html += &Figure::new(Width::Half, "How long did messages take?")
        .caption("In virtual time, from when a message was to be sent.")
        .part(times.html("Latencies"))
        .html();
    html + &counts.details("Numbers: all runs together")
}

fn failed(failure: &SimFailure) -> String {
    let lines: Vec<String> = failure.schedule.lines().map(escape).collect();
    let schedule = format!(
        "<div class=\"table\" tabindex=\"0\"><pre><code>{}</code></pre></div>",
        lines.join("\n")
    );
    Figure::new(Width::Full, "What is the smallest schedule that breaks a promise?")
        .caption(&format!(
            "It breaks {}: {}. Beside this page it is schedule.txt, and its history trace.jsonl, which `wharf verdict` \
             judges and `wharf clock order` draws.",
            failure.condition, failure.text
        ))
        .part(schedule)
        .notes(&[format!("The seed again: {}", failure.again)])
        .html()
}

//! What simulated groups did: their promises, what it cost, and the smallest schedule that broke one.

use history::{SimFailure, SimSummary};

use super::{columns::Columns, paragraph::paragraph};
use crate::{
    escape::visible,
    number::{count, duration},
    wording,
};

/// A table of promises, one of counts, one of times, and the failure.
pub(super) fn text(sim: &SimSummary) -> String {
    let mut out = paragraph("", &wording::simulated(sim)) + "\n";
    let mut promises =
        Columns::new(["promise", "kept", "broken", "unknown", "first seed"].map(str::to_owned));
    for one in &sim.conditions {
        let numbers = [one.kept, one.broken, one.unknown].map(count);
        let seed = one
            .first_seed
            .map_or(String::new(), |seed| seed.to_string());
        let first = [visible(&one.name).to_string()];
        promises.row(first.into_iter().chain(numbers).chain([seed]));
    }
    out += &promises.finish();
    out.push('\n');
    for one in &sim.counts {
        out += &format!("  {:<44}{:>16}\n", visible(&one.what), count(one.count));
    }
    out.push('\n');
    let mut times =
        Columns::new(["in virtual time", "count", "p50", "p99", "max"].map(str::to_owned));
    for one in sim.times.iter().filter(|one| one.count > 0) {
        let spans = [one.p50_ns, one.p99_ns, one.max_ns];
        let spans = spans.map(|ns| ns.map_or(String::new(), duration));
        let first = [visible(&one.what).to_string(), count(one.count)];
        times.row(first.into_iter().chain(spans));
    }
    out += &times.finish();
    out.push('\n');
    match &sim.failure {
        Some(failure) => out + &failed(failure),
        None => out,
    }
}

fn failed(failure: &SimFailure) -> String {
    let which = match failure.seed {
        Some(seed) => format!("Seed {seed}"),
        None => "The schedule".to_owned(),
    };
    let mut out = paragraph(
        "",
        &format!(
            "{which} breaks {}. The smallest schedule that was found to do so, of {} tried:",
            visible(&failure.condition),
            count(failure.tried)
        ),
    );
    out.push('\n');
    let lines = failure.schedule.lines();
    for line in lines.clone().take(LINES_MAX) {
        out += &format!("  {}\n", visible(line));
    }
    match lines.count().saturating_sub(LINES_MAX) {
        0 => {}
        more => out += &format!("  … {more} more lines in schedule.txt\n"),
    }
    out + &format!("\nthe seed again: {}\n\n", visible(&failure.again))
}

/// Lines of a schedule that are shown.
const LINES_MAX: usize = 40;

//! A load run's tables.

use history::{LoadSummary, Series};

use super::{columns::Columns, paragraph::paragraph};
use crate::{
    curve,
    escape::{shortened, visible},
    number::{count, counted, duration, figure, maybe_duration, percent},
    wording,
};

/// Outcomes, durations, rates, law and fit, wrong answers.
pub(super) fn text(load: &LoadSummary) -> String {
    let mut out = paragraph(
        "",
        &format!(
            "{} against {} ({}), {} loop, seed {}.",
            counted(load.workers, "worker"),
            load.target,
            load.service,
            load.loop_kind,
            load.seed
        ),
    );
    out.push('\n');
    out += &outcomes(load);
    out.push('\n');
    out += &durations(load);
    let (asked, reached) = wording::rates(load);
    let rate =
        |rate: Option<f64>| rate.map_or("–".to_owned(), |rate| format!("{}/s", figure(rate)));
    out += &format!(
        "\nrate     asked {}, reached {} over {}\n",
        rate(asked),
        rate(reached),
        duration(load.wall_ns as f64)
    );
    let gaps = &load.sent_gaps;
    let half = gaps
        .mean_half_width_ns
        .map_or(String::new(), |ns| format!(" ± {} (95 %)", duration(ns)));
    let law = format!(
        "asked {}; sent mean {}{half} over {} gaps, CV {}",
        curve::in_words(&load.law),
        maybe_duration(gaps.mean_ns),
        count(gaps.count),
        gaps.cv.map_or("–".to_owned(), figure)
    );
    out += &paragraph("gaps     ", &law);
    if let Some(fit) = &load.fit {
        out += &paragraph("law      ", &wording::fit(fit));
    }
    out += &format!(
        "CPU      {} in the generator\n",
        duration(load.cpu_ns as f64)
    );
    for wrong in load.wrong.iter().take(MOST_WRONG) {
        out += &paragraph("wrong    ", &shortened(&visible(wrong), 300));
    }
    out + "\n"
}

fn outcomes(load: &LoadSummary) -> String {
    let all: u64 = load.outcomes.values().sum();
    let mut table = Columns::new(["outcome", "requests", "share"].map(str::to_owned));
    for (name, number) in load.outcomes.iter().filter(|(_, number)| **number > 0) {
        table.row([
            visible(name),
            count(*number),
            percent(*number as f64 / all as f64),
        ]);
    }
    table.row([
        "all".to_owned(),
        count(all),
        format!("of {} asked", count(load.asked)),
    ]);
    table.finish()
}

fn durations(load: &LoadSummary) -> String {
    let heads = [
        "duration", "count", "mean", "p50", "p90", "p99", "p99.9", "max",
    ];
    let mut table = Columns::new(heads.map(str::to_owned));
    let rows: [(&str, &Series); 5] = [
        ("connect", &load.connect),
        ("greeting", &load.greeting),
        ("service", &load.service_time),
        ("response", &load.response_time),
        ("lateness", &load.lateness),
    ];
    let greets = load.greeting.count > 0;
    for (name, series) in rows
        .into_iter()
        .filter(|(name, _)| greets || *name != "greeting")
    {
        let figures = [
            series.mean_ns,
            series.p50_ns,
            series.p90_ns,
            series.p99_ns,
            series.p999_ns,
            series.max_ns,
        ];
        let first = [name.to_owned(), count(series.count)].into_iter();
        table.row(first.chain(figures.map(maybe_duration)));
    }
    table.finish()
}

/// The page has more.
const MOST_WRONG: usize = 3;

//! The figures of a load run: how the answers came, how long they took, whether the requests were
//! sent as was asked.

use history::{LoadSummary, Sample};

use super::{
    figure::{Figure, Width},
    gaps::{GapFigures, gap_figures},
    table::Table,
};
use crate::{
    chart::{self, Heat},
    escape::{escape, shortened},
    number::{self, count, counted, figure, percent},
    wording,
};

/// All figures.
pub(super) fn figures(load: &LoadSummary, samples: &[Sample]) -> String {
    let mut durations = vec![
        ("connect", &load.connect),
        ("service", &load.service_time),
        ("response", &load.response_time),
        ("lateness", &load.lateness),
    ];
    if load.greeting.count > 0 {
        durations.insert(1, ("greeting", &load.greeting));
    }
    let mut html = String::new();
    if let Some(heat) = Heat::of(samples) {
        let caption = format!(
            "{} right answers by the instant at which they were to be sent. The stronger the colour, the \
             more (logarithm); lines: median and 99th percentile of each column; crosses: failures.",
            count(heat.answered())
        );
        let card = Figure::new(Width::Full, "Response times over the run").caption(&caption);
        html += &card.picture(&chart::heat(&heat)).html();
    }
    let table = Table::of_series("duration", &durations).html("Durations");
    html += &Figure::new(Width::Full, "How long it took")
        .caption(
            "Connect: until the connection stood. Greeting: from then until the server had greeted, with \
             which a session's schedule begins. Service: from sending to the whole answer. \
             Response: from the intended instant to the whole answer, so that a late start counts. \
             Lateness: how late the generator itself sent.",
        )
        .part(table)
        .html();
    if durations.iter().any(|(_, series)| series.count > 0) {
        html += &Figure::new(Width::Half, "The slowest requests")
            .caption("Each further nine leaves a tenth of the requests.")
            .picture(&chart::percentiles(&durations, "requests"))
            .html();
    }
    html += &outcomes(load);
    html += &gap_figures(&GapFigures {
        heading: "Did the generator send what was asked?",
        bars_name: "gaps as sent",
        bars: &load.sent_gaps,
        bars_fit: load.fit.as_ref(),
        steps: None,
        law: Some(&load.law),
    });
    html + &wrong_answers(&load.wrong)
}

fn outcomes(load: &LoadSummary) -> String {
    let all = load.outcomes.values().sum::<u64>().max(1) as f64;
    let mut table = Table::new(["outcome", "requests", "share"]);
    for (name, number) in load.outcomes.iter().filter(|(_, number)| **number > 0) {
        table.row(name, [count(*number), percent(*number as f64 / all)]);
    }
    let (asked, reached) = wording::rates(load);
    let rate = |rate: Option<f64>| rate.map_or(number::DASH.to_owned(), figure);
    let notes = [
        format!("Rate asked {}/s, reached {}/s.", rate(asked), rate(reached)),
        format!(
            "Random gaps from seed {}; {} loop; {}.",
            load.seed,
            load.loop_kind,
            counted(load.workers, "worker")
        ),
        format!(
            "The generator used {} of processor time.",
            number::duration(load.cpu_ns as f64)
        ),
    ];
    Figure::new(Width::Half, "How the requests ended")
        .caption(&format!(
            "{} requests to {}.",
            count(load.outcomes.values().sum()),
            load.target
        ))
        .part(table.html("Outcomes"))
        .notes(&notes)
        .html()
}

/// The first wrong answers; what cannot be printed is spelled out.
fn wrong_answers(wrong: &[String]) -> String {
    if wrong.is_empty() {
        return String::new();
    }
    let item = |text: &String| {
        format!(
            "<li><code>{}</code></li>",
            escape(&shortened(text, LONGEST))
        )
    };
    let items: String = wrong.iter().take(MOST).map(item).collect();
    Figure::new(Width::Full, "The first wrong answers")
        .part(format!("<ol class=\"wrong\">{items}</ol>"))
        .html()
}

/// More wrong answers than this seldom tell more.
const MOST: usize = 20;
/// In characters.
const LONGEST: usize = 400;

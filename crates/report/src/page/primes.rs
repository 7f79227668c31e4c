//! The figures of a search for primes: what each variant took and gained, and who did what when.

use history::{PrimesFile, PrimesSummary, PrimesVariant};
use stats::{AMDAHL, GUSTAFSON, SerialFit};

use super::{
    figure::{Figure, Width},
    table::Table,
};
use crate::{
    chart::{self, idle_share},
    conclusion,
    escape::shortened,
    number::{self, DASH, count, duration, percent},
    search::{self, Series},
    stints::Shift,
};

/// All figures.
pub(super) fn figures(primes: &PrimesSummary) -> String {
    if primes.variants.is_empty() {
        return String::new();
    }
    let mut html = variants(primes);
    if primes.variants.len() > 1 {
        html += &speed_up(primes);
    }
    html += &shifts(primes);
    if primes.variants.len() > 1 {
        html += &walls(primes);
    }
    html += &runs_table(primes);
    html += &workers_table(primes);
    html + &files_table(primes)
}

/// The table of variants with what follows from it.
fn variants(primes: &PrimesSummary) -> String {
    let steps = format!("{}/s", shortened(&primes.step, 24));
    let mut table = Table::new([
        "mode",
        "split",
        "workers",
        "wall time",
        "speed-up",
        "efficiency",
        "CPU ÷ wall",
        "idle",
        &steps,
        "redone",
        "sha256",
    ]);
    for variant in &primes.variants {
        table.row(&variant.mode, cells(variant));
    }
    let mut notes = conclusion::gains(primes);
    notes.extend(conclusion::idleness(primes));
    notes.extend(conclusion::divider(primes));
    notes.extend(conclusion::files(primes));
    Figure::new(Width::Full, "What each variant took")
        .caption(
            "Medians over the runs, with the least and the greatest. Speed-up: of runs made next to each other, so \
             its median need not be the quotient of the medians. Efficiency: speed-up over workers. \
             CPU ÷ wall: how many processors were busy on average. Idle: the share of the run's time in \
             which a worker had nothing to search, on average. Redone: pieces that were searched again \
             because their worker died.",
        )
        .part(table.html("Variants"))
        .notes(&unbroken(&notes))
        .html()
}

fn unbroken(notes: &[String]) -> Vec<String> {
    notes
        .iter()
        .map(|note| conclusion::unbroken(note))
        .collect()
}

fn cells(variant: &PrimesVariant) -> [String; 10] {
    let wall = search::wall(variant).map(|wall| wall.in_words(duration));
    let dash = || DASH.to_owned();
    let sha = variant
        .output
        .as_ref()
        .map(|file| shortened(&file.sha256, 12));
    let steps = search::steps_per_s(variant).filter(|steps| steps.median > 0.0);
    [
        variant.split.clone().unwrap_or_else(dash),
        count(variant.workers),
        wall.unwrap_or_else(dash),
        search::times(search::speed_up(variant)),
        search::efficiency(variant).map_or_else(dash, percent),
        search::times(search::busy_processors(variant)),
        Shift::of(variant).map_or_else(dash, |shift| idle_share(shift.idle)),
        steps.map_or_else(dash, |steps| number::tick_rate(steps.median)),
        count(search::redone(variant)),
        sha.unwrap_or_else(dash),
    ]
}

/// The picture beside the laws; below each other where long names need the room.
fn speed_up(primes: &PrimesSummary) -> String {
    let all = search::series(primes);
    let has_room = all
        .iter()
        .all(|series| series.name.chars().count() <= SHORT);
    let (card_width, width) = match has_room {
        true => (Width::Half, chart::HALF),
        false => (Width::Full, chart::FULL),
    };
    let card = Figure::new(card_width, "Speed-up against workers");
    let Some(picture) = chart::speed_up(primes, width) else {
        let why = "No variant with several workers was compared with a baseline.";
        return Figure::new(Width::Full, "Speed-up against workers")
            .caption(why)
            .html();
    };
    let fitted = search::fitted(primes, &all).map(|(_, fits)| {
        [
            chart::key_of(&AMDAHL, &fits.amdahl),
            chart::key_of(&GUSTAFSON, &fits.gustafson),
        ]
    });
    let mut key = vec![("s-ideal", "ideal")];
    if let Some([amdahl, gustafson]) = &fitted {
        key.push(("s-amdahl", amdahl));
        key.push(("s-gustafson", gustafson));
    }
    let is_measured = primes.variants.iter().any(|v| v.workers >= chart::FORETOLD);
    let paler = match fitted.is_some() && !is_measured {
        true => " Paler: foretold by the laws, not measured.",
        false => "",
    };
    let card = card
        .caption(&format!(
            "The nearer to the thin line, the better: there each worker does as much as one alone. Marks: \
             medians; whiskers: the least and the greatest run.{paler}"
        ))
        .key(&key)
        .picture(&picture);
    card.html() + &laws(primes, &all, card_width)
}

/// The serial fraction of each way of having workers, and what the laws mean.
fn laws(primes: &PrimesSummary, all: &[Series<'_>], width: Width) -> String {
    let mut table = Table::new([
        "serial part of",
        "by Amdahl",
        "R²",
        "by Gustafson",
        "R²",
        "numbers of workers",
    ]);
    let r_squared = |fit: &SerialFit| match (fit.count, fit.r_squared) {
        (2.., Some(value)) => search::r_squared_in_words(value),
        _ => DASH.to_owned(),
    };
    for series in all {
        let Some(fits) = search::fits(primes, series) else {
            continue;
        };
        table.row(
            &series.name,
            [
                search::serial_part(&fits.amdahl),
                r_squared(&fits.amdahl),
                search::serial_part(&fits.gustafson),
                r_squared(&fits.gustafson),
                count(fits.amdahl.count as u64),
            ],
        );
    }
    let mut notes = conclusion::laws(primes);
    let mut card = Figure::new(width, "How much of it is serial?").caption(
        "Both laws ask which part s of the work no second worker can share, for p workers on a processor \
         each. Amdahl holds the work fixed, as it is here: s is its share of the time of one worker. \
         Gustafson lets the work grow with the workers: s is its share of the time of all. What an unfair \
         split leaves idle counts as serial, too. The fits are least squares of the speed-up, through 1 at \
         one worker.",
    );
    if search::fitted(primes, all).is_some() {
        card = card.part(table.html("Serial parts"));
        notes.push(format!("{}; {}.", AMDAHL.source, GUSTAFSON.source));
    }
    card.notes(&unbroken(&notes)).html()
}

fn walls(primes: &PrimesSummary) -> String {
    Figure::new(Width::Full, "How long every run took")
        .caption(
            "Bars: median wall times, from the start to the last byte written. Marks: single runs; where \
             they lie close together, the medians can be believed.",
        )
        .picture(&chart::walls(primes))
        .html()
}

fn shifts(primes: &PrimesSummary) -> String {
    let Some(picture) = chart::shifts(primes) else {
        return String::new();
    };
    let all = primes.variants.len();
    let left_out: Vec<String> = match all > chart::MOST_BLOCKS {
        true => vec![format!(
            "Of {all} variants the first {} are drawn.",
            chart::MOST_BLOCKS
        )],
        false => Vec::new(),
    };
    let range = format!(
        "place in the range, from {} to {}",
        count(primes.first),
        count(primes.last)
    );
    let key = [
        ("s-range", range.as_str()),
        ("s-track", "idle"),
        ("s-done", "the run is done"),
    ];
    Figure::new(Width::Full, "Who did which part of the range when")
        .caption(
            "A lane a worker, in the run whose wall time is the median. Later numbers cost more, so equal \
             parts are unequal work: a good split has lanes that end together and shades that grow in all \
             of them; a bad one leaves a lane empty while another is still busy. What all lanes leave \
             empty is the start of the workers and the writing of the results. Point at a bar for its \
             numbers.",
        )
        .key(&key)
        .picture(&picture)
        .notes(&left_out)
        .html()
}

/// Every run; of very many, the first.
fn runs_table(primes: &PrimesSummary) -> String {
    let mut table = Table::new([
        "variant",
        "run",
        "wall time",
        "processor time",
        "CPU ÷ wall",
        "steps",
        "redone",
    ]);
    let all = primes.variants.iter().flat_map(|variant| {
        let runs = variant.runs.iter().enumerate();
        runs.map(move |(index, run)| (variant, index, run))
    });
    for (variant, index, run) in all.take(MOST_ROWS) {
        let busy = run.cpu_ns as f64 / run.wall_ns as f64;
        table.row(
            &search::name(variant),
            [
                count(index as u64 + 1),
                duration(run.wall_ns as f64),
                duration(run.cpu_ns as f64),
                number::figure(busy),
                count(run.steps),
                count(run.redone),
            ],
        );
    }
    table.details("Numbers: every run")
}

/// What the picture of workers shows, as figures.
fn workers_table(primes: &PrimesSummary) -> String {
    let mut table = Table::new([
        "variant",
        "worker",
        "pieces",
        "numbers from",
        "to",
        "primes",
        "began",
        "ended",
        "busy",
        "idle",
    ]);
    let mut rows = 0;
    for variant in &primes.variants {
        for lane in Shift::of(variant).iter().flat_map(|shift| &shift.lanes) {
            if rows == MOST_ROWS {
                break;
            }
            let stints = || lane.stints.iter();
            let maybe = |value: Option<String>| value.unwrap_or(DASH.to_owned());
            let primes = stints().fold(0u64, |sum, stint| sum.saturating_add(stint.primes));
            table.row(
                &search::name(variant),
                [
                    count(lane.worker),
                    count(lane.stints.len() as u64),
                    maybe(stints().map(|s| s.first).min().map(count)),
                    maybe(stints().map(|s| s.last).max().map(count)),
                    count(primes),
                    maybe(
                        stints()
                            .map(|s| s.begin_ns)
                            .min()
                            .map(|ns| duration(ns as f64)),
                    ),
                    maybe(
                        stints()
                            .map(|s| s.end_ns)
                            .max()
                            .map(|ns| duration(ns as f64)),
                    ),
                    duration(lane.busy_ns),
                    idle_share(lane.idle),
                ],
            );
            rows += 1;
        }
    }
    match rows {
        0 => String::new(),
        _ => table.details("Numbers: every worker that is drawn"),
    }
}

fn files_table(primes: &PrimesSummary) -> String {
    let files = search::files(primes);
    let mut table = Table::new(["file", "bytes", "sha256"]);
    for PrimesFile {
        path,
        bytes,
        sha256,
    } in files.iter().take(MOST_ROWS)
    {
        table.row(path, [count(*bytes), sha256.clone()]);
    }
    match files.len() {
        0 => String::new(),
        _ => table.details("Numbers: the files"),
    }
}

/// Names of at most so many characters leave a picture of half the width room for its plot.
const SHORT: usize = 12;

/// More rows than this are read by programs, from `summary.json`.
const MOST_ROWS: usize = 400;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[track_caller]
    fn check(summary: &history::Summary, wanted: &[&str], absent: &[&str]) {
        let html = figures(summary.primes.as_ref().expect("a search"));
        for part in wanted {
            assert!(html.contains(part), "{part:?} is missing");
        }
        for part in absent {
            assert!(!html.contains(part), "{part:?} is there");
        }
    }

    #[test]
    fn a_comparison_has_table_curves_times_and_workers() {
        let wanted = [
            "<th scope=\"row\">processes</th><td>dynamic</td><td>8</td>",
            "<td>76cbe9a3a64d…</td>",
            "<title>Speed-up against workers</title>",
            "<title>Wall times of all runs</title>",
            "<title>Who did which part of the range when</title>",
            "Amdahl, serial part",
            "AFIPS 1967",
            "Numbers: every worker that is drawn",
            "sha256 76cbe9a3a64de2297cb46f8e49c71336ebfcf41bdb64c067b99569ac82feb5c9.",
        ];
        check(&fixture::primes(), &wanted, &[]);
    }

    #[test]
    fn a_single_count_has_no_speed_up_and_no_files() {
        let wanted = ["What each variant took", "<td>3</td><td>–</td>"];
        let absent = ["Speed-up against workers", "the files", "divider"];
        check(&fixture::primes_counted(), &wanted, &absent);
    }

    #[test]
    fn a_search_of_nothing_has_no_figures() {
        check(&fixture::primes_empty(), &[], &["<figure"]);
    }
}

//! The table and the conclusion of a search for primes.

use history::{PrimesSummary, PrimesVariant};

use super::{columns::Columns, paragraph::paragraph};
use crate::{
    chart::idle_share,
    conclusion,
    escape::{shortened, visible},
    number::{DASH, count, duration, percent, tick_rate},
    search,
    stints::Shift,
    wording,
};

/// What was searched, one row a variant, what follows.
pub(super) fn text(primes: &PrimesSummary) -> String {
    let found = match primes.count {
        Some(number) => format!("{} found", count(number)),
        None => "not searched to the end".to_owned(),
    };
    let subject = format!("{}: {found}.", wording::search(primes));
    let mut out = paragraph("", &subject) + "\n";
    if !primes.variants.is_empty() {
        out += &table(primes);
        out.push('\n');
    }
    let mut sentences = conclusion::gains(primes);
    sentences.extend(conclusion::idleness(primes));
    if primes.variants.len() > 1 {
        sentences.extend(conclusion::laws(primes));
    }
    sentences.extend(conclusion::divider(primes));
    sentences.extend(conclusion::files(primes));
    for sentence in &sentences {
        out += &paragraph("  - ", &conclusion::unbroken(sentence));
    }
    out + "\n"
}

fn table(primes: &PrimesSummary) -> String {
    let steps = format!("{}/s", shortened(&visible(&primes.step), 16));
    let heads = [
        "variant",
        "wall time",
        "speed-up",
        "efficiency",
        "CPU ÷ wall",
        "idle",
        &steps,
        "redone",
    ];
    let mut table = Columns::new(heads.map(str::to_owned));
    for variant in &primes.variants {
        table.row(cells(variant));
    }
    table.finish()
}

fn cells(variant: &PrimesVariant) -> [String; 8] {
    let dash = || DASH.to_owned();
    let wall = search::wall(variant).map(|wall| wall.in_words(duration));
    let busy = search::busy_processors(variant).map(|busy| crate::number::figure(busy.median));
    let steps = search::steps_per_s(variant).filter(|steps| steps.median > 0.0);
    [
        shortened(&visible(&search::name(variant)), 30),
        wall.unwrap_or_else(dash),
        search::times(search::speed_up(variant)),
        search::efficiency(variant).map_or_else(dash, percent),
        busy.unwrap_or_else(dash),
        Shift::of(variant).map_or_else(dash, |shift| idle_share(shift.idle)),
        steps.map_or_else(dash, |steps| tick_rate(steps.median)),
        count(search::redone(variant)),
    ]
}

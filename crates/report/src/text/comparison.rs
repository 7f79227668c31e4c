//! What changed from one run to another, as a table.

use history::{Change, Comparison, Quantity, QuantityUnit, Tendency};

use super::{columns::Columns, paragraph::paragraph};
use crate::{
    escape::{shortened, visible},
    number::{DASH, count, duration, figure},
};

/// The table of the judged quantity, what else changed for sure, and what differs between the runs.
pub fn comparison_text(comparison: &Comparison) -> String {
    let mut out = paragraph(
        "",
        &format!(
            "{}: {} against {}",
            visible(&comparison.kind),
            visible(&comparison.after),
            visible(&comparison.before)
        ),
    ) + "\n";
    let judged = comparison.changes.iter().filter(|change| change.is_judged);
    out += &table(judged);
    let clear = |change: &&Change| {
        !change.is_judged && matches!(change.tendency, Tendency::Better | Tendency::Worse)
    };
    let mut others = comparison.changes.iter().filter(clear).peekable();
    if others.peek().is_some() {
        out += "\nBeside it changed, with an interval that excludes no change:\n\n";
        out += &table(others);
    }
    for change in comparison.changes.iter().filter(|c| c.is_judged) {
        if let Some(why) = &change.why {
            let at = format!("{}, {} clients", visible(&change.model), change.clients);
            out += &paragraph("  ? ", &format!("{at}: {why}"));
        }
    }
    if !comparison.settings.is_empty() {
        out += "\nSettings and circumstances that differ:\n";
    }
    for setting in &comparison.settings {
        let (name, before) = (visible(&setting.name), visible(&setting.before));
        let after = visible(&setting.after);
        out += &paragraph("  - ", &format!("{name}: {before} → {after}"));
    }
    out += &verdict(comparison);
    out
}

fn table<'c>(changes: impl Iterator<Item = &'c Change>) -> String {
    let heads = [
        "model", "clients", "quantity", "before", "after", "change", "interval", "",
    ];
    let mut table = Columns::new(heads.map(str::to_owned));
    for change in changes {
        let clients = match change.cpu_share {
            Some(share) => format!("{}, {:.0} %", count(change.clients), share * 100.0),
            None => count(change.clients),
        };
        let shown =
            |value: Option<f64>| value.map_or(DASH.to_owned(), |v| show(change.quantity, v));
        let interval = match (change.percent_low, change.percent_high) {
            (Some(low), Some(high)) => format!("{} to {}", percent(low), percent(high)),
            _ => DASH.to_owned(),
        };
        table.row([
            shortened(&visible(&change.model), 30),
            clients,
            change.quantity.name().to_owned(),
            shown(change.median_before),
            shown(change.median_after),
            change.percent.map_or(DASH.to_owned(), percent),
            interval,
            change.tendency.name().to_owned(),
        ]);
    }
    table.finish()
}

fn verdict(comparison: &Comparison) -> String {
    let Some(limit) = comparison.fail_if_percent else {
        return String::new();
    };
    let (sign, meaning) = match comparison.verdict {
        history::Verdict::Valid => ("✓", format!("no point got worse by more than {limit} %")),
        history::Verdict::Invalid => ("✗", format!("points got worse by more than {limit} %:")),
        history::Verdict::Unknown => ("?", "for these points it cannot be said:".to_owned()),
    };
    let reasons = comparison.reasons.iter();
    let list: String = reasons
        .map(|reason| paragraph("  - ", &visible(reason)))
        .collect();
    format!("\n{sign} {meaning}\n{list}")
}

fn percent(percent: f64) -> String {
    format!("{percent:+.1} %")
}

/// A value of a quantity, with its unit.
pub(crate) fn show(quantity: Quantity, value: f64) -> String {
    match quantity.unit() {
        QuantityUnit::Nanoseconds => duration(value),
        QuantityUnit::Bytes => format!("{} KiB", figure(value / 1024.0)),
        QuantityUnit::PerSecond if value >= 1e4 => format!("{} k/s", figure(value / 1e3)),
        QuantityUnit::PerSecond => format!("{}/s", figure(value)),
        QuantityUnit::Count => figure(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(quantity: Quantity, is_judged: bool) -> Change {
        Change {
            model: "thread".to_owned(),
            clients: 50,
            cpu_share: None,
            quantity,
            is_judged,
            count_before: 3,
            count_after: 3,
            median_before: Some(174e3),
            median_after: Some(150e3),
            percent: Some(-13.8),
            percent_low: Some(-15.0),
            percent_high: Some(-12.0),
            confidence: Some(0.9),
            tendency: Tendency::Worse,
            why: None,
        }
    }

    #[test]
    fn the_table_says_before_after_change_and_interval() {
        let comparison = Comparison {
            kind: "bench throughput echo".to_owned(),
            before: "runs/a".to_owned(),
            after: "runs/b".to_owned(),
            settings: Vec::new(),
            confidence: 0.9,
            fail_if_percent: Some(10.0),
            changes: vec![
                change(Quantity::AnswersPerSecond, true),
                change(Quantity::ResponseP99, false),
            ],
            verdict: history::Verdict::Invalid,
            reasons: vec!["thread".to_owned()],
        };
        let text = comparison_text(&comparison);
        for part in [
            "174 k/s",
            "150 k/s",
            "-13.8 %",
            "-15.0 % to -12.0 %",
            "Beside it changed",
            "✗ points got worse by more than 10 %",
        ] {
            assert!(text.contains(part), "{part} is missing:\n{text}");
        }
    }
}

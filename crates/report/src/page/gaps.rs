//! The pair of cards about gaps: histogram and tail.

use history::{FitSummary, LawSummary, Series};

use super::figure::{Figure, Width};
use crate::{
    chart::{self, GapChart},
    curve::{self, Curve},
    number::maybe_duration,
    wording,
};

/// Gaps and what they are held against.
pub(super) struct GapFigures<'a> {
    /// What the gaps are, as a heading.
    pub(super) heading: &'a str,
    /// What the bars are.
    pub(super) bars_name: &'a str,
    /// The gaps drawn as bars.
    pub(super) bars: &'a Series,
    /// Whether these follow the law.
    pub(super) bars_fit: Option<&'a FitSummary>,
    /// The gaps drawn as a stepped line, with their name.
    pub(super) steps: Option<(&'a str, &'a Series, Option<&'a FitSummary>)>,
    /// What was asked for, or nothing, and then an exponential of the same mean is drawn.
    pub(super) law: Option<&'a LawSummary>,
}

/// The two cards.
pub(super) fn gap_figures(gaps: &GapFigures<'_>) -> String {
    if gaps.bars.count == 0 && gaps.steps.is_none_or(|(_, series, _)| series.count == 0) {
        let card = Figure::new(Width::Full, gaps.heading);
        return card
            .caption("There were too few requests to have gaps.")
            .html();
    }
    let asked = gaps.law.and_then(Curve::of);
    let compared = match gaps.law {
        Some(_) => None,
        None => gaps.bars.mean_ns.and_then(Curve::exponential),
    };
    let chart = GapChart {
        bars: gaps.bars,
        steps: gaps.steps.map(|(_, series, _)| series),
        law: asked.as_ref().or(compared.as_ref()),
        asked_ns: gaps.law.map(|law| law.mean_ns),
        title: gaps.heading,
    };
    let law_name = match gaps.law {
        Some(law) => format!("{}, as asked", curve::in_words(law)),
        None => "an exponential of the same mean, to compare".to_owned(),
    };
    let has_density = chart.law.is_some_and(|law| law.density(0.0).is_some());
    let mut key = vec![("s-bar", gaps.bars_name)];
    let mut tail_key = vec![("s-observed", gaps.bars_name)];
    if let Some((name, ..)) = gaps.steps {
        key.push(("s-step", name));
        tail_key.push(("s-step", name));
    }
    if chart.law.is_some() {
        tail_key.push(("s-law", &law_name));
    }
    if has_density {
        key.push(("s-law", &law_name));
    }
    let mut notes = vec![told(gaps.bars_name, gaps.bars, gaps.bars_fit)];
    if let Some((name, series, fit)) = gaps.steps {
        notes.push(told(name, series, fit));
    }
    let histogram = Figure::new(Width::Half, gaps.heading).key(&key);
    let tail = Figure::new(Width::Half, "…and in the tail").key(&tail_key);
    let tail_note = "Straight when exponential; late sends lift the tail.".to_owned();
    histogram.picture(&chart::gaps(&chart)).notes(&notes).html()
        + &tail
            .picture(&chart::survival(&chart))
            .notes(&[tail_note])
            .html()
}

/// Mean with its interval, spread, and the test in words.
fn told(name: &str, series: &Series, fit: Option<&FitSummary>) -> String {
    let half = match series.mean_half_width_ns {
        Some(half) => format!(" ± {} (95 %)", crate::number::duration(half)),
        None => String::new(),
    };
    let test = fit
        .map(|fit| format!("; {}", wording::fit(fit)))
        .unwrap_or_default();
    format!(
        "{name}: mean {}{half}, standard deviation {}{test}.",
        maybe_duration(series.mean_ns),
        maybe_duration(series.spread_ns)
    )
}

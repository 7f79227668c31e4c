//! The quantities of a benchmark as people read them: with their unit, in tables and on axes.

use history::{Better, Figure, Quantity, QuantityUnit};

use crate::{
    number::{self, DASH, bytes, duration, figure, tick, tick_duration},
    svg::Scale,
    sweep::Spread,
};

/// A value with its unit: `1.24 ms`, `184 000 /s`, `1.50 KiB`, `2.00`.
pub(crate) fn show(quantity: Quantity, value: f64) -> String {
    match quantity.unit() {
        QuantityUnit::Nanoseconds => duration(value),
        QuantityUnit::PerSecond if value.is_finite() => format!("{} /s", significant(value)),
        QuantityUnit::Bytes if value.is_finite() => bytes(value),
        QuantityUnit::Count => figure(value),
        QuantityUnit::PerSecond | QuantityUnit::Bytes => DASH.to_owned(),
    }
}

/// Median and range over runs: `1.24 ms (1.20–1.31 ms)`; a dash where there is none.
pub(crate) fn in_words(figure: Option<&Figure>) -> String {
    figure.map_or(DASH.to_owned(), |figure| {
        Spread::from(figure).in_words(|value| show(figure.quantity, value))
    })
}

/// What a quantity is called on an axis, where `a connection` or `a request` has room.
pub(crate) fn title(quantity: Quantity) -> &'static str {
    match quantity {
        Quantity::AnswersPerSecond => "right answers a second",
        Quantity::ConnectionsPerSecond => "connections opened, used and closed a second",
        Quantity::ResponseP50 => "response time, median",
        Quantity::ResponseP99 => "response time, 99th percentile",
        Quantity::WaitingP50 => "response time of waiting requests, median",
        Quantity::WaitingP99 => "response time of waiting requests, 99th percentile",
        Quantity::ConnectP50 => "time to connect, median",
        Quantity::ConnectP99 => "time to connect, 99th percentile",
        Quantity::ServerCpuPerRequest => "server CPU a request",
        Quantity::SwitchesPerRequest => "context switches a request",
        Quantity::IdlePss => "PSS an idle connection",
        Quantity::IdleRss => "RSS an idle connection",
        Quantity::IdleKernel => "kernel's memory an idle connection",
        other => other.name(),
    }
}

/// An axis for values of a quantity, and how its ticks are written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Axis {
    /// From a value over [`Axis::unit`] to its place.
    pub(crate) scale: Scale,
    /// By what a value is divided first: axes over sizes count in KiB.
    pub(crate) unit: f64,
    /// Whether the scale is logarithmic.
    pub(crate) is_logarithmic: bool,
    show: fn(f64) -> String,
}

impl Axis {
    /// Over `values` (any order) on `range`: logarithmic where they span more than a decade and a
    /// bit, else linear from zero.
    pub(crate) fn over(quantity: Quantity, values: &[f64], range: (f64, f64)) -> Self {
        let unit = match quantity.unit() {
            QuantityUnit::Bytes => 1024.0,
            _ => 1.0,
        };
        let known = values.iter().map(|value| value / unit);
        let known: Vec<f64> = known.filter(|value| value.is_finite()).collect();
        let most = known.iter().copied().fold(0.0, f64::max);
        let positive = known.iter().copied().filter(|value| *value > 0.0);
        let least = positive.fold(f64::INFINITY, f64::min);
        let is_logarithmic = least.is_finite() && most >= SPAN * least;
        let scale = match is_logarithmic {
            true => Scale::logarithmic((least * 0.8, most * 1.25), range),
            false => Scale::linear((0.0, most * 1.08), range),
        };
        let show = match quantity.unit() {
            QuantityUnit::Nanoseconds => tick_duration,
            QuantityUnit::PerSecond => number::tick_rate,
            QuantityUnit::Bytes => kibibytes,
            QuantityUnit::Count => tick,
        };
        Self {
            scale,
            unit,
            is_logarithmic,
            show,
        }
    }

    /// A tick as it is written.
    pub(crate) fn tick(&self, value: f64) -> String {
        (self.show)(value)
    }

    /// The axis' title: what, which scale, which way is better.
    pub(crate) fn title(&self, quantity: Quantity) -> String {
        let scale = if self.is_logarithmic {
            "log scale; "
        } else {
            ""
        };
        let better = match quantity.better() {
            Better::More => "more is better",
            Better::Less => "less is better",
        };
        format!("{} ({scale}{better})", title(quantity))
    }
}

fn kibibytes(value: f64) -> String {
    match value {
        0.0 => "0".to_owned(),
        _ => format!("{} KiB", tick(value)),
    }
}

/// Three significant digits: the rest of a rate is noise.
fn significant(value: f64) -> String {
    if value.abs() < 1000.0 {
        return figure(value);
    }
    let unit = 10f64.powf(value.abs().log10().floor() - 2.0);
    figure((value / unit).round() * unit)
}

/// Values that span more have a logarithmic axis.
const SPAN: f64 = 12.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(quantity: Quantity, value: f64, expected: &str) {
        assert_eq!(show(quantity, value), expected);
    }

    #[test]
    fn a_value_has_its_unit_and_three_digits() {
        check(Quantity::ResponseP99, 1_240_000.0, "1.24 ms");
        check(Quantity::AnswersPerSecond, 184_321.0, "184\u{202f}000 /s");
        check(Quantity::AnswersPerSecond, 39.96, "40.0 /s");
        check(Quantity::IdlePss, 1536.0, "1.50 KiB");
        check(Quantity::SwitchesPerRequest, 2.0, "2.00");
        check(Quantity::AnswersPerSecond, f64::NAN, DASH);
    }

    #[test]
    fn an_axis_over_decades_is_logarithmic() {
        let wide = Axis::over(Quantity::IdlePss, &[200.0, 46_000.0], (100.0, 0.0));
        assert!(wide.is_logarithmic && wide.unit == 1024.0);
        assert!(wide.title(Quantity::IdlePss).contains("log scale; less"));
        let narrow = Axis::over(Quantity::AnswersPerSecond, &[1e5, 2e5], (100.0, 0.0));
        assert!(!narrow.is_logarithmic && narrow.scale.domain().0 == 0.0);
    }

    #[test]
    fn an_axis_over_nothing_has_places() {
        let empty = Axis::over(Quantity::ResponseP50, &[], (100.0, 0.0));
        assert!(empty.scale.at(5.0).is_finite());
        let zero = Axis::over(Quantity::IdlePss, &[0.0, f64::NAN], (100.0, 0.0));
        assert!(!zero.is_logarithmic && zero.scale.at(0.0).is_finite());
    }
}

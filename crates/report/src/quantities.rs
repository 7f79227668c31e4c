//! The figures of a series, in the order in which every table shows them.

use history::Series;

use crate::number::{DASH, count, figure, maybe_duration};

/// One figure of a series.
pub(crate) struct Quantity {
    /// Its name, for a heading.
    pub(crate) name: &'static str,
    /// Reads it off a series and shows it with its unit.
    pub(crate) show: fn(&Series) -> String,
}

/// The full statistics.
pub(crate) const STATISTICS: [Quantity; 10] = [
    Quantity {
        name: "count",
        show: |series| count(series.count),
    },
    Quantity {
        name: "mean",
        show: |series| maybe_duration(series.mean_ns),
    },
    Quantity {
        name: "spread",
        show: |series| maybe_duration(series.spread_ns),
    },
    Quantity {
        name: "min",
        show: |series| maybe_duration(series.min_ns),
    },
    Quantity {
        name: "p50",
        show: |series| maybe_duration(series.p50_ns),
    },
    Quantity {
        name: "p90",
        show: |series| maybe_duration(series.p90_ns),
    },
    Quantity {
        name: "p99",
        show: |series| maybe_duration(series.p99_ns),
    },
    Quantity {
        name: "p99.9",
        show: |series| maybe_duration(series.p999_ns),
    },
    Quantity {
        name: "max",
        show: |series| maybe_duration(series.max_ns),
    },
    Quantity {
        name: "CV",
        show: |series| series.cv.map_or(DASH.to_owned(), figure),
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_series_of_nothing_is_a_row_of_dashes() {
        let shown: Vec<String> = STATISTICS
            .iter()
            .map(|quantity| (quantity.show)(&Series::default()))
            .collect();
        assert_eq!(shown[0], "0");
        assert!(shown[1..].iter().all(|text| text == DASH));
    }
}

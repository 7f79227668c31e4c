//! One table as Markdown: medians with the least and the greatest, and the ratio to the yardstick.

use std::fmt;

use super::subjects::Subject;

/// One figure of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its heading, with the unit.
    pub title: &'static str,
    /// Digits behind the point.
    pub decimals: usize,
    /// Whether the ratio to the yardstick is shown beside it.
    pub is_compared: bool,
}

/// One server.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Its name.
    pub name: String,
    /// The name of the row it is compared with.
    pub yardstick: String,
    /// For each round a figure for each column; `None` for a run that failed.
    pub rounds: Vec<Option<Vec<f64>>>,
}

/// One experiment.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// The heading.
    pub title: String,
    /// What the runs give.
    pub columns: &'static [Column],
    /// In the order of a round.
    pub rows: Vec<Row>,
    /// What a reader must know beside.
    pub notes: Vec<String>,
}

impl Row {
    /// A row without runs.
    pub fn of(subject: &Subject) -> Self {
        Row {
            name: subject.name.clone(),
            yardstick: subject.yardstick.clone(),
            rounds: Vec::new(),
        }
    }

    fn figures(&self, column: usize) -> Vec<f64> {
        let runs = self.rounds.iter().flatten();
        runs.map(|figures| figures[column]).collect()
    }

    /// Round by round: runs that stand next to each other share the machine's mood.
    fn ratios(&self, yardstick: &Row, column: usize) -> Vec<f64> {
        let pairs = self.rounds.iter().zip(&yardstick.rounds);
        let pairs =
            pairs.filter_map(|(own, other)| Some((own.as_ref()?[column], other.as_ref()?[column])));
        let ratios = pairs.filter(|(_, other)| *other > 0.0);
        ratios.map(|(own, other)| own / other).collect()
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "### {}\n", self.title)?;
        let heading = |column: &Column| match column.is_compared {
            true => format!(" {} | ratio |", column.title),
            false => format!(" {} |", column.title),
        };
        let headings: String = self.columns.iter().map(heading).collect();
        let rule = "--:|".repeat(headings.matches('|').count());
        writeln!(
            f,
            "| server | against |{headings} runs |\n|---|---|{rule}--:|"
        )?;
        self.rows
            .iter()
            .try_for_each(|row| self.write_row(row, f))?;
        if !self.notes.is_empty() {
            writeln!(f)?;
        }
        self.notes
            .iter()
            .try_for_each(|note| writeln!(f, "- {note}"))
    }
}

impl Table {
    fn write_row(&self, row: &Row, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let yardstick = self.rows.iter().find(|other| other.name == row.yardstick);
        let yardstick = yardstick.filter(|other| other.name != row.name);
        let against = yardstick.map_or("–", |other| &other.name);
        write!(f, "| {} | {against} |", row.name)?;
        for (index, column) in self.columns.iter().enumerate() {
            write!(f, " {} |", spread(&row.figures(index), column.decimals))?;
            if column.is_compared {
                let ratios = yardstick.map_or(Vec::new(), |other| row.ratios(other, index));
                write!(f, " {} |", spread(&ratios, RATIO_DECIMALS))?;
            }
        }
        let good = row.rounds.iter().flatten().count();
        match row.rounds.len() {
            all if all == good => writeln!(f, " {good} |"),
            all => writeln!(f, " {good} of {all} |"),
        }
    }
}

/// `median (least–greatest)`; a figure that is always the same stands alone, none is a dash.
fn spread(figures: &[f64], decimals: usize) -> String {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    let (Some(least), Some(greatest)) = (sorted.first(), sorted.last()) else {
        return "–".to_owned();
    };
    let median = median(&sorted);
    match least == greatest {
        true => format!("{median:.decimals$}"),
        false => format!("{median:.decimals$} ({least:.decimals$}–{greatest:.decimals$})"),
    }
}

/// Of a sorted list that is not empty: the middle one, or the mean of the two in the middle.
fn median(sorted: &[f64]) -> f64 {
    let middle = sorted.len() / 2;
    match sorted.len() % 2 {
        1 => sorted[middle],
        _ => f64::midpoint(sorted[middle - 1], sorted[middle]),
    }
}

const RATIO_DECIMALS: usize = 2;

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: Column = Column {
        title: "messages/s, thousands",
        decimals: 1,
        is_compared: true,
    };
    const LOST: Column = Column {
        title: "lost",
        decimals: 0,
        is_compared: false,
    };

    fn row(name: &str, yardstick: &str, rounds: &[Option<f64>]) -> Row {
        Row {
            name: name.to_owned(),
            yardstick: yardstick.to_owned(),
            rounds: rounds
                .iter()
                .map(|run| run.map(|rate| vec![rate, 0.0]))
                .collect(),
        }
    }

    #[track_caller]
    fn check(rows: &[Row], notes: &[&str], expected: &[&str]) {
        let table = Table {
            title: "Echo".to_owned(),
            columns: &[RATE, LOST],
            rows: rows.to_vec(),
            notes: notes.iter().map(|note| (*note).to_owned()).collect(),
        };
        let head = [
            "### Echo",
            "",
            "| server | against | messages/s, thousands | ratio | lost | runs |",
            "|---|---|--:|--:|--:|--:|",
        ];
        let text = table.to_string();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines, [&head[..], expected].concat());
    }

    #[test]
    fn medians_have_their_least_and_greatest() {
        check(
            &[row("bare", "bare", &[Some(30.0), Some(10.0), Some(20.04)])],
            &[],
            &["| bare | – | 20.0 (10.0–30.0) | – | 0 | 3 |"],
        );
        check(
            &[row("bare", "bare", &[Some(10.0), Some(20.0)])],
            &[],
            &["| bare | – | 15.0 (10.0–20.0) | – | 0 | 2 |"],
        );
    }

    #[test]
    fn ratios_are_taken_round_by_round() {
        // The medians alone, 20 and 20, would say 1.
        let fast = [Some(10.0), Some(20.0), Some(90.0)];
        let slow = [Some(20.0), Some(40.0), Some(20.0)];
        check(
            &[row("wharf", "bare", &fast), row("bare", "bare", &slow)],
            &[],
            &[
                "| wharf | bare | 20.0 (10.0–90.0) | 0.50 (0.50–4.50) | 0 | 3 |",
                "| bare | – | 20.0 (20.0–40.0) | – | 0 | 3 |",
            ],
        );
    }

    #[test]
    fn a_run_that_failed_is_counted_and_compared_with_nothing() {
        check(
            &[
                row("wharf", "bare", &[None, Some(20.0)]),
                row("bare", "bare", &[Some(10.0), Some(40.0)]),
            ],
            &["wharf, round 1, failed: gone"],
            &[
                "| wharf | bare | 20.0 | 0.50 | 0 | 1 of 2 |",
                "| bare | – | 25.0 (10.0–40.0) | – | 0 | 2 |",
                "",
                "- wharf, round 1, failed: gone",
            ],
        );
    }

    #[test]
    fn without_a_yardstick_or_a_run_there_is_a_dash() {
        check(
            &[
                row("wharf", "bare", &[Some(20.0)]),
                row("other", "wharf", &[None]),
            ],
            &[],
            &[
                "| wharf | – | 20.0 | – | 0 | 1 |",
                "| other | wharf | – | – | – | 0 of 1 |",
            ],
        );
    }

    #[test]
    fn a_yardstick_of_zero_gives_no_ratio() {
        check(
            &[
                row("wharf", "bare", &[Some(20.0)]),
                row("bare", "bare", &[Some(0.0)]),
            ],
            &[],
            &[
                "| wharf | bare | 20.0 | – | 0 | 1 |",
                "| bare | – | 0.0 | – | 0 | 1 |",
            ],
        );
    }
}

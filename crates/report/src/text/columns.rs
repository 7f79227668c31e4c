//! Tables for a terminal: columns aligned, numbers to the right.

/// A table under construction.
#[derive(Clone, Debug)]
pub(super) struct Columns {
    head: Vec<String>,
    rows: Vec<Vec<String>>,
    group: usize,
}

impl Columns {
    /// A table with these columns; the first names the rows and stands to the left.
    pub(super) fn new(head: impl IntoIterator<Item = String>) -> Self {
        Self {
            head: head.into_iter().collect(),
            rows: Vec::new(),
            group: 1,
        }
    }

    /// The same, with columns behind the first that stay together in groups of `group`.
    pub(super) fn grouped(head: impl IntoIterator<Item = String>, group: usize) -> Self {
        Self {
            group,
            ..Self::new(head)
        }
    }

    /// A row; cells that are missing stay empty.
    pub(super) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// The table with a line end behind every row, indented by two. A table of more than 100 columns
    /// is cut into several below each other, each with the first column.
    pub(super) fn finish(&self) -> String {
        let widths: Vec<usize> = (0..self.head.len())
            .map(|index| self.width(index))
            .collect();
        let mut out = String::new();
        let mut from = 1;
        while from == 1 || from < widths.len() {
            let mut to = from;
            let mut used = INDENT + widths.first().copied().unwrap_or(0);
            while to < widths.len() {
                let next = (to + self.group).min(widths.len());
                let more: usize = widths[to..next].iter().map(|width| GAP + width).sum();
                if to > from && used + more > WIDEST {
                    break;
                }
                used += more;
                to = next;
            }
            if from > 1 {
                out.push('\n');
            }
            for row in std::iter::once(&self.head).chain(&self.rows) {
                out += &line(row, &widths, from..to);
            }
            from = to.max(2);
        }
        out
    }

    fn width(&self, index: usize) -> usize {
        let cells = std::iter::once(&self.head)
            .chain(&self.rows)
            .filter_map(|row| row.get(index));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    }
}

fn line(row: &[String], widths: &[usize], columns: std::ops::Range<usize>) -> String {
    let cell = |index: usize| row.get(index).map_or("", String::as_str);
    let first = widths.first().copied().unwrap_or(0);
    let mut out = format!("{:INDENT$}{:<first$}", "", cell(0));
    for index in columns {
        let width = widths[index] + GAP;
        out += &format!("{:>width$}", cell(index));
    }
    out.truncate(out.trim_end().len());
    out + "\n"
}

/// The widest line, which fits the terminals and mails of most.
pub(super) const WIDEST: usize = 100;
const INDENT: usize = 2;
const GAP: usize = 2;

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(rows: &[&[&str]], expected: &str) {
        let own = |row: &[&str]| {
            row.iter()
                .map(|cell| (*cell).to_owned())
                .collect::<Vec<_>>()
        };
        let mut columns = Columns::new(own(rows[0]));
        for row in &rows[1..] {
            columns.row(own(row));
        }
        assert_eq!(columns.finish(), expected);
    }

    #[test]
    fn names_stand_left_and_numbers_right() {
        check(
            &[&["a", "b"], &["long", "1 µs"], &["c", "20 ms"]],
            "  a         b\n  long   1 µs\n  c     20 ms\n",
        );
    }

    #[test]
    fn a_table_without_rows_is_its_head() {
        check(&[&["a", "b"]], "  a  b\n");
        check(&[&["a"]], "  a\n");
    }

    #[test]
    fn a_missing_cell_is_empty() {
        check(&[&["a", "b", "c"], &["1", "2"]], "  a  b  c\n  1  2\n");
    }

    #[test]
    fn a_group_is_not_parted() {
        let wide = |letter: &str| letter.repeat(30);
        let head = ["n".to_owned(), wide("a"), wide("b"), wide("c"), wide("d")];
        let text = Columns::grouped(head, 2).finish();
        let lines: Vec<&str> = text.lines().filter(|line| !line.is_empty()).collect();
        assert!(lines[0].ends_with('b') && lines[1].ends_with('d'));
    }

    #[test]
    fn a_wide_table_goes_on_below_with_its_first_column() {
        let wide = "x".repeat(60);
        let columns = Columns::new(["n".to_owned(), wide.clone(), wide.clone()]);
        assert_eq!(columns.finish(), format!("  n  {wide}\n\n  n  {wide}\n"));
    }
}

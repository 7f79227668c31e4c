//! Tables of the page.

use history::Series;

use crate::{escape::escape, quantities::STATISTICS};

/// A table under construction. Every text is escaped here.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    head: String,
    body: String,
    has_words: bool,
}

impl Table {
    /// A table with these columns; the first names the rows.
    pub(crate) fn new<'a>(columns: impl IntoIterator<Item = &'a str>) -> Self {
        let cell = |name: &str| format!("<th scope=\"col\">{}</th>", escape(name));
        let head = columns.into_iter().map(cell).collect();
        Self {
            head,
            body: String::new(),
            has_words: false,
        }
    }

    /// The statistics of several series, one a row.
    pub(crate) fn of_series(name: &str, rows: &[(&str, &Series)]) -> Self {
        let columns = STATISTICS.iter().map(|quantity| quantity.name);
        let mut table = Self::new(std::iter::once(name).chain(columns));
        for (name, series) in rows {
            table.row(
                name,
                STATISTICS.iter().map(|quantity| (quantity.show)(series)),
            );
        }
        table
    }

    /// A row: its name and its cells.
    pub(crate) fn row(&mut self, name: &str, cells: impl IntoIterator<Item = String>) {
        let cells: String = cells
            .into_iter()
            .map(|cell| format!("<td>{}</td>", escape(&cell)))
            .collect();
        self.body += &format!("<tr><th scope=\"row\">{}</th>{cells}</tr>", escape(name));
    }

    /// A row that ends in a sentence, which is folded.
    pub(crate) fn row_with_words(
        &mut self,
        name: &str,
        cells: impl IntoIterator<Item = String>,
        words: &str,
    ) {
        self.row(name, cells);
        let end = format!("<td class=\"words\">{}</td></tr>", escape(words));
        self.body.truncate(self.body.len() - "</tr>".len());
        self.body += &end;
        self.has_words = true;
    }

    /// The table. When it is wider than its card it scrolls there, also by keyboard.
    pub(crate) fn html(&self, name: &str) -> String {
        let Self { head, body, .. } = self;
        let class = if self.has_words {
            "table told"
        } else {
            "table"
        };
        format!(
            "<div class=\"{class}\" tabindex=\"0\" role=\"group\" aria-label=\"{}\"><table>\
             <thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>",
            escape(name)
        )
    }

    /// The table behind a line to open it.
    pub(crate) fn details(&self, summary: &str) -> String {
        let table = self.html(summary);
        format!(
            "<details class=\"full\"><summary>{}</summary>{table}</details>\n",
            escape(summary)
        )
    }
}

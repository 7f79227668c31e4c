//! The table "Which model for this load", as measured.

use history::BenchSummary;

use crate::{escape::escape, wording};

/// The card; empty when the run has no choices.
pub(super) fn choices(bench: &BenchSummary) -> String {
    if bench.choices.is_empty() {
        return String::new();
    }
    let mut rows = String::new();
    for choice in &bench.choices {
        let [load, models, figure] = wording::choice(choice).map(|text| escape(&text));
        let reason = escape(&wording::sentence(&choice.reason, &choice.models));
        rows += &format!(
            "<tr role=\"row\"><th role=\"rowheader\" scope=\"row\">{load}</th>\
             <td role=\"cell\"><b>{models}</b></td><td role=\"cell\">{figure}</td>\
             <td role=\"cell\" class=\"words\">{reason}</td></tr>"
        );
    }
    let head: String = ["load", "model", "figure", "why, as measured"]
        .map(|name| format!("<th role=\"columnheader\" scope=\"col\">{name}</th>"))
        .concat();
    // The roles stay when a narrow screen lays rows out as blocks, which would take the table's own.
    format!(
        "<section class=\"choices full\"><h2>Which model for this load</h2>\
         <table role=\"table\"><thead role=\"rowgroup\"><tr role=\"row\">{head}</tr></thead>\
         <tbody role=\"rowgroup\">{rows}</tbody></table></section>\n"
    )
}

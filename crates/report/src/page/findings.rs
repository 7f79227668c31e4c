//! What a reader should know.

use history::{Finding, Verdict};

use super::figure::{Figure, Width};
use crate::escape::escape;

/// The findings, the gravest first; nothing when there are none.
pub(super) fn findings(findings: &[Finding]) -> String {
    if findings.is_empty() {
        return String::new();
    }
    let item = |finding: &Finding| {
        let (class, sign) = match finding.verdict {
            Verdict::Invalid => ("invalid", "✗ wrong"),
            Verdict::Unknown => ("unknown", "? unsure"),
            Verdict::Valid => ("remark", "· note"),
        };
        format!(
            "<li class=\"{class}\"><b>{sign}</b> {}</li>",
            escape(&finding.text)
        )
    };
    let items = |from: usize, to: usize| -> String {
        let some = findings.iter().take(to).skip(from);
        some.map(item).collect()
    };
    // Remarks, of which a large sweep has one a point, come last and are opened when wanted.
    let grave = findings
        .iter()
        .filter(|finding| finding.verdict != Verdict::Valid);
    let open = grave.count().clamp(FEW, MOST);
    let card = Figure::new(Width::Full, "Findings");
    let card = card.part(format!("<ul class=\"findings\">{}</ul>", items(0, open)));
    let rest = findings.len().saturating_sub(open);
    if rest == 0 {
        return card.html();
    }
    let left_out = match findings.len().saturating_sub(MOST) {
        0 => String::new(),
        more => format!("<li><b>· note</b> {more} more in <code>summary.json</code></li>"),
    };
    card.part(format!(
        "<details class=\"more\"><summary>{rest} more</summary>\
         <ul class=\"findings\">{}{left_out}</ul></details>",
        items(open, MOST)
    ))
    .html()
}

/// So many are shown at once, and all that are graver than a remark.
const FEW: usize = 4;

/// More would bury the pictures; the rest are in the file.
const MOST: usize = 40;

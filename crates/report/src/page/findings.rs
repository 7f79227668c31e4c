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
    let shown: String = findings.iter().take(MOST).map(item).collect();
    let rest = findings.len().saturating_sub(MOST);
    let more = match rest {
        0 => String::new(),
        rest => format!("<li><b>· note</b> {rest} more in <code>summary.json</code></li>"),
    };
    let list = format!("<ul class=\"findings\">{shown}{more}</ul>");
    Figure::new(Width::Full, "Findings").part(list).html()
}

/// More would bury the pictures; the rest are in the file.
const MOST: usize = 40;

//! What was read from logs, and which promises the clocks in them kept.

use history::{ClockSummary, Execution, FlawSummary, Verdict};

use super::{columns::Columns, paragraph::paragraph};
use crate::{
    escape::{shortened, visible},
    number::{count, counted},
};

/// One part an execution.
pub(super) fn text(clock: &ClockSummary) -> String {
    let many = clock.executions.len() > 1;
    let parts = clock.executions.iter().enumerate().map(|(at, execution)| {
        let name = match (many, execution.name.as_str()) {
            (false, _) => String::new(),
            (true, "") => format!("execution {}: ", at + 1),
            (true, name) => format!("execution {name}: "),
        };
        name + &of_execution(execution)
    });
    parts.collect()
}

fn of_execution(execution: &Execution) -> String {
    let hosts = u64::try_from(execution.hosts.len()).unwrap_or(u64::MAX);
    let lost = match execution.lost {
        0 => String::new(),
        lost => format!(", {} lost (sent and never received)", count(lost)),
    };
    let subject = format!(
        "{} of {}; {} from one to another{lost}.",
        counted(execution.events, "event"),
        counted(hosts, "host"),
        counted(execution.matched, "message"),
    );
    let mut out = paragraph("", &subject);
    out += &paragraph("order: ", &execution.basis);
    out.push('\n');
    if !execution.conditions.is_empty() {
        out += &promises(execution);
        out.push('\n');
    }
    out + &flaws(execution)
}

/// Kept promises say how; what became of the others stands among the findings.
fn promises(execution: &Execution) -> String {
    let lengths = execution
        .conditions
        .iter()
        .map(|one| visible(&one.name).chars().count());
    let longest = lengths.max().unwrap_or(0);
    let rows = execution.conditions.iter().map(|condition| {
        let (sign, text) = match condition.verdict {
            Verdict::Valid => ("✓ kept   ", condition.text.as_str()),
            Verdict::Unknown => ("? unsure ", "see below"),
            Verdict::Invalid => ("✗ broken ", "see below"),
        };
        paragraph(
            &format!("{sign} {:<longest$}  ", visible(&condition.name)),
            text,
        )
    });
    rows.collect()
}

/// How many of each sort, and where the first stands; the findings say what it is.
fn flaws(execution: &Execution) -> String {
    let mut sorts: Vec<(&str, u64, &FlawSummary)> = Vec::new();
    for flaw in &execution.flaws {
        match sorts.iter_mut().find(|(kind, ..)| *kind == flaw.kind) {
            Some((_, number, _)) => *number += 1,
            None => sorts.push((&flaw.kind, 1, flaw)),
        }
    }
    if sorts.is_empty() {
        return String::new();
    }
    let mut table = Columns::new(["flaw", "how many", "the first: line"].map(str::to_owned));
    for (kind, number, first) in &sorts {
        let place = format!("{} of {}", first.line, shortened(&visible(&first.file), 40));
        table.row([visible(kind), count(*number), place]);
    }
    table.finish() + "\n"
}

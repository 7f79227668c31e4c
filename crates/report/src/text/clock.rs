//! What was read from logs, and which promises the clocks in them kept.

use history::{ClockSummary, Execution, FlawSummary, Verdict};

use super::{columns::Columns, paragraph::paragraph};
use crate::{
    escape::{abridged, shortened, visible},
    number::{count, counted},
    wording::messages,
};

/// One part an execution.
pub(super) fn text(clock: &ClockSummary) -> String {
    let many = clock.executions.len() > 1;
    let mut out = paragraph("form:  ", &clock.form);
    let parts = clock.executions.iter().enumerate().map(|(at, execution)| {
        let name = match many {
            false => String::new(),
            true => visible(&execution.called(at)) + ": ",
        };
        name + &of_execution(execution)
    });
    out.extend(parts);
    out + &drawn(clock)
}

/// Which of several executions the run's page draws.
fn drawn(clock: &ClockSummary) -> String {
    let mut all = clock.executions.iter().enumerate();
    let Some((at, main)) = all.find(|(_, one)| one.page.as_deref() == Some("report.html")) else {
        return String::new();
    };
    match clock.executions.len() {
        0 | 1 => String::new(),
        many => {
            let text = format!(
                "report.html draws {}, and leads to the other {}; `--execution` with a name or number draws one by itself.",
                main.called(at),
                counted(many as u64 - 1, "execution").replace("1 execution", "one"),
            );
            paragraph("drawn: ", &text) + "\n"
        }
    }
}

/// Who has how many events.
fn hosts(execution: &Execution) -> String {
    let shown = execution.hosts.iter().take(MOST_HOSTS);
    let mut list: Vec<String> = shown
        .map(|host| format!("{} {}", abridged(&host.name, MOST_NAME), count(host.events)))
        .collect();
    match execution.hosts.len().saturating_sub(MOST_HOSTS) {
        0 => {}
        more => list.push(format!("{} more", count(more as u64))),
    }
    paragraph("hosts: ", &list.join(", "))
}

fn of_execution(execution: &Execution) -> String {
    let lost = match execution.lost {
        0 => String::new(),
        lost => format!(", {} lost (sent and never received)", count(lost)),
    };
    let subject = format!(
        "{} of {}; {}{lost}.",
        counted(execution.events, "event"),
        counted(execution.hosts.len() as u64, "host"),
        messages(
            execution.matched,
            execution.is_matched_least,
            "from one to another"
        ),
    );
    let mut out = paragraph("", &subject);
    out += &hosts(execution);
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
            Verdict::Valid if condition.is_note => ("· note   ", condition.text.as_str()),
            Verdict::Invalid if condition.is_note => ("· not so ", condition.text.as_str()),
            Verdict::Unknown if condition.is_note => ("· unsure ", condition.text.as_str()),
            Verdict::Valid if condition.is_idle => ("– nothing", condition.text.as_str()),
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

/// Hosts that are listed.
const MOST_HOSTS: usize = 12;

/// Their names are cut there.
const MOST_NAME: usize = 32;

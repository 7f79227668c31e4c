//! The figures of a name service: what was asked and answered, how quickly changes were kept.

use history::{NamesCommits, NamesCount, NamesSummary};

use super::{
    figure::{Figure, Width},
    table::Table,
};
use crate::{
    answers::{Answers, requests_a_write},
    chart,
    escape::shortened,
    number::{count, counted, duration, figure, percent},
    wording,
};

/// All figures.
pub(super) fn figures(names: &NamesSummary) -> String {
    let all = Answers::of(names);
    let mut html = String::new();
    if all.total > 0 {
        html += &answers(names, &all);
    }
    if names.commits.count > 0 || names.commits.failed > 0 {
        html += &commits(&names.commits);
    }
    html += &requests(&names.requests);
    html += &refusals(&names.refusals);
    if all.total > 0 {
        html += &answers_table(&all);
    }
    if names.commits.count > 0 {
        html += &commits_table(&names.commits);
    }
    html + &everything(names)
}

fn answers(names: &NamesSummary, all: &Answers<'_>) -> String {
    let key: Vec<(String, String)> = all
        .codes
        .iter()
        .enumerate()
        .map(|(index, code)| (format!("s-answer{index}"), shortened(code, CELL_MAX)))
        .collect();
    let key: Vec<(&str, &str)> = key
        .iter()
        .map(|(class, name)| (class.as_str(), name.as_str()))
        .collect();
    Figure::new(Width::Full, "What was asked, and what was answered?")
        .caption(
            "Answers by DNS: a bar for each type of record that was asked for; UPDATE stands for dynamic updates, ? \
             for messages that were not understood. NXDOMAIN says that there is no such name, and is no fault.",
        )
        .key(&key)
        .picture(&chart::answers(all))
        .notes(&unanswered(names))
        .html()
}

/// What is in no bar, or is answered by half.
fn unanswered(names: &NamesSummary) -> Vec<String> {
    let notes = wording::datagrams(names);
    match notes.is_empty() {
        true => Vec::new(),
        false => vec![format!("Datagrams: {notes}.")],
    }
}

fn commits(commits: &NamesCommits) -> String {
    let mut card = Figure::new(Width::Half, "How quickly were changes kept?").caption(
        "From the moment at which a write to the disk began until it was safe there: nothing is answered before. \
         What waits meanwhile is kept with the next write, all of it.",
    );
    let known = wording::latencies(commits);
    if !known.is_empty() {
        card = card.picture(&chart::latencies(
            &known,
            "How long a write to the disk took",
        ));
    }
    let kept = wording::changes(commits);
    card.notes(&[wording::sentence(&kept, &[])]).html()
}

fn commits_table(commits: &NamesCommits) -> String {
    let mut table = Table::new(["writes", "value"]);
    table.row("writes to the disk", [count(commits.count)]);
    table.row("requests kept by them", [count(commits.requests)]);
    if let Some(each) = requests_a_write(commits) {
        table.row("requests a write, on average", [figure(each)]);
        table.row("requests a write, at most", [count(commits.requests_max)]);
    }
    for (name, ns) in wording::latencies(commits) {
        table.row(&format!("a write took, {name}"), [duration(ns)]);
    }
    table.row("writes that failed", [count(commits.failed)]);
    table.details("Numbers: writes to the disk")
}

fn requests(of: &[NamesCount]) -> String {
    let some: Vec<&NamesCount> = of.iter().filter(|one| one.count > 0).collect();
    if some.is_empty() {
        return String::new();
    }
    let mut table = Table::new(["status", "requests"]);
    for one in some.iter().take(MOST_ROWS) {
        table.row(&shortened(&one.what, CELL_MAX), [count(one.count)]);
    }
    Figure::new(Width::Half, "Requests by HTTP")
        .caption(
            "By the answer's status: 200 done, 403 not allowed, 404 not there, 409 not as expected (taken, or changed \
             meanwhile), 410 a watch from too long ago.",
        )
        .part(table.html("Requests by HTTP"))
        .notes(&left_out(some.len()))
        .html()
}

fn refusals(of: &[NamesCount]) -> String {
    let some: Vec<&NamesCount> = of.iter().filter(|one| one.count > 0).collect();
    if some.is_empty() {
        return String::new();
    }
    let mut table = Table::new(["requests", "why"]);
    for one in some.iter().take(MOST_ROWS) {
        table.row_with_words(&count(one.count), [], &shortened(&one.what, WORDS_MAX));
    }
    Figure::new(Width::Full, "What was refused, and why?")
        .caption("Updates, transfers and changes that were not done, by DNS and by HTTP.")
        .part(table.html("Reasons"))
        .notes(&left_out(some.len()))
        .html()
}

/// What a table leaves out.
fn left_out(rows: usize) -> Vec<String> {
    let more = rows.saturating_sub(MOST_ROWS) as u64;
    let told = || format!("{} in summary.json.", counted(more, "more row"));
    (more > 0).then(told).into_iter().collect()
}

fn answers_table(all: &Answers<'_>) -> String {
    let codes: Vec<String> = all.codes.iter().map(|c| shortened(c, CELL_MAX)).collect();
    let heads = ["asked for"].into_iter();
    let heads = heads.chain(codes.iter().map(String::as_str));
    let mut table = Table::new(heads.chain(["all", "share"]));
    let share = |number: u64| percent(number as f64 / all.total.max(1) as f64);
    for asked in &all.questions {
        let cells = asked.counts.iter().map(|number| count(*number));
        let ends = [count(asked.total), share(asked.total)];
        table.row(&shortened(asked.question, CELL_MAX), cells.chain(ends));
    }
    let sums = all.of_codes();
    let sums = sums.iter().map(|number| count(*number));
    table.row("all", sums.chain([count(all.total), share(all.total)]));
    table.details("Numbers: answers by DNS")
}

fn everything(names: &NamesSummary) -> String {
    let mut table = Table::new(["what", "count"]);
    let all = [
        ("names at the end", names.names),
        ("leases at the end", names.leases),
        ("revision of the last change", names.revision),
        ("names whose lease ran out", names.expired),
        ("changes that watchers were told of", names.told),
        (
            "watches ended because the watcher was too slow",
            names.lagged,
        ),
        ("zone transfers", names.transfers),
        ("notices that a secondary heard", names.notices_heard),
        ("notices that none heard", names.notices_unheard),
        ("connections turned away: too many", names.crowded),
        ("answers cut, to be had by TCP", names.cut),
        ("datagrams not answered: rate limit", names.limited),
        ("messages owed no answer", names.silent),
        ("datagrams dropped by the kernel", names.lost),
        ("answers not taken by the kernel", names.unsent),
    ];
    for (name, number) in all {
        table.row(name, [count(number)]);
    }
    table.details("Numbers: everything that was counted")
}

const MOST_ROWS: usize = 30;
const CELL_MAX: usize = 24;
const WORDS_MAX: usize = 120;

//! What a name service did: counts, and a table of what was asked and answered.

use history::{NamesCommits, NamesCount, NamesSummary};

use super::{columns::Columns, paragraph::paragraph};
use crate::{
    answers::Answers,
    escape::{shortened, visible},
    number::{count, counted, duration},
    wording::{self, happened},
};

/// Where names were served, how many, and what became of questions and changes. What did not happen is left out.
pub(super) fn text(names: &NamesSummary) -> String {
    let mut out = paragraph("", &wording::names(names)) + "\n";
    for (name, words) in lines(names) {
        if !words.is_empty() {
            out += &paragraph(&format!("{name:<NAME$}"), &words);
        }
    }
    let answers = Answers::of(names);
    if answers.total > 0 {
        out += "\nAnswers by DNS, by what was asked for and by code:\n\n";
        out += &table(&answers);
    }
    out + "\n"
}

fn lines(names: &NamesSummary) -> [(&'static str, String); 10] {
    let stand = format!(
        "{} at the end, {}, revision {}",
        count(names.names),
        counted(names.leases, "lease"),
        count(names.revision)
    );
    let watches = [
        (names.told, "change", "told"),
        (names.lagged, "watcher", "too slow and cut off"),
    ];
    let secondaries = [
        (names.transfers, "zone transfer", "made"),
        (names.notices_heard, "notice", "heard"),
        (names.notices_unheard, "notice", "not heard"),
    ];
    [
        ("names", stand),
        (
            "expired",
            happened(&[(names.expired, "name", "whose lease ran out")]),
        ),
        ("changes", wording::changes(&names.commits)),
        ("a write took", latencies(&names.commits)),
        ("refused", reasons(&names.refusals)),
        ("by HTTP", statuses(&names.requests)),
        ("watches", happened(&watches)),
        ("secondaries", happened(&secondaries)),
        ("datagrams", wording::datagrams(names)),
        (
            "connections",
            happened(&[(names.crowded, "connection", "turned away: too many")]),
        ),
    ]
}

fn latencies(commits: &NamesCommits) -> String {
    let known = wording::latencies(commits).into_iter();
    let words = known.map(|(name, ns)| format!("{name} {}", duration(ns)));
    words.collect::<Vec<_>>().join(", ")
}

fn reasons(refusals: &[NamesCount]) -> String {
    let some = refusals.iter().filter(|refusal| refusal.count > 0);
    let words: Vec<String> = some
        .clone()
        .take(MOST_REASONS)
        .map(|refusal| {
            format!(
                "{} × {}",
                count(refusal.count),
                shortened(&refusal.what, REASON_MAX)
            )
        })
        .collect();
    let more = match some.count().saturating_sub(MOST_REASONS) {
        0 => String::new(),
        more => format!("; and {}", counted(more as u64, "more reason")),
    };
    words.join("; ") + &more
}

fn statuses(requests: &[NamesCount]) -> String {
    let some = requests.iter().filter(|requests| requests.count > 0);
    let words = some.map(|requests| {
        let status = shortened(&requests.what, STATUS_MAX);
        format!("{} with {status}", count(requests.count))
    });
    words.collect::<Vec<_>>().join(", ")
}

fn table(answers: &Answers<'_>) -> String {
    let name = |text: &str| shortened(&visible(text), CELL_MAX);
    let codes = answers.codes.iter().map(|code| name(code));
    let heads = ["asked for".to_owned()].into_iter().chain(codes);
    let mut table = Columns::new(heads.chain(["all".to_owned()]));
    let some = |number: &u64| match number {
        0 => String::new(),
        number => count(*number),
    };
    for asked in &answers.questions {
        let cells = asked.counts.iter().map(some);
        let first = [name(asked.question)].into_iter();
        table.row(first.chain(cells).chain([count(asked.total)]));
    }
    if answers.questions.len() > 1 {
        let sums = answers.of_codes();
        let first = ["all".to_owned()].into_iter();
        let sums = sums.iter().map(some).collect::<Vec<_>>();
        table.row(first.chain(sums).chain([count(answers.total)]));
    }
    table.finish()
}

/// The room for the name of a line.
const NAME: usize = 13;
/// The page has all.
const MOST_REASONS: usize = 6;
const REASON_MAX: usize = 80;
const STATUS_MAX: usize = 20;
const CELL_MAX: usize = 18;

//! One execution, judged: what the folder, the terminal and the page say of it.

use ::verdict::{GROUP_CONDITIONS, GroupCondition, GroupJudgement, Judgement, Order};
use history::{ConditionSummary, Execution, Finding, FlawSummary, HostCount, Verdict};
use report::{Drawing, Listed, Witnessed};
use trace::{Account, EventId, EventKind, FORMS, Flaw, FlawKind, HostId, Log};

use crate::commands::verdict::{Expected, SaidBy};

/// An execution with its order and what follows from it.
pub struct Judged {
    /// What was read.
    pub log: Log,
    /// What happened before what.
    pub order: Order,
    judgements: Vec<Judgement>,
    groups: Vec<Grouped>,
    findings: Vec<Finding>,
    /// The names of its texts, where they are known.
    files: Vec<String>,
}

/// What a group promises, judged.
struct Grouped {
    judgement: GroupJudgement,
    /// Whether it was expected, so that it counts.
    is_expected: bool,
}

impl Judged {
    /// Judges an execution.
    pub fn new(log: Log, files: &[String]) -> Self {
        let order = Order::of(&log);
        let judgements = Judgement::all(&log, &order);
        let basis = order.basis().text();
        let mut findings = order.findings(&log);
        findings.retain(|finding| finding.text != basis);
        findings.extend(of_flaws(&log, files, |_| true));
        Self {
            log,
            order,
            judgements,
            groups: Vec::new(),
            findings,
            files: files.to_vec(),
        }
    }

    /// Judges an execution of a group: all conditions, of which the expected ones count. A member whose log ends in the middle of a
    /// line crashed there. `files` are the names of the texts.
    pub fn of_group(mut log: Log, expected: &Expected, files: &[String]) -> Self {
        log.end_torn();
        let order = Order::of(&log);
        let all: Vec<&GroupCondition> = GROUP_CONDITIONS.iter().collect();
        let judged = GroupJudgement::all(&log, &all).into_iter();
        let groups: Vec<Grouped> = judged
            .map(|judgement| Grouped {
                is_expected: expected.has(judgement.condition),
                judgement,
            })
            .collect();
        let mut findings = order.impossible(&log);
        let is_end = |flaw: &Flaw| flaw.kind == FlawKind::Truncated && log.is_told_end(flaw.place);
        let ends = log.flaws.iter().filter(|flaw| is_end(flaw));
        findings.extend(ends.filter_map(|flaw| killed(&log, flaw, files)));
        findings.extend(of_flaws(&log, files, |flaw| !is_end(flaw)));
        findings.extend(nothing_to_judge(&log));
        findings.extend(expected.remark(groups.iter().any(Grouped::is_broken)));
        if expected.said_by == SaidBy::Flags {
            let is_judged = |name: &str| groups.iter().any(|one| one.judgement.condition == name);
            let without = expected.names().into_iter().filter(|name| !is_judged(name));
            findings.extend(without.map(|name| {
                let text = format!(
                    "{name}: the logs have nothing that this is about: it goes by views, or by who stayed to the end"
                );
                Finding::new(Verdict::Unknown, text)
            }));
        }
        Self {
            log,
            order,
            judgements: Vec::new(),
            groups,
            findings,
            files: files.to_vec(),
        }
    }

    /// Whether it was judged as that of a group.
    pub fn is_of_group(&self) -> bool {
        !self.groups.is_empty()
    }

    /// Adds what was found when the log was first read and cannot be found in it any more: its text had more flaws.
    pub fn remember(&mut self, findings: &[Finding]) {
        let known: Vec<Finding> = self
            .witnessed()
            .into_iter()
            .map(|one| one.finding)
            .collect();
        let others = findings.iter().filter(|one| !known.contains(one));
        self.findings.extend(others.cloned());
    }

    /// What a reader should know: broken promises, what cannot have happened, what could not be read.
    pub fn findings(&self) -> impl Iterator<Item = Finding> + '_ {
        let of_clocks = self.judgements.iter().map(Judgement::finding);
        let of_group = self.groups.iter().filter(|one| one.is_expected);
        let judged = of_clocks.chain(of_group.map(|one| one.judgement.finding()));
        let broken = judged.filter(|finding| finding.verdict != Verdict::Valid);
        broken.chain(self.findings.iter().cloned())
    }

    /// The same, kept promises too, with the events that prove it.
    fn witnessed(&self) -> Vec<Witnessed> {
        let judged = self.judgements.iter().map(|judgement| Witnessed {
            finding: judgement.finding(),
            pair: judgement.pair,
            is_kept: judgement.verdict == Verdict::Valid && !judgement.is_note,
        });
        let of_group = self.groups.iter().map(Grouped::witnessed);
        let others = self.findings.iter().cloned().map(Witnessed::from);
        judged.chain(of_group).chain(others).collect()
    }

    /// The gravest of what was found.
    pub fn verdict(&self) -> Verdict {
        let gravest = self.findings().map(|finding| finding.verdict).min();
        gravest.unwrap_or(Verdict::Valid)
    }

    /// The numbers; `files` are the names of the texts.
    pub fn summary(&self, files: &[String]) -> Execution {
        let hosts = (0..).map(HostId).zip(&self.log.hosts);
        let receipts = self.log.ids().map(|id| self.order.sources(id).len() as u64);
        let flaws = self.log.flaws.iter().take(FLAWS_MAX);
        let left_out = self.log.flaws.len().saturating_sub(FLAWS_MAX) as u64;
        Execution {
            name: self.log.name.clone(),
            hosts: hosts
                .map(|(id, name)| HostCount {
                    name: name.clone(),
                    events: self.order.events_of(id).len() as u64,
                })
                .collect(),
            events: self.log.events.len() as u64,
            matched: receipts.sum(),
            is_matched_least: !self.order.basis().counts_messages(),
            lost: self.order.lost(&self.log).len() as u64,
            basis: self.order.basis().text().to_owned(),
            conditions: self
                .judgements
                .iter()
                .map(|one| self.condition(one))
                .chain(self.groups.iter().map(|one| self.promise(one)))
                .collect(),
            flaws: flaws
                .map(|flaw| FlawSummary {
                    kind: kind_name(flaw.kind).to_owned(),
                    file: files
                        .get(flaw.place.source as usize)
                        .cloned()
                        .unwrap_or_default(),
                    line: flaw.place.line,
                    text: flaw.text.clone(),
                })
                .collect(),
            flaws_left_out: left_out + self.log.flaws_left_out,
            page: None,
            verdict: Some(self.verdict()),
        }
    }

    fn condition(&self, judgement: &Judgement) -> ConditionSummary {
        let pair = judgement.pair.into_iter().flat_map(|(a, b)| [a, b]);
        ConditionSummary {
            name: judgement.condition.to_owned(),
            verdict: judgement.verdict,
            is_note: judgement.is_note,
            is_idle: false,
            text: judgement.text.clone(),
            witness: pair
                .map(|event| self.order.name(&self.log, event))
                .collect(),
            messages: Vec::new(),
            hosts: Vec::new(),
        }
    }

    fn promise(&self, one: &Grouped) -> ConditionSummary {
        let judgement = &one.judgement;
        let (events, messages) = (judgement.events.iter(), judgement.messages.iter());
        let hosts = judgement.hosts.iter();
        ConditionSummary {
            name: judgement.condition.to_owned(),
            verdict: judgement.verdict,
            is_note: !one.is_expected,
            is_idle: judgement.is_idle,
            text: judgement.text.clone(),
            witness: events
                .map(|event| self.order.name(&self.log, *event))
                .collect(),
            messages: messages
                .map(|id| self.log.messages[id.0 as usize].clone())
                .collect(),
            hosts: hosts
                .map(|host| self.log.host_name(*host).to_owned())
                .collect(),
        }
    }

    /// The space-time diagram as a page.
    pub fn page(
        &self,
        title: &str,
        command: &str,
        around: Option<EventId>,
        executions: &[Listed],
    ) -> String {
        let findings = self.witnessed();
        let broken = self.groups.iter().filter(|one| one.is_broken());
        let broken: Vec<&GroupJudgement> = broken.map(|one| &one.judgement).collect();
        report::space_time(&Drawing {
            command,
            broken: &broken,
            executions,
            ..self.drawing(title, around, &findings)
        })
    }

    /// The same as a picture without a script.
    pub fn picture(&self, title: &str, around: Option<EventId>) -> String {
        let findings = self.witnessed();
        report::space_time_svg(&self.drawing(title, around, &findings))
    }

    fn drawing<'a>(
        &'a self,
        title: &'a str,
        around: Option<EventId>,
        findings: &'a [Witnessed],
    ) -> Drawing<'a> {
        Drawing {
            findings,
            files: &self.files,
            around: around.or_else(|| self.first_witness()),
            ..Drawing::new(&self.log, &self.order, title)
        }
    }

    /// Where to look first when not everything can be drawn.
    fn first_witness(&self) -> Option<EventId> {
        let broken = |one: &&Judgement| one.verdict == Verdict::Invalid;
        let of_promise = self
            .judgements
            .iter()
            .filter(broken)
            .find_map(|one| one.pair);
        let of_cycle = self
            .order
            .cycles()
            .first()
            .and_then(|cycle| cycle.events.first());
        let of_group = self.groups.iter().find_map(Grouped::place);
        let of_promise = of_promise.map(|(_, effect)| effect);
        of_promise.or(of_group).or(of_cycle.copied())
    }
}

impl Grouped {
    /// The finding, and between which two events it is drawn. What was not expected is only a remark.
    fn witnessed(&self) -> Witnessed {
        let judgement = &self.judgement;
        let finding = match self.is_expected || judgement.verdict == Verdict::Valid {
            true => judgement.finding(),
            false => {
                let text = format!("{}, not expected: {}", judgement.condition, judgement.text);
                Finding::new(Verdict::Valid, text)
            }
        };
        let pair = match judgement.events[..] {
            [first, .., last] => Some((first, last)),
            _ => None,
        };
        Witnessed {
            finding,
            pair,
            is_kept: self.is_expected && judgement.verdict == Verdict::Valid && !judgement.is_idle,
        }
    }

    /// Where it can be seen that a promise is broken.
    fn place(&self) -> Option<EventId> {
        let last = self.judgement.events.last().copied();
        last.filter(|_| self.is_broken())
    }

    /// Whether it was expected and does not hold.
    fn is_broken(&self) -> bool {
        self.is_expected && self.judgement.verdict == Verdict::Invalid
    }
}

/// That a log tells of no deliveries, so that no promise can be broken in it.
fn nothing_to_judge(log: &Log) -> Option<Finding> {
    let is_delivery = |event: &trace::Event| {
        matches!(event.kind, EventKind::Deliver | EventKind::Receive) && event.message.is_some()
    };
    let text = "the logs tell of no delivery of a message that has a name, so there is nothing to judge; \
                docs/logs.md shows what a member writes";
    let has_none = !log.events.iter().any(is_delivery);
    has_none.then(|| Finding::new(Verdict::Unknown, text))
}

/// An execution in our own form, its lines as they stood: then hosts keep their places when it is drawn again.
pub fn kept(judged: &Judged) -> String {
    let ids: Vec<EventId> = judged.log.ids().collect();
    let own = FORMS.iter().find(|form| form.name == "wharf");
    let write = own.and_then(|form| form.write);
    write.expect("our own form is written")(&[Account {
        log: &judged.log,
        sequence: &ids,
        past: &|event| judged.order.vector(event),
    }])
}

/// Hands executions to a writer of logs.
pub fn written(judged: &[&Judged], write: fn(&[Account<'_>]) -> String) -> String {
    let past = |judged| move |event| Order::vector(judged, event);
    let pasts: Vec<_> = judged.iter().map(|one| past(&one.order)).collect();
    let accounts = judged.iter().zip(&pasts).map(|(one, past)| Account {
        log: &one.log,
        sequence: one.order.sequence(),
        past,
    });
    write(&accounts.collect::<Vec<_>>())
}

/// That a member's log ends in the middle of a line, and what was made of that.
fn killed(log: &Log, flaw: &Flaw, files: &[String]) -> Option<Finding> {
    let tear = log.torn.iter().find(|tear| tear.place == flaw.place)?;
    let file = files.get(flaw.place.source as usize);
    let text = format!(
        "{} ends in the middle of line {}, as the log of a process that was killed: the last {} were left out, and {} crashed \
         there",
        file.map_or("a log", String::as_str),
        flaw.place.line,
        report::counted(tear.bytes, "byte"),
        log.host_name(tear.host)
    );
    Some(Finding::new(Verdict::Valid, text))
}

/// One finding a sort of flaw that leaves something out of the judgement, or that no execution has; of those that count.
fn of_flaws(log: &Log, files: &[String], counts: impl Fn(&Flaw) -> bool) -> Vec<Finding> {
    let found = WEIGHED.iter().filter_map(|(kind, verdict, words)| {
        let of_kind = log.flaws.iter().filter(|flaw| flaw.kind == *kind);
        let mut flaws = of_kind.filter(|flaw| counts(flaw));
        let first = flaws.next()?;
        let (number, line) = (1 + flaws.count(), first.place.line);
        let place = match files.get(first.place.source as usize) {
            Some(file) if files.len() > 1 => format!("{}:{line}", report::shown(file, FILE_MAX)),
            _ => format!("line {line}"),
        };
        let text = format!(
            "{words}: {}, the first at {place}: {}",
            report::count(number as u64),
            first.text
        );
        Some(Finding::new(*verdict, text))
    });
    found.collect()
}

const fn kind_name(kind: FlawKind) -> &'static str {
    match kind {
        FlawKind::Torn => "torn",
        FlawKind::TornLoss => "torn, with a loss",
        FlawKind::Truncated => "truncated",
        FlawKind::Unreadable => "unreadable",
        FlawKind::Part => "unreadable part",
        FlawKind::Altered => "altered",
        FlawKind::LeftOut => "left out",
        FlawKind::HostGuessed => "host guessed",
        FlawKind::OwnEntryMissing => "own entry missing",
        FlawKind::Hole => "hole",
        FlawKind::Backwards => "backwards",
        FlawKind::UnknownHost => "unknown host",
        FlawKind::Ahead => "ahead",
        FlawKind::Message => "message",
    }
}

/// What a sort of flaw does to the judgement, and its words before the number of places.
const WEIGHED: [(FlawKind, Verdict, &str); 13] = [
    (
        FlawKind::OwnEntryMissing,
        Verdict::Invalid,
        "clocks without an entry above 0 for their own host",
    ),
    (
        FlawKind::Hole,
        Verdict::Unknown,
        "places at which events are missing",
    ),
    (
        FlawKind::Truncated,
        Verdict::Unknown,
        "events cut off in the middle",
    ),
    (
        FlawKind::Unreadable,
        Verdict::Unknown,
        "lines that should be events and are none",
    ),
    (
        FlawKind::Part,
        Verdict::Unknown,
        "events of which a part could not be read",
    ),
    (
        FlawKind::HostGuessed,
        Verdict::Unknown,
        "hosts that were guessed",
    ),
    (
        FlawKind::UnknownHost,
        Verdict::Unknown,
        "clocks that name a host whose events are not here",
    ),
    (
        FlawKind::Ahead,
        Verdict::Unknown,
        "clocks that count more events of a host than are here",
    ),
    (
        FlawKind::TornLoss,
        Verdict::Unknown,
        "lines into which another process wrote, with a loss",
    ),
    (
        FlawKind::Torn,
        Verdict::Valid,
        "lines into which another process wrote, all told apart",
    ),
    (
        FlawKind::Backwards,
        Verdict::Valid,
        "events out of their host's order",
    ),
    (
        FlawKind::Altered,
        Verdict::Valid,
        "words that were shortened, or bytes that are no text",
    ),
    (
        FlawKind::LeftOut,
        Verdict::Valid,
        "passages that are no events and were left out",
    ),
];
/// Characters of a file's name that a finding shows.
const FILE_MAX: usize = 80;
/// Flaws that the summary lists.
const FLAWS_MAX: usize = 200;

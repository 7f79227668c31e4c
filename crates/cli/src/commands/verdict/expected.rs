//! What a group is held to: what was asked for, else what its logs say was promised, else everything.

use ::verdict::{GROUP_CONDITIONS, GroupCondition};
use anyhow::{Context as _, Result, bail};
use history::{Finding, Verdict};
use trace::{Log, Promised};

use crate::lists;

/// The conditions that count, and who says so.
pub struct Expected {
    /// In the order of all conditions, or in that of the flags.
    pub conditions: Vec<&'static GroupCondition>,
    /// Who says so.
    pub said_by: SaidBy,
}

/// Who says what was promised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SaidBy {
    /// Whoever asks for the verdict.
    Flags,
    /// The logs themselves, as those of `wharf group join` do.
    Logs,
    /// Nobody: everything counts.
    Nobody,
    /// The run that is looked at again, which has said who.
    Before,
}

impl Expected {
    /// Of a log; `flags` override what it says.
    ///
    /// # Errors
    /// When the log promises a condition that there is not, or the log is of groups with different promises.
    pub fn of(flags: &[&'static GroupCondition], log: &Log, files: &[String]) -> Result<Self> {
        let (conditions, said_by) = match (flags, &log.promises[..]) {
            ([_, ..], _) => (flags.to_vec(), SaidBy::Flags),
            ([], [first, others @ ..]) => {
                check_same(first, others, files)?;
                (promised(first, files)?, SaidBy::Logs)
            }
            ([], []) => (GROUP_CONDITIONS.iter().collect(), SaidBy::Nobody),
        };
        Ok(Self {
            conditions,
            said_by,
        })
    }

    /// Conditions that a run was judged by before.
    pub fn again(conditions: Vec<&'static GroupCondition>) -> Self {
        Self {
            conditions,
            said_by: SaidBy::Before,
        }
    }

    /// Their names.
    pub fn names(&self) -> Vec<&'static str> {
        self.conditions.iter().map(|one| one.name).collect()
    }

    /// Whether a condition counts.
    pub fn has(&self, name: &str) -> bool {
        self.conditions.iter().any(|one| one.name == name)
    }

    /// Where the conditions come from, for the reader of a verdict.
    pub fn remark(&self, is_broken: bool) -> Option<Finding> {
        let text = match self.said_by {
            SaidBy::Logs => format!(
                "the logs say what was promised: {}; all else is a remark",
                self.names().join(", ")
            ),
            SaidBy::Nobody if is_broken => {
                "no log says what was promised, so everything counts; --expect names what does"
                    .to_owned()
            }
            SaidBy::Nobody | SaidBy::Flags | SaidBy::Before => return None,
        };
        Some(Finding::new(Verdict::Valid, text))
    }
}

/// The conditions of `--expect`.
///
/// # Errors
/// When a name is that of none.
pub fn of_flags(names: &[String]) -> Result<Vec<&'static GroupCondition>> {
    let names = names.iter().map(String::as_str);
    names.map(lists::group_condition).collect()
}

fn promised(said: &Promised, files: &[String]) -> Result<Vec<&'static GroupCondition>> {
    for name in &said.names {
        let known = lists::group_condition(name);
        known.with_context(|| {
            let Promised { place, .. } = said;
            let file = file(said, files);
            format!(
                "{file}, line {}, promises what this program does not know; say with --expect what is to be judged",
                place.line
            )
        })?;
    }
    let all = GROUP_CONDITIONS.iter();
    let promised = all.filter(|one| said.names.iter().any(|name| name == one.name));
    Ok(promised.collect())
}

fn check_same(first: &Promised, others: &[Promised], files: &[String]) -> Result<()> {
    let Some(other) = others.iter().find(|other| other.names != first.names) else {
        return Ok(());
    };
    let only = |one: &Promised, other: &Promised| {
        let own = one.names.iter().filter(|name| !other.names.contains(name));
        let own: Vec<&str> = own.map(String::as_str).collect();
        match own.is_empty() {
            true => "nothing more".to_owned(),
            false => report::shown(&own.join(", "), SHOWN_MAX),
        }
    };
    let [one, two] = [first, other].map(|said| file(said, files));
    bail!(
        "these logs are of groups with different promises: {one} promises {} that {two} does not, and {two} {}; judge \
         each group by itself, or say with --expect what both promised",
        only(first, other),
        only(other, first)
    )
}

fn file<'a>(said: &Promised, files: &'a [String]) -> &'a str {
    let file = files.get(said.place.source as usize);
    file.map_or("a log", String::as_str)
}

/// Characters of names that an error shows.
const SHOWN_MAX: usize = 120;

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(flags: &[&str], logs: &[&[&str]], expected: Result<&[&str], &str>) {
        let mut log = Log::new();
        for (source, names) in (0..).zip(logs) {
            let place = trace::Place { source, line: 1 };
            let names = names.iter().map(|name| (*name).to_owned()).collect();
            log.promises.push(Promised { place, names });
        }
        let files = ["a.jsonl".to_owned(), "b.jsonl".to_owned()];
        let flags: Vec<String> = flags.iter().map(|name| (*name).to_owned()).collect();
        let flags = of_flags(&flags).expect("conditions");
        match (Expected::of(&flags, &log, &files), expected) {
            (Ok(found), Ok(expected)) => assert_eq!(found.names(), expected),
            (Err(error), Err(words)) => {
                let text = format!("{error:#}");
                assert!(text.contains(words), "{text}");
            }
            (found, expected) => panic!("{:?}, not {expected:?}", found.map(|one| one.names())),
        }
    }

    #[test]
    fn flags_count_before_logs_and_logs_before_everything() {
        check(&["fifo"], &[&["total"], &["causal"]], Ok(&["fifo"]));
        check(&[], &[&["fifo", "total"]], Ok(&["fifo", "total"]));
        let all: Vec<&str> = GROUP_CONDITIONS.iter().map(|one| one.name).collect();
        check(&[], &[], Ok(&all));
    }

    #[test]
    fn groups_with_different_promises_are_not_judged_as_one() {
        let words = "a.jsonl promises causal that b.jsonl does not, and b.jsonl nothing more";
        check(&[], &[&["causal", "fifo"], &["fifo"]], Err(words));
        check(&[], &[&["fifo"], &["fifo"]], Ok(&["fifo"]));
    }

    #[test]
    fn a_promise_that_is_not_known_is_no_promise_kept() {
        check(&[], &[&["fifo", "telepathy"]], Err("a.jsonl, line 1"));
    }
}

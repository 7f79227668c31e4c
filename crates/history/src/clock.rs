//! The results of judging logs: `wharf clock order` and `wharf verdict`.

use serde::{Deserialize, Serialize};

use crate::Verdict;

/// What was read, and what follows from it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ClockSummary {
    /// The form of the logs: `shiviz`, `wharf`, …
    pub form: String,
    /// The files, in the order in which they were given.
    pub files: Vec<String>,
    /// The executions they hold; most logs hold one.
    pub executions: Vec<Execution>,
}

/// One execution of a distributed program.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Execution {
    /// Its name; empty where the log holds but one.
    pub name: String,
    /// Its hosts, in the order in which the log comes to them.
    pub hosts: Vec<HostCount>,
    /// Events.
    pub events: u64,
    /// Messages whose send and receipt were both found.
    pub matched: u64,
    /// There may be more messages than `matched`: they were told from what clocks know of each other, where one that
    /// brought nothing new leaves no trace.
    #[serde(default)]
    pub is_matched_least: bool,
    /// Messages that were sent and that nobody received.
    pub lost: u64,
    /// Where the order was taken from, in words.
    pub basis: String,
    /// What clocks promise, or groups, and whether they kept it; those that the log has nothing of are not here.
    pub conditions: Vec<ConditionSummary>,
    /// What is wrong with the log; at most some hundreds, and `flaws_left_out` counts the others.
    pub flaws: Vec<FlawSummary>,
    /// Flaws that are not listed.
    #[serde(default)]
    pub flaws_left_out: u64,
    /// The page that draws it, in the run's folder; absent where none was drawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<String>,
    /// The gravest of what was found in it; absent in older files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
}

impl Execution {
    /// What it is called where it is the `at`th of several, from 0: `execution one`, `execution 3`.
    pub fn called(&self, at: usize) -> String {
        let begins_so = self.name.get(.."execution".len());
        match self.name.as_str() {
            "" => format!("execution {}", at + 1),
            // GoVector's own names begin so: `Execution #1`.
            name if begins_so.is_some_and(|start| start.eq_ignore_ascii_case("execution")) => {
                name.to_owned()
            }
            name => format!("execution {name}"),
        }
    }
}

/// How many events a host has.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostCount {
    /// Its name.
    pub name: String,
    /// Its events.
    pub events: u64,
}

/// One promise of a clock, or of a group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConditionSummary {
    /// Which: `lamport`, `vector`, …
    pub name: String,
    /// Kept, broken, or not to be told.
    pub verdict: Verdict,
    /// Nobody promised it: `text` is a remark, whatever the verdict is, which does not count.
    #[serde(default)]
    pub is_note: bool,
    /// There was nothing to judge; `text` says why.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_idle: bool,
    /// What was found: how many stamps kept it, or the pair that breaks it and the way between them.
    pub text: String,
    /// The events that break it, as `host:index`; empty where none does.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub witness: Vec<String>,
    /// The messages that show that a group broke it; empty where none does.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub messages: Vec<String>,
    /// The hosts that show it; empty where none does.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hosts: Vec<String>,
}

/// One thing that is wrong with a log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlawSummary {
    /// What sort of thing: `torn`, `hole`, …
    pub kind: String,
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// What was found and what became of it.
    pub text: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, expected: &str) {
        let execution = Execution {
            name: name.to_owned(),
            ..Execution::default()
        };
        assert_eq!(execution.called(1), expected);
    }

    #[test]
    fn an_execution_is_called_one_once() {
        check("", "execution 2");
        check("two", "execution two");
        check("Execution #2", "Execution #2");
    }
}

//! The results of `name serve`.

use serde::{Deserialize, Serialize};

use crate::{Finding, Verdict};

/// What a name service did.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct NamesSummary {
    /// The zone that all names stand in.
    pub zone: String,
    /// Where DNS was answered.
    pub dns: Vec<String>,
    /// Where HTTP was answered.
    pub http: Vec<String>,
    /// How many names there were at the end.
    pub names: u64,
    /// How many leases.
    pub leases: u64,
    /// The revision of the last change.
    pub revision: u64,
    /// Messages by DNS that were answered: by what was asked for (`A`, `UPDATE`, `?`) and the answer's code (`NOERROR`).
    pub answers: Vec<NamesAnswers>,
    /// Answers by datagram that were cut, so that the asker comes again by TCP.
    pub cut: u64,
    /// Datagrams that were not answered because their network had had its share.
    pub limited: u64,
    /// Messages that were owed no answer: answers themselves, and what was too short to be a message.
    pub silent: u64,
    /// Datagrams that the kernel dropped because the server was behind.
    pub lost: u64,
    /// Answers that the kernel did not take.
    pub unsent: u64,
    /// Zone transfers.
    pub transfers: u64,
    /// Notices that a secondary heard.
    pub notices_heard: u64,
    /// Notices that none heard.
    pub notices_unheard: u64,
    /// Connections that were refused or closed because there were too many.
    pub crowded: u64,
    /// Why requests were refused, in words.
    pub refusals: Vec<NamesCount>,
    /// Requests by HTTP, by status.
    pub requests: Vec<NamesCount>,
    /// How what changed was kept.
    pub commits: NamesCommits,
    /// Names that went because their lease ran out.
    pub expired: u64,
    /// Changes that watchers were told of.
    pub told: u64,
    /// Watches that ended because the watcher was too slow.
    pub lagged: u64,
}

/// Messages that were answered alike.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamesAnswers {
    /// What was asked for.
    pub question: String,
    /// The answer's code.
    pub code: String,
    /// How many.
    pub count: u64,
}

/// How many of something.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamesCount {
    /// Of what.
    pub what: String,
    /// How many.
    pub count: u64,
}

/// How changes were kept.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct NamesCommits {
    /// Writes to the disk.
    pub count: u64,
    /// Requests that were kept by them.
    pub requests: u64,
    /// The most with one write.
    pub requests_max: u64,
    /// Writes that failed; their requests were refused.
    pub failed: u64,
    /// Half of the writes took at most so long, in nanoseconds; none without writes.
    pub latency_ns_p50: Option<u64>,
    /// 99 of 100 took at most so long.
    pub latency_ns_p99: Option<u64>,
    /// The longest.
    pub latency_ns_max: Option<u64>,
}

impl NamesSummary {
    /// What a reader should know.
    pub fn findings(&self) -> Vec<Finding> {
        let told = [
            (
                self.commits.failed,
                "write to the disk failed; its changes were refused and not made",
                "writes to the disk failed; their changes were refused and not made",
            ),
            (
                self.lost,
                "datagram was dropped by the kernel because the server was behind; more --workers answer more",
                "datagrams were dropped by the kernel because the server was behind; more --workers answer more",
            ),
            (
                self.unsent,
                "answer could not be sent",
                "answers could not be sent",
            ),
            (
                self.notices_unheard,
                "notice was not heard by a secondary; is it there, and does it know this server?",
                "notices were not heard by a secondary; is it there, and does it know this server?",
            ),
            (
                self.crowded,
                "connection was turned away because there were too many",
                "connections were turned away because there were too many",
            ),
            (
                self.lagged,
                "watch ended because its watcher was too slow",
                "watches ended because their watcher was too slow",
            ),
        ];
        let told = told.into_iter().filter(|(count, ..)| *count > 0);
        told.map(|(count, one, several)| {
            let what = if count == 1 { one } else { several };
            Finding::new(Verdict::Valid, format!("{count} {what}"))
        })
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(unsent: u64, expected: &[&str]) {
        let summary = NamesSummary {
            unsent,
            ..NamesSummary::default()
        };
        let findings = summary.findings();
        let texts: Vec<&str> = findings.iter().map(|finding| &*finding.text).collect();
        assert_eq!(texts, expected);
    }

    #[test]
    fn one_is_told_of_as_one() {
        check(0, &[]);
        check(1, &["1 answer could not be sent"]);
        check(2, &["2 answers could not be sent"]);
    }
}

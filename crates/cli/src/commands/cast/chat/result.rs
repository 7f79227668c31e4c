//! What came of a chat: its summary, findings, and last words.

use anyhow::Error;
use history::{ChatPeer, ChatSummary, Finding, Verdict};

use super::{super::print::counted, Chat, journal, screen::Screen};
use crate::{run_folder::Begun, say};

/// What was told at the beginning.
pub struct Told {
    /// The group's name.
    pub group: String,
    /// The member's name.
    pub name: String,
    /// Where to it sends.
    pub sending: String,
    /// Where it receives.
    pub receiving: String,
}

/// Writes the summary and the page; on a terminal prints the result, too.
pub(super) fn conclude(
    mut chat: Chat,
    told: Told,
    error: Option<Error>,
    mut begun: Begun,
) -> Verdict {
    let summary = summarise(&chat, told);
    let mut findings = findings(&mut chat, &summary);
    if let Some(error) = error {
        let text = format!("the chat ended early: {error:#}");
        findings.push(Finding::new(Verdict::Unknown, text));
    }
    let path = begun.folder().map(|folder| folder.file(journal::NAME));
    begun.summary.chat = Some(summary);
    let verdict = match chat.screen {
        Screen::Terminal => begun.conclude(findings, &[], &chat.clock),
        Screen::Pipe | Screen::Json => begun.conclude_quietly(findings, &chat.clock),
    };
    if let Some(path) = path.filter(|_| !chat.is_quiet) {
        say::talk(&format!("log: {}", path.display()));
        say::talk("`wharf clock order` with every member's log judges and draws the whole chat");
    }
    verdict
}

fn summarise(chat: &Chat, told: Told) -> ChatSummary {
    let (member, tally) = (&chat.member, chat.member.tally());
    let peers = member.peers().into_iter().map(|peer| ChatPeer {
        name: peer.name,
        host: peer.host,
        shown: peer.shown,
        lost: peer.lost,
        has_left: peer.is_gone,
    });
    let refused = tally.refused();
    ChatSummary {
        group: told.group,
        name: told.name,
        host: member.host(),
        sending: told.sending,
        receiving: told.receiving,
        events: chat.log.as_ref().map_or(0, |log| log.count()),
        sent: tally.sent,
        not_sent: chat.not_sent,
        shown: tally.shown,
        late: tally.late,
        lost: tally.lost,
        dropped: tally.duplicates + tally.old,
        refused: refused
            .map(|(reason, count)| (reason.name().to_owned(), count))
            .collect(),
        kernel_drops: chat.receiver.drops(),
        peers: peers.collect(),
    }
}

fn findings(chat: &mut Chat, summary: &ChatSummary) -> Vec<Finding> {
    let is_log_broken = chat.log.as_ref().is_some_and(|log| log.is_broken());
    let mut findings = remarks(is_log_broken, summary);
    let senders = chat.senders.iter_mut();
    for (to, count) in senders.flat_map(|sender| sender.refusals()) {
        let what = format!("nobody received at {to}, of what was sent there at least");
        remark(&mut findings, count, "datagram", &what);
    }
    findings
}

/// What is to be said of any chat.
pub(super) fn remarks(is_log_broken: bool, summary: &ChatSummary) -> Vec<Finding> {
    let mut findings = Vec::new();
    if is_log_broken {
        let text = "the log is not whole: the disk is full or gone";
        findings.push(Finding::new(Verdict::Unknown, text));
    }
    if summary.not_sent > 0 {
        let text = format!(
            "the system did not send {}",
            counted(summary.not_sent, "datagram")
        );
        findings.push(Finding::new(Verdict::Unknown, text));
    }
    let lost = "datagrams promise nothing, and of the others did not come:";
    remark(&mut findings, summary.lost, "message", lost);
    let refused = "refused, each as a whole and without effect:";
    let count = summary.refused.values().sum();
    remark(&mut findings, count, "datagram", refused);
    let dropped = "dropped by the kernel, because they came faster than they were read:";
    remark(&mut findings, summary.kernel_drops, "datagram", dropped);
    findings
}

/// Something that happened, if it did.
fn remark(findings: &mut Vec<Finding>, count: u64, thing: &str, what: &str) {
    if count > 0 {
        let text = format!("{what} {}", counted(count, thing));
        findings.push(Finding::new(Verdict::Valid, text));
    }
}

//! A chat with an order: its members are those of a group that agrees on who is there and on what was said when.

use anyhow::Result;
use cast::Plan;
use group::{Name, Order, Settings};
use history::{ChatPeer, ChatSummary, Finding, Kind, Verdict};
use serde_json::json;
use timing::SystemClock;

use super::{journal, result::remarks};
use crate::{
    args::ChatArgs,
    commands::{
        cast::whom,
        group::{
            attended::Attended,
            join::{Attendance, attend},
            screen::Screen,
        },
    },
    run_folder::Begun,
    say,
};

/// Runs it.
///
/// # Errors
/// As [`super::run`].
pub fn run(
    args: &ChatArgs,
    order: &'static Order,
    name: Name,
    plans: (Plan, Plan),
) -> Result<Verdict> {
    let clock = SystemClock::start();
    let begun = Begun::new(Kind::Chat, &format!("chat {name}"), &args.folder, &clock)?;
    let (sending, receiving) = (whom::sending(&plans.0), whom::receiving(&plans.1));
    begun.write_plan(&json!({
        "command": "cast chat",
        "name": name.as_str(),
        "group": args.group,
        "order": order.name,
        "sending": sending,
        "receiving": receiving,
        "linger_ms": args.linger.as_millis(),
    }))?;
    let log = begun.folder().map(|folder| folder.file(journal::NAME));
    let attended = attend(Attendance {
        group: &args.group,
        name: name.clone(),
        settings: Settings::new(order),
        plans,
        linger: Some(args.linger),
        lasting: None,
        awaited: 1,
        log: log.as_deref(),
        screen: Screen::of_chat(args.json, args.quiet),
        is_quiet: args.quiet,
    })?;
    let mut summary = summarise(&attended);
    (summary.group, summary.name) = (args.group.clone(), name.to_string());
    (summary.sending, summary.receiving) = (sending, receiving);
    let findings = findings(attended, &summary);
    let mut begun = begun;
    begun.summary.chat = Some(summary);
    let verdict = begun.conclude_quietly(findings, &clock);
    if let Some(path) = log.filter(|_| !args.quiet) {
        say::talk(&format!("log: {}", path.display()));
        say::talk(
            "`wharf verdict` with every member's log judges whether the group kept its promises",
        );
    }
    Ok(verdict)
}

fn summarise(attended: &Attended) -> ChatSummary {
    let others = attended.others.iter();
    let peers = others.map(|(member, other)| ChatPeer {
        name: other.name.to_string(),
        host: other.name.host(member.0),
        shown: other.delivered,
        lost: 0,
        has_left: !other.is_there,
    });
    let peers: Vec<ChatPeer> = peers.collect();
    ChatSummary {
        host: attended.host.clone(),
        events: attended.events,
        sent: attended.count.sent,
        not_sent: attended.not_sent,
        shown: peers.iter().map(|peer| peer.shown).sum(),
        dropped: attended.duplicates,
        refused: attended.refused.clone(),
        kernel_drops: attended.kernel_drops,
        peers,
        ..ChatSummary::default()
    }
}

fn findings(attended: Attended, summary: &ChatSummary) -> Vec<Finding> {
    let mut findings = remarks(attended.is_log_broken, summary);
    let count = attended.count;
    for (count, what) in [
        (
            count.unknown,
            "of what was said it is not known whether it is delivered",
        ),
        (count.dropped, "of what was said did not go to the group"),
    ] {
        if count > 0 {
            findings.push(Finding::new(Verdict::Unknown, format!("{count} {what}")));
        }
    }
    if !attended.is_gone {
        let text = "it ended without leaving: the others notice by its silence";
        findings.push(Finding::new(Verdict::Unknown, text));
    }
    if let Some(error) = attended.error {
        let text = format!("the chat ended early: {error:#}");
        findings.push(Finding::new(Verdict::Unknown, text));
    }
    findings
}

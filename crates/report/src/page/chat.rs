//! The figures of a chat: who was there, and what came of what was said.

use history::ChatSummary;

use super::{
    figure::{Figure, Width},
    table::Table,
};
use crate::{
    number::{count, counted},
    wording,
};

/// All figures.
pub(super) fn figures(chat: &ChatSummary) -> String {
    let mut members = Table::new(["member", "in logs", "shown", "lost", "left"]);
    for peer in &chat.peers {
        let left = wording::yes_or_no(peer.has_left).to_owned();
        let cells = [peer.host.clone(), count(peer.shown), count(peer.lost), left];
        members.row(&peer.name, cells);
    }
    let caption = format!(
        "{} heard. A message is lost when a later one of its sender came and it did not.",
        counted(chat.peers.len() as u64, "other member")
    );
    let first = Figure::new(Width::Half, "Members")
        .caption(&caption)
        .part(members.html("The other members"));
    let mut datagrams = Table::new(["datagrams", "count"]);
    let counts = [
        ("messages said", chat.sent),
        ("messages shown", chat.shown),
        ("of them late", chat.late),
        ("messages lost", chat.lost),
        ("dropped: they came again", chat.dropped),
        ("not sent by the system", chat.not_sent),
        ("dropped by the kernel", chat.kernel_drops),
    ];
    for (name, number) in counts {
        datagrams.row(name, [count(number)]);
    }
    for (reason, number) in &chat.refused {
        datagrams.row(&format!("refused: {reason}"), [count(*number)]);
    }
    let second = Figure::new(Width::Half, "Messages")
        .caption(&format!("{}; {}.", chat.sending, chat.receiving))
        .part(datagrams.html("Messages and datagrams"));
    first.html() + &second.html()
}

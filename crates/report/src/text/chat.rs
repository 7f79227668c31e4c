//! A chat's counts, and who was there.

use history::{ChatPeer, ChatSummary};

use super::{columns::Columns, paragraph::paragraph};
use crate::{
    escape::{shortened, visible},
    number::count,
    wording,
};

/// What a member said, saw and missed.
pub(super) fn text(chat: &ChatSummary) -> String {
    let mut out = paragraph("", &wording::chat(chat));
    out.push('\n');
    out += &paragraph("", &chat.sending);
    out += &paragraph("", &chat.receiving);
    out.push('\n');
    out += &format!(
        "messages     {} said, {} shown, {} of them late; {} lost\n",
        count(chat.sent),
        count(chat.shown),
        count(chat.late),
        count(chat.lost)
    );
    if chat.dropped > 0 {
        out += &format!("dropped      {}: they came again\n", count(chat.dropped));
    }
    if !chat.refused.is_empty() {
        let reasons = chat.refused.iter();
        let words = reasons.map(|(name, number)| format!("{} {}", count(*number), visible(name)));
        out += &paragraph("refused      ", &words.collect::<Vec<_>>().join(", "));
    }
    if !chat.peers.is_empty() {
        out.push('\n');
        out += &peers(&chat.peers);
    }
    out + "\n"
}

fn peers(peers: &[ChatPeer]) -> String {
    let heads = ["member", "in logs", "shown", "lost", "left"];
    let mut table = Columns::new(heads.map(str::to_owned));
    for peer in peers {
        table.row([
            shortened(&visible(&peer.name), NAME_MAX),
            shortened(&visible(&peer.host), NAME_MAX),
            count(peer.shown),
            count(peer.lost),
            wording::yes_or_no(peer.has_left).to_owned(),
        ]);
    }
    table.finish()
}

/// The longest name that fits beside another.
const NAME_MAX: usize = 32;

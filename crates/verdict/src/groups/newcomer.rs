//! What a newcomer need not deliver: what the group had delivered before it came, which it was told of in other ways.

use trace::{HostId, MessageId};

use super::record::Record;

/// In which views each message was delivered; found out when it is first asked for.
#[derive(Debug, Default)]
pub(super) struct Past {
    in_views: Option<Vec<(MessageId, usize)>>,
}

impl Past {
    /// Whether a host is a newcomer and nobody delivered a message in a view of its.
    pub fn is_excused(&mut self, record: &Record<'_>, host: HostId, message: MessageId) -> bool {
        if !record.is_newcomer(host) {
            return false;
        }
        let stays = &record.lane(host).stays;
        let is_shared = |view: usize| stays.iter().any(|stay| stay.view == Some(view));
        let mut in_views = self.of(record, message).iter();
        !in_views.any(|(_, view)| is_shared(*view))
    }

    /// Whether anybody delivered a message.
    pub fn was_delivered(&mut self, record: &Record<'_>, message: MessageId) -> bool {
        !self.of(record, message).is_empty()
    }

    fn of(&mut self, record: &Record<'_>, message: MessageId) -> &[(MessageId, usize)] {
        let all = self.in_views.get_or_insert_with(|| {
            let mut all = Vec::new();
            for lane in &record.lanes {
                for stay in &lane.stays {
                    let view = stay.view.unwrap_or(usize::MAX);
                    let delivered = lane.delivered(stay).iter();
                    all.extend(delivered.map(|delivery| (delivery.message, view)));
                }
            }
            all.sort_unstable();
            all.dedup();
            all
        });
        let from = all.partition_point(|(one, _)| *one < message);
        let count = all[from..].partition_point(|(one, _)| *one == message);
        &all[from..from + count]
    }
}

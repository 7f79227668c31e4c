//! Messages inferred from vector clocks, where the log does not name them (ShiViz's and GoVector's logs).

use trace::{EventId, HostId, Log};

use super::Matching;

/// An event whose clock knows more of another host than the event before it has heard of it: an edge leads from the
/// other host's event whose own entry that is, or, where that is missing from the log, from the last one before it.
/// Edges that others imply are left out: if a source knows of another source, the second needs no message of its own.
pub(super) fn matched(log: &Log) -> Matching {
    let owns = Owns::of(log);
    let sums: Vec<u64> = log.ids().map(|id| sum(log, id)).collect();
    let mut matching = Matching::default();
    let mut stamped: Vec<Option<EventId>> = vec![None; log.hosts.len()];
    let mut sources: Vec<(EventId, u64)> = Vec::new();
    // Of each host, how many of its events the sources that were taken know of.
    let mut heard = vec![0; log.hosts.len()];
    for id in log.ids() {
        let event = log.event(id);
        let Some(vector) = &event.stamps.vector else {
            continue;
        };
        let before = stamped[event.host.0 as usize].replace(id);
        sources.clear();
        let known = before.map_or(&[][..], |id| entries(log, id));
        let mut known = known.iter().peekable();
        let others = vector
            .iter()
            .filter(|(host, count)| *host != event.host && *count > 0);
        for &(host, count) in others {
            while known.next_if(|(other, _)| *other < host).is_some() {}
            let knew = known.next_if(|(other, _)| *other == host);
            if knew.is_none_or(|(_, knew)| *knew < count) {
                sources.extend(owns.event(host, count));
            }
        }
        // Whoever knows of another counts more events than that one, so it comes first.
        sources.sort_unstable_by_key(|(source, _)| std::cmp::Reverse(sums[source.0 as usize]));
        let begin = matching.pairs.len();
        for &(source, own) in &sources {
            let is_first = matching.pairs.len() == begin;
            if is_first || heard[log.event(source).host.0 as usize] < own {
                matching.pairs.push((id, source));
                for (host, count) in entries(log, source) {
                    let heard = &mut heard[host.0 as usize];
                    *heard = (*heard).max(*count);
                }
            }
        }
        for (_, source) in &matching.pairs[begin..] {
            for (host, _) in entries(log, *source) {
                heard[host.0 as usize] = 0;
            }
        }
    }
    matching
}

/// Of each host, its events by their own entries.
struct Owns(Vec<Vec<(u64, EventId)>>);

impl Owns {
    fn of(log: &Log) -> Self {
        let mut owns = vec![Vec::new(); log.hosts.len()];
        for id in log.ids() {
            let host = log.event(id).host;
            if log.event(id).stamps.vector.is_some() {
                owns[host.0 as usize].push((log.event(id).stamps.entry(host), id));
            }
        }
        for own in &mut owns {
            own.sort();
        }
        Self(owns)
    }

    /// The event of the host with that own entry (the first one, which made it so), or the last one before it; and its
    /// own entry.
    fn event(&self, host: HostId, count: u64) -> Option<(EventId, u64)> {
        let events = &self.0[host.0 as usize];
        let at = events.partition_point(|(own, _)| *own < count);
        let exact = events.get(at).filter(|(own, _)| *own == count);
        let before = || at.checked_sub(1).map(|at| &events[at]);
        exact.or_else(before).map(|(own, id)| (*id, *own))
    }
}

fn sum(log: &Log, event: EventId) -> u64 {
    let entries = entries(log, event).iter();
    entries.fold(0, |sum: u64, (_, count)| sum.saturating_add(*count))
}

fn entries(log: &Log, event: EventId) -> &[(HostId, u64)] {
    log.event(event).stamps.entries()
}

//! Receipts matched by Lamport's stamps and the hosts that they name, where the log names no messages.

mod sends;
mod unstamped;

use trace::{Event, EventId, EventKind, Log};

use super::Matching;
use sends::Sends;
use unstamped::Unstamped;

/// A receipt may be of any send of another host, as far as the two lines do not name other ends. Where the log has only
/// one such send, it is that. Otherwise stamps must tell, **taking the clock for a correct one**: the message had a
/// smaller stamp than its receipt, so if one send only has one, it is that; and a receipt whose stamp r is more than one
/// above the one before it at its host got r from its message, which was sent with r - 1.
///
/// Where no send has a smaller stamp, the clock is wrong whichever message it was. Where several may be the one, nothing
/// can be told; nor where an event before it, or a send that may have been the one, has lost its stamp. A host that has sent something may receive that itself, which says nothing that its own order does not;
/// unless its stamp jumped, such a receipt may be of its own message.
pub(super) fn matched(log: &Log) -> Matching {
    let (sends, unstamped) = (Sends::of(log), Unstamped::of(log));
    let mut matching = Matching::default();
    let mut hosts = vec![Own::default(); log.hosts.len()];
    for id in log.ids() {
        let event = log.event(id);
        let own = &mut hosts[event.host.0 as usize];
        if event.kind == EventKind::Receive {
            let source = source(log, (&sends, &unstamped), id, *own);
            take_in(&mut matching, id, source);
        }
        let is_to_itself = log.peer(id).is_none_or(|to| to == event.host);
        own.has_sent |= event.kind == EventKind::Send && is_to_itself;
        // An event without a stamp may have been the jump: until the next stamp, none is one.
        own.stamp = event.stamps.lamport.unwrap_or(u64::MAX);
    }
    matching
}

/// What a host did before a receipt.
#[derive(Clone, Copy, Default)]
struct Own {
    stamp: u64,
    /// Whether it sent something that may have come to itself.
    has_sent: bool,
}

/// What can be told of a receipt.
enum Source {
    /// It is of this send: no other can be meant.
    Only(EventId),
    /// It is of this send if the clock is correct.
    ByStamps(EventId),
    /// It cannot be of any send by its stamp; this one has the smallest.
    None(EventId),
    /// The host's own.
    Own,
    /// The log has no send that it may be of.
    Unsent,
    /// It may be of several.
    Unclear,
}

fn source(log: &Log, (sends, unstamped): (&Sends, &Unstamped), id: EventId, own: Own) -> Source {
    let event: &Event = log.event(id);
    let with = |stamps| sends.few(log, (event.host, log.peer(id)), stamps);
    let all = with(0..=u64::MAX);
    let may_be_own = own.has_sent && log.peer(id).is_none_or(|from| from == event.host);
    // A send without a stamp may be anybody's.
    let is_whole = sends.unstamped == 0 && !may_be_own;
    match (&all[..], is_whole) {
        ([], false) if sends.unstamped == 0 => return Source::Own,
        ([], true) => return Source::Unsent,
        ([only], true) => return Source::Only(*only),
        _ => {}
    }
    let Some(stamp) = event.stamps.lamport.filter(|_| !all.is_empty()) else {
        return Source::Unclear;
    };
    let smaller = match stamp.checked_sub(1) {
        Some(most) => with(0..=most),
        None => Vec::new(),
    };
    let sent = stamp.checked_sub(1).filter(|sent| *sent > own.stamp);
    let is_of_stamped = is_whole || sends.unstamped == 0 && sent.is_some();
    match (&smaller[..], is_of_stamped) {
        ([], true) if is_whole => return Source::None(all[0]),
        ([only], true) => return Source::ByStamps(*only),
        _ => {}
    }
    let exact = sent.map_or(Vec::new(), |sent| with(sent..=sent));
    let is_surely = sent.is_some_and(|sent| !unstamped.may_be(sent));
    match exact[..] {
        [only] if is_surely => Source::ByStamps(only),
        _ => Source::Unclear,
    }
}

fn take_in(matching: &mut Matching, receipt: EventId, source: Source) {
    let doubts = &mut matching.doubts;
    match source {
        Source::Only(send) => matching.pairs.push((receipt, send)),
        Source::ByStamps(send) => {
            matching.pairs.push((receipt, send));
            doubts.by_stamps.push(receipt);
        }
        Source::None(earliest) => {
            doubts.too_early.push((earliest, receipt));
            doubts.unmatched.push(receipt);
        }
        Source::Own => {}
        Source::Unsent => doubts.unsent.push(receipt),
        Source::Unclear => doubts.unmatched.push(receipt),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::script;

    /// The pairs as `send receipt`, with `?` where stamps told it; then those too early.
    #[track_caller]
    fn check(text: &str, pairs: &[(u32, u32)], by_stamps: &[u32], too_early: &[(u32, u32)]) {
        let log = script(text);
        let matching = matched(&log);
        let plain = |(one, other): &(EventId, EventId)| (one.0, other.0);
        let found: Vec<_> = matching
            .pairs
            .iter()
            .map(|(to, from)| (from.0, to.0))
            .collect();
        assert_eq!(found, pairs);
        let found: Vec<u32> = matching.doubts.by_stamps.iter().map(|id| id.0).collect();
        assert_eq!(found, by_stamps);
        let found: Vec<_> = matching.doubts.too_early.iter().map(plain).collect();
        assert_eq!(found, too_early);
    }

    #[test]
    fn the_only_send_of_another_host_is_the_one_whatever_its_stamp() {
        check("a send L5, b receive L5", &[(0, 1)], &[], &[]);
        check("a local L1, a send L2, b receive L1", &[(1, 2)], &[], &[]);
    }

    #[test]
    fn a_receipt_before_every_send_is_of_none() {
        let text = "a send L2, c send L3, b receive L2";
        check(text, &[], &[], &[(0, 2)]);
        check("a send L2, c send L3, b receive L0", &[], &[], &[(0, 2)]);
    }

    #[test]
    fn the_only_send_with_a_smaller_stamp_is_the_one_by_stamps() {
        check("a send L1, c send L9, b receive L4", &[(0, 2)], &[2], &[]);
    }

    #[test]
    fn a_jump_came_from_the_stamp_before_it() {
        check("a send L1, c send L4, b receive L5", &[(1, 2)], &[2], &[]);
        check("a send L4, c send L4, b receive L5", &[], &[], &[]);
        check("a send L1, c send L2, b receive L5", &[], &[], &[]);
    }

    /// Torn lines leave events without stamps. A receipt behind one was taken for a jump from the last stamp that was
    /// there; nothing can be told until the next one.
    #[test]
    fn behind_an_event_without_a_stamp_no_receipt_is_known_to_have_jumped() {
        let text = "a send L1, a send L2, b local L1, b local, b receive L3";
        check(text, &[], &[], &[]);
        let later = "a send L1, a send L2, a send L3, b local, b receive L2, b receive L4";
        check(later, &[(0, 4), (2, 5)], &[4, 5], &[]);
    }

    #[test]
    fn named_ends_leave_fewer_sends() {
        // The stranger's log: the last receipt forgot to count itself.
        let text = "a send >b L1, a send >c L2, b receive >a L3, c receive >a L2";
        check(text, &[(0, 2), (1, 3)], &[], &[]);
        let text = "a send L1, b send L1, c receive >b L2, c receive >a L3";
        check(text, &[(1, 2), (0, 3)], &[], &[]);
    }

    #[test]
    fn a_send_without_a_stamp_may_be_any() {
        check("a send, c send L3, b receive L2", &[], &[], &[]);
        check("a send L1, c send, b receive L2", &[], &[], &[]);
        let between = |stamp: &str| {
            format!("a local L1, a send L2, c local L1, c send, c local {stamp}, b receive L3")
        };
        check(&between("L3"), &[], &[], &[]);
        check(&between("L2"), &[(1, 5)], &[5], &[]);
    }

    #[test]
    fn a_hosts_own_sends_are_passed_over() {
        let text = "b send L1, b send L2, a send L3, b send L4, b send L5, b receive L6";
        check(text, &[], &[], &[]);
        let text = "b send L1, b send L2, a send L3, b send L4, a send L7, b receive L8";
        check(text, &[(4, 5)], &[5], &[]);
    }

    #[test]
    fn a_receipt_may_be_of_its_own_hosts_message_unless_it_jumped() {
        check("b send L1, a send L1, b receive L2", &[], &[], &[]);
        check("b send L1, b receive L2", &[], &[], &[]);
        check("b send L1, a send L5, b receive L2", &[], &[], &[]);
        check("b send L1, a send L5, b receive L6", &[(1, 2)], &[2], &[]);
        check("b send >a L1, a send L5, b receive L2", &[(1, 2)], &[], &[]);
    }
}

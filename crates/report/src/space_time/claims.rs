//! Stamps in a log that cannot be right where they stand.
//!
//! Only what an event and its direct causes show is looked at here, so that a mark can be put beside the
//! event; whether a clock keeps its promises over the whole log is for `verdict` to say.

use trace::{EventId, Log};
use verdict::Order;

use super::Drawing;

/// What is wrong with an event's stamps, in a sentence.
pub(super) type Doubt = String;

/// How a log's vectors count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Convention {
    /// Every event: most claims equal the rebuilt vectors, so one that does not is worth a mark.
    EveryEvent,
    /// Otherwise, for instance sends only: only that they rise along causes is looked at.
    Other,
}

impl Convention {
    /// The convention of most of these events' vectors. Not of all of a log's: of a large one, rebuilding them would
    /// take longer than all else.
    pub(super) fn of(log: &Log, order: &Order, events: &[EventId]) -> Self {
        let is_claimed = |event: &&EventId| log.event(**event).stamps.vector.is_some();
        let claimed = || events.iter().filter(is_claimed);
        let right = claimed()
            .filter(|event| is_exact(log, order, **event))
            .count();
        match right * 2 > claimed().count() {
            true => Self::EveryEvent,
            false => Self::Other,
        }
    }
}

/// Whether a claimed vector equals the rebuilt one.
pub(super) fn is_exact(log: &Log, order: &Order, event: EventId) -> bool {
    let Some(claimed) = &log.event(event).stamps.vector else {
        return false;
    };
    let known = order.vector(event).iter().enumerate();
    let mut known = known.filter(|(_, count)| **count > 0);
    let same = claimed.iter().all(|(host, claim)| {
        known
            .next()
            .is_some_and(|(at, count)| at == host.0 as usize && u64::from(*count) == *claim)
    });
    same && known.next().is_none()
}

/// What is wrong with an event's stamps.
pub(super) fn doubt(
    drawing: &Drawing<'_>,
    event: EventId,
    convention: Convention,
) -> Option<Doubt> {
    let (log, order) = (drawing.log, drawing.order);
    let stamps = &log.event(event).stamps;
    let previous = order.previous(event);
    for cause in previous.iter().chain(order.sources(event)) {
        let earlier = &log.event(*cause).stamps;
        let pairs = [
            ("Lamport", earlier.lamport, stamps.lamport),
            ("hybrid", earlier.hybrid, stamps.hybrid),
        ];
        for (clock, before, here) in pairs {
            if let Some((before, here)) = before.zip(here).filter(|(before, here)| before >= here) {
                let cause = order.name(log, *cause);
                return Some(format!(
                    "the {clock} stamp {here} is not above {before}, that of {cause}, which came before it"
                ));
            }
        }
        if let Some((before, here)) = earlier.vector.as_ref().zip(stamps.vector.as_ref())
            && !is_covered(before, here)
        {
            let cause = order.name(log, *cause);
            return Some(format!(
                "the vector does not cover that of {cause}, which came before it"
            ));
        }
    }
    let is_other = convention == Convention::EveryEvent
        && stamps.vector.is_some()
        && !is_exact(log, order, event);
    is_other.then(|| "the vector is not the one that messages and program order give".to_owned())
}

/// Whether no entry of `before` is above that of `here`.
fn is_covered(before: &[(trace::HostId, u64)], here: &[(trace::HostId, u64)]) -> bool {
    let entry = |host: trace::HostId| {
        let found = here.binary_search_by_key(&host, |(host, _)| *host);
        found.map_or(0, |at| here[at].1)
    };
    before.iter().all(|(host, count)| *count <= entry(*host))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::space_time::sample;

    #[track_caller]
    fn check(log: &Log, event: u32, expected: &str) {
        let order = Order::of(log);
        let drawing = Drawing::new(log, &order, "");
        let doubt = doubt(
            &drawing,
            EventId(event),
            Convention::of(log, &order, order.sequence()),
        );
        let doubt = doubt.unwrap_or_default();
        assert!(
            doubt.contains(expected) && doubt.is_empty() == expected.is_empty(),
            "{doubt:?}"
        );
    }

    #[test]
    fn a_stamp_that_does_not_rise_is_told_with_its_cause() {
        let mut log = sample::small().log;
        for id in 0..log.events.len() as u32 {
            check(&log, id, "");
        }
        log.events[2].stamps.lamport = Some(1);
        check(
            &log,
            2,
            "the Lamport stamp 1 is not above 2, that of alice:2",
        );
    }

    #[test]
    fn a_vector_that_lacks_a_cause_is_told() {
        let mut log = sample::small().log;
        log.events[2].stamps.vector = Some(Box::new([(trace::HostId(1), 1)]));
        check(&log, 2, "the vector does not cover that of alice:2");
    }

    #[test]
    fn a_vector_that_knows_too_much_is_told() {
        let mut log = sample::small().log;
        let last = log.events.len() as u32 - 1;
        let stamps = &mut log.events[last as usize].stamps;
        let mut more = stamps.vector.clone().expect("a vector").to_vec();
        more[0].1 += 7;
        stamps.vector = Some(more.into());
        check(
            &log,
            last,
            "is not the one that messages and program order give",
        );
    }
}

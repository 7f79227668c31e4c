//! Whether stamps that are one number grow from each event to those that it may have caused.

use trace::{Event, Log};

use crate::Order;
use crate::judgement::Outcome;
use crate::nearest::Nearest;
use crate::words::and_more;

/// How many events are stamped, or what is wrong; nothing where no event is. Less-than is transitive, so the nearest
/// stamped pairs are enough.
pub(super) fn check<S: Ord>(
    log: &Log,
    order: &Order,
    stamp: fn(&Event) -> Option<S>,
    words: fn(S) -> String,
) -> Option<Result<usize, Outcome>> {
    let count = log.events.iter().filter_map(stamp).count();
    if count == 0 {
        return None;
    }
    let Some(nearest) = Nearest::of(log, order, |event| stamp(event).is_some()) else {
        return Some(Err(Outcome::unknown(super::vector::TOO_LARGE)));
    };
    let stamp = |event| stamp(log.event(event));
    let not_less = nearest.first_wrong(order, |a, b| {
        stamp(a)
            .zip(stamp(b))
            .is_some_and(|(of_a, of_b)| of_a >= of_b)
    });
    let Some(((a, b), wrong)) = not_less else {
        return Some(Ok(count));
    };
    let [one, other] = [a, b].map(|event| order.name(log, event));
    let [of_a, of_b] = [a, b].map(|event| stamp(event).map(words).unwrap_or_default());
    let text = format!(
        "{one} is stamped {of_a} and comes before {other}, stamped {of_b}: {}{}",
        order.proof(log, a, b),
        and_more(wrong)
    );
    Some(Err(Outcome::invalid(text, (a, b))))
}

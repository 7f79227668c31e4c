//! The vector clock condition (Fidge 1988; Mattern 1989, theorem 10).

use trace::{EventId, HostId, Log};

use super::Condition;
use super::order_of_vectors::{self, Fault};
use crate::judgement::Outcome;
use crate::words::and_more;
use crate::{Basis, Order};

pub(super) const CONDITION: Condition = Condition {
    name: "vector",
    promise: "a -> b if and only if the vector of a is less than that of b",
    judge,
};

/// What is said of a log that is too large to be judged.
pub(super) const TOO_LARGE: &str = "the log has so many hosts at once that judging it would take more memory than is given to it: judge a part of it";

fn judge(log: &Log, order: &Order) -> Option<Outcome> {
    if order.basis() == Basis::VectorClocks {
        return None;
    }
    outcome(log, order, "vectors that say what the messages say")
}

/// The same judgement whatever the order was taken from.
pub(super) fn outcome(log: &Log, order: &Order, right: &str) -> Option<Outcome> {
    let is_stamped = |event: &&trace::Event| event.stamps.vector.is_some();
    let count = log.events.iter().filter(is_stamped).count();
    if count == 0 {
        return None;
    }
    let Some((fault, wrong)) = order_of_vectors::check(log, order) else {
        let right = || Outcome::valid(format!("{right}: {count}"));
        return Some(unticked(log, order).unwrap_or_else(right));
    };
    let more = and_more(wrong);
    let outcome = match fault {
        Fault::TooLarge => Outcome::unknown(TOO_LARGE),
        Fault::TooManyComparisons => Outcome::unknown(
            "the vectors hardly tell their hosts' events apart, so all pairs would have to be compared, which was given up",
        ),
        Fault::NotLess(a, b) => {
            let [one, other] = [a, b].map(|event| described(log, order, event));
            let path = order.proof(log, a, b);
            let lack = lacking(log, order, a, b);
            let text =
                format!("{one} comes before {other}, but is not less, for {lack}: {path}{more}");
            Outcome::invalid(text, (a, b))
        }
        Fault::Less(a, b) => {
            let [one, other] = [a, b].map(|event| described(log, order, event));
            let text = format!(
                "{one} is not greater than {other}, but no chain of messages leads there{more}"
            );
            match order.incomplete(log) {
                None => Outcome::invalid(text, (a, b)),
                Some(why) => {
                    let text = format!("{text}; it may be missing: {why}");
                    Outcome::new(history::Verdict::Unknown, text, Some((a, b)))
                }
            }
        }
    };
    Some(outcome)
}

/// A vector clock counts each event of its own host: that is its rule, also where breaking it did no harm to the order.
fn unticked(log: &Log, order: &Order) -> Option<Outcome> {
    let own = |event: EventId| {
        let stamps = &log.event(event).stamps;
        stamps.vector.as_ref()?;
        Some(stamps.entry(order.host(event)))
    };
    let is_unticked = |(a, b): &(EventId, EventId)| own(*a).is_some() && own(*a) == own(*b);
    let pairs = log.ids().filter_map(|b| Some((order.previous(b)?, b)));
    let mut pairs = pairs.filter(is_unticked);
    let (a, b) = pairs.next()?;
    let [one, other] = [a, b].map(|event| described(log, order, event));
    let host = log.host_name(order.host(a));
    let text = format!(
        "{one} and {other} have the same count of {host}'s own events: {host} did not count the second (did it forget to \
         tick, as on a receipt?), or it was started twice{}",
        and_more(1 + pairs.count() as u64)
    );
    Some(Outcome::invalid(text, (a, b)))
}

/// What the second vector lacks so that the first would be less.
fn lacking(log: &Log, order: &Order, a: EventId, b: EventId) -> String {
    let [of_a, of_b] = [a, b].map(|event| &log.event(event).stamps);
    let name = order.name(log, b);
    let is_lacking = |(host, count): &&(HostId, u64)| of_b.entry(*host) < *count;
    match of_a.entries().iter().find(is_lacking) {
        Some((host, count)) => format!("{name} lacks {}:{count}", log.host_name(*host)),
        None => "they are the same".to_owned(),
    }
}

fn described(log: &Log, order: &Order, event: EventId) -> String {
    let vector = log.event(event).stamps.entries();
    let entries = vector.iter().take(MOST);
    let mut words: Vec<String> = entries
        .map(|(host, count)| format!("{}:{count}", log.host_name(*host)))
        .collect();
    if vector.len() > MOST {
        words.push(format!("{} more", vector.len() - MOST));
    }
    format!("{} {{{}}}", order.name(log, event), words.join(", "))
}

/// How many entries of a vector are told.
const MOST: usize = 8;

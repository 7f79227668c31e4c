//! Events and paths in words.

use causality::Relation;
use trace::{EventId, Log, MessageId};

use crate::{Basis, Order};

/// One step of a path from cause to effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// A host's own order.
    Later {
        /// The one before.
        from: EventId,
        /// The one after, of the same host.
        to: EventId,
    },
    /// A message between two hosts.
    Message {
        /// Where it was sent.
        send: EventId,
        /// Where it came in.
        receipt: EventId,
        /// Its name, where the log has one.
        message: Option<MessageId>,
    },
}

impl Order {
    /// What people call the event: `host:index`.
    pub fn name(&self, log: &Log, event: EventId) -> String {
        format!("{}:{}", log.host_name(self.host(event)), self.index(event))
    }

    /// The event that is called so.
    pub fn named(&self, log: &Log, name: &str) -> Option<EventId> {
        let (host, index) = name.rsplit_once(':')?;
        let lane = self.events_of(log.host_named(host)?);
        let index: usize = index.parse().ok()?;
        lane.get(index.checked_sub(1)?).copied()
    }

    /// The steps of a [path](Order::path).
    pub fn steps(&self, log: &Log, path: &[EventId]) -> Vec<Step> {
        let step = |pair: &[EventId]| match *pair {
            [send, receipt] if self.host(send) != self.host(receipt) => Step::Message {
                send,
                receipt,
                message: log.event(receipt).message.or(log.event(send).message),
            },
            [from, to] => Step::Later { from, to },
            _ => unreachable!("windows of two have two"),
        };
        path.windows(2).map(step).collect()
    }

    /// How two events stand to each other, and what proves it, in a sentence without its full stop.
    pub fn explain(&self, log: &Log, a: EventId, b: EventId) -> String {
        let [one, other] = [a, b].map(|event| self.name(log, event));
        match self.relation(log, a, b) {
            Relation::Same => format!("{one} is one event"),
            Relation::Before => self.told(log, a, b),
            Relation::After => format!("{one} comes after {other}: {}", self.told(log, b, a)),
            Relation::Concurrent => {
                let none = "no chain of messages leads from either to the other";
                match self.incomplete(log) {
                    None => format!("{one} and {other} are concurrent: {none}"),
                    Some(why) => format!(
                        "{one} and {other} are concurrent as far as is known: {none}; but one may be missing: {why}"
                    ),
                }
            }
        }
    }

    /// The path as a proof: of two events of one host there is no more to say than that.
    pub(crate) fn proof(&self, log: &Log, a: EventId, b: EventId) -> String {
        match self.host(a) == self.host(b) && self.index(a) < self.index(b) {
            true => format!(
                "both at host {}, in this order",
                log.host_name(self.host(a))
            ),
            false => self.told(log, a, b),
        }
    }

    /// The path from one event to a later one in words.
    pub(crate) fn told(&self, log: &Log, a: EventId, b: EventId) -> String {
        let path = self.path(a, b).unwrap_or_default();
        let steps = self.steps(log, &path);
        let mut words: Vec<String> = steps.iter().map(|step| self.step(log, *step)).collect();
        if words.len() > 2 * LONG {
            let left_out = words.len() - 2 * LONG;
            words.splice(LONG..LONG + left_out, [format!("({left_out} steps)")]);
        }
        words.join("; ")
    }

    fn step(&self, log: &Log, step: Step) -> String {
        let name = |event| self.name(log, event);
        match step {
            Step::Later { from, to } => format!("{} comes before {}", name(from), name(to)),
            Step::Message { send, receipt, .. } if self.basis() == Basis::VectorClocks => {
                format!("the clock of {} knows of {}", name(receipt), name(send))
            }
            Step::Message {
                send,
                receipt,
                message,
            } => {
                let message = message.map_or("a message", |id| &log.messages[id.0 as usize]);
                let receiver = log.host_name(self.host(receipt));
                let by_stamps = match self.is_by_stamps(receipt) {
                    true => ", by the stamps,",
                    false => "",
                };
                let (send, receipt) = (name(send), name(receipt));
                format!("{send} sent {message}, which{by_stamps} {receiver} received at {receipt}")
            }
        }
    }

    /// The first few events' names, and how many more there are.
    pub(crate) fn names(&self, log: &Log, events: &[EventId]) -> String {
        listed(events.iter().map(|event| self.name(log, *event)))
    }
}

/// What is said when the first of several pairs was told.
pub(crate) fn and_more(wrong: u64) -> String {
    match wrong {
        0 | 1 => String::new(),
        _ => format!(" (the first of {wrong} such pairs)"),
    }
}

/// A number and what it is of: `1 view`, `2 views`.
pub(crate) fn counted(count: usize, one: &str, many: &str) -> String {
    match count {
        1 => format!("1 {one}"),
        _ => format!("{count} {many}"),
    }
}

/// The first few names, and how many more there are.
pub(crate) fn listed(mut names: impl Iterator<Item = String>) -> String {
    let mut few: Vec<String> = names.by_ref().take(FEW).collect();
    match names.count() {
        0 => {}
        more => few.push(format!("{more} more")),
    }
    few.join(", ")
}

/// How many steps of a path are told at either end.
const LONG: usize = 6;

/// How many events are named.
const FEW: usize = 5;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::script;

    #[track_caller]
    fn check(text: &str, a: &str, b: &str, expected: &str) {
        let log = script(text);
        let order = Order::of(&log);
        let [a, b] = [a, b].map(|name| order.named(&log, name).expect("there is one"));
        assert_eq!(order.explain(&log, a, b), expected);
    }

    const TALK: &str = "alice send m1, bob local, bob receive m1, bob local";

    #[test]
    fn a_path_is_told_step_by_step() {
        let path = "alice:1 sent m1, which bob received at bob:2; bob:2 comes before bob:3";
        check(TALK, "alice:1", "bob:3", path);
        check(
            TALK,
            "bob:3",
            "alice:1",
            &format!("bob:3 comes after alice:1: {path}"),
        );
    }

    #[test]
    fn where_there_is_no_path_that_is_told() {
        let concurrent =
            "alice:1 and bob:1 are concurrent: no chain of messages leads from either to the other";
        check(TALK, "alice:1", "bob:1", concurrent);
        check(TALK, "bob:1", "bob:1", "bob:1 is one event");
    }

    #[test]
    fn an_order_of_clocks_tells_of_no_messages() {
        check(
            "a local a:1, b local a:1 b:1",
            "a:1",
            "b:1",
            "the clock of b:1 knows of a:1",
        );
    }

    #[test]
    fn a_long_path_is_cut_in_the_middle() {
        let mut text = "h0 send m0".to_owned();
        for at in 0..20 {
            text += &format!(", h{} receive m{at}, h{} send m{}", at + 1, at + 1, at + 1);
        }
        let log = script(&text);
        let told = Order::of(&log).explain(&log, EventId(0), EventId(40));
        assert_eq!(told.split("; ").count(), 2 * LONG + 1);
        assert!(told.contains("(28 steps)"), "{told}");
    }

    #[test]
    fn names_that_are_none_name_nothing() {
        let log = script("a:b local");
        let order = Order::of(&log);
        assert_eq!(order.named(&log, "a:b:1"), Some(EventId(0)));
        for name in ["a:b:0", "a:b:2", "a:b:", "a:b", "c:1", ""] {
            assert_eq!(order.named(&log, name), None, "{name}");
        }
    }
}

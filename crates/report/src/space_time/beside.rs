//! What stands beside the events, and which of it the log does not have.
//!
//! A stamp that is rebuilt must not look like one that was logged, so it stands in brackets; and what is shown at first
//! is what the log has: its Lamport stamps, else its vectors where they are short, else each event's place.

use super::scene::Scene;

/// What can stand beside the events at first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Beside {
    Lamport,
    Vector,
    Index,
}

/// A label.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Label {
    /// Its text, in brackets where it is rebuilt.
    pub(super) text: String,
    /// Whether the log does not have it.
    pub(super) is_rebuilt: bool,
}

impl Beside {
    /// What a log has.
    pub(super) fn of(scene: &Scene<'_>) -> Self {
        let log = scene.drawing.log;
        let any = |has: fn(&trace::Stamps) -> bool| log.events.iter().any(|one| has(&one.stamps));
        if any(|stamps| stamps.lamport.is_some()) {
            Self::Lamport
        } else if log.hosts.len() <= SHORT && any(|stamps| stamps.vector.is_some()) {
            Self::Vector
        } else {
            Self::Index
        }
    }

    /// Its name in the table.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Lamport => "lamport",
            Self::Vector => "vector",
            Self::Index => "index",
        }
    }

    /// What it says of an event.
    pub(super) fn label(self, scene: &Scene<'_>, number: u32) -> Label {
        let event = scene.marks[number as usize].event;
        let (order, stamps) = (scene.drawing.order, &scene.event(number).stamps);
        let (text, is_rebuilt) = match self {
            Self::Lamport => match stamps.lamport {
                Some(claimed) => (claimed.to_string(), false),
                None => (scene.sequence.lamport[event.0 as usize].to_string(), true),
            },
            Self::Vector => match &stamps.vector {
                Some(claimed) => {
                    let mut all = vec![0; scene.drawing.log.hosts.len()];
                    for (host, count) in claimed {
                        all[host.0 as usize] = *count;
                    }
                    (dense(all), false)
                }
                None => (dense(order.vector(event).to_vec()), true),
            },
            Self::Index => (order.index(event).to_string(), false),
        };
        Label {
            text: match is_rebuilt {
                true => format!("({text})"),
                false => text,
            },
            is_rebuilt,
        }
    }
}

fn dense<T: ToString>(counts: Vec<T>) -> String {
    let counts: Vec<String> = counts.iter().map(T::to_string).collect();
    format!("⟨{}⟩", counts.join(" "))
}

/// Vectors of so many hosts still fit beside their events.
const SHORT: usize = 5;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::space_time::{Drawing, sample};
    use verdict::Order;

    #[track_caller]
    fn check(log: &trace::Log, expected: Beside, label: &str, is_rebuilt: bool) {
        let order = Order::of(log);
        let drawing = Drawing::new(log, &order, "");
        let scene = Scene::of(&drawing);
        assert_eq!(Beside::of(&scene), expected);
        let first = expected.label(&scene, 0);
        assert_eq!((first.text.as_str(), first.is_rebuilt), (label, is_rebuilt));
    }

    #[test]
    fn what_the_log_has_is_shown() {
        let mut log = sample::small().log;
        check(&log, Beside::Lamport, "1", false);
        log.events[0].stamps.lamport = None;
        check(&log, Beside::Lamport, "(1)", true);
        for event in &mut log.events {
            event.stamps.lamport = None;
        }
        check(&log, Beside::Vector, "⟨1 0 0⟩", false);
        log.events[0].stamps.vector = None;
        check(&log, Beside::Vector, "(⟨1 0 0⟩)", true);
        for event in &mut log.events {
            event.stamps.vector = None;
        }
        check(&log, Beside::Index, "1", false);
    }
}

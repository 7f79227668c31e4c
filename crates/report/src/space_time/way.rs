//! A sketch of one message's way, and how many hops it takes until the last host has it.

use trace::{EventKind, Log, MessageId};
use verdict::Order;

use super::{Drawing, picture, scene::Scene};

/// A sketch.
pub(crate) struct Sketch {
    /// The picture.
    pub(crate) picture: String,
    /// The key to it.
    pub(crate) key: Vec<(&'static str, &'static str)>,
    /// The most messages one after the other that a delivery in it waited for.
    pub(crate) hops: u32,
}

/// The sketch of a small log, in which each message is told from the others.
pub(crate) fn way(log: &Log, title: &str) -> Sketch {
    let order = Order::of(log);
    let messages: Vec<MessageId> = (0..log.messages.len() as u32).map(MessageId).collect();
    let drawing = Drawing {
        most: MOST,
        told_apart: &messages,
        ..Drawing::new(log, &order, title)
    };
    let scene = Scene::of(&drawing);
    Sketch {
        picture: picture::embedded(&scene, HALF),
        key: scene.key(false),
        hops: hops(log, &order),
    }
}

fn hops(log: &Log, order: &Order) -> u32 {
    let mut hops = vec![0u32; log.events.len()];
    let mut most = 0;
    for event in order.sequence() {
        let before = order.previous(*event).map_or(0, |at| hops[at.0 as usize]);
        let host = log.event(*event).host;
        let sources = order.sources(*event).iter();
        let come = sources.filter(|source| log.event(**source).host != host);
        let come = come.map(|source| hops[source.0 as usize] + 1).max();
        hops[event.0 as usize] = before.max(come.unwrap_or(0));
        if log.event(*event).kind == EventKind::Deliver {
            most = most.max(hops[event.0 as usize]);
        }
    }
    most
}

/// Half a page's width.
const HALF: u32 = 550;

/// A way that is longer is no sketch.
const MOST: usize = 80;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::space_time::sample::Script;

    #[test]
    fn the_longest_chain_of_messages_before_a_delivery_is_counted() {
        let mut script = Script::new(&["a", "b", "c"]);
        script.send(1, "data 1", 0).receive(0, "data 1", 1_000);
        let deliver = EventKind::Deliver;
        script.event(0, deliver, Some("data 1"), "", Some(1_000));
        assert_eq!(way(&script.log, "").hops, 1);
        script
            .send(0, "order 2", 1_000)
            .receive(2, "order 2", 2_000);
        script.receive(2, "data 1", 1_000);
        script.event(2, deliver, Some("data 1"), "", Some(2_000));
        let Sketch { picture, hops, .. } = way(&script.log, "");
        assert_eq!(hops, 2);
        assert!(picture.contains("sends order 2") && picture.contains("delivers data 1"));
    }
}

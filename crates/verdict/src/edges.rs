//! Which events lead to which, in two flat lists.

use trace::EventId;

/// Of each event, some others.
#[derive(Debug, Default)]
pub(crate) struct Edges {
    /// Of each event, where its others begin; and where those of the last one end.
    starts: Vec<u32>,
    others: Vec<EventId>,
}

impl Edges {
    /// Of `count` events; a pair is an event and one of its others. The others of an event keep the order of the pairs.
    pub fn of_pairs(count: usize, pairs: &[(EventId, EventId)]) -> Self {
        let mut starts = vec![0_u32; count + 1];
        for (event, _) in pairs {
            starts[event.0 as usize + 1] += 1;
        }
        for at in 0..count {
            starts[at + 1] += starts[at];
        }
        let mut next = starts.clone();
        let mut others = vec![EventId(0); pairs.len()];
        for (event, other) in pairs {
            let at = &mut next[event.0 as usize];
            others[*at as usize] = *other;
            *at += 1;
        }
        Self { starts, others }
    }

    /// The others of an event.
    pub fn of(&self, event: EventId) -> &[EventId] {
        let at = event.0 as usize;
        &self.others[self.starts[at] as usize..self.starts[at + 1] as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_event_has_its_others() {
        let pair = |event, other| (EventId(event), EventId(other));
        let edges = Edges::of_pairs(4, &[pair(2, 7), pair(0, 1), pair(2, 3)]);
        assert_eq!(edges.of(EventId(0)), [EventId(1)]);
        assert_eq!(edges.of(EventId(1)), []);
        assert_eq!(edges.of(EventId(2)), [EventId(7), EventId(3)]);
        assert_eq!(edges.of(EventId(3)), []);
    }
}

//! The last messages shown, and what of them is concurrent with another.

use std::collections::VecDeque;

use causality::{Relation, VectorMap};

/// The last [`RECENT_MAX`] messages shown, the oldest first.
#[derive(Debug, Default)]
pub(crate) struct Recent {
    messages: VecDeque<Seen>,
}

/// A message as far as this is about it.
#[derive(Debug)]
struct Seen {
    sequence: u64,
    /// Its stamp, whose own member is its sender.
    vector: VectorMap,
}

impl Recent {
    /// The senders and sequences of those that stand so to the message of that stamp, the oldest first.
    pub(crate) fn those(&self, relation: Relation, vector: &VectorMap) -> Vec<(u64, u64)> {
        let are = self.messages.iter();
        let those = are.filter(|seen| relation_of(&seen.vector, vector) == relation);
        those
            .map(|seen| (seen.vector.own(), seen.sequence))
            .collect()
    }

    pub(crate) fn push(&mut self, sequence: u64, vector: VectorMap) {
        if self.messages.len() == RECENT_MAX {
            self.messages.pop_front();
        }
        self.messages.push_back(Seen { sequence, vector });
    }
}

/// How one message's sending stands to another's. Looking at two entries is enough (Mattern 1989, theorem 10): whoever
/// knows of the event itself knows of all before it.
fn relation_of(one: &VectorMap, other: &VectorMap) -> Relation {
    let knows =
        |one: &VectorMap, other: &VectorMap| one.entry(other.own()) >= other.entry(other.own());
    match (knows(other, one), knows(one, other)) {
        (true, true) => Relation::Same,
        (true, false) => Relation::Before,
        (false, true) => Relation::After,
        (false, false) => Relation::Concurrent,
    }
}

/// How far one looks back.
const RECENT_MAX: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(clock: &mut VectorMap) -> VectorMap {
        clock.send().expect("ticks").clone()
    }

    #[test]
    fn neither_a_cause_nor_an_effect_is_concurrent() {
        let (mut alice, mut bob) = (VectorMap::new(1, 9), VectorMap::new(2, 9));
        let question = sent(&mut alice);
        let aside = sent(&mut bob);
        bob.receive(&question).expect("received");
        let answer = sent(&mut bob);
        let mut recent = Recent::default();
        recent.push(1, question.clone());
        recent.push(1, aside);
        recent.push(2, answer.clone());
        assert_eq!(recent.those(Relation::Concurrent, &question), [(2, 1)]);
        assert_eq!(recent.those(Relation::Concurrent, &answer), []);
        assert_eq!(recent.those(Relation::After, &question), [(2, 2)]);
        assert_eq!(recent.those(Relation::Before, &answer), [(1, 1), (2, 1)]);
    }

    #[test]
    fn it_looks_back_so_far_and_no_further() {
        let (mut alice, mut bob) = (VectorMap::new(1, 9), VectorMap::new(2, 9));
        let mut recent = Recent::default();
        for sequence in 1..=100 {
            recent.push(sequence, sent(&mut alice));
        }
        let found = recent.those(Relation::Concurrent, &sent(&mut bob));
        assert_eq!(found.len(), 64);
        assert_eq!(found[0], (1, 37));
    }
}

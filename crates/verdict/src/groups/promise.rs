//! What a group promises by its settings.

use super::GroupCondition;

/// What a group's settings promise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Promise {
    /// In which order messages are delivered.
    pub order: PromisedOrder,
    /// Whether what is lost is repaired.
    pub is_reliable: bool,
    /// Whether a message is delivered only once all have it.
    pub is_safe: bool,
    /// Whether each part goes on by itself when the network falls apart.
    pub is_partitionable: bool,
}

/// The orders in which a group may deliver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PromisedOrder {
    /// None.
    None,
    /// Each sender's own.
    Fifo,
    /// Causes before effects.
    Causal,
    /// One for all, causes before effects.
    Total,
}

impl Promise {
    /// The conditions that must hold.
    pub fn conditions(&self) -> Vec<&'static GroupCondition> {
        use PromisedOrder::{Causal, Fifo, Total};
        let is_fifo = matches!(self.order, Fifo | Causal | Total);
        let is_total = self.order == Total;
        let is_uniform = self.is_reliable && self.is_safe && !self.is_partitionable;
        // A total order carries no causes: where all who had one are gone, what it caused may be delivered without it.
        let is_causal = self.order == Causal || (is_total && is_uniform);
        let promised = [
            ("integrity", true),
            ("validity", self.is_reliable),
            ("views", true),
            ("agreement", self.is_reliable),
            ("fifo-order", is_fifo),
            ("fifo", is_fifo && self.is_reliable),
            ("causal", is_causal && self.is_reliable),
            ("total", is_total && self.is_reliable),
            ("uniform-agreement", is_uniform),
            ("uniform-total", is_uniform && is_total),
            ("primary", !self.is_partitionable),
            ("liveness", self.is_reliable),
        ];
        let named = promised.iter().filter(|(_, is_promised)| *is_promised);
        named
            .filter_map(|(name, _)| GroupCondition::named(name))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::GROUP_CONDITIONS;

    #[track_caller]
    fn check(promise: Promise, expected: &[&str]) {
        let names: Vec<&str> = promise.conditions().iter().map(|one| one.name).collect();
        assert_eq!(names, expected);
    }

    #[test]
    fn the_most_that_can_be_promised_is_everything() {
        let most = Promise {
            order: PromisedOrder::Total,
            is_reliable: true,
            is_safe: true,
            is_partitionable: false,
        };
        let all: Vec<&str> = GROUP_CONDITIONS.iter().map(|one| one.name).collect();
        check(most, &all);
    }

    #[test]
    fn the_least_is_that_nothing_is_made_up() {
        let least = Promise {
            order: PromisedOrder::None,
            is_reliable: false,
            is_safe: true,
            is_partitionable: true,
        };
        check(least, &["integrity", "views"]);
    }
}

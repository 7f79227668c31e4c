//! Everything that a check may look at.

use super::{Facts, Probes, Question, Routing, Trial};
use crate::Interface;

/// Everything that a check may look at.
#[derive(Clone, Debug)]
pub struct Case {
    /// What was asked.
    pub question: Question,
    /// What the kernel's tables say.
    pub facts: Facts,
    /// What happened when it was tried.
    pub probes: Probes,
}

impl Case {
    /// The interface by which datagrams leave: the one that was asked for, or the routing table's.
    pub fn leaves_by(&self) -> Option<&Interface> {
        match (&self.question.interface, self.facts.routing) {
            (Some(asked), _) => Some(asked),
            (None, Routing::By(route)) => self.facts.interface(route.interface),
            (None, _) => None,
        }
    }

    /// An interface on which it works if programs name it; one that leads somewhere rather than a loopback.
    pub fn works_on(&self) -> Option<&str> {
        let good: Vec<&Trial> = self.probes.named.iter().filter(|t| t.is_good()).collect();
        let names = good.iter().filter_map(|trial| trial.interface.as_deref());
        let is_loopback = |name: &str| {
            let mut all = self.facts.interfaces.iter();
            all.any(|one| one.name == name && one.is_loopback)
        };
        let outside = names.clone().find(|name| !is_loopback(name));
        outside.or_else(|| names.clone().next())
    }
}

//! Hosts that were in one view together, and so must have delivered the same in it.

use std::collections::BTreeMap;

use trace::HostId;

use super::record::{Delivery, End, Record, Stay};

/// Hosts whose deliveries in a view are compared.
#[derive(Debug)]
pub(super) struct Cohort<'a> {
    /// The view; none where the log tells of none.
    pub view: Option<usize>,
    /// The hosts, each with what it delivered in the view.
    pub members: Vec<(HostId, &'a Stay, &'a [Delivery])>,
}

impl<'a> Cohort<'a> {
    /// What each host delivered.
    pub fn slices(&self) -> impl Iterator<Item = &'a [Delivery]> + '_ {
        self.members.iter().map(|(.., delivered)| *delivered)
    }
}

/// Whose deliveries in a view are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Who {
    /// Those that installed the same next view, and those that stayed in the same last one.
    WentOn,
    /// These and, with them, who left in order: it took part in the change that its leave made.
    InOrder,
    /// Everybody that was in the view, crashed or not.
    Everybody,
}

/// Which of those who were in a view belong together: the next view, or none for the view they stayed in.
type Next = Option<usize>;

impl Record<'_> {
    /// The cohorts, in the order in which their views were first met. A log without views is one view, of those who delivered
    /// something in it: who only sends may be outside, and what it owes is for validity and liveness to say.
    pub fn cohorts(&self, who: Who) -> Vec<Cohort<'_>> {
        let mut cohorts: BTreeMap<(Option<usize>, Next), Cohort<'_>> = BTreeMap::new();
        for host in self.members() {
            let lane = self.lane(host);
            for stay in &lane.stays {
                let is_silent = lane.deliveries.is_empty();
                if stay.view.is_none() && (self.has_views() || is_silent) {
                    continue;
                }
                let Some(next) = self.next(host, stay, who) else {
                    continue;
                };
                let cohort = cohorts.entry((stay.view, next)).or_insert_with(|| Cohort {
                    view: stay.view,
                    members: Vec::new(),
                });
                let delivered = lane.delivered(stay);
                cohort.members.push((host, stay, delivered));
            }
        }
        cohorts.into_values().collect()
    }

    /// With whom a host's time in a view is compared; none if with nobody.
    fn next(&self, host: HostId, stay: &Stay, who: Who) -> Option<Next> {
        if who == Who::Everybody {
            return Some(None);
        }
        if let Some((next, _)) = stay.next {
            return Some(Some(next));
        }
        if self.stayed(host) {
            return Some(None);
        }
        let has_left = matches!(self.lane(host).end, End::Left(_));
        let nexts = stay.view.map_or(&[][..], |view| &self.views[view].nexts);
        match nexts {
            _ if !has_left || who == Who::WentOn => None,
            [] => Some(None),
            [(next, _)] => Some(Some(*next)),
            _ => None,
        }
    }
}

//! Views mean the same to all.

use trace::{EventId, HostId};

use super::GroupCondition;
use super::one_order::{Room, Sequence};
use super::outcome::{Breaches, Outcome, Witness};
use super::record::Record;
use crate::words::counted;

pub(super) const CONDITION: GroupCondition = GroupCondition {
    name: "views",
    promise: "a view has the same members for all who install it, itself among them; all install views in one order",
    judge,
};

fn judge(record: &Record<'_>) -> Option<Outcome> {
    if !record.has_views() {
        return None;
    }
    let mut breaches = Breaches::default();
    let mut installed: Vec<Option<HostId>> = vec![None; record.views.len()];
    let mut sequences: Vec<Sequence> = Vec::new();
    for host in record.members() {
        let mut items = Vec::new();
        for stay in &record.lane(host).stays {
            let (Some(view), Some(event)) = (stay.view, stay.begin) else {
                continue;
            };
            hold(record, host, view, event, &mut breaches);
            if installed[view].replace(host) == Some(host) {
                let text = format!(
                    "{} installed view {} twice",
                    record.host(host),
                    record.view(view)
                );
                breaches.prove(|| (text, of(&[host], &[event])));
                continue;
            }
            items.push((u32::try_from(view).expect("fewer than 2^32 views"), event));
        }
        sequences.push((host, items));
    }
    if let Some(found) = Room::new(record.views.len()).contradiction(&sequences) {
        let name = |item: u32| record.view(item as usize);
        let told = || found.told(record, "installed view", name);
        breaches.prove(|| (told(), found.witness()));
    }
    let (views, hosts) = (record.views.len(), sequences.len());
    Some(breaches.outcome(record, || {
        let [views, hosts] = [
            counted(views, "view", "views"),
            counted(hosts, "host", "hosts"),
        ];
        format!("{views} of {hosts}, in one order, of the same members for all")
    }))
}

/// Holds what a host installed against itself and against what others did.
fn hold(record: &Record<'_>, host: HostId, at: usize, event: EventId, breaches: &mut Breaches) {
    let seen = &record.views[at];
    let Some(own) = record.log.view(event) else {
        return;
    };
    let (who, name) = (record.host(host), record.view(at));
    if !own.members.contains(&host) {
        let text = || format!("{who} installed view {name}, which it is not a member of");
        breaches.prove(|| (text(), of(&[host], &[event])));
    }
    let sorted = |members: &[HostId]| {
        let mut members = members.to_vec();
        members.sort_unstable();
        members
    };
    if own.members != seen.view.members && sorted(&own.members) != sorted(&seen.view.members) {
        let first = record.log.event(seen.event).host;
        breaches.prove(|| {
            let [mine, theirs] = [&own.members, &seen.view.members].map(|one| record.names(one));
            let whose = record.host(first);
            let text =
                format!("view {name} has the members {theirs} for {whose}, {mine} for {who}");
            (text, of(&[first, host], &[seen.event, event]))
        });
    }
}

fn of(hosts: &[HostId], events: &[EventId]) -> Witness {
    Witness {
        hosts: hosts.to_vec(),
        events: events.to_vec(),
        ..Witness::default()
    }
}

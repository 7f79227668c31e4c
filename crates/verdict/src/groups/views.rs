//! Views mean the same to all.

use history::Verdict;
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
    let outcome = breaches.outcome(record, record.views.len(), || {
        let [views, hosts] = [
            counted(views, "view", "views"),
            counted(hosts, "host", "hosts"),
        ];
        format!("{views} of {hosts}, in one order, of the same members for all")
    });
    let is_valid = outcome.verdict == Verdict::Valid;
    Some(match untold(record).filter(|_| is_valid) {
        Some(untold) => Outcome::unknown(untold),
        None => outcome,
    })
}

/// That a host did not say who is in a view that it installed.
fn untold(record: &Record<'_>) -> Option<String> {
    let log = record.log;
    let is_untold = |id: &EventId| log.view(*id).is_some_and(|view| view.members.is_empty());
    let event = log.ids().find(is_untold)?;
    let who = log.host_name(log.event(event).host);
    let view = &log.view(event)?.name;
    Some(format!("{who} does not say who is in view {view}"))
}

/// Holds what a host installed against itself and against what others did.
fn hold(record: &Record<'_>, host: HostId, at: usize, event: EventId, breaches: &mut Breaches) {
    let seen = &record.views[at];
    let Some(own) = record.log.view(event) else {
        return;
    };
    let (who, name) = (record.host(host), record.view(at));
    if own.members.is_empty() || seen.view.members.is_empty() {
        return;
    }
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

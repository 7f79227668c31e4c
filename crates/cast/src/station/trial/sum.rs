//! From what members were given to the figures of a run.

use history::{GroupMember, GroupRun, Series};
use run::cores;
use stats::Distribution;

use super::{
    Group,
    crowd::Crowd,
    load::{Measured, Member},
};
use crate::trial::{LATE_NS, Pace};

/// The figures of a run under a load.
pub(super) fn measured(
    group: &Group<'_>,
    pace: Pace,
    (members, crowd): (&[Member], &Crowd),
    disturbed: Option<String>,
    wall_ns: u64,
) -> Measured {
    let is_timed = pace != Pace::Flat;
    let (mut own, mut lateness) = (Distribution::default(), Distribution::default());
    for member in members {
        own.merge(&member.talker.phase().own);
        lateness.merge(&member.talker.phase().lateness);
    }
    let last = match is_timed {
        true => until_the_last(members),
        false => Distribution::default(),
    };
    let series = |of: &Distribution| is_timed.then(|| Series::of(of));
    let mut flaws = flaws(members);
    if disturbed.is_none() {
        flaws.extend(differences(group, members, crowd));
    }
    let cpu_ns: u64 = members.iter().map(|one| one.cpu_ns).sum();
    let waited_ns = members.iter().map(|one| one.waited_ns).max();
    let task = &members[0].talker.phase().task;
    Measured {
        run: GroupRun {
            counted_ns: task.counts_to.nanos_since(task.counts_from),
            sent: members.iter().map(|one| one.tally.sent).sum(),
            members: members.iter().map(|one| figures(one, crowd)).collect(),
            busy: cpu_ns as f64 / (wall_ns.max(1) as f64 * cores() as f64),
            waited: waited_ns.unwrap_or(0) as f64 / wall_ns.max(1) as f64,
            is_late: lateness.digest().p99.unwrap_or(0.0) > LATE_NS,
            lateness: series(&lateness),
            own: series(&own),
            last: series(&last),
            flaws,
            disturbed,
        },
        own,
        last,
    }
}

fn figures(member: &Member, crowd: &Crowd) -> GroupMember {
    let (talker, tally) = (&member.talker, &member.tally);
    let ranks = 0..talker.phase().delivered.len();
    let lost = ranks.filter_map(|rank| Some(talker.record().lost(rank, crowd.said(rank)?)));
    GroupMember {
        delivered: talker.phase().delivered.clone(),
        delivered_all: talker.record().total(),
        datagrams: member.count.sent,
        calls: member.count.calls,
        packets: tally.packets_sent,
        repairs: tally.repairs_sent,
        naks: tally.naks_sent,
        statuses: tally.statuses_sent,
        duplicates: tally.duplicates,
        kernel_drops: member.kernel_drops,
        lost: lost.sum(),
        cpu_ns: member.cpu_ns,
        waited_ns: member.waited_ns,
    }
}

/// What single members saw that is wrong.
pub(super) fn flaws(members: &[Member]) -> Vec<String> {
    let told = members.iter().enumerate().flat_map(|(rank, member)| {
        let flaws = member.talker.record().flaws().iter();
        flaws.map(move |text| format!("at member {rank}: {text}"))
    });
    told.collect()
}

/// What is wrong between these members, which were all given all that was said.
pub(super) fn differences<'a>(
    group: &Group<'_>,
    members: impl IntoIterator<Item = &'a Member>,
    crowd: &Crowd,
) -> Option<String> {
    let mut records = members.into_iter().map(|member| member.talker.record());
    let first = records.next()?;
    let is_repaired = group.settings.reliability == group::Reliability::Nak;
    let over = (0..group.members).find(|rank| {
        let said = crowd.said(*rank);
        said.is_some_and(|said| first.of(*rank) > said)
    });
    if let Some(rank) = over {
        return Some(format!("more was delivered than member {rank} has said"));
    }
    let other = records.find(|record| {
        let counts = |rank| record.of(rank) == first.of(rank);
        let is_same = (0..group.members).all(counts) || !is_repaired;
        let is_one = record.sequence() == first.sequence() || !group.settings.order.is_total;
        !is_same || !is_one
    });
    other.map(|other| match other.total() == first.total() {
        true => "two members delivered the same messages in different orders".to_owned(),
        false => format!(
            "one member delivered {} messages and another one {}",
            first.total(),
            other.total()
        ),
    })
}

/// From the instant at which each message was meant to be said until the last member delivered it.
fn until_the_last(members: &[Member]) -> Distribution {
    let mut last = Distribution::default();
    for (rank, sender) in members.iter().enumerate() {
        let task = sender.talker.phase().task;
        let Some(schedule) = task.schedule() else {
            continue;
        };
        let mut latest: Vec<(u64, usize)> = vec![(0, 0); schedule.total() as usize];
        for member in members {
            for (number, at) in &member.talker.phase().arrivals[rank] {
                if let Some(slot) = latest.get_mut((*number - 1) as usize) {
                    *slot = (slot.0.max(*at), slot.1 + 1);
                }
            }
        }
        for (number, (at, count)) in (0_u64..).zip(latest) {
            if count == members.len() {
                last.record(at.saturating_sub(schedule.intended(number).as_nanos()));
            }
        }
    }
    last
}

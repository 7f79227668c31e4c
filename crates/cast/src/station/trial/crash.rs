//! A member dies without a word: how long until the others go on without it.

use std::time::Duration;

use history::GroupCrash;
use timing::{Clock as _, Tick};

use super::{
    Group,
    load::{Crew, MARGIN, Outcome, START, tasks},
    sum,
    talker::Event,
    task::Task,
};
use crate::{CastError, trial::Pace};

/// Opens the members, has them talk on schedule, stops one of them `delay` after they have found their way, and tells when the others
/// had installed the view without it. Nothing when it was stopped before its end.
///
/// # Errors
/// When a socket cannot be opened.
pub fn crash(
    group: &Group<'_>,
    (pace, victim): (Pace, usize),
    delay: Duration,
    token: u64,
) -> Result<Option<GroupCrash>, CastError> {
    let mut crew = Crew::new(group, token)?;
    let begins = group.clock.now() + START;
    let dies = begins + MARGIN + delay;
    let patience = PATIENCE + 8 * group.settings.suspect_after;
    let tasks = tasks(group, pace, |pace| {
        Task::new(pace, begins, MARGIN + delay + patience, MARGIN)
    });
    let mut installed = vec![None; group.members];
    let times = (victim, dies, patience);
    let ended = crew.run(group, tasks, |crew| {
        watch(group, crew, times, &mut installed)
    })?;
    let Some(outcome) = ended.outcome else {
        return Ok(None);
    };
    let died = ended.all[victim].ended;
    let others = || {
        let all = ended.all.iter().enumerate();
        all.filter(|(rank, _)| *rank != victim)
    };
    let mut flaws = sum::flaws(&ended.all);
    if outcome.is_ok() {
        let others = others().map(|(_, member)| member);
        flaws.extend(sum::differences(group, others, &crew.crowd));
    }
    let mut installed_ns: Vec<u64> = installed
        .iter()
        .flatten()
        .map(|at: &Tick| at.nanos_since(died))
        .collect();
    installed_ns.sort_unstable();
    let silence = others().map(|(_, member)| member.talker.phase().silence);
    let silence = silence.max().unwrap_or(Duration::ZERO);
    Ok(Some(GroupCrash {
        rank: victim as u64,
        installed_ns,
        silence_ns: u64::try_from(silence.as_nanos()).unwrap_or(u64::MAX),
        flaws,
        disturbed: outcome.err(),
    }))
}

/// Stops the victim when it is time, and waits until all others have gone on and have delivered what they said.
fn watch(
    group: &Group<'_>,
    crew: &Crew,
    (victim, dies, patience): (usize, Tick, Duration),
    installed: &mut [Option<Tick>],
) -> Outcome {
    let survivors = group.members - 1;
    let mut whom = None;
    while let Some((rank, event)) = crew.hear(group, dies) {
        match event {
            Event::View { members, .. } if members.len() == group.members => {
                whom = Some(members[victim]);
            }
            Event::View { .. } | Event::Disturbed(_) => {
                return Some(Err(format!(
                    "the group fell apart before anybody was stopped (member {rank})"
                )));
            }
            Event::Done | Event::Measured { .. } => {}
        }
    }
    if group.stop.requested() {
        return None;
    }
    crew.stops[victim].request_at_once();
    crew.crowd.died(victim);
    let (until, mut done) = (dies + patience, 0);
    while done < survivors {
        match crew.hear(group, until) {
            Some((rank, Event::View { at, members })) => {
                let is_without = whom.is_none_or(|whom| !members.contains(&whom));
                if is_without && installed[rank].is_none() {
                    installed[rank] = Some(at);
                    if members.len() < survivors {
                        return Some(Err("more than the one were left behind".to_owned()));
                    }
                }
                if installed.iter().flatten().count() == survivors {
                    crew.crowd.enough();
                }
            }
            Some((rank, Event::Disturbed(text))) if rank != victim => {
                return Some(Err(format!("member {rank}: {text}")));
            }
            Some((_, Event::Done)) => done += 1,
            Some(_) => {}
            None if group.stop.requested() => return None,
            None => {
                let gone_on = installed.iter().flatten().count();
                return Some(Err(format!(
                    "{gone_on} of {survivors} members went on within {} s",
                    patience.as_secs()
                )));
            }
        }
    }
    Some(Ok(()))
}

const PATIENCE: Duration = Duration::from_secs(10);

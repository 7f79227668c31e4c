//! One run under a load.

use std::{
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    },
    thread::{Builder, ScopedJoinHandle, scope},
    time::Duration,
};

use group::{Reliability, Tally};
use history::GroupRun;
use run::{Stop, Whose, processor_time_ns, waited_for_processor_ns};
use stats::Distribution;
use timing::{Clock as _, Tick};

use super::{Group, crowd::Crowd, place, sum, talker::Event, talker::Talker, task::Task};
use crate::{
    CastError,
    station::{Station, StationCount},
    trial::Pace,
};

/// What a run came to.
#[derive(Debug)]
pub struct Measured {
    /// Its figures.
    pub run: GroupRun,
    /// Until the senders delivered their own messages.
    pub own: Distribution,
    /// Until the last member delivered them.
    pub last: Distribution,
}

/// Opens the members, has them talk for so long, and tells what they were given. Nothing when it was stopped before its end.
///
/// # Errors
/// When a socket cannot be opened.
pub fn load(
    group: &Group<'_>,
    pace: Pace,
    lasting: Duration,
    token: u64,
) -> Result<Option<Measured>, CastError> {
    let mut crew = Crew::new(group, token)?;
    let begins = group.clock.now() + START;
    let tasks = tasks(group, pace, |pace| Task::new(pace, begins, lasting, MARGIN));
    let ends = tasks[0].ends;
    let ended = crew.run(group, tasks, |crew| crew.await_all(group, ends))?;
    let Some(outcome) = ended.outcome else {
        return Ok(None);
    };
    let members = (&ended.all[..], &*crew.crowd);
    let measured = sum::measured(group, pace, members, outcome.err(), ended.wall_ns);
    Ok(Some(measured))
}

/// What each member is to do; those who talk on schedule share it and take turns.
pub(super) fn tasks(group: &Group<'_>, pace: Pace, task: impl Fn(Pace) -> Task) -> Vec<Task> {
    let senders = group.senders.max(1);
    let share = match pace {
        Pace::Flat => Pace::Flat,
        Pace::Hertz(hertz) => Pace::Hertz(hertz / senders as f64),
    };
    let each = (0..group.members).map(|rank| {
        let mut one = task(share).of_turn(rank % senders, senders);
        one.is_sender = rank < senders;
        one
    });
    each.collect()
}

/// The members of a run, before and while they run.
pub(super) struct Crew {
    stations: Vec<Station>,
    /// One for each.
    pub stops: Vec<Stop>,
    pub crowd: Arc<Crowd>,
    events: Receiver<(usize, Event)>,
    tells: Option<Sender<(usize, Event)>>,
}

/// How a run ended: nothing where it was stopped, or why nothing is to be concluded from it.
pub(super) type Outcome = Option<Result<(), String>>;

/// What all members came to.
pub(super) struct Ended {
    pub all: Vec<Member>,
    pub outcome: Outcome,
    pub wall_ns: u64,
}

/// What a member came to.
pub(super) struct Member {
    pub talker: Talker,
    pub tally: Tally,
    pub count: StationCount,
    pub kernel_drops: u64,
    pub cpu_ns: u64,
    pub waited_ns: u64,
    /// When it ended.
    pub ended: Tick,
}

impl Crew {
    pub(super) fn new(group: &Group<'_>, token: u64) -> Result<Self, CastError> {
        let stations = place::stations(group, token)?;
        let stops: Result<Vec<Stop>, _> = stations.iter().map(|_| Stop::new()).collect();
        let (tells, events) = channel();
        Ok(Self {
            crowd: Arc::new(Crowd::new(group.members)),
            stations,
            stops: stops.map_err(CastError::prepare("open a pipe"))?,
            events,
            tells: Some(tells),
        })
    }

    /// Runs all members; while they run, waits. **However the waiting ends, all end with it.**
    pub(super) fn run(
        &mut self,
        group: &Group<'_>,
        tasks: Vec<Task>,
        wait: impl FnOnce(&Self) -> Outcome,
    ) -> Result<Ended, CastError> {
        let began = group.clock.now();
        let tells = self.tells.take().expect("a crew runs once");
        let stations = std::mem::take(&mut self.stations);
        let crew = &*self;
        let (all, outcome) = scope(|scope| {
            let mut threads: Vec<ScopedJoinHandle<'_, Result<Member, CastError>>> = Vec::new();
            let mut failure = None;
            for ((station, task), stop) in stations.into_iter().zip(tasks).zip(&crew.stops) {
                let talker = Talker::among(
                    Arc::clone(&crew.crowd),
                    (group.members, group.payload_bytes),
                    (group.settings, *group.clock),
                    (task, tells.clone()),
                );
                let run = move || run_one(station, talker, stop, group);
                match Builder::new().spawn_scoped(scope, run) {
                    Ok(thread) => threads.push(thread),
                    Err(error) => failure = Some(error),
                }
            }
            drop(tells);
            let outcome = failure.is_none().then(|| wait(crew));
            crew.stops.iter().for_each(Stop::request_at_once);
            let all = threads.into_iter().map(|thread| thread.join());
            let all = all.map(|one| one.expect("a member that panics is a bug"));
            let all = all.collect::<Result<Vec<Member>, CastError>>();
            match failure {
                Some(error) => Err(CastError::prepare("start a thread")(error)),
                None => all.map(|all| (all, outcome.flatten())),
            }
        })?;
        Ok(Ended {
            all,
            outcome,
            wall_ns: group.clock.now().nanos_since(began),
        })
    }

    /// The next thing that a member tells; nothing where the time is over, or somebody asked to stop.
    pub(super) fn hear(&self, group: &Group<'_>, until: Tick) -> Option<(usize, Event)> {
        loop {
            let left = until.since(group.clock.now());
            if left.is_zero() || group.stop.requested() {
                return None;
            }
            match self.events.recv_timeout(left.min(GLANCE)) {
                Ok(event) => return Some(event),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return None,
            }
        }
    }

    /// Until all were given all; where nothing is sent again, for a while after the end.
    fn await_all(&self, group: &Group<'_>, ends: Tick) -> Outcome {
        let is_repaired = group.settings.reliability == Reliability::Nak;
        let until = match is_repaired {
            true => ends + PATIENCE,
            false => ends + QUIET,
        };
        let mut done = 0;
        while done < group.members {
            match self.hear(group, until) {
                Some((_, Event::Done)) => done += 1,
                Some((rank, Event::Disturbed(text))) => {
                    return Some(Err(format!("member {rank}: {text}")));
                }
                Some((_, Event::View { members, .. })) if members.len() < group.members => {
                    return Some(Err(format!(
                        "the group fell apart: {} of {} members went on",
                        members.len(),
                        group.members
                    )));
                }
                Some(_) => {}
                None if group.stop.requested() => return None,
                None if !is_repaired => break,
                None => {
                    return Some(Err(format!(
                        "only {done} of {} members had delivered all that was said {} s after the end",
                        group.members,
                        PATIENCE.as_secs()
                    )));
                }
            }
        }
        Some(Ok(()))
    }
}

fn run_one(
    mut station: Station,
    mut talker: Talker,
    stop: &Stop,
    group: &Group<'_>,
) -> Result<Member, CastError> {
    let before_ns = (processor_time_ns(Whose::Thread), waited_for_processor_ns());
    station.run(&mut talker, stop)?;
    Ok(Member {
        ended: group.clock.now(),
        cpu_ns: processor_time_ns(Whose::Thread) - before_ns.0,
        waited_ns: waited_for_processor_ns().saturating_sub(before_ns.1),
        tally: station.node().tally().clone(),
        count: station.count(),
        kernel_drops: station.kernel_drops(),
        talker,
    })
}

/// So that all are there when it begins.
pub(super) const START: Duration = Duration::from_millis(100);
/// Before and behind the time that counts.
pub(super) const MARGIN: Duration = Duration::from_millis(200);
/// How long after the end all that was said may take to be delivered.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long what is under way may take.
const QUIET: Duration = Duration::from_millis(300);
/// How often a stop is looked for.
const GLANCE: Duration = Duration::from_millis(50);

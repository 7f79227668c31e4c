//! One run.

use std::any::Any;
use std::panic::{self, AssertUnwindSafe};
use std::rc::Rc;
use std::time::Duration;

use group::{GroupId, MemberId, Node, Seat, Settings, View, ViewId};
use timing::Tick;

use super::application::mixed;
use super::meddler::Meddler;
use super::member::Member;
use super::names::name_of;
use super::outcome::{Flaw, Outcome, Totals};
use super::record::{Fate, Record};
use super::script::{self, Step};
use super::trial::Trial;
use crate::{FaultKind, Knobs, Meddling, Schedule, World};

/// Runs a group by a schedule. The same trial has the same outcome, to the byte. A member that panics ends it, and that is the
/// outcome.
///
/// # Errors
/// When the settings make no sense.
pub fn run(trial: &Trial) -> Result<Outcome, group::SettingsError> {
    trial.settings.check()?;
    let is_meddled = Meddling::ALL.iter().any(|way| trial.schedule.has(*way));
    let meddler = is_meddled.then(|| {
        let has_ghosts = trial.schedule.has(Meddling::Ghosts);
        let ghosts = if has_ghosts {
            overheard(trial)
        } else {
            Vec::new()
        };
        Meddler::new(trial.schedule.seed, ghosts, STREWN)
    });
    let mut run = Run::new(&trial.settings, &trial.schedule, meddler);
    // Of a run in which a member panicked the history is looked at, and what the members counted, and nothing else.
    match panic::catch_unwind(AssertUnwindSafe(|| run.go())) {
        Ok(()) => Ok(run.conclude()),
        Err(cause) => Ok(run.fallen(&*cause)),
    }
}

/// What is heard on the network of another group of the same name, which meets, loses a member and gets another one.
fn overheard(trial: &Trial) -> Vec<Rc<[u8]>> {
    let seed = mixed(trial.schedule.seed);
    let knobs = Knobs {
        members: trial.schedule.members,
        messages: 10,
        bytes_max: 64,
        loss: 0.0,
        skews: 0,
        quiet: Duration::from_secs(1),
        ..Knobs::default()
    };
    let meddler = Some(Meddler::new(seed, Vec::new(), 0));
    let schedule = knobs.draw(seed);
    let mut run = Run::new(&trial.settings, &schedule, meddler);
    run.go();
    let meddler = run.world.record.meddler.take();
    meddler.map_or_else(Vec::new, Meddler::into_heard)
}

struct Run<'a> {
    settings: &'a Settings,
    schedule: &'a Schedule,
    world: World<Member>,
    /// How many members have begun in each place.
    begun: Vec<u64>,
    totals: Totals,
    /// How often in a row all was well.
    settled: u32,
    steps: Vec<(Tick, Step)>,
}

impl<'a> Run<'a> {
    /// A run that has not begun.
    fn new(settings: &'a Settings, schedule: &'a Schedule, meddler: Option<Meddler>) -> Self {
        let places = schedule.places();
        let mut turns = TURNS + TURNS_A_PLACE * places as u64;
        turns += TURNS_A_DELIVERY * (schedule.sendings.len() * places) as u64;
        if meddler.is_some() {
            turns += TURNS_A_DELIVERY * STREWN;
        }
        let mut world: World<Member> =
            World::new(schedule.seed, places, &schedule.link, Record::default());
        world.record.meddler = meddler;
        world.allow_turns(turns);
        Self {
            settings,
            schedule,
            world,
            begun: vec![0; places],
            totals: Totals::default(),
            settled: 0,
            steps: script::of(schedule),
        }
    }

    /// From its beginning to its end.
    fn go(&mut self) {
        for (mark, (at, _)) in self.steps.iter().enumerate() {
            self.world.mark(*at, mark as u32);
        }
        self.found();
        while let Some(mark) = self.world.run() {
            let (_, step) = self.steps[mark as usize];
            if !self.take(step, mark) {
                break;
            }
        }
    }

    /// All first members begin in one view.
    fn found(&mut self) {
        let founders: Vec<Member> = (0..self.schedule.members)
            .map(|at| self.member(at))
            .collect();
        let seats = founders.iter().enumerate().map(|(at, member)| Seat {
            member: member.node.member(),
            name: name_of(at),
        });
        let seats: Vec<Seat> = seats.collect();
        let by = seats.first().map_or(MemberId(0), |seat| seat.member);
        let view = View {
            id: ViewId { epoch: 1, by },
            seats,
        };
        for (at, member) in founders.into_iter().enumerate() {
            self.world.place(at, member, self.shown(at));
            self.world.act(at, |member, turn| {
                member.act(turn, |node, now, hands| {
                    node.start_in(now, view.clone(), hands)
                });
            });
        }
    }

    /// Does what is to be done. Whether the run goes on.
    fn take(&mut self, step: Step, mark: u32) -> bool {
        match step {
            Step::Send(at) => {
                let sending = self.schedule.sendings[at];
                let now = self.world.now();
                self.world.act(sending.place, |member, _| {
                    if !member.is_leaving {
                        member.backlog.push_back((sending.bytes, now));
                    }
                });
            }
            Step::Begin(at) => self.begin(at),
            Step::End(at) => self.end(at),
            Step::Look => {
                self.settled = if self.is_settled() {
                    self.settled + 1
                } else {
                    0
                };
                self.world.mark(self.world.now() + LOOK, mark);
                return self.settled < SETTLED;
            }
            Step::Stop => return false,
        }
        true
    }

    fn begin(&mut self, at: usize) {
        let world = &mut self.world;
        match self.schedule.faults[at].kind {
            FaultKind::Cut(from, to) => world.cut(from, to),
            FaultKind::Pause(place) => world.pause(place),
            FaultKind::Rate(place, fast_ppm) => world.set_rate(place, fast_ppm),
            FaultKind::Jump(place, ahead) => world.jump(place, ahead),
            FaultKind::Meddle(meddling, share_ppm) => {
                if let Some(meddler) = &mut world.record.meddler {
                    meddler.begin(at, meddling, share_ppm);
                }
            }
            FaultKind::Crash(place) => self.crash(place),
            FaultKind::Join(place) => {
                if world.host(place).is_none() {
                    self.join(place);
                }
            }
            FaultKind::Leave(place) => {
                world.act(place, |member, turn| {
                    member.is_leaving = true;
                    member.backlog.clear();
                    member.act(turn, |node, now, hands| node.leave(now, hands));
                });
            }
        }
    }

    fn end(&mut self, at: usize) {
        match self.schedule.faults[at].kind {
            FaultKind::Cut(from, to) => self.world.heal(from, to),
            FaultKind::Pause(place) => self.world.resume(place),
            FaultKind::Rate(place, _) => self.world.set_rate(place, 0),
            FaultKind::Meddle(..) => {
                if let Some(meddler) = &mut self.world.record.meddler {
                    meddler.end(at);
                }
            }
            FaultKind::Crash(place) | FaultKind::Leave(place) => {
                let host = self.world.host(place);
                if host.is_none_or(|member| member.is_leaving) {
                    self.crash(place);
                    self.join(place);
                }
            }
            FaultKind::Join(_) | FaultKind::Jump(..) => {}
        }
    }

    fn crash(&mut self, place: usize) {
        let Some(member) = self.world.crash(place) else {
            return;
        };
        self.totals.add(member.node.tally());
        if !member.is_gone {
            let now = self.world.now();
            self.world.record.crash(now, member.rest.person);
        }
    }

    fn join(&mut self, place: usize) {
        let member = self.member(place);
        self.world.place(place, member, self.shown(place));
        self.world.act(place, |member, turn| {
            member.act(turn, |node, now, hands| node.start(now, hands));
        });
    }

    /// A new member for a place.
    fn member(&mut self, place: usize) -> Member {
        self.begun[place] += 1;
        let seed = mixed(self.schedule.seed ^ mixed((place as u64) << 32 | self.begun[place]));
        let name = name_of(place);
        let settings = self.settings.clone();
        let node = Node::new(GroupId::of(GROUP), name.clone(), settings, seed);
        let node = node.expect("the settings were checked");
        let is_total = self.settings.order.is_total;
        Member::new(node, name, is_total, &mut self.world.record)
    }

    /// What the clock of a new host shows: machines did not begin at the same time.
    fn shown(&self, place: usize) -> Tick {
        Tick::from_nanos(mixed(self.schedule.seed ^ mixed(place as u64)) % SHOWN_NS)
    }

    /// The members that are there and want to stay.
    fn staying(&self) -> impl Iterator<Item = &Member> {
        let all = (0..self.begun.len()).filter_map(|place| self.world.host(place));
        all.filter(|member| !member.is_leaving)
    }

    /// Whether all are together, and have all that was sent.
    fn is_settled(&self) -> bool {
        let mut staying = self.staying();
        let Some(first) = staying.next() else {
            return true;
        };
        let Some(view) = first.node.view() else {
            return false;
        };
        let is_alike = |member: &Member| {
            let own = member.node.member();
            let sent = self.world.record.people[member.rest.person].sent.len() as u64;
            let delivered = &member.rest.application.delivered;
            let is_here = member.node.view() == Some(view) && view.rank(own).is_some();
            let has_all = delivered.get(&own).copied().unwrap_or(0) == sent
                && *delivered == first.rest.application.delivered;
            is_here && member.backlog.is_empty() && (has_all || self.is_lossy())
        };
        view.size() == self.staying().count() && self.staying().all(is_alike)
    }

    fn is_lossy(&self) -> bool {
        self.settings.reliability == group::Reliability::None
    }

    /// Whether too few are left to decide on a next view.
    fn is_blocked(&self) -> bool {
        let Some(view) = self.world.record.last_view() else {
            return false;
        };
        let here: Vec<MemberId> = self.staying().map(|member| member.node.member()).collect();
        let ranks = view.seats.iter().enumerate();
        let ranks = ranks.filter(|(_, seat)| here.contains(&seat.member));
        let ranks: Vec<usize> = ranks.map(|(rank, _)| rank).collect();
        // Where a number is configured, it depends on more than who is left: on who left in order, and on what was begun.
        let is_told = matches!(self.settings.quorum, group::Quorum::Of(_))
            && self.staying().any(|member| member.node.is_blocked());
        is_told || !view.may_decide(&ranks, self.settings)
    }

    fn conclude(mut self) -> Outcome {
        let is_settled = self.settled > 0;
        let is_blocked = !is_settled && self.is_blocked();
        if self.world.is_exhausted() {
            let text = format!(
                "gave up at {}: the members keep each other busy",
                self.world.now()
            );
            self.world.record.blame("livelock", text);
        } else if !is_settled && !is_blocked {
            let text = self.unsettled();
            self.world.record.blame("together", text);
        }
        if is_settled && !self.is_lossy() {
            let flaws = self.compare();
            self.world.record.flaws.extend(flaws);
        }
        self.outcome(is_blocked)
    }

    /// What came of it until a member panicked.
    fn fallen(mut self, cause: &(dyn Any + Send)) -> Outcome {
        let said = cause.downcast_ref::<String>().map(String::as_str);
        let said = said.or_else(|| cause.downcast_ref::<&str>().copied());
        let said = said.unwrap_or("without a word");
        let text = format!("a member panicked at {}: {said}", self.world.now());
        self.world.record.flaws.clear();
        self.world.record.blame("panic", text);
        self.outcome(false)
    }

    fn outcome(mut self, is_blocked: bool) -> Outcome {
        for place in 0..self.begun.len() {
            if let Some(member) = self.world.host(place) {
                self.totals.add(member.node.tally());
            }
        }
        let (own_ns, last_ns) = self.world.record.latencies();
        let new_view_ns = self.world.record.view_times();
        let (ended, network) = (self.world.now(), *self.world.counts());
        let Record { log, flaws, .. } = self.world.record;
        Outcome {
            log,
            flaws,
            is_blocked,
            ended,
            network,
            totals: self.totals,
            own_ns,
            last_ns,
            new_view_ns,
        }
    }

    /// Where everybody is who is not where it should be.
    fn unsettled(&self) -> String {
        let of = |member: &Member| {
            let person = &self.world.record.people[member.rest.person];
            let view = member.node.view();
            let view = view.map_or("in no view".to_owned(), |view| {
                format!("in view {} of {}", view.id, view.size())
            });
            let delivered = &member.rest.application.delivered;
            let own = delivered.get(&person.member).copied().unwrap_or(0);
            let all: u64 = delivered.values().sum();
            format!(
                "{}~{} is {view}, delivered {own} of its own {} messages and {all} in all, has {} to send",
                person.name,
                person.member,
                person.sent.len(),
                member.backlog.len()
            )
        };
        let all: Vec<String> = self.staying().map(of).collect();
        format!(
            "after {:?} of quiet: {}",
            self.schedule.quiet,
            all.join("; ")
        )
    }

    /// What cannot be told from the log.
    fn compare(&self) -> Vec<Flaw> {
        let mut flaws = Vec::new();
        let mut staying = self.staying();
        let Some(first) = staying.next() else {
            return flaws;
        };
        let name = |member: &Member| &self.world.record.people[member.rest.person].name;
        for other in staying {
            if other.rest.application != first.rest.application {
                flaws.push(Flaw {
                    condition: "state",
                    text: format!(
                        "{} and {} do not have the same state in the end",
                        name(first),
                        name(other)
                    ),
                });
            }
        }
        for fate in self.fates() {
            let delivered = first.rest.application.delivered.get(&fate.was);
            let delivered = delivered.copied().unwrap_or(0);
            if delivered != fate.delivered {
                flaws.push(Flaw {
                    condition: "fate",
                    text: format!(
                        "{} was told that its messages up to {} were delivered, and they were up to {delivered}",
                        fate.was, fate.delivered
                    ),
                });
            }
        }
        flaws
    }

    /// What those who are there in the end were told. Others may have been told it by a group that was lost itself; and where
    /// there are gaps between messages one number tells nothing.
    fn fates(&self) -> impl Iterator<Item = &Fate> {
        let record = &self.world.record;
        let is_fifo = self.settings.order.is_fifo;
        let fates = record.fates.iter().filter(move |_| is_fifo);
        fates.filter(|fate| !record.people[fate.told].is_over)
    }
}

/// Who meddles sends no more than this.
const STREWN: u64 = 20_000;

/// What the group is called.
const GROUP: &str = "sim";

/// How often it is looked whether all is well.
const LOOK: Duration = Duration::from_millis(100);

/// So often in a row all must be well: what goes wrong late has some time to do so.
const SETTLED: u32 = 3;

/// Clocks show up to a thousand seconds at their beginning.
const SHOWN_NS: u64 = 1_000_000_000_000;

/// Turns of all members after which a run is given up: so many, for each place as many as one turn a millisecond for half a
/// minute, and some for each delivery and for each datagram of somebody who meddles.
const TURNS: u64 = 200_000;
const TURNS_A_PLACE: u64 = 30_000;
const TURNS_A_DELIVERY: u64 = 20;

//! A member that says what it is told to, and checks what it is given.

use std::{
    io,
    sync::{
        Arc,
        mpsc::{Receiver, Sender},
    },
};

use group::{Delivered, MemberId, Notice, SendError, Settings, View};
use timing::{Clock as _, SystemClock, Tick};

use super::{
    crowd::Crowd,
    message::{Form, Stamp},
    record::Record,
    task::{Phase, Task},
};
use crate::{station::Application, trial::Schedule};

/// A member that says what it is told to, and checks what it is given.
pub struct Talker {
    clock: SystemClock,
    form: Form,
    /// Who counts: those of the first view that has so many.
    members: usize,
    seats: Vec<MemberId>,
    own: usize,
    record: Record,
    phase: Option<Phase>,
    schedule: Option<Schedule>,
    /// How many of the schedule were given.
    given: u64,
    /// How many the group took in all.
    said: u64,
    is_given: bool,
    is_silent: bool,
    is_done: bool,
    /// Deliveries count at the moment; looked at now and then, because the clock takes longer than a delivery.
    is_counting: bool,
    crowd: Option<Arc<Crowd>>,
    tasks: Option<Receiver<Task>>,
    events: Sender<(usize, Event)>,
}

/// What a member tells.
#[derive(Debug)]
pub enum Event {
    /// A view began, with so many members.
    View {
        /// When.
        at: Tick,
        /// Who is in it.
        members: Vec<MemberId>,
    },
    /// The others went on without this member, or it cannot go on.
    Disturbed(String),
    /// All that was said was delivered here.
    Done,
    /// A task is over.
    Measured {
        /// What came of it.
        phase: Box<Phase>,
        /// What was wrong with the deliveries so far, the first of it.
        flaws: Vec<String>,
    },
}

impl Talker {
    /// A member by itself: does what it is told, until nobody tells it any more.
    pub fn alone(
        (members, payload_bytes): (usize, usize),
        (settings, clock): (&Settings, SystemClock),
        tasks: Receiver<Task>,
        events: Sender<(usize, Event)>,
    ) -> Self {
        let talker = Self::new((members, payload_bytes), (settings, clock), events);
        Self {
            tasks: Some(tasks),
            ..talker
        }
    }

    /// One of several threads, with a task.
    pub(super) fn among(
        crowd: Arc<Crowd>,
        (members, payload_bytes): (usize, usize),
        (settings, clock): (&Settings, SystemClock),
        (task, events): (Task, Sender<(usize, Event)>),
    ) -> Self {
        let mut talker = Self::new((members, payload_bytes), (settings, clock), events);
        talker.crowd = Some(crowd);
        talker.take_up(task);
        talker
    }

    fn new(
        (members, payload_bytes): (usize, usize),
        (settings, clock): (&Settings, SystemClock),
        events: Sender<(usize, Event)>,
    ) -> Self {
        Self {
            clock,
            form: Form::new(payload_bytes),
            members,
            seats: Vec::new(),
            own: 0,
            record: Record::new(members, settings),
            phase: None,
            schedule: None,
            given: 0,
            said: 0,
            is_given: false,
            is_silent: true,
            is_done: false,
            is_counting: false,
            crowd: None,
            tasks: None,
            events,
        }
    }

    /// What it was given.
    pub(super) fn record(&self) -> &Record {
        &self.record
    }

    /// What it measures.
    pub(super) fn phase(&self) -> &Phase {
        self.phase.as_ref().expect("it was given a task")
    }

    fn take_up(&mut self, task: Task) {
        (self.given, self.is_silent) = (0, !task.is_sender);
        self.schedule = task.schedule();
        self.phase = Some(Phase::new(task, self.members));
    }

    fn tell(&self, event: Event) {
        // A trial that is over hears nothing any more.
        let _ = self.events.send((self.own, event));
    }

    /// The instant at which the next message is meant to be said, if there is one.
    fn next_instant(&self) -> Option<Tick> {
        let phase = self.phase.as_ref().filter(|_| !self.is_silent)?;
        match &self.schedule {
            None => Some(phase.task.begins),
            Some(schedule) => {
                (self.given < schedule.total()).then(|| schedule.intended(self.given))
            }
        }
    }

    /// Falls silent when it is time, and is done when all was delivered.
    fn look(&mut self, now: Tick) {
        let Some(phase) = &self.phase else { return };
        self.is_counting = phase.task.counts(now);
        let has_enough = self.crowd.as_ref().is_some_and(|crowd| crowd.has_enough());
        let is_over = now >= phase.task.ends || has_enough || self.next_instant().is_none();
        self.is_silent |= is_over && !self.is_given;
        match self.crowd.clone() {
            Some(crowd) => self.look_around(&crowd),
            None if now >= phase.task.ends && !self.is_given => self.hand_in(),
            None => {}
        }
    }

    fn look_around(&mut self, crowd: &Crowd) {
        if self.seats.is_empty() || !self.is_silent || self.is_done {
            return;
        }
        crowd.fell_silent(self.own, self.said);
        if crowd.is_all(|rank| self.record.of(rank)) {
            self.is_done = true;
            self.tell(Event::Done);
        }
    }

    fn hand_in(&mut self) {
        if let Some(phase) = self.phase.take() {
            (self.is_silent, self.is_counting) = (true, false);
            self.tell(Event::Measured {
                phase: Box::new(phase),
                flaws: self.record.flaws().to_vec(),
            });
        }
    }

    fn since_boot(&self, at: Tick) -> u64 {
        self.clock.origin_nanos() + at.as_nanos()
    }
}

impl Application for Talker {
    fn next(&mut self, now: Tick, message: &mut Vec<u8>) -> bool {
        let Some(instant) = self.next_instant().filter(|instant| *instant <= now) else {
            return false;
        };
        let Some(phase) = self.phase.as_mut().filter(|phase| now < phase.task.ends) else {
            return false;
        };
        let mut intended = now;
        if self.schedule.is_some() {
            intended = instant;
            phase.lateness.record(now.nanos_since(instant));
        }
        self.given += 1;
        self.is_given = true;
        let stamp = Stamp {
            intended_ns: self.since_boot(intended),
            number: self.said + 1,
        };
        self.form.write(stamp, message);
        true
    }

    fn next_at(&self) -> Tick {
        self.next_instant().unwrap_or(Tick::MAX)
    }

    fn sent(&mut self, _: Tick, _: &[u8], outcome: Result<u64, SendError>) {
        self.is_given = false;
        match outcome {
            Ok(number) => {
                self.said += 1;
                if number != self.said {
                    let text = format!("message {} was given the number {number}", self.said);
                    self.record.flaw(text);
                }
            }
            // Counted by the group.
            Err(SendError::Shed) => {}
            Err(error) => self.tell(Event::Disturbed(error.to_string())),
        }
    }

    fn deliver(&mut self, delivered: Delivered<'_>) {
        let is_there = self.seats.get(delivered.rank) == Some(&delivered.from);
        let from = match is_there {
            true => Some(delivered.rank),
            false => self.seats.iter().position(|seat| *seat == delivered.from),
        };
        // Somebody who was not there in the beginning, and does not count.
        let Some(from) = from else { return };
        let stamp = self.form.read(delivered.payload);
        let said = stamp.map(|stamp| stamp.number);
        self.record.delivered(from, delivered.number, said);
        let (Some(phase), Some(stamp)) = (&mut self.phase, stamp) else {
            return;
        };
        if self.schedule.is_none() {
            phase.delivered[from] += u64::from(self.is_counting);
            if self.record.total().is_multiple_of(GLANCE) {
                let now = self.clock.now();
                self.is_counting = phase.task.counts(now);
            }
            return;
        }
        let now = self.clock.now();
        let nanos = stamp.intended_ns.saturating_sub(self.clock.origin_nanos());
        let intended = Tick::from_nanos(nanos);
        phase.timed(now, intended, from, from == self.own);
        if self.crowd.is_some() && phase.task.counts(intended) {
            phase.arrivals[from].push((delivered.number, now.as_nanos()));
        }
    }

    fn installed(&mut self, view: &View, own: usize) {
        let members: Vec<MemberId> = view.seats.iter().map(|seat| seat.member).collect();
        if self.seats.is_empty() && members.len() == self.members {
            self.own = own;
            self.seats.clone_from(&members);
        }
        let at = self.clock.now();
        self.tell(Event::View { at, members });
    }

    fn notice(&mut self, notice: Notice) {
        match notice {
            Notice::Expelled { .. } => self.tell(Event::Disturbed(
                "the others went on without a member that was not heard for too long".to_owned(),
            )),
            Notice::Blocked => {
                let text = "too few members were left to go on";
                self.tell(Event::Disturbed(text.to_owned()));
            }
            _ => {}
        }
    }

    /// The station counts it, and the group repairs what is lost.
    fn trouble(&mut self, _: &io::Error) {}

    fn settle(&mut self) {
        if self.phase.is_none()
            && let Some(task) = self.tasks.as_ref().and_then(|tasks| tasks.try_recv().ok())
        {
            self.take_up(task);
        }
        self.look(self.clock.now());
    }
}

/// The clock is read once in so many deliveries, where they are not timed.
const GLANCE: u64 = 32;

//! Whoever leads: hires workers, takes what they find, brings it into order, hires again where one died.
//!
//! ```text
//!   worker 0 ══ stream ══▶ inlet ┐              due now ─────────────────────▶ sink
//!   worker 1 ══ stream ══▶ inlet ┼─▶ accept ─┤
//!   worker 2 ══ stream ══▶ inlet ┘              ahead of its turn ─▶ shelf ──▶ sink, when it is due
//! ```
//! The leader sleeps in one `poll` for all of them and for the stop, and shares no processor time with the
//! workers to speak of. A death is the end of a stream: the kernel closes it, however the worker died.
//!
//! **The leader always reads the piece that is due, and others only while there is room for them.** Nobody
//! waits for ever, because of all unfinished shares the lowest is being searched, or free to be taken by a
//! worker that does not wait:
//! - a worker waits because of a piece ahead of its turn, and has no lower share of its own to do (`split.rs`);
//! - whoever has the lowest share is therefore searching it or handing it over, and that is read. A thief may
//!   have handed over a higher one before: then what is before the lowest in its stream is read without room,
//!   at most what a stream holds and a piece ([`Plan::is_at`]);
//! - if its worker is dead, the stream ends, and another takes its place, and its share before any other.

use std::{io, ops::ControlFlow, os::fd::AsFd as _, sync::Arc, time::Duration};

use primes::Range;
use run::{Whose, processor_time_ns};
use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    io::Errno,
};
use timing::Tick;

use crate::{
    Control, Job, Outcome, Progress, SearchError, Sink, Stint,
    frame::{Header, unpack},
    inlet::{Inlet, Outlet, Pull},
    plan::Plan,
    shelf::{Bounds, Shelf, Waiting},
    stints::Stints,
    worker::Begin,
};

/// The workers of a mode: threads, processes.
pub(crate) trait Staff {
    /// Makes a worker.
    ///
    /// # Errors
    /// When the system gives none.
    fn start(&mut self, worker: u32, begin: Begin, outlet: Outlet) -> io::Result<()>;

    /// Takes back a worker that has closed its stream; says how it died, if it did.
    fn take_back(&mut self, worker: u32) -> Option<String>;

    /// Has all end that have not, as soon as they can.
    fn dismiss(&mut self);

    /// Processor time of workers taken back that the leader's own does not contain.
    fn cpu_ns(&self) -> u64;
}

/// Searches with the workers that `hire` makes; so much may wait for its turn.
pub(crate) fn lead<'a, S: Staff>(
    job: &Job,
    control: &Control<'a>,
    sink: &mut dyn Sink,
    bounds: Bounds,
    hire: impl FnOnce(Arc<Plan>) -> S,
) -> Result<Outcome, SearchError> {
    let (start, cpu) = (control.clock.now(), processor_time_ns(Whose::Process));
    let plan = Arc::new(Plan::new(job, control).map_err(SearchError::Workers)?);
    let mut leader = Leader {
        range: job.range,
        control,
        sink,
        staff: hire(Arc::clone(&plan)),
        seats: (0..plan.workers).map(|_| Seat::default()).collect(),
        shelf: Shelf::new(bounds),
        due: Some(job.range.first()),
        outcome: Outcome::default(),
        stints: Stints::default(),
        done: Done::default(),
        primes: Vec::new(),
        plan,
    };
    let result = leader.lead();
    leader.outcome.wall_ns = control.clock.now().nanos_since(start);
    leader.dismiss();
    result?;
    let mut outcome = leader.outcome;
    outcome.cpu_ns = processor_time_ns(Whose::Process).saturating_sub(cpu) + leader.staff.cpu_ns();
    outcome.stints = leader.stints.into_all();
    outcome.waiting_bytes_max = leader.shelf.peak() as u64;
    Ok(outcome)
}

struct Leader<'a, 'b, S> {
    range: Range,
    control: &'a Control<'b>,
    sink: &'a mut dyn Sink,
    plan: Arc<Plan>,
    staff: S,
    seats: Vec<Seat>,
    shelf: Shelf,
    /// The number that the sink is to be given next; none when it has all that it wants.
    due: Option<u64>,
    outcome: Outcome,
    stints: Stints,
    done: Done,
    primes: Vec<u64>,
}

/// A worker's place, also that of whoever replaces it.
#[derive(Debug, Default)]
struct Seat {
    /// None when the worker has ended.
    inlet: Option<Inlet>,
    /// The share that it finished last.
    finished: Option<u64>,
    /// The piece that it handed over last: its share, and its last number.
    reached: Option<(u64, u64)>,
    /// So often its worker has died since it handed a piece over.
    deaths: u32,
}

/// What has been searched, in turn or ahead of it.
#[derive(Debug, Default)]
struct Done {
    work: f64,
    numbers: u128,
    primes: u64,
    told_at: Tick,
}

impl<S: Staff> Leader<'_, '_, S> {
    fn lead(&mut self) -> Result<(), SearchError> {
        for worker in 0..self.plan.workers {
            self.start(worker, Begin::default())?;
        }
        self.done.told_at = self.plan.now();
        while self.due.is_some() && !self.control.stop.requested() {
            if !self.attend_all()? && self.due.is_some() {
                self.wait().map_err(SearchError::Workers)?;
            }
            if TELL_EVERY <= self.plan.now().since(self.done.told_at) {
                self.tell();
            }
        }
        self.tell();
        Ok(())
    }

    fn start(&mut self, worker: u32, begin: Begin) -> Result<(), SearchError> {
        let started = Inlet::new().and_then(|(inlet, outlet)| {
            self.seats[worker as usize].inlet = Some(inlet);
            self.staff.start(worker, begin, outlet)
        });
        started.map_err(|error| {
            self.seats[worker as usize].inlet = None;
            SearchError::Workers(error)
        })
    }

    /// Until a worker hands something over or ends, somebody asks to stop, or it is time to tell how far
    /// the search is. A worker that must wait is not looked at.
    fn wait(&self) -> io::Result<()> {
        let inlets = self.seats.iter().filter_map(|seat| seat.inlet.as_ref());
        let mut fds = vec![PollFd::from_borrowed_fd(
            self.control.stop.soon_fd(),
            PollFlags::IN,
        )];
        let open = inlets.filter(|inlet| !inlet.is_held());
        fds.extend(open.map(|inlet| PollFd::from_borrowed_fd(inlet.as_fd(), PollFlags::IN)));
        match poll(&mut fds, Some(&TELL_AT_LEAST)) {
            Ok(_) | Err(Errno::INTR) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Takes what is there from every worker; whether a piece was. Then there may be room for others.
    fn attend_all(&mut self) -> Result<bool, SearchError> {
        let mut has_taken = false;
        for worker in 0..self.plan.workers {
            if self.due.is_some() && self.seats[worker as usize].inlet.is_some() {
                has_taken |= self.attend(worker)?;
            }
        }
        Ok(has_taken)
    }

    fn attend(&mut self, worker: u32) -> Result<bool, SearchError> {
        let (due, shelf, plan) = (self.due, &self.shelf, &self.plan);
        let inlet = &mut self.seats[worker as usize].inlet;
        let inlet = inlet.as_mut().expect("its worker has not ended");
        let has_room = |header: &Header| {
            let is_due = due == Some(header.piece.first());
            is_due || shelf.has_room(header) || due.is_some_and(|due| plan.is_at(worker, due))
        };
        match inlet.pull(has_room).map_err(SearchError::Workers)? {
            Pull::Piece(header) => self.accept(worker, &header).map(|()| true),
            Pull::Later | Pull::Held => Ok(false),
            Pull::Ended => self.replace(worker).map(|()| false),
        }
    }

    /// A piece was handed over.
    fn accept(&mut self, worker: u32, header: &Header) -> Result<(), SearchError> {
        let piece = header.piece;
        let seat = &mut self.seats[worker as usize];
        let share = self.plan.cut.share(header.share);
        let share = share.expect("a piece's share has numbers");
        if share.last() == piece.last() {
            seat.finished = Some(header.share);
        }
        seat.reached = Some((header.share, piece.last()));
        seat.deaths = 0;
        self.stints.add(stint(worker, header));
        self.done.work += self.plan.scale.of(piece);
        self.done.numbers += piece.len();
        self.done.primes += header.count;
        let inlet = seat.inlet.as_ref().expect("it gave a piece");
        if self.due != Some(piece.first()) {
            self.shelf.put(header, inlet.primes());
            return Ok(());
        }
        self.primes.clear();
        unpack(piece, inlet.primes(), &mut self.primes);
        self.deliver(&Waiting::new(header))?;
        while let Some(due) = self.due
            && let Some((waiting, bytes)) = self.shelf.take(due).map_err(SearchError::Waiting)?
        {
            self.primes.clear();
            unpack(waiting.piece, &bytes, &mut self.primes);
            self.deliver(&waiting)?;
        }
        Ok(())
    }

    /// Gives the sink a piece whose turn it is, and its primes.
    fn deliver(&mut self, found: &Waiting) -> Result<(), SearchError> {
        let flow = self
            .sink
            .take(found.piece, found.count, &self.primes)
            .map_err(SearchError::Sink)?;
        let last = found.piece.last();
        self.outcome.count += found.count;
        self.outcome.steps.0 += found.steps.0;
        self.outcome.reached = Some(last);
        self.due = match flow {
            ControlFlow::Continue(()) if last < self.range.last() => Some(last + 1),
            _ => None,
        };
        self.outcome.is_whole = self.due.is_none();
        Ok(())
    }

    /// A worker has closed its stream; if it died, another goes on where it was.
    fn replace(&mut self, worker: u32) -> Result<(), SearchError> {
        let seat = &mut self.seats[worker as usize];
        seat.inlet = None;
        let Some(how) = self.staff.take_back(worker) else {
            let is_left = self.seats.iter().any(|seat| seat.inlet.is_some());
            assert!(is_left, "the shares make up the range");
            return Ok(());
        };
        seat.deaths += 1;
        let begin = Begin {
            finished: seat.finished,
            unfinished: self.left_behind(worker),
        };
        let seat = &self.seats[worker as usize];
        if seat.deaths >= ATTEMPTS {
            return Err(SearchError::Died {
                numbers: begin.unfinished.map_or(self.range, |(_, numbers)| numbers),
                how,
                reached: self.outcome.reached,
            });
        }
        self.outcome.redone += u64::from(begin.unfinished.is_some());
        self.start(worker, begin)
    }

    /// What a worker that is dead had taken and did not hand over.
    fn left_behind(&self, worker: u32) -> Option<(u64, Range)> {
        let seat = &self.seats[worker as usize];
        let share = self.plan.hand.left_behind(worker, seat.finished)?;
        let range = self.plan.cut.share(share)?;
        let rest = match seat.reached {
            Some((reached, last)) if reached == share => Range::new(last + 1, range.last()),
            _ => Some(range),
        };
        rest.map(|rest| (share, rest))
    }

    fn tell(&mut self) {
        self.done.told_at = self.plan.now();
        let share = self.done.work / self.plan.scale.total();
        (self.control.progress)(Progress {
            share: match self.outcome.is_whole {
                true => 1.0,
                false => share.clamp(0.0, 1.0),
            },
            numbers: self.done.numbers,
            primes: self.done.primes,
        });
    }

    /// Has all workers end, and takes them back. A thread that is at one number for longer than [`PATIENCE`]
    /// cannot be made to leave it, and is left to itself: it ends when it is through with that.
    fn dismiss(&mut self) {
        self.staff.dismiss();
        // When all has been searched everybody ends by himself.
        let until = match self.outcome.reached == Some(self.range.last()) {
            true => Tick::MAX,
            false => self.plan.now() + PATIENCE,
        };
        loop {
            for worker in 0..self.plan.workers {
                let inlet = &mut self.seats[worker as usize].inlet;
                if inlet.as_mut().is_some_and(Inlet::is_drained) {
                    *inlet = None;
                    let _ = self.staff.take_back(worker);
                }
            }
            let left = until.since(self.plan.now());
            let inlets: Vec<_> = self.seats.iter().flat_map(|seat| &seat.inlet).collect();
            if inlets.is_empty() || left.is_zero() {
                return;
            }
            let fds = inlets.iter().map(|inlet| inlet.as_fd());
            let mut fds: Vec<_> = fds
                .map(|fd| PollFd::from_borrowed_fd(fd, PollFlags::IN))
                .collect();
            let left = Timespec::try_from(left.min(PATIENCE)).expect("a moment fits");
            let _ = poll(&mut fds, Some(&left));
        }
    }
}

fn stint(worker: u32, header: &Header) -> Stint {
    Stint {
        worker,
        piece: header.piece,
        begin: header.begin,
        end: header.end,
        primes: header.count,
        steps: header.steps,
    }
}

/// Not more often than ten times a second.
const TELL_EVERY: Duration = Duration::from_millis(100);
/// Also when there is nothing new: whoever shows the time that is left has it move.
const TELL_AT_LEAST: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 250_000_000,
};
/// Twice the time that a piece takes.
const PATIENCE: Duration = Duration::from_millis(100);
/// So often in a row workers may die before they have handed over a piece of the same share.
pub(crate) const ATTEMPTS: u32 = 3;

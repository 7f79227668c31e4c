//! A fixed number of worker processes on one port: started, watched, replaced.

use std::{io, net::TcpListener, time::Duration};

use run::{Recorder, Run, Sharing};
use rustix::event::{PollFd, PollFlags};
use timing::Tick;

use crate::{
    ServeError,
    listener::listen_beside,
    nudge,
    processes::{Ended, Processes},
};

/// What a worker process is given.
pub(crate) struct Worker {
    /// The slot that it holds.
    pub(crate) slot: u32,
    /// Its listener: the one that all share, or one of its own.
    pub(crate) listener: TcpListener,
}

/// A worker's whole life, until a stop is asked for and everything has ended.
pub(crate) type Life<'a> = &'a dyn Fn(Worker) -> Result<(), ServeError>;

/// Slots for a herd: one for each worker and one for the parent.
pub(crate) fn slots(size: usize) -> u32 {
    u32::try_from(size + 1).expect("a size is bounded")
}

/// Keeps `size` processes that live `life` until a stop is asked for. One that is killed is replaced;
/// what it had counted is kept, and the connections that it held are counted as killed.
///
/// # Errors
/// When not one process can be started, and when those in one place give up again and again.
pub(crate) fn keep(
    listener: TcpListener,
    size: usize,
    run: &Run<'_>,
    life: Life<'_>,
) -> Result<(), ServeError> {
    nudge::prepare()?;
    let slot = run.shards.claim().expect("the parent has a slot");
    Recorder::new(run, slot).commit();
    let mut herd = Herd::new(listener, size, run, life)?;
    herd.fill();
    if herd.vacant.len() == size {
        run.stop.request();
        return Err(ServeError::Workers(io::ErrorKind::OutOfMemory.into()));
    }
    let kept = herd.keep();
    if kept.is_err() {
        run.stop.request();
    }
    let Herd {
        processes,
        listeners,
        ..
    } = &mut herd;
    // Nobody is accepted any more, and the workers have heard the same alarm.
    listeners.clear();
    processes.drain(run, |ended| write_down(&ended, run));
    kept
}

struct Herd<'a> {
    run: &'a Run<'a>,
    life: Life<'a>,
    processes: Processes<Member>,
    /// Kept by the parent so that what waits in the queue of a killed worker's listener is not lost.
    listeners: Vec<TcpListener>,
    /// Places in the herd without a worker, and from when on they may be filled.
    vacant: Vec<(Place, Tick)>,
}

/// A place in the herd.
#[derive(Clone, Copy)]
struct Place {
    slot: u32,
    listener: usize,
    /// How often in a row its worker ended at once.
    failures: u32,
    /// How often in a row it gave up early.
    errors: u32,
}

#[derive(Clone, Copy)]
struct Member {
    place: Place,
    started: Tick,
}

impl<'a> Herd<'a> {
    fn new(
        listener: TcpListener,
        size: usize,
        run: &'a Run<'a>,
        life: Life<'a>,
    ) -> Result<Self, ServeError> {
        let mut listeners = vec![listener];
        if run.crew.sharing == Sharing::ReusePort {
            for _ in 1..size {
                let beside = listen_beside(&listeners[0]);
                listeners.push(beside.map_err(ServeError::Workers)?);
            }
        }
        let place = |index| Place {
            slot: run.shards.claim().expect("every worker has a slot"),
            listener: index % listeners.len(),
            failures: 0,
            errors: 0,
        };
        Ok(Self {
            vacant: (0..size).map(|index| (place(index), Tick::ZERO)).collect(),
            run,
            life,
            processes: Processes::new(size).map_err(ServeError::Workers)?,
            listeners,
        })
    }

    /// Until a stop is asked for.
    fn keep(&mut self) -> Result<(), ServeError> {
        while !self.run.stop.requested() {
            self.wait();
            self.bury()?;
            self.fill();
        }
        Ok(())
    }

    /// Starts a worker in each place that may be filled.
    fn fill(&mut self) {
        let now = self.run.clock.now();
        let due = self.vacant.extract_if(.., |(_, from)| *from <= now);
        let due: Vec<Place> = due.map(|(place, _)| place).collect();
        for place in due {
            let (life, listeners) = (self.life, &mut self.listeners);
            let member = Member {
                place,
                started: now,
            };
            let started = self.processes.start(member, self.run, || {
                // The child's copies of the others would keep the port taken when their owners are gone.
                let listener = listeners.swap_remove(place.listener);
                listeners.clear();
                let slot = place.slot;
                life(Worker { slot, listener })
            });
            if let Err(mut member) = started {
                member.place.failures += 1;
                self.vacate(member.place, now);
            }
        }
    }

    /// Waits for a worker's end, for the stop, or until a place may be filled.
    fn wait(&self) {
        let now = self.run.clock.now();
        let next = self.vacant.iter().map(|(_, from)| from.since(now)).min();
        let mut fds = [
            PollFd::from_borrowed_fd(self.processes.bell(), PollFlags::IN),
            PollFd::from_borrowed_fd(self.run.stop.soon_fd(), PollFlags::IN),
        ];
        // After an error the caller looks and waits again.
        let _ = run::wait(&mut fds, next);
    }

    /// Fails when a worker cannot but give up: after so many that did, the next one will, too.
    fn bury(&mut self) -> Result<(), ServeError> {
        let now = self.run.clock.now();
        let mut hopeless = None;
        for ended in self.processes.take_ended() {
            write_down(&ended, self.run);
            let Member { mut place, started } = ended.known;
            let lived = now.since(started);
            place.failures = match lived < AT_ONCE {
                true => place.failures + 1,
                false => 0,
            };
            let error = ended.gave_up;
            let error = error.filter(|&error| lived < EARLY && !may_pass(error));
            place.errors = error.map_or(0, |_| place.errors + 1);
            hopeless = hopeless.or(error.filter(|_| place.errors == MOST_ERRORS));
            self.vacate(place, now);
        }
        hopeless.map_or(Ok(()), |error| {
            Err(ServeError::Herd {
                times: MOST_ERRORS,
                reason: match error {
                    0 => io::Error::other("the system did not say why"),
                    _ => io::Error::from_raw_os_error(error),
                },
            })
        })
    }

    /// The first replacement comes at once; one after another that fails waits for longer and longer.
    fn vacate(&mut self, place: Place, now: Tick) {
        let pause = FIRST_PAUSE * (1 << place.failures.min(LONGEST_PAUSE)) - FIRST_PAUSE;
        self.vacant.push((place, now + pause));
    }
}

/// What a killed worker could not count any more is counted.
fn write_down(ended: &Ended<Member>, run: &Run<'_>) {
    if !ended.is_well {
        let slot = ended.known.place.slot;
        run.shards.mend(slot);
        Recorder::new(run, slot).killed_with_all();
    }
}

/// Whether it says that the system is short of something, of which there may be more later.
fn may_pass(error: i32) -> bool {
    let short = [
        libc::EAGAIN,
        libc::EMFILE,
        libc::ENFILE,
        libc::ENOBUFS,
        libc::ENOMEM,
    ];
    short.contains(&error)
}

/// So often in a row a worker may give up early; when each does at once, the pauses make it nine seconds.
const MOST_ERRORS: u32 = 8;
/// A worker that gives up sooner than this has done little else: more than it takes on a machine that is busy.
const EARLY: Duration = Duration::from_secs(10);
/// A worker that ends sooner than this has failed.
const AT_ONCE: Duration = Duration::from_secs(1);
const FIRST_PAUSE: Duration = Duration::from_millis(50);
/// Doublings of the pause: up to three seconds.
const LONGEST_PAUSE: u32 = 6;

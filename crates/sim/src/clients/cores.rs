//! The processors of the server: who has one, who waits for one.
//!
//! Whoever wants one and finds none waits in a queue, first come, first served; whoever has one and is not done when its
//! time slice is over goes to the queue's end, if there is one. So no processor is idle while anybody waits.

use std::{collections::VecDeque, time::Duration};

/// See the file's description.
#[derive(Debug)]
pub(super) struct Cores {
    cores: Vec<Core>,
    idle: usize,
    queue: VecDeque<Wish>,
    slice: Duration,
    switch: Duration,
    /// Processor time that was used, switches included.
    pub(super) busy: Duration,
    /// How often a processor went over from one worker to another.
    pub(super) switches: u64,
}

/// What a worker wants of a processor.
#[derive(Clone, Copy, Debug)]
struct Wish {
    worker: u32,
    rest: Duration,
}

#[derive(Clone, Copy, Debug, Default)]
struct Core {
    /// Who has it, and what is left after the present run.
    has: Option<Wish>,
    /// Who had it last.
    last: Option<u32>,
    /// What is left of the slice after the present run.
    left: Duration,
}

/// What is to be entered in the calendar: this processor's run ends after so long.
pub(super) type Run = (u32, Duration);

impl Cores {
    pub(super) fn new(count: u32, slice: Duration, switch: Duration) -> Self {
        Self {
            cores: vec![Core::default(); count as usize],
            idle: count as usize,
            queue: VecDeque::new(),
            slice,
            switch,
            busy: Duration::ZERO,
            switches: 0,
        }
    }

    /// This worker wants so much processor time.
    pub(super) fn want(&mut self, worker: u32, rest: Duration) -> Option<Run> {
        let wish = Wish { worker, rest };
        if self.idle == 0 {
            self.queue.push_back(wish);
            return None;
        }
        // Where it was last, there is nothing to switch.
        let idle = |core: &Core| core.has.is_none();
        let own = |core: &Core| idle(core) && core.last == Some(worker);
        let place = self.cores.iter().position(own);
        let place = place.or_else(|| self.cores.iter().position(idle))?;
        self.idle -= 1;
        Some(self.begin(place, wish))
    }

    /// A run has ended. Whether its worker has all that it wanted, and may be asked for more by [`Cores::go_on`] or
    /// [`Cores::leave`]; else the processor's next run.
    pub(super) fn expire(&mut self, core: u32) -> Result<u32, Run> {
        let place = core as usize;
        let wish = self.cores[place].has.expect("a run is somebody's");
        if wish.rest.is_zero() {
            return Ok(wish.worker);
        }
        self.queue.push_back(wish);
        Err(self.begin_next(place).expect("somebody waits"))
    }

    /// The worker that has this processor wants so much more.
    pub(super) fn go_on(&mut self, core: u32, rest: Duration) -> Run {
        let place = core as usize;
        let Core { has, left, .. } = self.cores[place];
        let worker = has.expect("somebody has it").worker;
        let wish = Wish { worker, rest };
        if left.is_zero() {
            self.queue.push_back(wish);
            return self.begin_next(place).expect("somebody waits");
        }
        self.run(place, wish, left, Duration::ZERO)
    }

    /// The worker that has this processor wants nothing more.
    pub(super) fn leave(&mut self, core: u32) -> Option<Run> {
        let next = self.begin_next(core as usize);
        if next.is_none() {
            self.cores[core as usize].has = None;
            self.idle += 1;
        }
        next
    }

    /// This worker is gone; another may get its number.
    pub(super) fn forget(&mut self, worker: u32) {
        for core in &mut self.cores {
            core.last = core.last.filter(|last| *last != worker);
        }
    }

    fn begin_next(&mut self, place: usize) -> Option<Run> {
        let wish = self.queue.pop_front()?;
        Some(self.begin(place, wish))
    }

    fn begin(&mut self, place: usize, wish: Wish) -> Run {
        let is_other = self.cores[place].last != Some(wish.worker);
        self.switches += u64::from(is_other);
        let overhead = match is_other {
            true => self.switch,
            false => Duration::ZERO,
        };
        self.run(place, wish, self.slice, overhead)
    }

    fn run(&mut self, place: usize, wish: Wish, slice: Duration, overhead: Duration) -> Run {
        let runs = wish.rest.min(slice);
        self.cores[place] = Core {
            has: Some(Wish {
                rest: wish.rest - runs,
                ..wish
            }),
            last: Some(wish.worker),
            left: slice - runs,
        };
        self.busy += overhead + runs;
        (place as u32, overhead + runs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn whoever_is_not_done_goes_to_the_end_of_the_queue() {
        let mut cores = Cores::new(1, ms(3), Duration::ZERO);
        assert_eq!(cores.want(7, ms(5)), Some((0, ms(3))));
        assert_eq!(cores.want(8, ms(2)), None);
        assert_eq!(cores.expire(0), Err((0, ms(2))));
        assert_eq!(cores.expire(0), Ok(8));
        assert_eq!(cores.leave(0), Some((0, ms(2))));
        assert_eq!(cores.expire(0), Ok(7));
        assert_eq!(cores.leave(0), None);
        assert_eq!(cores.busy, ms(7));
        assert_eq!(cores.switches, 3);
    }

    #[test]
    fn whoever_is_alone_goes_on_without_a_switch() {
        let mut cores = Cores::new(1, ms(3), ms(1));
        assert_eq!(cores.want(7, ms(5)), Some((0, ms(4))));
        assert_eq!(cores.expire(0), Err((0, ms(2))));
        assert_eq!(cores.expire(0), Ok(7));
        assert_eq!(cores.go_on(0, ms(1)), (0, ms(1)));
        assert_eq!(cores.expire(0), Ok(7));
        assert_eq!(cores.leave(0), None);
        assert_eq!(cores.want(7, ms(1)), Some((0, ms(1))));
        assert_eq!((cores.busy, cores.switches), (ms(8), 1));
    }

    #[test]
    fn a_worker_gets_the_processor_that_it_had() {
        let mut cores = Cores::new(2, ms(3), ms(1));
        assert_eq!(cores.want(7, ms(1)), Some((0, ms(2))));
        assert_eq!(cores.want(8, ms(1)), Some((1, ms(2))));
        for core in [0, 1] {
            assert!(cores.expire(core).is_ok());
            assert_eq!(cores.leave(core), None);
        }
        assert_eq!(cores.want(8, ms(1)), Some((1, ms(1))));
        cores.forget(7);
        assert_eq!(cores.want(7, ms(1)), Some((0, ms(2))));
    }
}

//! The workers of the server: what each has to do next.
//!
//! ```text
//!   iterative, prefork:  worker ── accept ─▶ attend to it until it ends ─▶ accept …
//!   thread, process:     acceptor ─▶ a worker for each
//!   pool:                acceptor ─▶ queue ─▶ whoever is free attends to it until it ends
//!   event loops:         loop ─▶ accept one, attend to one input of one, accept one …
//!   async:               the same, and whoever is free takes the next input
//! ```

use std::collections::VecDeque;

use super::{
    connection::Key,
    regime::{Accepts, Attends, Regime},
};

/// See the file's description.
pub(super) struct Staff {
    pub(super) regime: Regime,
    workers: Vec<Worker>,
    /// Numbers of workers that are gone.
    gone: Vec<u32>,
    /// Workers that may be free, the longest so first.
    idle: VecDeque<u32>,
    idle_calculators: VecDeque<u32>,
    /// Connections with an input, of each loop, or of all together.
    ready: Vec<VecDeque<Key>>,
    /// Accepted connections that wait for a worker.
    pub(super) queue: VecDeque<Key>,
    /// Connections that wait for a worker that only calculates.
    pub(super) works: VecDeque<Key>,
    /// The most workers at once.
    pub(super) most: u64,
}

/// A thread, a process, or a loop.
#[derive(Debug)]
pub(super) struct Worker {
    pub(super) role: Role,
    /// What it attends to, where that is one at a time.
    pub(super) connection: Option<Key>,
    /// What it is at, or has to do before anything else.
    pub(super) job: Option<Job>,
    pub(super) is_busy: bool,
    /// Whether it stands among those that may be free.
    is_listed: bool,
    /// Whether the last thing it did was to accept.
    has_just_accepted: bool,
}

/// What a worker is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Acceptor,
    Attendant,
    Calculator,
}

/// Something that a worker does, and that may take processor time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Job {
    /// Accepts this connection.
    Accept(Key),
    /// Takes an accepted connection up.
    TakeUp(Key),
    /// Attends to what has come for this connection.
    Turn(Key),
    /// Calculates for this connection.
    Work(Key),
}

impl Staff {
    /// The workers that there are before anybody connects.
    pub(super) fn new(regime: Regime, cores: u32) -> Self {
        let loops = match regime.attends {
            Attends::One => 0,
            Attends::Its => regime.workers.unwrap_or(1),
            Attends::All => 1,
        };
        let mut staff = Self {
            regime,
            workers: Vec::new(),
            gone: Vec::new(),
            idle: VecDeque::new(),
            idle_calculators: VecDeque::new(),
            ready: (0..loops).map(|_| VecDeque::new()).collect(),
            queue: VecDeque::new(),
            works: VecDeque::new(),
            most: 0,
        };
        // Those that attend come first: a loop's number is that of its list.
        let attendants = (0..regime.workers.unwrap_or(0)).map(|_| Role::Attendant);
        let acceptor = (regime.accepts == Accepts::Acceptor).then_some(Role::Acceptor);
        let calculators = (0..cores).filter(|_| regime.offload);
        let calculators = calculators.map(|_| Role::Calculator);
        for role in attendants.chain(acceptor).chain(calculators) {
            let number = staff.hire(role);
            staff.rest(number);
        }
        staff
    }

    /// One more worker.
    pub(super) fn hire(&mut self, role: Role) -> u32 {
        let worker = Worker {
            role,
            connection: None,
            job: None,
            is_busy: false,
            is_listed: false,
            has_just_accepted: false,
        };
        let number = match self.gone.pop() {
            Some(number) => {
                self.workers[number as usize] = worker;
                number
            }
            None => {
                self.workers.push(worker);
                u32::try_from(self.workers.len() - 1).expect("there are fewer than 2^32")
            }
        };
        let count = self.workers.len() - self.gone.len();
        self.most = self.most.max(count as u64);
        number
    }

    /// A worker that was made for one connection is gone.
    pub(super) fn dismiss(&mut self, number: u32) {
        self.gone.push(number);
    }

    pub(super) fn at(&mut self, number: u32) -> &mut Worker {
        &mut self.workers[number as usize]
    }

    /// The number of the one that only accepts, where there is one.
    pub(super) fn acceptor(&self) -> Option<u32> {
        // It stands behind those that there are from the beginning.
        let is_there = self.regime.accepts == Accepts::Acceptor;
        is_there.then(|| self.regime.workers.unwrap_or(0))
    }

    /// Whether one that was accepted has a worker, or a place to wait for one.
    pub(super) fn has_room(&self) -> bool {
        match self.regime.workers {
            None => true,
            Some(_) => self.queue.len() < self.regime.queue.max(1) as usize,
        }
    }

    /// This worker has nothing to do at present.
    pub(super) fn rest(&mut self, number: u32) {
        let worker = &mut self.workers[number as usize];
        worker.is_busy = false;
        let list = match worker.role {
            Role::Acceptor => return,
            Role::Attendant if worker.connection.is_some() => return,
            Role::Attendant => &mut self.idle,
            Role::Calculator => &mut self.idle_calculators,
        };
        if !worker.is_listed {
            worker.is_listed = true;
            list.push_back(number);
        }
    }

    /// The one that has been free longest, of those that attend or of those that only calculate.
    pub(super) fn free(&mut self, role: Role) -> Option<u32> {
        loop {
            let number = match role {
                Role::Calculator => self.idle_calculators.pop_front(),
                Role::Attendant | Role::Acceptor => self.idle.pop_front(),
            }?;
            let worker = &mut self.workers[number as usize];
            worker.is_listed = false;
            if !worker.is_busy && worker.connection.is_none() {
                return Some(number);
            }
        }
    }

    /// A connection has an input: it waits for the loop that attends to it, or for any.
    pub(super) fn enlist(&mut self, key: Key, worker: u32) {
        match self.regime.attends {
            Attends::One => {}
            Attends::Its => self.ready[worker as usize].push_back(key),
            Attends::All => self.ready[0].push_back(key),
        }
    }

    /// The next thing for a loop: it accepts and attends by turns, as long as there is both to do.
    pub(super) fn next_of_loop(
        &mut self,
        number: u32,
        accept: impl FnOnce() -> Option<Key>,
    ) -> Option<Job> {
        let place = match self.regime.attends {
            Attends::All => 0,
            _ => number as usize,
        };
        let (ready, worker) = (&mut self.ready[place], &mut self.workers[number as usize]);
        let attends = worker.has_just_accepted && !ready.is_empty();
        let accepted = if attends { None } else { accept() };
        worker.has_just_accepted = accepted.is_some();
        match accepted {
            Some(key) => Some(Job::Accept(key)),
            None => ready.pop_front().map(Job::Turn),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn staff(name: &str) -> Staff {
        Staff::new(Regime::by_name(name).expect("listed"), 1)
    }

    #[test]
    fn whoever_has_been_free_longest_is_next() {
        let mut staff = staff("prefork");
        assert_eq!(staff.most, 64);
        let first = [(); 3].map(|()| staff.free(Role::Attendant));
        assert_eq!(first, [Some(0), Some(1), Some(2)]);
        staff.rest(1);
        staff.rest(0);
        for _ in 3..64 {
            staff.free(Role::Attendant);
        }
        assert_eq!(staff.free(Role::Attendant), Some(1));
        staff.at(0).is_busy = true;
        assert_eq!(staff.free(Role::Attendant), None);
    }

    #[test]
    fn a_loop_accepts_and_attends_by_turns() {
        let mut staff = staff("reactor");
        for index in 0..3 {
            staff.enlist(Key::first(index), 0);
        }
        let waiting = Key::first(9);
        let next = |staff: &mut Staff| staff.next_of_loop(0, || Some(waiting));
        let found = [(); 4].map(|()| next(&mut staff).expect("there is much to do"));
        let (accept, turn) = (Job::Accept(waiting), |index| Job::Turn(Key::first(index)));
        assert_eq!(found, [accept, turn(0), accept, turn(1)]);
        assert_eq!(staff.next_of_loop(0, || None), Some(turn(2)));
        assert_eq!(staff.next_of_loop(0, || None), None);
    }

    #[test]
    fn numbers_of_workers_that_are_gone_are_given_again() {
        let mut staff = staff("thread");
        assert_eq!(staff.acceptor(), Some(0));
        let hired = [(); 2].map(|()| staff.hire(Role::Attendant));
        staff.dismiss(hired[0]);
        assert_eq!(staff.hire(Role::Attendant), hired[0]);
        assert_eq!(staff.most, 3);
    }
}

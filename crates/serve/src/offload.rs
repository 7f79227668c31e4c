//! Threads that calculate for an event loop, so that it goes on attending to its connections.

use std::{
    collections::VecDeque,
    io,
    os::fd::{AsFd as _, BorrowedFd, OwnedFd},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::{self, JoinHandle},
};

use machine::Work;
use run::{CpuWork, Crew};
use rustix::event::{EventfdFlags, eventfd};

/// A pool of as many threads as there are processors. A connection hands out one work at a time, so
/// the queue is as bounded as the connections are.
pub(crate) struct Offload<K> {
    shared: Arc<Shared<K>>,
    threads: Vec<JoinHandle<()>>,
}

struct Shared<K> {
    queue: Mutex<Queue<K>>,
    filled: Condvar,
    done: Mutex<Vec<Done<K>>>,
    bell: OwnedFd,
}

struct Queue<K> {
    works: VecDeque<(K, Work)>,
    is_closed: bool,
}

/// A work that is done, for whom, and what came of it; nothing when it panicked.
pub(crate) type Done<K> = (K, Option<Vec<u8>>);

impl<K: Send + 'static> Offload<K> {
    /// The threads, if a loop is to have its calculations done elsewhere.
    ///
    /// # Errors
    /// When the system would not give them.
    pub(crate) fn if_asked(crew: &Crew) -> io::Result<Option<Self>> {
        match crew.cpu_work {
            CpuWork::Inline => Ok(None),
            CpuWork::Offloaded => Self::new().map(Some),
        }
    }

    /// Starts the threads.
    ///
    /// # Errors
    /// When the system would not give them.
    fn new() -> io::Result<Self> {
        let shared = Arc::new(Shared {
            queue: Mutex::new(Queue {
                works: VecDeque::new(),
                is_closed: false,
            }),
            filled: Condvar::new(),
            done: Mutex::new(Vec::new()),
            bell: eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?,
        });
        let mut offload = Self {
            shared,
            threads: Vec::new(),
        };
        for _ in 0..run::cores() {
            let shared = Arc::clone(&offload.shared);
            let builder = thread::Builder::new().name("calculate".to_owned());
            offload.threads.push(builder.spawn(move || shared.work())?);
        }
        Ok(offload)
    }

    /// Has `work` done for `key`.
    pub(crate) fn hand_out(&self, key: K, work: Work) {
        lock(&self.shared.queue).works.push_back((key, work));
        self.shared.filled.notify_one();
    }

    /// Readable when something is done.
    pub(crate) fn bell(&self) -> BorrowedFd<'_> {
        self.shared.bell.as_fd()
    }

    /// Everything that has been done since the last time.
    pub(crate) fn take_done(&self) -> Vec<Done<K>> {
        let _ = rustix::io::read(&self.shared.bell, &mut [0; 8]);
        std::mem::take(&mut *lock(&self.shared.done))
    }
}

impl<K> Drop for Offload<K> {
    /// What nobody waits for any more is not begun; what has begun is waited for.
    fn drop(&mut self) {
        {
            let mut queue = lock(&self.shared.queue);
            queue.is_closed = true;
            queue.works.clear();
        }
        self.shared.filled.notify_all();
        for thread in self.threads.drain(..) {
            // Works that panic are caught, so there is nothing to hand on.
            let _ = thread.join();
        }
    }
}

impl<K> Shared<K> {
    fn work(&self) {
        while let Some((key, work)) = self.next() {
            let result = do_work(&work);
            lock(&self.done).push((key, result));
            let _ = rustix::io::write(&self.bell, &1_u64.to_ne_bytes());
        }
    }

    fn next(&self) -> Option<(K, Work)> {
        let mut queue = lock(&self.queue);
        loop {
            if queue.is_closed {
                return None;
            }
            if let Some(next) = queue.works.pop_front() {
                return Some(next);
            }
            let woken = self.filled.wait(queue);
            queue = woken.unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// Does a work here and now; nothing comes of one that panics.
pub(crate) fn do_work(work: &Work) -> Option<Vec<u8>> {
    let run = std::panic::AssertUnwindSafe(|| work.run());
    std::panic::catch_unwind(run).ok()
}

/// A panic while it is held cannot leave it half changed.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

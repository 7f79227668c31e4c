//! A search as all workers know it: made once, before the first of them.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use primes::{Method, Search};
use timing::{Clock as _, SystemClock, Tick};

use crate::{
    Control, Job, Want,
    cut::Cut,
    estimate::Estimate,
    pace::{Pace, TARGET},
    scale::Scale,
    split::{Deal, Hand, Table},
};

/// What workers share, and may not borrow: a thread that cannot be stopped in the middle of a number is left
/// behind with it.
pub(crate) struct Plan {
    pub(crate) search: Box<dyn Search>,
    pub(crate) want: Want,
    pub(crate) scale: Arc<Scale>,
    pub(crate) cut: Cut,
    pub(crate) hand: Box<dyn Hand>,
    /// How many workers there are to be.
    pub(crate) workers: u32,
    /// Threads are to end: nobody takes what they find.
    pub(crate) is_over: AtomicBool,
    /// For each worker that is a thread, one more than the share that it is at; 0 for none.
    at: Vec<AtomicU64>,
    watch: Watch,
    estimate: Estimate,
    method: &'static Method,
}

impl Plan {
    /// Prepares the method and shares the range out.
    ///
    /// # Errors
    /// When there is no memory to share.
    pub(crate) fn new(job: &Job, control: &Control<'_>) -> io::Result<Self> {
        let watch = Watch::start(control);
        let search = (job.method.prepare)(job.range.last());
        let scale = Arc::new(Scale::new(job.range, job.method));
        let estimate = Estimate::sample(job.method, &*search, job.range);
        let workers = u32::try_from(job.workers).unwrap_or(u32::MAX);
        let table = Table {
            shares: shares(&scale, estimate, workers, job.method),
            scale: Arc::clone(&scale),
            workers,
        };
        let Deal { cut, workers, hand } = (job.split.deal)(&table)?;
        Ok(Self {
            search,
            want: job.want,
            scale,
            cut,
            hand,
            workers,
            is_over: AtomicBool::new(false),
            at: (0..workers).map(|_| AtomicU64::new(0)).collect(),
            watch,
            estimate,
            method: job.method,
        })
    }

    /// The time, as [`Control::clock`] tells it.
    pub(crate) fn now(&self) -> Tick {
        self.watch.now()
    }

    /// A worker begins a share.
    pub(crate) fn begin(&self, worker: u32, share: u64) {
        self.at[worker as usize].store(share + 1, Ordering::Release);
    }

    /// Whether a worker is at the share that a number is in, and is a thread: of processes it is not known,
    /// and does not matter, because none steals.
    pub(crate) fn is_at(&self, worker: u32, number: u64) -> bool {
        let at = self.at[worker as usize].load(Ordering::Acquire);
        let share = at.checked_sub(1).and_then(|share| self.cut.share(share));
        share.is_some_and(|share| share.first() <= number && number <= share.last())
    }

    /// For the pieces of one worker.
    pub(crate) fn pace(&self) -> Pace {
        pace(&self.scale, self.estimate, self.want, self.method)
    }
}

/// For a worker that searches the whole range.
pub(crate) fn pace(scale: &Scale, estimate: Estimate, want: Want, method: &Method) -> Pace {
    let a_number = estimate.nanos(scale.total()) / scale.range().len() as f64;
    // An estimate may be far off, and the first piece should not be: it grows soon enough.
    let first = TARGET.as_nanos() as f64 / a_number / 16.0;
    let most = match want {
        Want::Primes => MOST_WITH_PRIMES,
        Want::Count => MOST,
    };
    Pace::new(first as u64, least(scale, estimate, method), most)
}

/// Of equal work: so small that nobody is idle for long when the last are done, and so large that their
/// number does not matter.
fn shares(scale: &Scale, estimate: Estimate, workers: u32, method: &Method) -> u64 {
    let nanos = estimate.nanos(scale.total());
    let (shortest, longest) = (nanos / SHARE_LONGEST_NS, nanos / SHARE_SHORTEST_NS);
    let few = (SHARES_A_WORKER * u64::from(workers)).min(longest as u64);
    let numbers = u64::try_from(scale.range().len()).unwrap_or(u64::MAX);
    few.max((shortest as u64).min(MOST_SHARES))
        .min(numbers / least(scale, estimate, method))
        .max(1)
}

/// The shortest piece that suits the method, if that does not take too long for who waits.
fn least(scale: &Scale, estimate: Estimate, method: &Method) -> u64 {
    let a_number = estimate.nanos(scale.total()) / scale.range().len() as f64;
    let bound = (LEAST_PIECE_LONGEST_NS / a_number) as u64;
    (method.least_piece)(scale.range().last()).min(bound).max(1)
}

/// The clock of whoever leads, for workers that cannot borrow it. All processes of a machine read the same
/// monotonic clock.
struct Watch {
    clock: SystemClock,
    start: Tick,
}

impl Watch {
    fn start(control: &Control<'_>) -> Self {
        Self {
            start: control.clock.now(),
            clock: SystemClock::start(),
        }
    }

    fn now(&self) -> Tick {
        self.start + self.clock.now().since(Tick::ZERO)
    }
}

const SHARES_A_WORKER: u64 = 32;
/// A share of a long search takes about so long.
const SHARE_LONGEST_NS: f64 = 25e6;
/// And one of a short search not less: a hundred times what handing it over costs.
const SHARE_SHORTEST_NS: f64 = 200e3;
/// A piece that a method would have long may take so long and no longer: a stop is heard between two.
const LEAST_PIECE_LONGEST_NS: f64 = 200e6;
/// What a counter can hold, and far more than an age of searching.
const MOST_SHARES: u64 = 1 << 40;
/// A piece's primes lie in memory, eight bytes each: at most some 16 MB.
const MOST_WITH_PRIMES: u64 = 1 << 25;
/// A piece that is only counted takes none.
const MOST: u64 = 1 << 40;

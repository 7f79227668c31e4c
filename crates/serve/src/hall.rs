//! What all tasks of a runtime share: what they serve, what they write with, and how they hear of a stop.

use std::{
    convert::Infallible,
    future::{pending, poll_fn},
    io,
    os::fd::BorrowedFd,
    pin::pin,
    sync::atomic::{AtomicU8, Ordering},
    task::Poll,
    time::Duration,
};

use machine::{Service, Shared};
use run::{RoamingWords, Run};
use timing::Tick;
use tokio::{
    io::{Interest, unix::AsyncFd},
    runtime::Runtime,
    sync::{Notify, futures::Notified},
    time::{Instant, sleep, timeout},
};

use crate::{
    ServeError,
    pens::{Pens, index_here},
};

/// See the file's description.
pub(crate) struct Hall<'r> {
    pub(crate) service: &'r dyn Service,
    pub(crate) run: &'r Run<'r>,
    pub(crate) pens: Pens<'r>,
    pub(crate) words: Box<dyn Shared + Send + 'r>,
    /// The runtime's time when the run's was zero.
    zero: (Tick, Instant),
    /// How often a stop has been asked for.
    stops: AtomicU8,
    alarm: Notify,
    /// Rung when a connection has ended.
    vacancy: Notify,
}

impl<'r> Hall<'r> {
    /// For `size` workers of `runtime`, each of which is given a slot.
    pub(crate) fn new(
        service: &'r dyn Service,
        run: &'r Run<'r>,
        (runtime, size): (&Runtime, usize),
    ) -> Self {
        let claim = |_| run.shards.claim().expect("every worker has a slot");
        let slots: Vec<u32> = (0..size).map(claim).collect();
        let pens = Pens::new(run, &slots);
        let _within = runtime.enter();
        // In this order what is due by the runtime's time is due by the run's.
        let zero = (run.clock.now(), sleep(Duration::ZERO).deadline());
        Self {
            service,
            run,
            pens,
            words: Box::new(RoamingWords::new(run, move || slots[index_here()])),
            zero,
            stops: AtomicU8::new(0),
            alarm: Notify::new(),
            vacancy: Notify::new(),
        }
    }

    /// When that is by the runtime's time.
    pub(crate) fn instant(&self, at: Tick) -> Instant {
        let (tick, instant) = self.zero;
        instant + at.since(tick)
    }

    /// How often a stop has been asked for, as far as the tasks are to know.
    pub(crate) fn stops(&self) -> u8 {
        self.stops.load(Ordering::SeqCst)
    }

    /// Comes when [`Hall::stops`] has changed. Who waits for it looks at that again once he does.
    pub(crate) fn alarm(&self) -> Notified<'_> {
        self.alarm.notified()
    }

    /// Tells all tasks of stops, as they are asked for.
    ///
    /// # Errors
    /// When the runtime cannot watch for them.
    pub(crate) async fn pass_on_stops(&self) -> Result<Infallible, ServeError> {
        let stop = self.run.stop;
        for fd in [stop.soon_fd(), stop.at_once_fd()] {
            let bell = watch(fd, Interest::READABLE).map_err(ServeError::Workers)?;
            let _ = bell.readable().await.map_err(ServeError::Workers)?;
            self.stops.fetch_add(1, Ordering::SeqCst);
            self.alarm.notify_waiters();
        }
        pending().await
    }

    /// What comes of `work`, unless a stop is asked for first.
    pub(crate) async fn until_stop<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        let (mut work, mut alarm) = (pin!(work), pin!(self.alarm()));
        poll_fn(|cx| match alarm.as_mut().poll(cx) {
            _ if self.stops() > 0 => Poll::Ready(None),
            // Stops come before the alarm, so it says nothing new.
            _ => work.as_mut().poll(cx).map(Some),
        })
        .await
    }

    /// Waits until a connection ends, or for a moment.
    pub(crate) async fn pause(&self) {
        let _ = timeout(PAUSE, self.vacancy.notified()).await;
    }

    /// A connection has ended, and its descriptor is closed.
    pub(crate) fn tell_vacancy(&self) {
        self.vacancy.notify_one();
    }
}

/// Has the runtime watch a descriptor.
///
/// # Errors
/// When the kernel watches as many as it may.
pub(crate) fn watch(fd: BorrowedFd<'_>, interest: Interest) -> io::Result<AsyncFd<BorrowedFd<'_>>> {
    // SAFETY: a borrowed descriptor is always the same number, and open for as long as it is borrowed,
    // which the result's type keeps to.
    Ok(unsafe { AsyncFd::register_with_interest(fd, interest) }?)
}

const PAUSE: Duration = Duration::from_millis(20);

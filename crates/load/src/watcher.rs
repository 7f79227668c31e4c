//! Who watches a run as it goes: the terminal, the table of samples, nobody.

use std::net::SocketAddr;

use history::Sample;
use machine::Answer;

/// Is told of what happens, by the worker to which it happens: from several threads at once, and
/// under no lock of this crate. A worker that waits here sends nothing, so be quick.
///
/// For each worker the calls come in the order of the methods below, the middle ones repeatedly;
/// `number` is that of the request within its worker, from 0.
pub trait Watcher: Sync {
    /// Whether it wants the notes of client machines; when not, none are made.
    fn wants_notes(&self) -> bool {
        true
    }

    /// Whether it wants the samples of requests; when not, it is told of none.
    fn wants_samples(&self) -> bool {
        true
    }

    /// The workers are about to be made.
    fn on_start(&self, _workers: u32, _target: SocketAddr) {}

    /// A connection stands.
    fn on_connected(&self, _worker: u32) {}

    /// The client machine has something to say, such as the greeting of its server.
    fn on_note(&self, _worker: u32, _text: &str) {}

    /// A request, or a part of a large one, has been handed to the kernel or is queued for it.
    fn on_sending(&self, _worker: u32, _number: u64, _bytes: &[u8]) {}

    /// A request has been answered.
    fn on_answer(&self, _worker: u32, _number: u64, _answer: &Answer) {}

    /// Requests have ended, in the order in which they did: at least every 256 of the workers of one
    /// thread, before one of them comes to its end, and about every second in between when there is
    /// time.
    fn on_samples(&self, _samples: &[Sample]) {}

    /// A worker has come to its end.
    fn on_worker_done(&self, _worker: u32) {}

    /// How many requests have ended of those asked for; by the thread that called `drive`, about
    /// every 100 ms and once at the end.
    fn on_progress(&self, _done: u64, _asked: u64) {}
}

/// Nobody watches.
#[derive(Clone, Copy, Debug)]
pub struct Unwatched;

impl Watcher for Unwatched {
    fn wants_notes(&self) -> bool {
        false
    }

    fn wants_samples(&self) -> bool {
        false
    }
}

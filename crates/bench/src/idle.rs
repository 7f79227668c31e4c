//! Connections that stand and are silent: what each of them takes up.
//!
//! ```text
//!   server ready │ all connect │ … all stand │ look │ each asks once │ end
//!        look ───┘                              └── less the first look, over their number
//! ```
//!
//! The question at the end shows that each connection was alive all the while.

use std::{
    net::{TcpListener, TcpStream},
    sync::mpsc,
    thread,
    time::Duration,
};

use history::IdleMemory;
use load::Report;

use crate::{
    BenchError,
    counters::{KernelMemory, established},
    footprint::Footprint,
    measure::Bench,
    place::Place,
    server::Server,
};

/// The memory of a server and of the kernel at one instant.
#[derive(Clone, Copy)]
struct Look {
    footprint: Footprint,
    kernel: KernelMemory,
    own_threads: u64,
}

impl Look {
    fn at(server: &Server) -> Self {
        Self {
            kernel: KernelMemory::now(),
            footprint: Footprint::of(server.pid()),
            own_threads: Footprint::of_one(std::process::id()).threads,
        }
    }
}

impl Bench<'_> {
    /// Lets the clients of a place connect and be silent, looks, and lets each ask once. No memory is
    /// given when they did not all stand before it was time to ask.
    pub(crate) fn stand(
        &self,
        server: &Server,
        place: &Place<'_>,
    ) -> Result<(Report, Option<IdleMemory>), BenchError> {
        let before = Look::at(server);
        thread::scope(|scope| {
            let (over, is_over) = mpsc::channel::<()>();
            let watch = scope.spawn(move || look_when_all_stand(server, place.clients, &is_over));
            let fired = self.fire(server, place, &load::Unwatched);
            drop(over);
            let seen = watch.join().expect("watching cannot panic");
            let idle = seen.map(|(stood, after)| self.idle(stood, &before, &after));
            Ok((fired?, idle))
        })
    }

    fn idle(&self, connections: u64, before: &Look, after: &Look) -> IdleMemory {
        let each = |before: u64, after: u64| (after as f64 - before as f64) / connections as f64;
        let (small, large) = (&before.footprint, &after.footprint);
        let slab_bytes =
            each(before.kernel.slab_bytes, after.kernel.slab_bytes) - self.client_slab_bytes;
        let page_table_bytes = each(small.page_table_bytes, large.page_table_bytes);
        let threads = each(small.threads, large.threads);
        let own_threads = each(before.own_threads, after.own_threads);
        let servers_share = match threads + own_threads > 0.0 {
            true => (threads / (threads + own_threads)).clamp(0.0, 1.0),
            false => 0.0,
        };
        let stacks = each(before.kernel.stack_bytes, after.kernel.stack_bytes);
        let kernel_stack_bytes = stacks * servers_share;
        IdleMemory {
            connections,
            rss_bytes: each(small.rss_bytes, large.rss_bytes),
            pss_bytes: each(small.memory_bytes, large.memory_bytes),
            kernel_bytes: slab_bytes + kernel_stack_bytes + page_table_bytes,
            slab_bytes,
            kernel_stack_bytes,
            page_table_bytes,
            socket_buffer_bytes: each(
                before.kernel.socket_buffer_bytes,
                after.kernel.socket_buffer_bytes,
            ),
        }
    }
}

/// Looks as soon as all connections stand and the server has done what it does with new ones: two
/// looks in a row that see as many threads, processes and descriptors. `None` when the run was over
/// before.
fn look_when_all_stand(
    server: &Server,
    clients: u64,
    is_over: &mpsc::Receiver<()>,
) -> Option<(u64, Look)> {
    let mut last = None;
    while is_over.recv_timeout(LOOK_EVERY) == Err(mpsc::RecvTimeoutError::Timeout) {
        let stood = established(server.address.port());
        if stood < clients {
            last = None;
            continue;
        }
        let look = Look::at(server);
        let extent = |look: &Look| {
            let Footprint {
                processes,
                threads,
                descriptors,
                ..
            } = look.footprint;
            (processes, threads, descriptors)
        };
        if last.as_ref().map(&extent) == Some(extent(&look)) {
            return Some((stood, look));
        }
        last = Some(look);
    }
    None
}

/// What one end of a connection takes of the kernel's objects: half of what connections take both of
/// whose ends stand in this process. 0 when it cannot be told.
pub(crate) fn slab_of_one_end() -> f64 {
    let Ok(listener) = TcpListener::bind(("127.0.0.1", 0)) else {
        return 0.0;
    };
    let Ok(address) = listener.local_addr() else {
        return 0.0;
    };
    let before = KernelMemory::now();
    let pair = || {
        let near = TcpStream::connect(address).ok()?;
        Some((near, listener.accept().ok()?))
    };
    let pairs: Vec<_> = (0..PAIRS).map_while(|_| pair()).collect();
    let after = KernelMemory::now();
    let taken = after.slab_bytes.saturating_sub(before.slab_bytes);
    taken as f64 / (2 * pairs.len().max(1)) as f64
}

/// A page of the kernel's objects holds about four sockets; with so many its rest is small.
const PAIRS: usize = 200;
const LOOK_EVERY: Duration = Duration::from_millis(50);

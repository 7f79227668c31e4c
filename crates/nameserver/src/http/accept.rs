//! The thread of all connections: it begins, accepts, ends.

use std::{
    io,
    net::{SocketAddr, TcpListener},
    sync::Arc,
    thread::{self, JoinHandle},
    time::Duration,
};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::{
    runtime::{Builder, Runtime},
    sync::Semaphore,
    task::JoinSet,
    time,
};

use crate::{Hub, ServerError, stop::Stop};

use super::{connection, desk::Desk};

/// Whether HTTP may be answered at these addresses: elsewhere than on this machine only with a token.
///
/// # Errors
/// When it may not.
pub(crate) fn check(addresses: &[SocketAddr], token: Option<&str>) -> Result<(), ServerError> {
    if token.is_some_and(|token| !token.trim().is_empty()) {
        return Ok(());
    }
    let open = addresses
        .iter()
        .find(|address| !address.ip().to_canonical().is_loopback());
    open.map_or(Ok(()), |address| Err(ServerError::NoToken(*address)))
}

/// Begins to answer. `dns` is where DNS is answered, to be told to those who ask.
///
/// # Errors
/// When a listener cannot be used, or the thread or its runtime not be had.
pub(crate) fn start(
    hub: Arc<Hub>,
    listeners: Vec<TcpListener>,
    dns: Vec<SocketAddr>,
    token: Option<String>,
    stop: Arc<Stop>,
) -> io::Result<Vec<JoinHandle<()>>> {
    raise_descriptors();
    let runtime = Builder::new_current_thread()
        .enable_all()
        .max_blocking_threads(LONG_THREADS)
        .thread_name("http-long")
        .build()?;
    let listeners = {
        let _inside = runtime.enter();
        let own = |listener: TcpListener| {
            listener.set_nonblocking(true)?;
            tokio::net::TcpListener::from_std(listener)
        };
        listeners
            .into_iter()
            .map(own)
            .collect::<io::Result<Vec<_>>>()?
    };
    let desk = Arc::new(Desk::new(hub, &dns, token.as_deref(), stop));
    let thread = thread::Builder::new()
        .name("http".to_owned())
        .spawn(move || run(runtime, listeners, &desk))?;
    Ok(vec![thread])
}

fn run(runtime: Runtime, listeners: Vec<tokio::net::TcpListener>, desk: &Arc<Desk>) {
    runtime.block_on(async {
        let seats = Arc::new(Semaphore::new(CONNECTIONS_MAX));
        let mut accepting = JoinSet::new();
        for listener in listeners {
            accepting.spawn(accept(listener, seats.clone(), desk.clone()));
        }
        desk.stop.heard().await;
        accepting.shutdown().await;
        // All seats are free again when the last connection has ended.
        let all = u32::try_from(CONNECTIONS_MAX).expect("a small number");
        let _ = time::timeout(FAREWELL, seats.acquire_many(all)).await;
    });
    runtime.shutdown_timeout(FAREWELL);
}

/// Accepts while there is room; who comes then waits in the kernel's queue until somebody leaves.
async fn accept(listener: tokio::net::TcpListener, seats: Arc<Semaphore>, desk: Arc<Desk>) {
    let _part = desk.stop.part("HTTP");
    loop {
        if seats.available_permits() == 0 {
            desk.hub.tally().crowded();
        }
        let Ok(seat) = seats.clone().acquire_owned().await else {
            return;
        };
        match listener.accept().await {
            Ok((socket, peer)) => {
                let desk = desk.clone();
                tokio::spawn(async move {
                    connection::serve(desk, socket, peer).await;
                    drop(seat);
                });
            }
            // Out of descriptors or memory, or a connection that was gone before it was accepted: the listener is as
            // readable as before, so without a pause this would be a busy loop.
            Err(_) => time::sleep(ACCEPT_PAUSE).await,
        }
    }
}

/// A watcher holds a descriptor, and the usual soft limit of 1,024 is for programs that call `select`.
fn raise_descriptors() {
    let limit = getrlimit(Resource::Nofile);
    let needed = CONNECTIONS_MAX as u64 + DESCRIPTORS_BESIDE;
    let allowed = limit.maximum.map_or(needed, |hard| hard.min(needed));
    if limit.current.is_some_and(|soft| soft < allowed) {
        let raised = Rlimit {
            current: Some(allowed),
            maximum: limit.maximum,
        };
        // Where it is not allowed, fewer connections fit.
        let _ = setrlimit(Resource::Nofile, raised);
    }
}

/// Connections at once, watchers among them.
const CONNECTIONS_MAX: usize = 8_192;
/// What a server has open beside, with room to spare.
const DESCRIPTORS_BESIDE: u64 = 512;
/// Threads for what takes long; more than two would take processors from those who answer.
const LONG_THREADS: usize = 2;
/// After a failed `accept`.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
/// How long connections may take to end.
const FAREWELL: Duration = Duration::from_millis(1_500);

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn verify(address: &str, token: Option<&str>, is_allowed: bool) {
        let addresses =
            ["127.0.0.1:80".parse(), address.parse()].map(|one| one.expect("an address"));
        assert_eq!(check(&addresses, token).is_ok(), is_allowed);
    }

    #[test]
    fn elsewhere_than_on_this_machine_only_with_a_token() {
        verify("127.9.9.9:0", None, true);
        verify("[::1]:0", None, true);
        verify("[::ffff:127.0.0.1]:0", None, true);
        verify("0.0.0.0:0", None, false);
        verify("[::]:0", None, false);
        verify("192.0.2.1:80", Some(" \n"), false);
        verify("192.0.2.1:80", Some("a token"), true);
    }
}

//! DNS by connections (RFC 7766).
//!
//! One thread, a task for each connection. Questions of one connection are answered in the order in which they came, and what
//! is not taken is not read on: so a connection holds little, and all of them together a bounded amount.

use std::{
    collections::HashMap,
    fs::File,
    io,
    net::{IpAddr, SocketAddr, TcpListener},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread::{self, JoinHandle},
    time::Duration,
};

use dns::Responder;
use rustix::io::Errno;
use socket2::{Domain, Protocol, Socket, Type};
use tokio::{
    net::TcpStream,
    sync::Semaphore,
    task::JoinSet,
    time::{sleep, timeout},
};

use crate::{Hub, dns_connection::Connection, stop::Stop, unless::unless};

/// Binds to the address.
///
/// # Errors
/// When it cannot be used.
pub(crate) fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(
        Domain::for_address(address),
        Type::STREAM,
        Some(Protocol::TCP),
    )?;
    if address.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    // Connections of a server that was here before may linger.
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

/// Answers on connections until the end is said.
///
/// # Errors
/// When the thread or its runtime cannot be had.
pub(crate) fn start(
    hub: Arc<Hub>,
    responder: Arc<Responder>,
    listeners: Vec<TcpListener>,
    stop: Arc<Stop>,
) -> io::Result<Vec<JoinHandle<()>>> {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime
        .enable_io()
        .enable_time()
        .max_blocking_threads(TRANSFERS_MAX)
        .build()?;
    let listeners = {
        let _inside = runtime.enter();
        let listeners = listeners.into_iter().map(|listener| {
            listener.set_nonblocking(true)?;
            tokio::net::TcpListener::from_std(listener)
        });
        listeners.collect::<io::Result<Vec<_>>>()?
    };
    let hall = Arc::new(Hall {
        hub,
        responder,
        stop,
        transfers: Semaphore::new(TRANSFERS_MAX),
        places: Mutex::default(),
    });
    let thread = thread::Builder::new().name("dns-tcp".to_owned());
    let thread = thread.spawn(move || {
        runtime.block_on(async {
            let mut doors = JoinSet::new();
            for listener in listeners {
                doors.spawn(Door::new(Arc::clone(&hall), listener).keep());
            }
            while doors.join_next().await.is_some() {}
        });
        // What reads the store for a transfer sees that nobody takes it any more.
        runtime.shutdown_timeout(FAREWELL);
    })?;
    Ok(vec![thread])
}

/// What the connections of a server share.
pub(crate) struct Hall {
    pub hub: Arc<Hub>,
    pub responder: Arc<Responder>,
    pub stop: Arc<Stop>,
    /// How many zones may be on their way at once.
    pub transfers: Semaphore,
    /// Who has how many connections.
    places: Mutex<HashMap<IpAddr, usize>>,
}

/// The place of a connection, for as long as it is held.
pub(crate) struct Place {
    hall: Arc<Hall>,
    address: IpAddr,
}

impl Hall {
    /// A place for a connection from there, if there is one.
    fn place(self: &Arc<Self>, address: IpAddr) -> Option<Place> {
        let mut places = self.places();
        let all: usize = places.values().sum();
        let own = places.entry(address).or_default();
        let is_free = all < CONNECTIONS_MAX
            && (address.to_canonical().is_loopback() || *own < CONNECTIONS_OF_ONE_MAX);
        if is_free {
            *own += 1;
        } else if *own == 0 {
            places.remove(&address);
        }
        is_free.then(|| Place {
            hall: Arc::clone(self),
            address,
        })
    }

    /// Whether silent connections had better make room.
    pub fn is_crowded(&self) -> bool {
        self.places().values().sum::<usize>() * 4 > CONNECTIONS_MAX * 3
    }

    fn places(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut places = self.hall.places();
        if let Some(own) = places.get_mut(&self.address) {
            *own -= 1;
            if *own == 0 {
                places.remove(&self.address);
            }
        }
    }
}

/// Takes connections off a listener.
struct Door {
    hall: Arc<Hall>,
    listener: tokio::net::TcpListener,
    /// Held so that there is one descriptor left when there is none: with it a connection can be accepted and closed, which
    /// tells the client, instead of leaving the listener readable for ever, which burns a core.
    spare: Option<File>,
}

impl Door {
    fn new(hall: Arc<Hall>, listener: tokio::net::TcpListener) -> Self {
        Self {
            hall,
            listener,
            spare: spare(),
        }
    }

    /// Until the end is said; then until the connections have ended, for a moment at most.
    async fn keep(mut self) {
        let _part = self.hall.stop.part("DNS by connections");
        let mut connections = JoinSet::new();
        while let Some(accepted) = unless(&self.hall.stop, self.listener.accept()).await {
            match accepted {
                Ok((stream, peer)) => self.let_in(stream, peer, &mut connections),
                Err(error) => self.recover(&error).await,
            }
            // Those that have ended leave their results behind.
            while connections.try_join_next().is_some() {}
        }
        drop(self.listener);
        let _ = timeout(FAREWELL, async {
            while connections.join_next().await.is_some() {}
        })
        .await;
    }

    fn let_in(&self, stream: TcpStream, peer: SocketAddr, connections: &mut JoinSet<()>) {
        let Some(place) = self.hall.place(peer.ip()) else {
            self.hall.hub.tally().crowded();
            return;
        };
        // Without it answers wait for the peer's acknowledgements, and that is all.
        let _ = stream.set_nodelay(true);
        let connection = Connection::new(Arc::clone(&self.hall), stream, peer.ip());
        connections.spawn(async move {
            connection.converse().await;
            drop(place);
        });
    }

    async fn recover(&mut self, error: &io::Error) {
        match Errno::from_io_error(error) {
            // The client was gone before it was accepted: not our trouble.
            Some(Errno::CONNABORTED | Errno::PROTO) => return,
            Some(Errno::MFILE | Errno::NFILE) if self.spare.take().is_some() => {
                if timeout(PAUSE, self.listener.accept())
                    .await
                    .is_ok_and(|accepted| accepted.is_ok())
                {
                    self.hall.hub.tally().crowded();
                }
                self.spare = spare();
            }
            _ => {}
        }
        // The system is out of something: to ask again at once would only burn the processor.
        sleep(PAUSE).await;
        self.spare = self.spare.take().or_else(spare);
    }
}

fn spare() -> Option<File> {
    File::open("/dev/null").ok()
}

/// Connections at once.
const CONNECTIONS_MAX: usize = 1_000;
/// Of these, from one address that is not this machine's own.
const CONNECTIONS_OF_ONE_MAX: usize = 100;
/// Zone transfers at once: each has a thread that reads the store. Others wait.
pub(crate) const TRANSFERS_MAX: usize = 4;
/// How long connections have at the end for what they owe.
const FAREWELL: Duration = Duration::from_millis(1_500);
const PAUSE: Duration = Duration::from_millis(20);
const BACKLOG: i32 = 1_024;

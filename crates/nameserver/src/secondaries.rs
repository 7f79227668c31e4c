//! Telling secondaries that something changed (RFC 1996), so that they come and fetch it.
//!
//! A task for each: at the start and after changes it sends a notice, at most ten a second, and again after 1, 2, 4 … s until
//! the secondary has heard it. Whoever stays silent for some minutes is told of the next change again.

use std::{
    hash::{BuildHasher as _, RandomState},
    io,
    net::{Ipv4Addr, Ipv6Addr, SocketAddr},
    pin::pin,
    sync::Arc,
    thread::{self, JoinHandle},
    time::Duration,
};

use dns::{Key, Notify, NotifyAnswer};
use tokio::{
    net::UdpSocket,
    task::JoinSet,
    time::{sleep, timeout},
};

use crate::{Hub, stop::Stop};

/// Tells secondaries until the end is said.
///
/// # Errors
/// When the thread or its runtime cannot be had.
pub(crate) fn start(
    hub: Arc<Hub>,
    secondaries: Vec<(SocketAddr, Option<Arc<Key>>)>,
    stop: Arc<Stop>,
) -> io::Result<Vec<JoinHandle<()>>> {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_io().enable_time().build()?;
    let thread = thread::Builder::new().name("dns-notify".to_owned());
    let thread = thread.spawn(move || {
        runtime.block_on(async {
            let mut tasks = JoinSet::new();
            for (address, key) in secondaries {
                let secondary = Secondary {
                    hub: Arc::clone(&hub),
                    address,
                    key,
                };
                let part = stop.part("the notices to secondaries");
                tasks.spawn(async move {
                    let _part = part;
                    secondary.follow().await;
                });
            }
            stop.heard().await;
        });
    })?;
    Ok(vec![thread])
}

struct Secondary {
    hub: Arc<Hub>,
    address: SocketAddr,
    key: Option<Arc<Key>>,
}

impl Secondary {
    /// Never ends by itself.
    async fn follow(self) {
        let mut revisions = self.hub.revisions();
        loop {
            revisions.mark_unchanged();
            let is_heard = self.tell().await;
            self.hub.tally().notified(is_heard);
            sleep(APART).await;
            // The hub is ours as well, so its end is not seen here.
            if revisions.changed().await.is_err() {
                return;
            }
        }
    }

    /// Tells it of what is published, until it has heard, or refused, or been silent for too long.
    async fn tell(&self) -> bool {
        let mut patience = FIRST_PATIENCE;
        for _ in 0..TRIES {
            let over = pin!(sleep(patience));
            match timeout(patience, self.try_once()).await {
                Ok(Ok(NotifyAnswer::Heard)) => return true,
                Ok(Ok(NotifyAnswer::Refused(_))) => return false,
                // Nobody is there, or no way leads there: as long as if nothing had been said at all.
                _ => over.await,
            }
            patience = (patience * 2).min(MOST_PATIENCE);
        }
        false
    }

    /// One notice, and what comes back.
    async fn try_once(&self) -> io::Result<NotifyAnswer> {
        let own: SocketAddr = match self.address {
            SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
            SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
        };
        // A new socket each time: its port is as hard to guess as the id.
        let socket = UdpSocket::bind(own).await?;
        socket.connect(self.address).await?;
        let mut message = Vec::new();
        let notice = {
            let registry = self.hub.registry();
            let id = RandomState::new().hash_one(self.address) as u16;
            let (zone, revision) = (registry.zone(), registry.revision());
            let key = self.key.clone();
            Notify::new(zone, revision, id, key, self.hub.now(), &mut message)
        };
        socket.send(&message).await?;
        message.resize(ANSWER_BYTES_MAX, 0);
        loop {
            let count = socket.recv(&mut message).await?;
            match notice.answer(&message[..count], self.hub.now()) {
                NotifyAnswer::Foreign => {}
                answer => return Ok(answer),
            }
        }
    }
}

/// Between two notices: what changes meanwhile is told of together.
const APART: Duration = Duration::from_millis(100);
const FIRST_PATIENCE: Duration = Duration::from_secs(1);
const MOST_PATIENCE: Duration = Duration::from_secs(60);
/// With the patience above some five minutes.
const TRIES: u32 = 10;
const ANSWER_BYTES_MAX: usize = 4_096;

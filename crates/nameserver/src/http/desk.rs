//! What answering needs: the hub, who may ask, and ways to do what takes long.

use std::{net::SocketAddr, sync::Arc};

use history::Sha256;
use naming::{Done, LeaseId, Name, Request, Zone};
use tokio::{sync::oneshot, task};

use crate::{Hub, Refused, stop::Stop};

use super::{events::Events, rejection::Rejection};

/// What answering needs.
#[derive(Debug)]
pub(super) struct Desk {
    pub hub: Arc<Hub>,
    pub zone: Zone,
    /// Where DNS is answered.
    pub dns: String,
    /// The digest of the token that changes from elsewhere must bring along.
    pub token: Option<[u8; 32]>,
    pub stop: Arc<Stop>,
    pub events: Events,
}

/// The two ends of a connection.
#[derive(Clone, Copy, Debug)]
pub(super) struct Caller {
    pub peer: SocketAddr,
    pub local: SocketAddr,
}

impl Desk {
    pub fn new(hub: Arc<Hub>, dns: &[SocketAddr], token: Option<&str>, stop: Arc<Stop>) -> Self {
        let zone = hub.registry().zone().clone();
        let dns: Vec<String> = dns.iter().map(SocketAddr::to_string).collect();
        let token = token.map(str::trim).filter(|token| !token.is_empty());
        Self {
            hub,
            dns: dns.join(", "),
            token: token.map(|token| Sha256::of(token.as_bytes())),
            stop,
            events: Events::new(zone.clone()),
            zone,
        }
    }

    /// Reads a name in any form.
    pub fn name(&self, text: &str) -> Result<Name, Rejection> {
        Ok(self.zone.name(text)?)
    }

    /// Has a request decided and kept.
    pub async fn decide(&self, request: Request) -> Result<Done, Rejection> {
        let (reply, decided) = oneshot::channel();
        self.hub.propose(request, move |result| {
            // Nobody may be there any more to be told; the change stands.
            let _ = reply.send(result);
        });
        let decided = decided.await.unwrap_or(Err(Refused::Ending));
        Ok(decided?)
    }

    /// Does what takes long elsewhere than on the thread of all connections.
    pub async fn long<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Self) -> Result<T, Rejection> + Send + 'static,
    ) -> Result<T, Rejection> {
        let desk = self.clone();
        let done = task::spawn_blocking(move || work(&desk)).await;
        // It fails when the server ends, and when the work panicked, which has been told on stderr.
        done.unwrap_or_else(|_| Err(Refused::Ending.into()))
    }

    /// For how many milliseconds a lease still lasts, if there is one.
    pub fn lease_left_ms(&self, lease: Option<LeaseId>) -> Option<u64> {
        let lease = self.hub.registry().lease(lease?)?;
        let now = self.hub.now().lease;
        Some(lease.deadline.0.saturating_sub(now.0))
    }
}

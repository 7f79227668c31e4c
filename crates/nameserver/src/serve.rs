//! A server from its beginning to its end.

use std::{net::SocketAddr, sync::Arc};

use crate::{Hub, Plan, ServerError, Totals};

/// A server that runs.
#[derive(Debug)]
pub struct Server {
    /// What its parts share.
    pub hub: Arc<Hub>,
    /// Where DNS is answered.
    pub dns: Vec<SocketAddr>,
    /// Where HTTP is answered.
    pub http: Vec<SocketAddr>,
}

/// Starts a server; when this returns it answers.
///
/// # Errors
/// When the store or an address cannot be used.
pub fn start(_plan: Plan) -> Result<Server, ServerError> {
    unimplemented!()
}

impl Server {
    /// Ends it: what was proposed is decided, connections are closed, threads are waited for.
    pub fn stop(self) -> Totals {
        unimplemented!()
    }
}

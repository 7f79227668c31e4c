//! What a server is told.

use std::{net::SocketAddr, path::PathBuf};

use dns::Keys;
use naming::Zone;

/// What a server is told.
#[derive(Debug)]
pub struct Plan {
    /// The zone that all names stand in.
    pub zone: Zone,
    /// Where the store is.
    pub folder: PathBuf,
    /// Where DNS is answered, by UDP and by TCP.
    pub dns: Vec<SocketAddr>,
    /// Where HTTP is answered.
    pub http: Vec<SocketAddr>,
    /// What a change by HTTP from elsewhere than this machine must bring along (`Authorization: Bearer`).
    pub token: Option<String>,
    /// The keys of DNS.
    pub keys: Keys,
    /// Whether changes and transfers by DNS must be signed also from this machine.
    pub is_signed_only: bool,
    /// Who is told of changes, and with which key.
    pub secondaries: Vec<(SocketAddr, Option<String>)>,
    /// How many threads answer datagrams, each with a socket of its own for each address.
    pub workers: usize,
    /// How many answers a second a network elsewhere may be sent by datagram; none: any number.
    pub answers_per_s: Option<u32>,
    /// About how many changes the log keeps, for watches that go on from an older revision. A revision stays whole.
    pub log_max: u64,
}

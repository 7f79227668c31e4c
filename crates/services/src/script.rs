//! What a client says: the choices that are the client's alone.

use std::time::Duration;

use crate::Dialect;

/// What the clients of a load generator send.
#[derive(Clone, Debug, PartialEq)]
pub struct Script {
    /// How both ends speak.
    pub dialect: Dialect,
    /// The text of requests that carry one; empty for one that numbers itself.
    pub text: String,
    /// Least size of a request that carries text: shorter ones are filled up.
    pub request_bytes: usize,
    /// The numbers that clients of `mean` send, worker by worker, over again when there are more
    /// workers; none for a random whole number from 0 to 99 drawn from `seed`.
    pub values: Vec<f64>,
    /// How long a client of `mean` waits before it says that it is ready.
    pub pause: Duration,
    /// How long each request of `work` waits in the server.
    pub wait: Duration,
    /// How many steps each request of `work` then calculates.
    pub steps: u64,
    /// Where random choices come from.
    pub seed: u64,
}

impl Script {
    /// What the classic lab clients say.
    pub fn seed(dialect: Dialect) -> Self {
        Self {
            dialect,
            text: String::new(),
            request_bytes: 0,
            values: Vec::new(),
            pause: Duration::from_secs(5),
            wait: Duration::from_millis(1),
            steps: 100_000,
            seed: 1,
        }
    }

    /// The text of request `number` of a connection, or the fixed one, filled up to its least size.
    pub(crate) fn text(&self, worker: u32, number: u64) -> String {
        let mut text = match self.text.is_empty() {
            true => format!("worker {} request {}", worker + 1, number + 1),
            false => self.text.clone(),
        };
        while text.len() < self.request_bytes {
            text.push('.');
        }
        text
    }
}

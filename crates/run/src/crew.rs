//! How the workers of a concurrency model are laid out, where the model leaves a choice.

use std::{str::FromStr, thread};

/// The choices; a model that has no use for one ignores it, which its entry in the registry tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crew {
    /// Threads of a pool, processes of a herd, loops: how many of what the model has a fixed number of.
    /// None: as many as suits the model.
    pub size: Option<usize>,
    /// Accepted connections that may wait for a worker of a pool.
    pub queue: usize,
    /// How several processes share a port.
    pub sharing: Sharing,
    /// Where an event loop has its calculations done.
    pub cpu_work: CpuWork,
}

impl Default for Crew {
    fn default() -> Self {
        Self {
            size: None,
            queue: 1024,
            sharing: Sharing::Listener,
            cpu_work: CpuWork::Inline,
        }
    }
}

/// How many processors this process may use.
pub fn cores() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

/// How several processes take connections from one port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sharing {
    /// All accept from one listener: whoever is free takes the next connection.
    Listener,
    /// Each has a listener of its own (`SO_REUSEPORT`): the kernel deals connections out by a hash, and
    /// those dealt to a worker that is busy or killed wait, or are lost, with it.
    ReusePort,
}

impl FromStr for Sharing {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "listener" => Ok(Self::Listener),
            "reuseport" => Ok(Self::ReusePort),
            other => Err(format!(
                "unknown choice `{other}`: expected listener or reuseport"
            )),
        }
    }
}

/// Where the calculations that a service hands out are done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CpuWork {
    /// By the worker that attends to the connection: an event loop attends to nobody else meanwhile.
    Inline,
    /// By threads of their own, one a core.
    Offloaded,
}

impl FromStr for CpuWork {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "inline" => Ok(Self::Inline),
            "offload" => Ok(Self::Offloaded),
            other => Err(format!(
                "unknown choice `{other}`: expected inline or offload"
            )),
        }
    }
}

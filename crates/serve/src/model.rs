//! What a concurrency model is: a line of data and a function.

use std::{io, net::TcpListener};

use machine::Service;
use run::{Crew, Limits, Run};

use crate::room::make_room;

/// A concurrency model: how connections are mapped to threads and processes.
///
/// **Whatever the model, a client sees the same bytes, the statistics are one over all workers and
/// exact, and serving ends only when every connection has ended and every worker is gone.**
#[derive(Debug)]
pub struct Model {
    /// Its full name.
    pub name: &'static str,
    /// Its short name, as the classic lab programs spell it; the full name where there is none.
    pub short_name: &'static str,
    /// In a few words, how connections map to execution.
    pub about: &'static str,
    /// In a sentence, how connections map to execution.
    pub execution: &'static str,
    /// Whether its workers share their memory beyond the statistics.
    pub memory: Memory,
    /// What it is good at.
    pub good_at: &'static str,
    /// What it is bad at.
    pub bad_at: &'static str,
    /// The file to read.
    pub file: &'static str,
    /// Which settings that mean something to some models only it heeds.
    pub choices: &'static [Choice],
    /// How many connections it serves at once; none when that is not the model's to bound.
    pub at_once: fn(&Crew) -> Option<u64>,
    /// How many slots its workers and its acceptor need.
    pub slots: fn(&Limits, &Crew) -> u32,
    /// Tries out what it takes from the kernel that others do without.
    pub(crate) check: Check,
    pub(crate) serve: Serve,
}

pub(crate) type Check = fn() -> Result<(), ServeError>;

pub(crate) type Serve = fn(TcpListener, &dyn Service, &Run<'_>) -> Result<(), ServeError>;

/// What workers share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Memory {
    /// There is one worker.
    Single,
    /// Workers are threads of one process.
    Shared,
    /// Workers are processes; they share the statistics and the service's words, nothing else.
    Separate,
}

impl Memory {
    /// Its name in tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Single => "one worker",
            Self::Shared => "shared",
            Self::Separate => "separate",
        }
    }
}

/// A setting of a [`Crew`] or of [`Limits`] that means something to some models and nothing to others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// [`Crew::size`].
    Size,
    /// [`Crew::queue`].
    Queue,
    /// [`Crew::sharing`].
    Sharing,
    /// [`Crew::cpu_work`].
    CpuWork,
    /// [`Limits::connections`].
    Connections,
    /// [`Limits::workers`].
    Workers,
    /// [`Limits::when_full`].
    WhenFull,
}

impl Choice {
    /// All there are.
    pub const ALL: [Self; 7] = [
        Self::Size,
        Self::Queue,
        Self::Sharing,
        Self::CpuWork,
        Self::Connections,
        Self::Workers,
        Self::WhenFull,
    ];

    /// The flag of the command line for it.
    pub const fn flag(self) -> &'static str {
        match self {
            Self::Size => "--size",
            Self::Queue => "--queue",
            Self::Sharing => "--sharing",
            Self::CpuWork => "--cpu-work",
            Self::Connections => "--max-connections",
            Self::Workers => "--max-workers",
            Self::WhenFull => "--when-full",
        }
    }
}

impl Model {
    /// Whether this machine lets it serve: asked before anything is bound or promised.
    ///
    /// # Errors
    /// When it takes something that the kernel has not, or has been told not to give; with what to do
    /// instead.
    pub fn check(&self) -> Result<(), ServeError> {
        (self.check)()
    }

    /// Serves until a stop is asked for, then drains.
    ///
    /// # Errors
    /// When the listener fails for good. What goes wrong with one connection is counted and ends
    /// that connection only.
    pub fn serve(
        &self,
        listener: TcpListener,
        service: &dyn Service,
        run: &Run<'_>,
    ) -> Result<(), ServeError> {
        make_room(run.limits);
        (self.serve)(listener, service, run)
    }

    /// Whether connections wait for each other's whole sessions.
    pub fn is_iterative(&self) -> bool {
        (self.at_once)(&Crew::default()) == Some(1)
    }
}

/// For a model that takes nothing but what every kernel gives.
pub(crate) const NOTHING_SPECIAL: Check = || Ok(());

/// Why a server could not start or go on.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The address could not be resolved.
    #[error("cannot resolve `{address}`: {reason}; give an IP address or a host name")]
    Resolve {
        /// What was asked for.
        address: String,
        /// What the resolver said.
        reason: io::Error,
    },
    /// The address could not be bound.
    #[error("cannot listen on {address}: {reason}{hint}")]
    Bind {
        /// What was asked for.
        address: String,
        /// What the system said.
        reason: io::Error,
        /// What to do about it, with its own punctuation.
        hint: &'static str,
    },
    /// The listener failed while it was polled or accepted from.
    #[error("cannot accept connections: {0}")]
    Accept(io::Error),
    /// Something that every worker needs could not be set up.
    #[error("cannot set up workers: {0}")]
    Workers(io::Error),
    /// Workers gave up as soon as they had begun, again and again.
    #[error(
        "worker processes gave up {times} times in a row, each soon after it had begun: {reason}; the \
         kernel's log, and what a container forbids, may tell why"
    )]
    Herd {
        /// How often.
        times: u32,
        /// What the system said to the last.
        reason: io::Error,
    },
    /// The kernel would not give an io_uring that has all that is needed.
    #[error("cannot set up io_uring: {reason}; {hint}, or use {instead}")]
    Ring {
        /// What the system said.
        reason: io::Error,
        /// What to do about it.
        hint: &'static str,
        /// What does without.
        instead: &'static str,
    },
}

impl ServeError {
    /// The number of the system's error behind it, where there is one.
    pub(crate) fn raw_os_error(&self) -> Option<i32> {
        match self {
            Self::Accept(reason)
            | Self::Workers(reason)
            | Self::Resolve { reason, .. }
            | Self::Bind { reason, .. }
            | Self::Herd { reason, .. }
            | Self::Ring { reason, .. } => reason.raw_os_error(),
        }
    }
}

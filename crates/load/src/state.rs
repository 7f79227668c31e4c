//! The states of a connection.
//!
//! ```text
//!   Connecting ──▶ Greeting ──▶ Talking ──▶ (Closing) ──▶ Over
//!        stands       Ready        │  last answer, Close,    the worker drops it,
//!                                  ▼  the end, an error      which closes the socket
//!                     ask · receive · timers
//! ```

use rustix::event::PollFlags;
use timing::Tick;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// Until the connection stands, or this instant.
    Connecting(Tick),
    /// Until the machine is ready, or this instant.
    Greeting(Tick),
    /// Requests may be sent.
    Talking,
    /// The last bytes are on their way, until this instant.
    Closing(Tick),
    /// There is nothing left to do.
    Over,
}

impl State {
    /// Whether the machine may be told anything.
    pub(crate) const fn is_live(self) -> bool {
        matches!(self, Self::Greeting(_) | Self::Talking)
    }

    /// Whether requests may be given to the connection, now or for later.
    pub(crate) const fn takes_requests(self) -> bool {
        matches!(
            self,
            Self::Connecting(_) | Self::Greeting(_) | Self::Talking
        )
    }

    /// What to wait for; `sends` says whether bytes wait for the kernel.
    pub(crate) fn interest(self, sends: bool) -> PollFlags {
        match self {
            Self::Connecting(_) | Self::Closing(_) => PollFlags::OUT,
            _ if sends => PollFlags::IN | PollFlags::OUT,
            _ => PollFlags::IN,
        }
    }
}

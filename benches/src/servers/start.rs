//! Starting one of the servers by name.

use std::io;
use std::net::TcpListener;
use std::num::NonZeroU64;
use std::path::Path;
use std::time::Duration;

use super::{epoll, fork, thread, tokio, uring};
use crate::flags::{Flags, wrong};
use crate::protocol::Protocol;
use crate::sockets;

type Serve = fn(TcpListener, Protocol) -> io::Result<()>;

/// Serves under `model` until a signal ends the process.
///
/// # Errors
/// What cannot be served, and what went wrong with the listener.
pub fn run(model: &str, flags: &Flags) -> io::Result<()> {
    let found = MODELS.iter().find(|(name, _)| *name == model);
    let (_, serve) = found.ok_or_else(|| {
        let names: Vec<&str> = MODELS.iter().map(|(name, _)| *name).collect();
        wrong(format!(
            "unknown model `{model}`: expected {}",
            names.join(", ")
        ))
    })?;
    let protocol = protocol(flags)?;
    let listener = sockets::open_listener(flags.number("port")?.unwrap_or(0))?;
    sockets::raise_descriptor_limit();
    // As wharf's own servers do: the default slack lets every sleeper lie 50 us longer.
    let _ = rustix::thread::set_current_timer_slack(NonZeroU64::new(1));
    sockets::announce(
        listener.local_addr()?,
        flags.text("ready-file").map(Path::new),
    )?;
    serve(listener, protocol)
}

fn protocol(flags: &Flags) -> io::Result<Protocol> {
    match (flags.text("service").unwrap_or("echo"), flags.text("task")) {
        ("echo", None) => Ok(Protocol::Echo),
        ("burst", _) => Ok(Protocol::Burst {
            task: flags.duration("task", Duration::from_secs(3))?,
        }),
        ("echo", Some(_)) => Err(wrong("--task belongs to --service burst".to_owned())),
        (other, _) => Err(wrong(format!(
            "unknown service `{other}`: expected echo or burst"
        ))),
    }
}

const MODELS: &[(&str, Serve)] = &[
    ("thread", thread::serve),
    ("fork", fork::serve),
    ("epoll", epoll::serve),
    ("tokio", tokio::serve),
    ("uring", uring::serve),
];

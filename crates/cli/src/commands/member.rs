//! What members of groups have in common, whatever the group promises: a name, and an end.

use std::{env, fs, io, process, sync::Arc, thread};

use anyhow::{Context as _, Result, anyhow};
use run::{Stop, wait};
use rustix::event::{PollFd, PollFlags};
use trace::Name;

/// The name that was asked for; else the user's, or one of the process.
///
/// # Errors
/// When what was asked for is no name.
pub fn name(asked: Option<&str>) -> Result<Name> {
    if let Some(asked) = asked {
        return Name::new(asked).context("--name");
    }
    let user = ["USER", "LOGNAME"]
        .into_iter()
        .find_map(|name| env::var(name).ok());
    let user = user.and_then(|user| Name::near(&user));
    let machine = || {
        let host = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
        Name::near(&format!("{}-{}", process::id(), host.trim()))
    };
    user.or_else(machine)
        .ok_or_else(|| anyhow!("no name for this member; give one with --name"))
}

/// A terminal or a pipe that takes nothing holds up whoever writes to it, for as long as it likes. Who asks a second
/// time does not wait for that; the log has what happened until then.
///
/// # Errors
/// When there is no thread to be had.
pub fn end_when_asked_twice(stop: &Arc<Stop>) -> io::Result<()> {
    let stop = Arc::clone(stop);
    let watch = move || {
        while !stop.requested_at_once() {
            let at_once = stop.at_once_fd();
            // Whatever ends the wait, the stop is looked at again.
            let _ = wait(&mut [PollFd::new(&at_once, PollFlags::IN)], None);
        }
        process::exit(UNKNOWN);
    };
    let thread = thread::Builder::new().name("second ^C".to_owned());
    thread.spawn(watch).map(drop)
}

/// The exit status of a run of which nothing can be concluded.
const UNKNOWN: i32 = 2;

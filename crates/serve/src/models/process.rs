//! `process`: a process for each connection, forked from the one that accepts.
//!
//! ```text
//!   accept ─▶ fork ─▶ child A: serve, exit
//!   accept ─▶ fork ─▶ child B: serve, exit      each in an address space of its own; statistics and
//!          ◀─ SIGCHLD: reap, free the slot      shared words in one mapping made before
//! ```
//!
//! The classic concurrent server (Stevens, UNIX Network Programming, volume 1, section 4.8). A child that
//! crashes takes only its own connection along. The parent has a single thread, because a fork copies
//! locks that other threads may hold; it closes its copy of the connection at once, or the client would
//! never see the end of file; and it keeps nothing big, because a fork copies the page tables.

use std::{collections::BTreeMap, io, net::SocketAddr, net::TcpListener, os::fd::AsFd as _};

use machine::Service;
use run::{Limits, Recorder, Run, TurnedAway, ignore_stop_signals};
use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    process::{Pid, Signal, WaitOptions, kill_process, wait},
};
use signal_hook::{SigId, consts::SIGCHLD, low_level};
use timing::Tick;

use crate::{
    Model, ServeError,
    acceptor::{Acceptor, Arrival, Connection},
    room::{Room, one_slot_a_worker},
    session::serve_connection,
};

pub(super) struct Process;

impl Model for Process {
    fn name(&self) -> &'static str {
        "process"
    }

    fn short_name(&self) -> &'static str {
        "proc"
    }

    fn about(&self) -> &'static str {
        "a process each"
    }

    fn slots(&self, limits: &Limits) -> u32 {
        one_slot_a_worker(limits)
    }

    fn is_iterative(&self) -> bool {
        false
    }

    fn serve(
        &self,
        listener: TcpListener,
        service: &dyn Service,
        run: &Run<'_>,
    ) -> Result<(), ServeError> {
        let slot = run.shards.claim().expect("the acceptor has a slot");
        let recorder = Recorder::new(run, slot);
        let bell = ChildBell::new().map_err(ServeError::Workers)?;
        let mut children = Children::default();
        let mut acceptor = Acceptor::new(listener, run);
        let mut claimed = None;
        loop {
            claimed = claimed.or_else(|| run.shards.claim());
            let room = Room::for_worker(run.limits, claimed.is_some());
            match acceptor.next(&recorder, room, Some(bell.heard.as_fd()))? {
                Arrival::Stop => break,
                Arrival::Woken => {
                    bell.silence();
                    children.reap(&recorder, run);
                }
                Arrival::Connection(connection) => {
                    let slot = claimed.take().expect("there was room");
                    let child = || live_as_child(&connection, service, slot, &acceptor, run);
                    if !children.fork(&connection, slot, child, &recorder, run) {
                        claimed = Some(slot);
                    }
                }
            }
        }
        // Nobody is accepted any more, and the children have heard the same alarm.
        drop(acceptor);
        children.drain(&bell, &recorder, run);
        Ok(())
    }
}

/// The worker processes that have not been reaped.
#[derive(Default)]
struct Children {
    by_pid: BTreeMap<i32, Child>,
}

struct Child {
    slot: u32,
    connection: u64,
    peer: SocketAddr,
    /// What its slot had counted as ended before it: tells whether it got to count its own.
    ended_before: u64,
}

impl Children {
    /// Starts a process that lives `life` and serves `connection`; says whether there is one.
    fn fork(
        &mut self,
        connection: &Connection,
        slot: u32,
        life: impl FnOnce() -> i32,
        recorder: &Recorder<'_>,
        run: &Run<'_>,
    ) -> bool {
        let child = Child {
            slot,
            connection: connection.number,
            peer: connection.peer,
            ended_before: run.shards.ended_in(slot),
        };
        // SAFETY: this process has a single thread, so no lock is held by another one at the fork;
        // the child leaves by `_exit` and never returns into the parent's frames.
        match unsafe { libc::fork() } {
            0 => {
                let status = life();
                // SAFETY: ends the child without running what the parent registered for its exit.
                unsafe { libc::_exit(status) }
            }
            -1 => {
                recorder.turned_away(connection.peer, run.clock.now(), TurnedAway::Workers);
                recorder.left();
                false
            }
            pid => {
                self.by_pid.insert(pid, child);
                true
            }
        }
    }

    /// Takes back every child that has ended. Signals merge, so one may stand for many.
    fn reap(&mut self, recorder: &Recorder<'_>, run: &Run<'_>) {
        while let Ok(Some((pid, status))) = wait(WaitOptions::NOHANG) {
            let Some(child) = self.by_pid.remove(&pid.as_raw_nonzero().get()) else {
                continue;
            };
            if status.exit_status() != Some(0) {
                run.shards.mend(child.slot);
                if run.shards.ended_in(child.slot) == child.ended_before {
                    recorder.killed(child.connection, child.peer, run.clock.now());
                }
            }
            recorder.left();
            run.shards.release(child.slot);
        }
    }

    /// Waits for all children to end by themselves; after the grace period, or when asked a second
    /// time, ends them.
    fn drain(&mut self, bell: &ChildBell, recorder: &Recorder<'_>, run: &Run<'_>) {
        let mut until = run.clock.now() + run.limits.grace + run.limits.linger + MARGIN;
        let mut is_at_once = false;
        loop {
            bell.silence();
            self.reap(recorder, run);
            if self.by_pid.is_empty() {
                return;
            }
            let now = run.clock.now();
            if run.stop.requested_at_once() && !is_at_once {
                // The children have heard it, too, and are given a moment to write down their end.
                is_at_once = true;
                until = until.min(now + MARGIN);
            }
            if until <= now {
                self.kill_all();
            }
            bell.wait(run, is_at_once, until.max(now + MARGIN), now);
        }
    }

    fn kill_all(&self) {
        for &pid in self.by_pid.keys() {
            if let Some(pid) = Pid::from_raw(pid) {
                let _ = kill_process(pid, Signal::KILL);
            }
        }
    }
}

/// The child's whole life; gives back its exit status.
fn live_as_child(
    connection: &Connection,
    service: &dyn Service,
    slot: u32,
    acceptor: &Acceptor<'_>,
    run: &Run<'_>,
) -> i32 {
    ignore_stop_signals();
    run.stop.leave_to_parent();
    run.observer.leave_to_parent();
    acceptor.leave_to_parent();
    let recorder = Recorder::new(run, slot);
    serve_connection(connection, service, &recorder, run);
    0
}

/// Rings when a child ends: a pipe that the handler of SIGCHLD writes to.
struct ChildBell {
    heard: std::os::unix::net::UnixStream,
    handler: SigId,
}

impl ChildBell {
    fn new() -> io::Result<Self> {
        let (heard, rings) = std::os::unix::net::UnixStream::pair()?;
        heard.set_nonblocking(true)?;
        let handler = low_level::pipe::register(SIGCHLD, rings)?;
        Ok(Self { heard, handler })
    }

    fn silence(&self) {
        let mut scrap = [0; 64];
        while rustix::io::read(&self.heard, &mut scrap).is_ok_and(|count| count > 0) {}
    }

    /// Waits for a child's end, until `until`, or for a second request to stop unless that was heard.
    fn wait(&self, run: &Run<'_>, is_at_once: bool, until: Tick, now: Tick) {
        let mut fds = vec![PollFd::from_borrowed_fd(self.heard.as_fd(), PollFlags::IN)];
        if !is_at_once {
            fds.push(PollFd::from_borrowed_fd(
                run.stop.at_once_fd(),
                PollFlags::IN,
            ));
        }
        let left = Timespec::try_from(until.since(now)).expect("a grace period fits");
        let _ = poll(&mut fds, Some(&left));
    }
}

impl Drop for ChildBell {
    fn drop(&mut self) {
        low_level::unregister(self.handler);
    }
}

/// Beyond the grace period, within which children end by themselves.
const MARGIN: std::time::Duration = std::time::Duration::from_millis(500);

//! `processes`: workers are processes, forked from one with a single thread.
//!
//! Nothing is shared but what is said to be: the counter of the shares, in a mapping made before the first
//! fork. What the method has prepared every worker has as a copy that takes no memory until it is written
//! to, and nobody writes. So a worker may die at any instruction and harms nobody: its stream ends, it is
//! taken back, and another begins where it was.
//!
//! A worker leaves ^C to the leader, which ends it, and ends with the leader however that ends.

use std::{
    collections::BTreeMap,
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use run::{Stop, ignore_stop_signals, no_usage, usage_ns};
use rustix::process::{
    Pid, Signal, getpid, getppid, kill_process, set_parent_process_death_signal,
};

use crate::{
    Control, Job, Mode, Outcome, SearchError, Sink,
    inlet::Outlet,
    lead::{Staff, lead},
    plan::Plan,
    shelf::Bounds,
    worker::{Begin, work},
};

pub(super) const MODE: Mode = Mode {
    name: "processes",
    about: "several processes, forked before there is a second thread",
    is_parallel: true,
    file: file!(),
    search,
};

fn search(job: &Job, control: &Control<'_>, sink: &mut dyn Sink) -> Result<Outcome, SearchError> {
    assert!(job.workers > 0, "somebody must work");
    if !job.split.in_processes {
        return Err(SearchError::Split {
            split: job.split.name,
            mode: MODE.name,
        });
    }
    // SAFETY: changes nothing but how this signal is met: where a supervisor has had it ignored, the kernel
    // would take workers back by itself, and nobody would know how they ended.
    unsafe { libc::signal(libc::SIGCHLD, libc::SIG_DFL) };
    lead(job, control, sink, Bounds::default(), |plan| Processes {
        plan,
        stop: control.stop,
        pids: BTreeMap::new(),
        cpu_ns: 0,
    })
}

struct Processes<'a> {
    plan: Arc<Plan>,
    stop: &'a Stop,
    /// Those that have not been taken back.
    pids: BTreeMap<u32, Pid>,
    cpu_ns: u64,
}

impl Staff for Processes<'_> {
    fn start(&mut self, worker: u32, begin: Begin, mut outlet: Outlet) -> io::Result<()> {
        let parent = getpid();
        // SAFETY: this process has a single thread, so no lock is held by another one at the fork;
        // the child leaves by `_exit` and never returns into the parent's frames.
        let pid = match unsafe { libc::fork() } {
            0 => {
                let life = || self.live(parent, worker, begin, &mut outlet);
                // A panic must not unwind into the frames of the parent.
                let status = match catch_unwind(AssertUnwindSafe(life)) {
                    Ok(Ok(())) => 0,
                    // Another takes its place, or the leader is gone.
                    Ok(Err(_)) => GAVE_UP,
                    Err(_) => PANICKED,
                };
                // SAFETY: ends the child without running what the parent registered for its exit.
                unsafe { libc::_exit(status) }
            }
            -1 => return Err(io::Error::last_os_error()),
            pid => pid,
        };
        let pid = Pid::from_raw(pid).expect("a child has a number");
        self.pids.insert(worker, pid);
        Ok(())
    }

    /// It has closed its stream, so it has ended or is about to.
    fn take_back(&mut self, worker: u32) -> Option<String> {
        let pid = self.pids.remove(&worker).expect("not taken back yet");
        let (mut usage, mut status) = (no_usage(), 0);
        // SAFETY: writes the two values; the process is our child and nobody else takes it back.
        while unsafe { libc::wait4(pid.as_raw_pid(), &raw mut status, 0, &raw mut usage) } < 0 {
            if io::Error::last_os_error().kind() != io::ErrorKind::Interrupted {
                // Somebody has the kernel take all children back: how it ended is not known.
                return Some("its end was taken from us".into());
            }
        }
        self.cpu_ns += usage_ns(&usage);
        if libc::WIFSIGNALED(status) {
            return Some(format!("killed by signal {}", libc::WTERMSIG(status)));
        }
        match libc::WEXITSTATUS(status) {
            0 => None,
            status => Some(format!("ended with status {status}")),
        }
    }

    fn dismiss(&mut self) {
        for &pid in self.pids.values() {
            let _ = kill_process(pid, Signal::KILL);
        }
    }

    fn cpu_ns(&self) -> u64 {
        self.cpu_ns
    }
}

impl Processes<'_> {
    /// The life of a worker process.
    fn live(&self, parent: Pid, worker: u32, begin: Begin, outlet: &mut Outlet) -> io::Result<()> {
        ignore_stop_signals();
        // Without this its copy of the bell would keep the leader from hearing it.
        self.stop.leave_to_parent();
        set_parent_process_death_signal(Some(Signal::KILL))?;
        // The kernel tells nothing of an end that was before this; so it is looked for.
        match getppid() == Some(parent) {
            true => work(&self.plan, worker, begin, outlet),
            false => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }
}

impl Drop for Processes<'_> {
    /// None is left, neither at work nor as a zombie.
    fn drop(&mut self) {
        self.dismiss();
        while let Some((&worker, _)) = self.pids.first_key_value() {
            self.take_back(worker);
        }
    }
}

/// The status of one whose findings could not be handed over.
const GAVE_UP: i32 = 1;
/// The status that Rust programs end with after a panic.
const PANICKED: i32 = 101;

//! `wharf group load`: one member of a group that is measured, as a process of its own.
//!
//! ```text
//!   standard input ─ "go" ─▶ a Task ─▶ Talker ◀─▶ Station, a thread ◀─▶ sockets
//!   standard output ◀─ figures ─ an Event ─┘
//! ```

use std::{
    collections::hash_map::RandomState,
    hash::{BuildHasher as _, Hasher as _},
    io::stdin,
    sync::{
        Arc,
        mpsc::{Receiver, Sender, channel},
    },
    thread,
    time::Duration,
};

use anyhow::{Context as _, Result, bail, ensure};
use cast::{
    CastError,
    station::{
        Station, Waker,
        trial::{Event, Phase, Talker, Task},
    },
    trial::Pace,
};
use group::GroupId;
use history::Verdict;
use run::{Stop, stop_on_signals};
use stats::Distribution;
use timing::{Clock as _, SystemClock, Tick};

use super::{meeting, terms};
use crate::{
    args::GroupLoadArgs,
    commands::member::{end_when_asked_twice, name},
    say,
};

/// Runs the command.
///
/// # Errors
/// When it cannot begin, or the group does not stay together.
pub fn run(args: &GroupLoadArgs) -> Result<Verdict> {
    let name = name(args.name.as_deref())?;
    let settings = terms::settings(&args.terms)?;
    ensure!(
        args.bytes <= settings.message_bytes_max(),
        "--bytes {}: a message is at most {} bytes with --datagram {}",
        args.bytes,
        settings.message_bytes_max(),
        settings.datagram_bytes
    );
    let (sending, receiving) = meeting::plans(&args.meet)?;
    let stop = Arc::new(Stop::new().context("no descriptors left")?);
    stop_on_signals(&stop).context("cannot listen for ^C")?;
    end_when_asked_twice(&stop).context("cannot start a thread")?;
    let clock = SystemClock::start();
    let seed = RandomState::new().build_hasher().finish();
    let place = (GroupId::of(&args.group), name);
    let mut station = Station::open((&sending, &receiving), settings.clone(), place, seed, clock)?;
    let (tasks, to_do) = channel();
    let (tells, events) = channel();
    let (lines_to, lines) = channel();
    let about = (usize::from(args.members), args.bytes);
    let mut talker = Talker::alone(about, (&settings, clock), to_do, tells.clone());
    let waker = station.waker();
    read_lines(lines_to).context("cannot start a thread")?;
    let member = {
        let stop = Arc::clone(&stop);
        let run = move || {
            let ended = station.run(&mut talker, &stop);
            // Whoever waits for figures hears that there will be none.
            let _ = tells.send((0, Event::Done));
            ended
        };
        thread::Builder::new().spawn(run)
    };
    let member = member.context("cannot start a thread")?;
    let mut led = Led {
        args,
        clock,
        rank: 0,
        size: 0,
        tasks,
        waker,
        events,
    };
    let verdict = led.lead(&lines);
    stop.request();
    let ended: Result<(), CastError> = member.join().expect("a member that panics is a bug");
    ended?;
    verdict
}

/// Lines of standard input, as they come; the end of it ends the channel.
fn read_lines(to: Sender<String>) -> std::io::Result<()> {
    let read = move || {
        for line in stdin().lines() {
            let Ok(line) = line else { return };
            if to.send(line).is_err() {
                return;
            }
        }
    };
    thread::Builder::new().spawn(read).map(drop)
}

/// The member, as seen from the conversation.
struct Led<'a> {
    args: &'a GroupLoadArgs,
    clock: SystemClock,
    rank: usize,
    size: usize,
    tasks: Sender<Task>,
    waker: Waker,
    events: Receiver<(usize, Event)>,
}

impl Led<'_> {
    /// The conversation, to its end.
    fn lead(&mut self, lines: &Receiver<String>) -> Result<Verdict> {
        let members = usize::from(self.args.members);
        while self.size < members {
            let event = self.events.recv().context("the member has ended")?;
            if !self.heed(event)? {
                return Ok(Verdict::Unknown);
            }
        }
        say::pass_on(b"ready\n")?;
        let mut is_slow = true;
        while let Ok(line) = lines.recv() {
            ensure!(
                line.trim() == "go",
                "the line `{line}` means nothing here: `go` begins a measurement, the end of the input ends"
            );
            let Some((phase, flaws)) = self.measure(is_slow)? else {
                return Ok(Verdict::Unknown);
            };
            if !flaws.is_empty() {
                flaws.iter().for_each(|text| say::talk(text));
                return Ok(Verdict::Invalid);
            }
            let text = match is_slow {
                true => latencies(&phase),
                false => self.rate(&phase),
            };
            say::pass_on(text.as_bytes())?;
            is_slow = !is_slow;
        }
        Ok(Verdict::Valid)
    }

    /// One task, and what came of it; nothing when the member ended before.
    fn measure(&mut self, is_slow: bool) -> Result<Option<(Box<Phase>, Vec<String>)>> {
        let pace = match is_slow {
            true => Pace::Hertz(self.args.rate),
            false => Pace::Flat,
        };
        let begins = match is_slow {
            true => self.next_round(),
            false => self.clock.now(),
        };
        let mut task = Task::new(pace, begins, self.args.lasting, MARGIN);
        task.is_sender = !self.args.silent;
        let task = task.of_turn(self.rank, usize::from(self.args.members));
        self.tasks.send(task).context("the member has ended")?;
        self.waker.wake();
        loop {
            match self.events.recv().context("the member has ended")? {
                (_, Event::Measured { phase, flaws }) => return Ok(Some((phase, flaws))),
                other => {
                    if !self.heed(other)? {
                        return Ok(None);
                    }
                }
            }
        }
    }

    /// The next instant that is a multiple of the time between two messages, by the clock that all processes have in common: so that
    /// members of one rate take turns.
    fn next_round(&self) -> Tick {
        let gap_ns = (1e9 / self.args.rate) as u64;
        let origin_ns = self.clock.origin_nanos();
        let now_ns = origin_ns + self.clock.now().as_nanos();
        Tick::from_nanos((now_ns / gap_ns + 1) * gap_ns - origin_ns)
    }

    /// Something that the member tells beside its figures. False when it has ended.
    fn heed(&mut self, (rank, event): (usize, Event)) -> Result<bool> {
        match event {
            Event::View { members, .. } => {
                if members.len() < self.size {
                    bail!(
                        "the group fell apart: {} of {} members went on",
                        members.len(),
                        self.size
                    );
                }
                (self.rank, self.size) = (rank, members.len());
                Ok(true)
            }
            Event::Disturbed(text) => bail!("{text}"),
            Event::Done => Ok(false),
            Event::Measured { .. } => Ok(true),
        }
    }

    fn rate(&self, phase: &Phase) -> String {
        let delivered: u64 = phase.delivered.iter().sum();
        let rate = delivered as f64 / self.args.lasting.as_secs_f64();
        format!("rate {rate:.0}\n")
    }
}

fn latencies(phase: &Phase) -> String {
    let figure = |of: Option<f64>| of.map_or("-".to_owned(), |ns| format!("{ns:.0}"));
    let both = |of: &Distribution| {
        let digest = of.digest();
        format!("{} {}", figure(digest.p50), figure(digest.p99))
    };
    format!("latency {} {}\n", both(&phase.own), both(&phase.others))
}

/// Not all are told to begin at the same moment.
const MARGIN: Duration = Duration::from_millis(500);

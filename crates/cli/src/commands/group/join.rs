//! `wharf group join`: a member of a group, driven by standard input and sockets.
//!
//! ```text
//!   standard input ─ a thread ─▶ Mailbox ─▶ Member ◀─▶ Station ◀─▶ sockets
//!                                             └─▶ log, then what leaves; then the screen
//! ```

use std::{
    collections::{BTreeMap, hash_map::RandomState},
    hash::{BuildHasher as _, Hasher as _},
    io,
    path::Path,
    sync::Arc,
    time::Duration,
};

use anyhow::{Context as _, Error, Result};
use cast::{
    Plan,
    station::{Application, Post, Station},
};
use group::{Delivered, GroupId, MemberId, Name, Notice, Reason, SendError, Settings, View};
use history::Verdict;
use run::{Stop, stop_on_hangup, stop_on_signals};
use serde_json::{Value, json};
use timing::{Clock as _, SystemClock, Tick};

use super::{
    attended::{Attended, Count, Other},
    journal::LogFile,
    lines, meeting,
    said::Said,
    screen::Screen,
    terms,
};
use crate::{
    args::GroupJoinArgs,
    commands::{
        cast::whom,
        member::{end_when_asked_twice, name},
    },
    say,
};

/// Runs the command.
///
/// # Errors
/// When it cannot begin: no such address or interface, a port that is taken, settings that make no sense, a log that is there.
pub fn run(args: &GroupJoinArgs) -> Result<Verdict> {
    let attended = attend(Attendance {
        group: &args.group,
        name: name(args.name.as_deref())?,
        settings: terms::settings(&args.terms)?,
        plans: meeting::plans(&args.meet)?,
        linger: (!args.stay).then_some(args.linger),
        lasting: args.lasting,
        awaited: usize::from(args.await_members),
        log: args.log.as_deref(),
        screen: Screen::new(args.format, args.quiet),
        is_quiet: args.quiet,
    })?;
    let is_whole = attended.is_whole();
    match attended.error {
        Some(error) => Err(error),
        None if is_whole => Ok(Verdict::Valid),
        None => Ok(Verdict::Unknown),
    }
}

/// How to be a member whose messages are the lines of standard input.
pub struct Attendance<'a> {
    /// Of which group.
    pub group: &'a str,
    /// What to be called.
    pub name: Name,
    /// What the group promises.
    pub settings: Settings,
    /// Where to send and where to receive.
    pub plans: (Plan, Plan),
    /// How long to stay when all is said and delivered; none: until it is asked to go.
    pub linger: Option<Duration>,
    /// How long to stay in any case.
    pub lasting: Option<Duration>,
    /// How many members are to be there before anything is said.
    pub awaited: usize,
    /// Where to write what happens.
    pub log: Option<&'a Path>,
    /// Where to show it.
    pub screen: Screen,
    /// Whether nothing else is told.
    pub is_quiet: bool,
}

/// Is a member until the end.
///
/// # Errors
/// When it cannot begin.
pub fn attend(how: Attendance<'_>) -> Result<Attended> {
    let Attendance { name, plans, .. } = how;
    let stop = Arc::new(Stop::new().context("no descriptors left")?);
    stop_on_signals(&stop).context("cannot listen for ^C")?;
    stop_on_hangup(&stop).context("cannot listen for the end of the terminal")?;
    end_when_asked_twice(&stop).context("cannot start a thread")?;
    let clock = SystemClock::start();
    let seed = RandomState::new().build_hasher().finish();
    let (said, settings) = (Said::new(&how.settings), how.settings.clone());
    let place = (GroupId::of(how.group), name.clone());
    let mut station = Station::open((&plans.0, &plans.1), settings, place, seed, clock)?;
    let (mailbox, post) = station.mailbox(MAILBOX_BYTES);
    let own = station.node().member();
    let log = how.log;
    let log = log.map(|path| LogFile::create(path, (&name, own), &how.settings, clock));
    let mut member = Member {
        own,
        name: name.clone(),
        clock,
        post,
        is_given: false,
        said,
        view: None,
        awaited: how.awaited,
        has_begun: false,
        position: 0,
        count: Count::default(),
        log: log.transpose()?,
        screen: how.screen,
        not_shown: None,
        linger: how.linger,
        done_at: None,
        ends_at: how.lasting.map(|lasting| clock.now() + lasting),
        tells_at: None,
        others: BTreeMap::new(),
    };
    if !how.is_quiet {
        say::talk(&whom::sending(&plans.0));
        say::talk(&whom::receiving(&plans.1));
        say::talk(&format!(
            "{name} is a member of the group {}, in logs {} (a line is a message; ^D or ^C leaves)",
            how.group,
            name.host(own.0)
        ));
    }
    lines::read_into(mailbox).context("cannot start a thread")?;
    let ended = station.run(&mut member, &stop);
    Ok(member.conclude(&station, ended.err().map(Error::from)))
}

/// A member as its application: says lines, prints what is delivered, and sees to it that what it said is delivered once.
struct Member {
    own: MemberId,
    name: Name,
    clock: SystemClock,
    post: Post,
    /// Whether the station has a message that was not sent yet.
    is_given: bool,
    said: Said,
    view: Option<View>,
    /// How many members must be there before anything is said.
    awaited: usize,
    /// Whether they were.
    has_begun: bool,
    /// How many messages the group has delivered; newcomers are told.
    position: u64,
    count: Count,
    log: Option<LogFile>,
    screen: Screen,
    /// Why nothing more can be shown, if that is no reader's doing.
    not_shown: Option<Error>,
    /// How long it stays when all is said and delivered; none: it stays.
    linger: Option<Duration>,
    /// When all was said and delivered.
    done_at: Option<Tick>,
    ends_at: Option<Tick>,
    /// When it is told what is waited for, after the end of its input; never after that.
    tells_at: Option<Tick>,
    /// The last ones that were there.
    others: BTreeMap<MemberId, Other>,
}

impl Application for Member {
    fn next(&mut self, _: Tick, message: &mut Vec<u8>) -> bool {
        if !self.has_begun || self.said.is_in_limbo() {
            return false;
        }
        self.is_given = match self.said.next_again() {
            Some(again) => {
                self.count.again += 1;
                message.extend_from_slice(&again);
                true
            }
            None => self.post.next(message),
        };
        self.is_given
    }

    fn sent(&mut self, _: Tick, message: &[u8], outcome: Result<u64, SendError>) {
        self.is_given = false;
        match outcome {
            Ok(number) => {
                self.count.sent += 1;
                if let Some(log) = &mut self.log {
                    log.sent(number, message);
                }
                self.said.sent(number, message);
            }
            Err(error) => {
                self.count.dropped += 1;
                self.screen.event("dropped", &error.to_string());
            }
        }
    }

    fn deliver(&mut self, delivered: Delivered<'_>) {
        self.position += 1;
        self.count.delivered += 1;
        let is_own = delivered.from == self.own;
        if is_own {
            self.said.delivered(delivered.number);
        } else if let Some(other) = self.others.get_mut(&delivered.from) {
            other.delivered += 1;
        }
        if let Some(log) = &mut self.log {
            log.delivered(&delivered);
        }
        self.screen.delivered(self.position, is_own, &delivered);
    }

    fn installed(&mut self, view: &View, own: usize) {
        self.own = view.seats[own].member;
        self.has_begun |= view.size() >= self.awaited;
        if let Some(log) = &mut self.log {
            log.installed(view);
        }
        self.screen.installed(view, own);
        self.said.installed();
        self.meet(view);
        self.view = Some(view.clone());
    }

    /// So that all members count alike.
    fn snapshot(&mut self) -> Vec<u8> {
        self.position.to_be_bytes().to_vec()
    }

    fn restore(&mut self, state: &[u8]) {
        if let Ok(position) = state.try_into() {
            self.position = u64::from_be_bytes(position);
        }
    }

    fn notice(&mut self, notice: Notice) {
        // What the others hold against this member follows as a change of views.
        let is_of_own = matches!(notice, Notice::Suspected { member, .. } if member == self.own);
        if !is_of_own {
            self.screen.notice(&notice, self.view.as_ref());
        }
        match notice {
            Notice::Expelled { was, now } => {
                self.said.expelled(was);
                if let Some(log) = &mut self.log {
                    log.expelled(now);
                }
                (self.own, self.view) = (now, None);
            }
            Notice::Fate { was, delivered } => {
                self.count.unknown += self.said.settle(was, Some(delivered));
            }
            Notice::FateUnknown { was } => self.count.unknown += self.said.settle(was, None),
            Notice::Blocked => {
                if let Some(log) = &mut self.log {
                    log.blocked();
                }
            }
            Notice::Discarded { member, messages } if member == self.own => {
                self.said.discarded(messages);
            }
            _ => {}
        }
    }

    fn trouble(&mut self, error: &io::Error) {
        let text = format!("the system says: {error} (said once, then counted)");
        self.screen.event("trouble", &text);
    }

    fn settle(&mut self) {
        if let Some(log) = &mut self.log {
            log.settle();
        }
        if let Err(error) = self.screen.settle() {
            self.not_shown.get_or_insert(error);
        }
        let is_done = self.said.is_settled()
            && !self.is_given
            && self.view.is_some()
            && self.linger.is_some()
            && self.post.is_over();
        match is_done {
            true => _ = self.done_at.get_or_insert_with(|| self.clock.now()),
            false => self.done_at = None,
        }
        if self.linger.is_some() && self.tells_at != Some(Tick::MAX) && self.is_input_over() {
            self.tell_what_it_waits_for();
        }
    }

    fn leaves_at(&self) -> Tick {
        if !self.screen.is_read() || self.not_shown.is_some() {
            return Tick::ZERO;
        }
        let done = self.done_at.zip(self.linger);
        let done = done.map_or(Tick::MAX, |(done, linger)| done + linger);
        self.ends_at.unwrap_or(Tick::MAX).min(done)
    }
}

impl Member {
    /// Whether no more lines come; some may still wait for the group.
    fn is_input_over(&self) -> bool {
        self.post.is_closed()
    }

    /// Whoever has said all that there is to say, and is not done after a moment, is told why it stays.
    fn tell_what_it_waits_for(&mut self) {
        let now = self.clock.now();
        let at = *self.tells_at.get_or_insert(now + PATIENCE);
        if self.done_at.is_some() || now < at {
            return;
        }
        self.tells_at = Some(Tick::MAX);
        let unsaid = self.post.left() + u64::from(self.is_given);
        let waiting = self.said.unsettled();
        let text = match (&self.view, self.has_begun) {
            (None, _) => "waiting for the group, to say what was read".to_owned(),
            (Some(view), false) => {
                format!(
                    "waiting for {} members; {} are there",
                    self.awaited,
                    view.size()
                )
            }
            (Some(_), true) => format!(
                "waiting: {unsaid} lines are not said, and {waiting} messages not delivered here, yet"
            ),
        };
        self.screen
            .event("waiting", &format!("{text} (^C leaves without)"));
    }

    /// Those of the view are there, and nobody else.
    fn meet(&mut self, view: &View) {
        for other in self.others.values_mut() {
            other.is_there = false;
        }
        for seat in view.seats.iter().filter(|seat| seat.member != self.own) {
            if self.others.len() == OTHERS_MAX {
                self.others.retain(|_, other| other.is_there);
            }
            let other = self.others.entry(seat.member).or_insert_with(|| Other {
                name: seat.name.clone(),
                delivered: 0,
                is_there: true,
            });
            other.is_there = true;
        }
    }

    /// The last words.
    fn conclude(mut self, station: &Station, error: Option<Error>) -> Attended {
        let is_gone = station.node().is_gone();
        if let Some(log) = self.log.as_mut().filter(|_| is_gone) {
            log.left();
        }
        let unsettled = self.said.unsettled();
        self.count.unknown += unsettled as u64;
        self.count.unsaid = self.post.left() + u64::from(self.is_given);
        self.screen.object(&self.end(station));
        let text = self.summary(station);
        self.screen.event("summary", &text);
        self.settle();
        let is_broken = self.log.as_ref().is_some_and(LogFile::is_broken);
        if is_broken {
            say::talk("warning: the log is not whole: the disk is full or gone");
        }
        Attended {
            host: self.name.host(self.own.0),
            events: self.log.as_ref().map_or(0, LogFile::count),
            count: self.count,
            refused: refused(station),
            duplicates: station.node().tally().duplicates,
            not_sent: station.count().not_sent,
            kernel_drops: station.kernel_drops(),
            is_gone,
            is_log_broken: is_broken,
            error: error.or(self.not_shown),
            others: self.others,
        }
    }

    /// What was counted, for machines.
    fn end(&self, station: &Station) -> Value {
        let (tally, sockets) = (station.node().tally(), station.count());
        json!({
            "what": "end",
            "left": station.node().is_gone(),
            "sent": self.count.sent,
            "sent_again": self.count.again,
            "dropped": self.count.dropped,
            "unknown": self.count.unknown,
            "unsaid": self.count.unsaid,
            "delivered": self.count.delivered,
            "position": self.position,
            "views": tally.views,
            "expulsions": tally.expulsions,
            "packets_sent": tally.packets_sent,
            "packets_received": tally.packets_received,
            "duplicates": tally.duplicates,
            "naks_sent": tally.naks_sent,
            "repairs_sent": tally.repairs_sent,
            "statuses_sent": tally.statuses_sent,
            "refused": refused(station),
            "datagrams_sent": sockets.sent,
            "datagrams_received": sockets.received,
            "datagrams_not_sent": sockets.not_sent,
            "system_calls_sent": sockets.calls,
            "turns": sockets.turns,
            "kernel_drops": station.kernel_drops(),
        })
    }

    /// The same for people, as far as it concerns them.
    fn summary(&self, station: &Station) -> String {
        let mut text = format!(
            "{}: sent {} and delivered {}, in {}",
            match station.node().is_gone() {
                true => "left",
                false => "ended without leaving",
            },
            self.count.sent,
            self.count.delivered,
            report::counted(station.node().tally().views, "view")
        );
        for (count, what) in [
            (
                self.count.unknown,
                "of its own it does not know whether they are delivered",
            ),
            (self.count.dropped, "were dropped"),
            (
                self.count.unsaid,
                "lines were read and not said: the group was not there to take them",
            ),
            (
                station.kernel_drops(),
                "datagrams were dropped by the kernel because they came too fast",
            ),
        ] {
            if count > 0 {
                text += &format!("; {count} {what}");
            }
        }
        text
    }
}

/// The datagrams that were refused, by reason.
fn refused(station: &Station) -> BTreeMap<String, u64> {
    let tally = station.node().tally();
    let all = Reason::ALL.map(|reason| (reason.name().to_owned(), tally.refused(reason)));
    all.into_iter().filter(|(_, count)| *count > 0).collect()
}

/// How long it may take after the end of the input to deliver all, before it is told why.
const PATIENCE: Duration = Duration::from_secs(2);
/// Of how many members it is remembered what they said.
const OTHERS_MAX: usize = 1024;
/// How many bytes of lines are read before the group takes them.
const MAILBOX_BYTES: usize = 1 << 18;

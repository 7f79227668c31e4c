//! `wharf group join`: a member of a group, driven by standard input and sockets.
//!
//! ```text
//!   standard input ─ a thread ─▶ Mailbox ─▶ Member ◀─▶ Station ◀─▶ sockets
//!                                             └─▶ log, then what leaves; then the screen
//! ```

use std::{
    collections::{BTreeMap, VecDeque, hash_map::RandomState},
    hash::{BuildHasher as _, Hasher as _},
    io,
    sync::Arc,
    time::Duration,
};

use anyhow::{Context as _, Error, Result};
use cast::station::{Application, Post, Station};
use group::{Delivered, GroupId, MemberId, Notice, Reason, SendError, View};
use history::Verdict;
use run::{Stop, stop_on_signals};
use serde_json::{Map, Value, json};
use timing::{Clock as _, SystemClock, Tick};

use super::{journal::LogFile, lines, meeting, screen::Screen, terms};
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
    let name = name(args.name.as_deref())?;
    let settings = terms::settings(&args.terms)?;
    let (sending, receiving) = meeting::plans(&args.meet)?;
    let stop = Arc::new(Stop::new().context("no descriptors left")?);
    stop_on_signals(&stop).context("cannot listen for ^C")?;
    end_when_asked_twice(&stop).context("cannot start a thread")?;
    let clock = SystemClock::start();
    let seed = RandomState::new().build_hasher().finish();
    let place = (GroupId::of(&args.group), name.clone());
    let mut station = Station::open((&sending, &receiving), settings, place, seed, clock)?;
    let (mailbox, post) = station.mailbox(MAILBOX_BYTES);
    let own = station.node().member();
    let log = args.log.as_ref();
    let log = log.map(|path| LogFile::create(path, &name, own, clock));
    let mut member = Member {
        own,
        clock,
        post,
        is_given: false,
        again: VecDeque::new(),
        unsettled: BTreeMap::new(),
        limbo: Vec::new(),
        view: None,
        awaited: usize::from(args.await_members),
        has_begun: false,
        position: 0,
        count: Count::default(),
        log: log.transpose()?,
        screen: Screen::new(args.format, args.quiet),
        not_shown: None,
        linger: (!args.stay).then_some(args.linger),
        done_at: None,
        ends_at: args.lasting.map(|lasting| clock.now() + lasting),
    };
    if !args.quiet {
        say::talk(&whom::sending(&sending));
        say::talk(&whom::receiving(&receiving));
        say::talk(&format!(
            "{name} is a member of the group {}, in logs {} (a line is a message; ^D or ^C leaves)",
            args.group,
            name.host(own.0)
        ));
    }
    lines::read_into(mailbox).context("cannot start a thread")?;
    let ended = station.run(&mut member, &stop);
    member.conclude(&station, ended.err().map(Error::from))
}

/// A member as its application: says lines, prints what is delivered, and sees to it that what it said is delivered once.
struct Member {
    own: MemberId,
    clock: SystemClock,
    post: Post,
    /// Whether the station has a message that was not sent yet.
    is_given: bool,
    /// Messages of earlier incarnations that nobody has delivered: to be said again, before all others.
    again: VecDeque<Vec<u8>>,
    /// This incarnation's messages that this member has not delivered, by their numbers.
    unsettled: BTreeMap<u64, Vec<u8>>,
    /// Those of earlier incarnations whose fate is not known yet.
    limbo: Vec<(MemberId, BTreeMap<u64, Vec<u8>>)>,
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
}

/// What became of what was said.
#[derive(Clone, Copy, Debug, Default)]
struct Count {
    /// Sent, again ones not counted.
    sent: u64,
    /// Sent again under another incarnation.
    again: u64,
    /// Too long for the group, or dropped because the queue was full.
    dropped: u64,
    /// Their fate is not known.
    unknown: u64,
    /// Delivered by this member.
    delivered: u64,
}

impl Application for Member {
    fn next(&mut self, _: Tick, message: &mut Vec<u8>) -> bool {
        if !self.has_begun || !self.limbo.is_empty() {
            return false;
        }
        self.is_given = match self.again.pop_front() {
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
                self.unsettled.insert(number, message.to_vec());
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
            self.unsettled.remove(&delivered.number);
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
        self.screen.notice(&notice, self.view.as_ref());
        match notice {
            Notice::Expelled { was, now } => {
                let unsettled = std::mem::take(&mut self.unsettled);
                if !unsettled.is_empty() {
                    self.limbo.push((was, unsettled));
                }
                if let Some(log) = &mut self.log {
                    log.expelled(now);
                }
                (self.own, self.view) = (now, None);
            }
            Notice::Fate { was, delivered } => self.settle_fate(was, Some(delivered)),
            Notice::FateUnknown { was } => self.settle_fate(was, None),
            Notice::Discarded { member, messages } if member == self.own => {
                // Nobody has delivered them and nobody will.
                for number in messages {
                    self.again.extend(self.unsettled.remove(&number));
                }
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
        let is_settled = self.unsettled.is_empty() && self.limbo.is_empty();
        let is_done = is_settled
            && self.again.is_empty()
            && !self.is_given
            && self.view.is_some()
            && self.linger.is_some()
            && self.post.is_over();
        match is_done {
            true => _ = self.done_at.get_or_insert_with(|| self.clock.now()),
            false => self.done_at = None,
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
    /// The group has delivered that many messages of that incarnation, or nobody knows.
    fn settle_fate(&mut self, was: MemberId, delivered: Option<u64>) {
        for (incarnation, mut messages) in std::mem::take(&mut self.limbo) {
            match delivered.filter(|_| incarnation == was) {
                Some(delivered) => {
                    let behind = messages.split_off(&(delivered + 1));
                    self.again.extend(behind.into_values());
                }
                None => self.count.unknown += messages.len() as u64,
            }
        }
    }

    /// The last words.
    fn conclude(mut self, station: &Station, error: Option<Error>) -> Result<Verdict> {
        let is_gone = station.node().is_gone();
        if let Some(log) = self.log.as_mut().filter(|_| is_gone) {
            log.left();
        }
        let unsettled = self.unsettled.len() + self.again.len() + usize::from(self.is_given);
        let limbo: usize = self.limbo.iter().map(|(_, messages)| messages.len()).sum();
        self.count.unknown += (unsettled + limbo) as u64;
        self.screen.object(&self.end(station));
        let text = self.summary(station);
        self.screen.event("summary", &text);
        self.settle();
        let is_broken = self.log.as_ref().is_some_and(LogFile::is_broken);
        if is_broken {
            say::talk("warning: the log is not whole: the disk is full or gone");
        }
        let is_whole = is_gone && self.count.unknown + self.count.dropped == 0 && !is_broken;
        match error.or(self.not_shown) {
            Some(error) => Err(error),
            None if is_whole => Ok(Verdict::Valid),
            None => Ok(Verdict::Unknown),
        }
    }

    /// What was counted, for machines.
    fn end(&self, station: &Station) -> Value {
        let (tally, sockets) = (station.node().tally(), station.count());
        let refused = Reason::ALL.map(|reason| (reason.name(), tally.refused(reason)));
        let refused = refused.into_iter().filter(|(_, count)| *count > 0);
        let refused: Map<String, Value> = refused
            .map(|(name, count)| (name.to_owned(), count.into()))
            .collect();
        json!({
            "what": "end",
            "left": station.node().is_gone(),
            "sent": self.count.sent,
            "sent_again": self.count.again,
            "dropped": self.count.dropped,
            "unknown": self.count.unknown,
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
            "refused": refused,
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
            "{}: sent {} and delivered {}, in {} views",
            match station.node().is_gone() {
                true => "left",
                false => "ended without leaving",
            },
            self.count.sent,
            self.count.delivered,
            station.node().tally().views
        );
        for (count, what) in [
            (
                self.count.unknown,
                "of its own it does not know whether they are delivered",
            ),
            (self.count.dropped, "were dropped"),
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

/// How many bytes of lines are read before the group takes them.
const MAILBOX_BYTES: usize = 1 << 18;

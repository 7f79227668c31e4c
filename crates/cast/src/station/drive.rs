//! The loop that runs a member.

use std::{io, time::Duration};

use group::{Delivered, Effects, GroupId, Name, Node, Notice, SendError, Settings, Slow, To, View};
use run::{Stop, make_punctual, wait};
use rustix::{
    event::{PollFd, PollFlags},
    io::Errno,
};
use timing::{Clock as _, SystemClock, Tick};

use super::{
    Application, Mailbox, Post, StationCount, Waker,
    links::Links,
    outbox::{Outbox, Target, tell},
    peers::Peers,
};
use crate::{Batch, CastError, Plan, Receiver};

/// A member of a group over sockets.
pub struct Station {
    node: Node,
    links: Links,
    peers: Peers,
    outbox: Outbox,
    clock: SystemClock,
    waker: Waker,
    count: StationCount,
    /// A message that the application gave; waits while the group takes none.
    message: Vec<u8>,
    has_message: bool,
    /// The view to begin in.
    first: Option<View>,
    /// Whether messages are taken also where the group has no room for them: then they are dropped.
    sheds: bool,
    /// Whether the application may have more messages, although it was not asked.
    may_have_more: bool,
    /// The errors of receiving that were told, by their number.
    told: u128,
    errors_in_a_row: u32,
    /// How many turns in a row a batch was full, so that more may wait.
    full_in_a_row: u32,
}

impl Station {
    /// A member that sends by one plan and receives by the other, which are of the same cast: in a unicast group it sends to all
    /// addresses of the first, and is itself at that of the second.
    ///
    /// # Errors
    /// When a socket cannot be had, or the settings make no sense.
    pub fn open(
        (sending, receiving): (&Plan, &Plan),
        settings: Settings,
        (group, name): (GroupId, Name),
        seed: u64,
        clock: SystemClock,
    ) -> Result<Self, CastError> {
        let sheds = settings.slow == Slow::Shed;
        let node = Node::new(group, name, settings, seed).map_err(CastError::Group)?;
        let links = Links::open(sending, receiving, Receiver::BUFFER_BYTES)?;
        let waker = Waker::new().map_err(CastError::prepare("make a bell"))?;
        Ok(Self {
            node,
            peers: Peers::new(links.only.clone()),
            links,
            outbox: Outbox::default(),
            clock,
            waker,
            count: StationCount::default(),
            message: Vec::new(),
            has_message: false,
            first: None,
            sheds,
            may_have_more: false,
            told: 0,
            errors_in_a_row: 0,
            full_in_a_row: 0,
        })
    }

    /// It is to begin as a member of this view, which all its members are given: they know each other from elsewhere, as in a
    /// benchmark. Otherwise it looks for the group.
    ///
    /// # Panics
    /// When it is not in it.
    pub fn begin_in(&mut self, view: View) {
        assert!(view.rank(self.node.member()).is_some(), "it is in the view");
        self.first = Some(view);
    }

    /// The member.
    pub fn node(&self) -> &Node {
        &self.node
    }

    /// What was counted beside what the member counts.
    pub fn count(&self) -> StationCount {
        self.count
    }

    /// Datagrams that the kernel dropped, because they came faster than they were read.
    pub fn kernel_drops(&self) -> u64 {
        self.links.drops()
    }

    /// What wakes it, so that it asks its application for messages.
    pub fn waker(&self) -> Waker {
        self.waker.clone()
    }

    /// Where other threads put messages, up to so many bytes, and where its application takes them from.
    pub fn mailbox(&self, bytes_max: usize) -> (Mailbox, Post) {
        Mailbox::new(self.waker(), bytes_max)
    }

    /// Is a member until the application leaves or a stop is asked for: then it leaves in order. Asked for a second time it
    /// ends at once.
    ///
    /// # Errors
    /// When nothing can be received any more. What cannot be sent is lost, counted and told.
    pub fn run(&mut self, application: &mut dyn Application, stop: &Stop) -> Result<(), CastError> {
        make_punctual();
        let first = self.first.take();
        self.with(application, |node, now, turn| match first {
            Some(view) => node.start_in(now, view, turn),
            None => node.start(now, turn),
        });
        let mut batch = self.links.batch();
        let mut is_leaving = false;
        loop {
            self.flush(application);
            if self.node.is_gone() || stop.requested_at_once() {
                return Ok(());
            }
            let ready = self.sleep(application, stop, is_leaving)?;
            if stop.requested_at_once() {
                return Ok(());
            }
            self.count.turns += 1;
            self.receive(ready, &mut batch, application)?;
            let is_asked = || stop.requested() || application.leaves_at() <= self.clock.now();
            if !is_leaving && is_asked() {
                is_leaving = true;
                self.with(application, |node, now, turn| node.leave(now, turn));
            }
            if !is_leaving {
                self.pull(application);
            }
            let now = self.clock.now();
            if now >= self.node.wake_at() {
                self.with(application, |node, now, turn| node.on_time(now, turn));
            }
            self.with(application, |node, now, turn| node.drained(now, turn));
        }
    }

    /// Calls the member with what it does for the application and the sockets.
    fn with<T>(
        &mut self,
        application: &mut dyn Application,
        call: impl FnOnce(&mut Node, Tick, &mut Turn<'_>) -> T,
    ) -> T {
        let mut turn = Turn {
            outbox: &mut self.outbox,
            peers: &self.peers,
            application,
        };
        call(&mut self.node, self.clock.now(), &mut turn)
    }

    /// Until something comes, something is due, or somebody calls.
    fn sleep(
        &self,
        application: &dyn Application,
        stop: &Stop,
        is_leaving: bool,
    ) -> Result<Ready, CastError> {
        let takes_messages = !is_leaving && !self.has_message && self.takes_messages();
        let next_at = match takes_messages {
            true if self.may_have_more => Tick::ZERO,
            true => application.next_at(),
            false => Tick::MAX,
        };
        let leaves_at = match is_leaving {
            true => Tick::MAX,
            false => application.leaves_at(),
        };
        let until = self.node.wake_at().min(next_at).min(leaves_at);
        let left = match until {
            Tick::MAX => None,
            until => Some(until.since(self.clock.now())),
        };
        let bell = match is_leaving {
            true => stop.at_once_fd(),
            false => stop.soon_fd(),
        };
        let mut fds = [
            PollFd::from_borrowed_fd(bell, PollFlags::IN),
            PollFd::new(&self.waker, PollFlags::IN),
            PollFd::new(&self.links.own, PollFlags::IN),
            // Without a socket for the group there is one less to wait for.
            PollFd::new(
                self.links.group.as_ref().unwrap_or(&self.links.own),
                PollFlags::IN,
            ),
        ];
        let used = 3 + usize::from(self.links.group.is_some());
        match wait(&mut fds[..used], left) {
            Ok(_) => {}
            Err(Errno::INTR) => return Ok(Ready::default()),
            Err(error) => {
                let reason = error.into();
                return Err(CastError::Receive { reason });
            }
        }
        let is = |at: usize| !fds[at].revents().is_empty();
        if is(1) {
            self.waker.clear();
        }
        Ok(Ready {
            own: is(2),
            group: used > 3 && is(3),
        })
    }

    /// Takes a batch of each socket that has something, and no more: what it leads to is to leave, too.
    fn receive(
        &mut self,
        ready: Ready,
        batch: &mut Batch,
        application: &mut dyn Application,
    ) -> Result<(), CastError> {
        self.node.reading(true);
        let mut is_more = false;
        if ready.group
            && let Some(group) = &mut self.links.group
        {
            let taken = group.take(batch);
            is_more |= taken.is_ok() && batch.is_full();
            self.hear(taken, batch, application)?;
        }
        if ready.own {
            let taken = self.links.own.take(batch);
            is_more |= taken.is_ok() && batch.is_full();
            self.hear(taken, batch, application)?;
        }
        self.full_in_a_row = match is_more {
            true => self.full_in_a_row + 1,
            false => 0,
        };
        self.node
            .reading((1..=FULL_MAX).contains(&self.full_in_a_row));
        Ok(())
    }

    /// The member hears what a socket gave. Where that takes long, because the application does, signs of life leave in between.
    fn hear(
        &mut self,
        taken: io::Result<()>,
        batch: &Batch,
        application: &mut dyn Application,
    ) -> Result<(), CastError> {
        if let Err(reason) = taken {
            self.count.receive_errors += 1;
            self.errors_in_a_row += 1;
            tell(&mut self.told, &reason, application);
            return match self.errors_in_a_row > ERRORS_MAX {
                true => Err(CastError::Receive { reason }),
                false => Ok(()),
            };
        }
        self.errors_in_a_row = 0;
        let mut said_at = self.clock.now();
        for datagram in batch.datagrams() {
            self.count.received += 1;
            if let Some(member) = group::sender_of(datagram.bytes) {
                self.peers.learn(member, datagram.from);
            }
            self.with(application, |node, now, turn| {
                node.on_datagram(now, datagram.bytes, turn);
            });
            let now = self.clock.now();
            let is_long = now.since(said_at) >= LONG;
            // A node delivers so much and no more with each call; what is read faster than that finds no room in the end.
            if is_long || self.node.wake_at() == Tick::ZERO {
                self.with(application, |node, now, turn| node.on_time(now, turn));
            }
            if is_long {
                self.flush(application);
                said_at = now;
            }
        }
        if self.outbox.is_full() {
            self.flush(application);
        }
        Ok(())
    }

    /// Takes messages of the application, as many as the group takes, and no more than are said in a turn.
    fn pull(&mut self, application: &mut dyn Application) {
        self.may_have_more = false;
        let mut bytes = 0;
        for _ in 0..MESSAGES_AT_ONCE {
            if !self.takes_messages() {
                return;
            }
            let now = self.clock.now();
            if !self.has_message {
                self.message.clear();
                self.has_message = application.next(now, &mut self.message);
            }
            if !self.has_message {
                return;
            }
            let message = std::mem::take(&mut self.message);
            let outcome = self.with(application, |node, now, turn| {
                node.send(now, &message, turn)
            });
            self.message = message;
            // It is kept until there is room.
            if outcome == Err(SendError::Busy) {
                return;
            }
            self.has_message = false;
            application.sent(now, &self.message, outcome);
            bytes += self.message.len();
            if bytes >= BYTES_AT_ONCE {
                break;
            }
            if self.outbox.is_full() {
                self.flush(application);
            }
        }
        self.may_have_more = true;
    }

    fn takes_messages(&self) -> bool {
        self.sheds || self.node.has_room()
    }

    /// All that was gathered leaves.
    fn flush(&mut self, application: &mut dyn Application) {
        application.settle();
        if !self.outbox.is_empty() {
            self.outbox.flush(
                self.links.own.socket(),
                &self.links.everybody,
                &mut self.count,
                application,
            );
        }
    }
}

/// Which sockets have something.
#[derive(Clone, Copy, Debug, Default)]
struct Ready {
    own: bool,
    group: bool,
}

/// What the member does while it is called.
struct Turn<'a> {
    outbox: &'a mut Outbox,
    peers: &'a Peers,
    application: &'a mut dyn Application,
}

impl Effects for Turn<'_> {
    fn send(&mut self, to: To, datagram: &[u8]) {
        let one = match to {
            To::All => None,
            To::One(member) => self.peers.find(member),
        };
        self.outbox
            .push(one.map_or(Target::All, Target::One), datagram);
    }

    fn deliver(&mut self, delivered: Delivered<'_>) {
        self.application.deliver(delivered);
    }

    fn installed(&mut self, view: &View, own: usize) {
        self.application.installed(view, own);
    }

    fn snapshot(&mut self) -> Vec<u8> {
        self.application.snapshot()
    }

    fn restore(&mut self, state: &[u8]) {
        self.application.restore(state);
    }

    fn notice(&mut self, notice: Notice) {
        self.application.notice(notice);
    }
}

/// A turn that is longer than this has pauses, in which signs of life leave: a tenth of the usual time between two.
const LONG: Duration = Duration::from_millis(5);
/// How many messages are taken before others are heard again.
const MESSAGES_AT_ONCE: usize = 1024;
/// And how many bytes of them.
const BYTES_AT_ONCE: usize = 1 << 16;
/// For how many turns in a row what is missing is looked for among what is not read yet.
const FULL_MAX: u32 = 8;
/// How often in a row receiving may fail before it is given up.
const ERRORS_MAX: u32 = 1000;

//! One connection as a task: what it does at each turn, and what it waits for.
//!
//! ```text
//!   turn ─▶ a stop? ─▶ a calculation? ─▶ write, read, or the end of the connection ─▶ deadlines ─┐
//!     ▲      once for each that happens; when nothing does, the task waits for all of them ◀──────┘
//! ```
//!
//! The runtime watches sockets by edges and remembers what it was told; that is forgotten only once the
//! kernel has said that there is no more, by taking or giving less than it could. A send or a read that
//! did not ask the runtime first leaves what it remembers alone, so at worst a call is made in vain.

use std::{
    future::poll_fn,
    os::fd::{AsFd as _, BorrowedFd},
    pin::{Pin, pin},
    task::{Context, Poll, ready},
    time::Duration,
};

use machine::Work;
use run::CpuWork;
use rustix::{
    buffer::spare_capacity,
    io::Errno,
    net::{RecvFlags, recv},
};
use timing::{Clock, Tick};
use tokio::{
    io::{Interest, unix::AsyncFd},
    sync::futures::Notified,
    task::{JoinHandle, coop::has_budget_remaining, spawn_blocking},
    time::{Sleep, sleep},
};

use crate::{
    acceptor::Connection,
    conversation::{Conversation, Desk, is_transient},
    hall::{Hall, watch},
    offload::do_work,
    peer::{Peer, Sends},
};

/// Serves `connection` to its end, and records it.
pub(crate) async fn attend(hall: &Hall<'_>, connection: Connection) {
    let stream = connection.stream;
    let known = (connection.number, connection.peer);
    let now = hall.run.clock.now();
    let limits = hall.run.limits;
    let mut conversation = hall.pens.here().at_desk(limits, |desk, _| {
        let mut peer = Peer::new(stream.as_fd(), Sends::AtOnce);
        Conversation::begin(known, hall.service, &*hall.words, now, desk, &mut peer)
    });
    match watch(stream.as_fd(), Interest::READABLE | Interest::WRITABLE) {
        Ok(socket) => {
            let (alarm, timer) = (pin!(hall.alarm()), pin!(sleep(Duration::ZERO)));
            let mut talk = Talk {
                hall,
                socket,
                conversation,
                now,
                alarm,
                heard: None,
                timer,
                wakes_at: Tick::MAX,
                is_awaited: false,
                calculation: None,
            };
            poll_fn(|cx| talk.poll(cx)).await;
            conversation = talk.conversation;
        }
        Err(_) => conversation.broken(),
    }
    let mut pen = hall.pens.here();
    pen.at_desk(limits, |desk, _| {
        conversation.close(hall.run.clock.now(), desk);
    });
    pen.recorder.left();
    drop((pen, stream));
    hall.tell_vacancy();
}

/// What a task knows of its connection.
struct Talk<'t, 'h, 'r> {
    hall: &'h Hall<'r>,
    socket: AsyncFd<BorrowedFd<'t>>,
    conversation: Conversation<'h>,
    /// The last reading of the clock.
    now: Tick,
    alarm: Pin<&'t mut Notified<'h>>,
    /// How many stops have been heeded; none as long as the connection has not been looked at.
    heard: Option<u8>,
    timer: Pin<&'t mut Sleep>,
    /// When the timer wakes the task, which is no later than the deadline.
    wakes_at: Tick,
    /// Whether it knows that the task waits for it.
    is_awaited: bool,
    calculation: Option<JoinHandle<Option<Vec<u8>>>>,
}

impl Talk<'_, '_, '_> {
    /// Goes on until the connection is over or there is something to wait for.
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let Hall { run, pens, .. } = self.hall;
        pens.here().at_desk(run.limits, |desk, buffer| {
            while self.conversation.is_over().is_none() {
                ready!(self.turn(cx, desk, buffer));
            }
            Poll::Ready(())
        })
    }

    /// The next thing that happens. Deadlines are looked at after each, or a client that always has
    /// more to say would put them off.
    fn turn(
        &mut self,
        cx: &mut Context<'_>,
        desk: &mut Desk<'_>,
        buffer: &mut Vec<u8>,
    ) -> Poll<()> {
        let is_told = self.is_told(cx, desk, buffer);
        if !is_told && self.event(cx, desk, buffer).is_pending() {
            ready!(self.timer(cx));
        }
        let limits = self.hall.run.limits;
        let mut deadline = self.conversation.deadline(limits);
        if deadline <= self.now {
            let mut peer = Peer::new(*self.socket.get_ref(), Sends::AtOnce);
            self.conversation.on_time(self.now, desk, &mut peer);
            deadline = self.conversation.deadline(limits);
        }
        // The limit on idleness moves with every byte, and the timer is not moved with it: what comes up
        // too early is set again.
        if deadline < self.wakes_at {
            self.wakes_at = deadline;
            self.timer.as_mut().reset(self.hall.instant(deadline));
            self.is_awaited = false;
        }
        Poll::Ready(())
    }

    /// Looks at what is not waited for: at the beginning, and when a stop has been asked for.
    fn is_told(&mut self, cx: &mut Context<'_>, desk: &mut Desk<'_>, buffer: &mut Vec<u8>) -> bool {
        if self.heard == Some(self.hall.stops()) {
            return false;
        }
        // A task always has the same waker, so it listens once for each stop.
        self.alarm.set(self.hall.alarm());
        let _ = self.alarm.as_mut().poll(cx);
        self.now = self.hall.run.clock.now();
        if self.heard != Some(1) && self.conversation.wants_read() {
            // A client's first bytes are often there already; and what had come before the stop is
            // still answered.
            let talk = (&mut self.conversation, &mut self.now);
            let clock = self.hall.run.clock;
            receive(*self.socket.get_ref(), talk, clock, desk, buffer);
        }
        match self.heard {
            None => {}
            Some(0) => {
                let mut peer = Peer::new(*self.socket.get_ref(), Sends::AtOnce);
                self.conversation.drain(self.now, desk, &mut peer);
            }
            Some(_) => self.conversation.cut_short(),
        }
        self.heard = Some(self.heard.map_or(0, |heard| heard + 1));
        true
    }

    /// Waits for a result, for room, for bytes or for the end.
    fn event(
        &mut self,
        cx: &mut Context<'_>,
        desk: &mut Desk<'_>,
        buffer: &mut Vec<u8>,
    ) -> Poll<()> {
        if let Some(work) = self.conversation.take_work() {
            self.calculate(work, desk);
            return Poll::Ready(());
        }
        if let Some(calculation) = &mut self.calculation
            && let Poll::Ready(result) = Pin::new(calculation).poll(cx)
        {
            self.calculation = None;
            self.worked(result.ok().flatten(), desk);
            return Poll::Ready(());
        }
        match self.conversation.wants_read() {
            true => self.read(cx, desk, buffer),
            false => self.write(cx, desk),
        }
    }

    fn calculate(&mut self, work: Work, desk: &mut Desk<'_>) {
        match self.hall.run.crew.cpu_work {
            CpuWork::Inline => self.worked(do_work(&work), desk),
            CpuWork::Offloaded => self.calculation = Some(spawn_blocking(move || do_work(&work))),
        }
    }

    fn worked(&mut self, result: Option<Vec<u8>>, desk: &mut Desk<'_>) {
        self.now = self.hall.run.clock.now();
        let mut peer = Peer::new(*self.socket.get_ref(), Sends::AtOnce);
        self.conversation.worked(result, self.now, desk, &mut peer);
    }

    fn read(
        &mut self,
        cx: &mut Context<'_>,
        desk: &mut Desk<'_>,
        buffer: &mut Vec<u8>,
    ) -> Poll<()> {
        let Ok(mut ready) = ready!(self.socket.poll_read_ready(cx)) else {
            self.conversation.broken();
            return Poll::Ready(());
        };
        let talk = (&mut self.conversation, &mut self.now);
        let clock = self.hall.run.clock;
        if receive(*self.socket.get_ref(), talk, clock, desk, buffer) == Left::Nothing {
            ready.clear_ready();
        }
        Poll::Ready(())
    }

    /// Sends what is kept. When there is nothing, still hears of a connection that breaks meanwhile.
    fn write(&mut self, cx: &mut Context<'_>, desk: &mut Desk<'_>) -> Poll<()> {
        let conversation = &mut self.conversation;
        let Ok(mut ready) = ready!(self.socket.poll_write_ready(cx)) else {
            conversation.broken();
            return Poll::Ready(());
        };
        self.now = self.hall.run.clock.now();
        if conversation.wants_write() {
            let mut peer = Peer::new(*self.socket.get_ref(), Sends::AtOnce);
            conversation.writable(self.now, desk, &mut peer);
            if conversation.wants_write() {
                ready.clear_ready();
            }
        } else if ready.ready().is_write_closed() {
            // Nothing more can be read, and the other side has given up or reset.
            conversation.broken();
        } else {
            // There is room, for which nobody asked. A send tries first, and when there is none any more
            // the kernel tells when there is.
            ready.clear_ready();
        }
        Poll::Ready(())
    }

    /// The deadline, unless there is none.
    fn timer(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if self.wakes_at == Tick::MAX || self.is_awaited && !self.timer.is_elapsed() {
            return Poll::Pending;
        }
        // A task that has used up its turn is told to wait by all that it asks, and is not remembered
        // by them; it is called again.
        self.is_awaited = has_budget_remaining();
        ready!(self.timer.as_mut().poll(cx));
        self.wakes_at = Tick::MAX;
        self.now = self.hall.run.clock.now();
        Poll::Ready(())
    }
}

/// What a read has left in the kernel.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Left {
    /// Nothing: what comes now the runtime will be told.
    Nothing,
    /// Perhaps something.
    Something,
}

/// Reads once.
fn receive(
    socket: BorrowedFd<'_>,
    (conversation, now): (&mut Conversation<'_>, &mut Tick),
    clock: &dyn Clock,
    desk: &mut Desk<'_>,
    buffer: &mut Vec<u8>,
) -> Left {
    buffer.clear();
    let received = recv(socket, spare_capacity(buffer), RecvFlags::DONTWAIT);
    *now = clock.now();
    let mut peer = Peer::new(socket, Sends::AtOnce);
    match received {
        Ok((0, _)) => conversation.ended(*now, desk, &mut peer),
        Ok(_) => {
            let is_full = buffer.len() == buffer.capacity();
            conversation.received(buffer, *now, desk, &mut peer);
            if !is_full {
                return Left::Nothing;
            }
        }
        Err(Errno::AGAIN) => return Left::Nothing,
        Err(error) if is_transient(error) => {}
        Err(_) => conversation.broken(),
    }
    Left::Something
}

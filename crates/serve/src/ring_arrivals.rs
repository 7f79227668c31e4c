//! Takes the connections that a ring has accepted: keeps the limits, lives without descriptors.
//!
//! An accept that stays armed brings connections although there is no room for them any more. Those wait
//! here, accepted and not yet counted, as others wait in the kernel's queue; so as the limit draws near, or
//! where other processes accept from the same listener, an accept brings one connection only.

use std::{collections::VecDeque, net::TcpListener, os::fd::OwnedFd, time::Duration};

use run::{Recorder, Run};
use rustix::io::Errno;
use timing::Tick;

use crate::{
    ServeError,
    acceptor::{Acceptor, Connection},
    ring::{Accept, Ring},
    room::Room,
};

/// See the file's description.
pub(crate) struct Arrivals<'a> {
    run: &'a Run<'a>,
    /// Gone once a stop has been heard.
    acceptor: Option<Acceptor<'a>>,
    /// Whether other processes accept from the same listener.
    is_shared: bool,
    armed: Option<Accept>,
    /// Until when nobody is accepted.
    paused_until: Option<Tick>,
    /// Those for whom there was no room.
    early: VecDeque<OwnedFd>,
}

impl<'a> Arrivals<'a> {
    /// Those of `listener`; `is_shared` says whether other processes accept from it, too.
    ///
    /// # Errors
    /// When the listener cannot be made to wait.
    pub(crate) fn new(
        listener: TcpListener,
        is_shared: bool,
        run: &'a Run<'a>,
    ) -> Result<Self, ServeError> {
        // The kernel itself waits in `accept`, and does so only where that may wait.
        let waits = listener.set_nonblocking(false);
        waits.map_err(ServeError::Accept)?;
        Ok(Self {
            run,
            acceptor: Some(Acceptor::new(listener, run)),
            is_shared,
            armed: None,
            paused_until: None,
            early: VecDeque::new(),
        })
    }

    /// Begins to accept, unless that has begun or has to wait.
    pub(crate) fn listen(&mut self, ring: &mut Ring) {
        if let Some(acceptor) = &self.acceptor
            && self.armed.is_none()
            && self.paused_until.is_none()
        {
            let accept = match self.is_shared || !has_ample_room(self.run) {
                true => Accept::One,
                false => Accept::Many,
            };
            ring.accept(acceptor.listener(), accept);
            self.armed = Some(accept);
        }
    }

    /// The ring has accepted somebody, or has failed to; `is_last` says whether it is done with that.
    ///
    /// # Errors
    /// When the listener fails for good.
    pub(crate) fn on_accepted(
        &mut self,
        accepted: Result<OwnedFd, Errno>,
        is_last: bool,
        ring: &mut Ring,
        recorder: &Recorder<'_>,
    ) -> Result<Option<Connection>, ServeError> {
        if is_last {
            self.armed = None;
        }
        let Some(acceptor) = &mut self.acceptor else {
            return Ok(None);
        };
        let mut arrived = None;
        match accepted {
            Ok(socket) => arrived = self.admit(socket, ring, recorder),
            Err(Errno::CANCELED | Errno::INTR) => {}
            // The client was gone before it was accepted: not our trouble.
            Err(Errno::CONNABORTED | Errno::PROTO) => {}
            // The next one is accepted with the spare descriptor.
            Err(Errno::MFILE | Errno::NFILE) if !self.is_shared && acceptor.give_up_spare() => {}
            Err(Errno::MFILE | Errno::NFILE | Errno::NOBUFS | Errno::NOMEM | Errno::AGAIN) => {
                self.pause(ring);
            }
            Err(error) => return Err(ServeError::Accept(error.into())),
        }
        if self.armed == Some(Accept::Many) && !has_ample_room(self.run) {
            ring.cancel_accept();
            // What it still brings is as welcome as what one brings.
            self.armed = Some(Accept::One);
        }
        self.listen(ring);
        Ok(arrived)
    }

    /// The next of those who wait, when they have waited long enough and there is room. To be called until
    /// it says that there is none.
    pub(crate) fn next_early(
        &mut self,
        now: Tick,
        ring: &mut Ring,
        recorder: &Recorder<'_>,
    ) -> Option<Connection> {
        self.paused_until.filter(|&until| until <= now)?;
        let acceptor = self.acceptor.as_mut()?;
        while let Some(socket) = self.early.pop_front() {
            let room = Room::for_connection(self.run);
            if room == Room::Wait {
                self.early.push_front(socket);
                self.paused_until = Some(now + PAUSE);
                return None;
            }
            let admitted = acceptor.admit(socket, recorder, room);
            if admitted.is_some() {
                return admitted;
            }
        }
        self.paused_until = None;
        self.listen(ring);
        None
    }

    /// When [`Arrivals::next_early`] is due.
    pub(crate) fn due_at(&self) -> Option<Tick> {
        self.paused_until
    }

    /// A connection has ended, which makes room.
    pub(crate) fn someone_left(&mut self) {
        self.paused_until = self.paused_until.map(|_| Tick::ZERO);
    }

    /// Accepts nobody any more, and says whether that is news. Those who wait are not served, like those in
    /// the kernel's queue.
    pub(crate) fn stop(&mut self, ring: &mut Ring) -> bool {
        if self.armed.is_some() {
            ring.cancel_accept();
        }
        self.early.clear();
        self.paused_until = None;
        self.acceptor.take().is_some()
    }

    /// Whether the listener is closed, for the kernel too.
    pub(crate) fn have_stopped(&self) -> bool {
        self.acceptor.is_none() && self.armed.is_none()
    }

    fn admit(
        &mut self,
        socket: OwnedFd,
        ring: &mut Ring,
        recorder: &Recorder<'_>,
    ) -> Option<Connection> {
        let room = Room::for_connection(self.run);
        if room == Room::Wait || !self.early.is_empty() {
            self.early.push_back(socket);
            self.pause(ring);
            return None;
        }
        let acceptor = self.acceptor.as_mut()?;
        acceptor.admit(socket, recorder, room)
    }

    fn pause(&mut self, ring: &mut Ring) {
        if self.armed.is_some() && self.paused_until.is_none() {
            ring.cancel_accept();
        }
        let until = self.run.clock.now() + PAUSE;
        self.paused_until.get_or_insert(until);
    }
}

/// Whether there is room for more than come in one turn.
fn has_ample_room(run: &Run<'_>) -> bool {
    run.shards.open() + AMPLE < run.limits.connections as u64
}

/// More than one turn of the kernel's usually accepts.
const AMPLE: u64 = 256;
const PAUSE: Duration = Duration::from_millis(20);

//! Takes connections off the listener: waits, counts, keeps the limits, never spins.

use std::{
    fs::File,
    io,
    net::{Ipv4Addr, SocketAddr, SocketAddrV4, TcpListener, TcpStream},
    os::fd::{AsFd as _, AsRawFd as _, BorrowedFd, OwnedFd},
    time::Duration,
};

use run::{Recorder, Run, TurnedAway};
use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    io::Errno,
    net::{SocketFlags, acceptfrom_with},
};
use timing::Tick;

use crate::{ServeError, handshake::handshake_done, nudge, room::Room};

/// What the acceptor brings.
pub(crate) enum Arrival {
    /// A connection to be served, with its number.
    Connection(Connection),
    /// The descriptor that the model waits for beside the listener is readable, or the instant has come.
    Woken,
    /// A stop was asked for.
    Stop,
}

/// What a look at the listener brought.
pub(crate) enum Look {
    /// A connection to be served.
    Connection(Connection),
    /// Nobody is there.
    Nobody,
    /// The system is out of something: accepting again at once would only burn the processor.
    Later,
}

/// A connection to be served.
pub(crate) struct Connection {
    pub(crate) stream: TcpStream,
    pub(crate) peer: SocketAddr,
    pub(crate) number: u64,
}

/// The listener with what it takes to live with limits.
pub(crate) struct Acceptor<'a> {
    listener: TcpListener,
    run: &'a Run<'a>,
    /// Held so that there is one descriptor left when there is none: with it a connection can be
    /// accepted and closed, which tells the client, instead of leaving the listener readable for
    /// ever, which burns a core.
    spare: Option<File>,
    /// Whether other processes accept from the same listener: out of descriptors, this one leaves
    /// connections to them instead of turning any away.
    is_shared: bool,
}

impl<'a> Acceptor<'a> {
    pub(crate) fn new(listener: TcpListener, run: &'a Run<'a>) -> Self {
        Self {
            listener,
            run,
            spare: spare(),
            is_shared: false,
        }
    }

    /// The same, of a process beside which others accept from the listener, or not.
    pub(crate) fn shared(self, is_shared: bool) -> Self {
        Self { is_shared, ..self }
    }

    /// Whether other processes accept from the listener, too.
    pub(crate) const fn is_shared(&self) -> bool {
        self.is_shared
    }

    /// The listener, to wait for.
    pub(crate) fn listener(&self) -> BorrowedFd<'_> {
        self.listener.as_fd()
    }

    /// In a worker process, right after the fork: closes the child's copy of the listener, which would
    /// keep the port taken when the parent is gone.
    pub(crate) fn leave_to_parent(&self) {
        // SAFETY: the child never touches the acceptor again and leaves by `_exit`, so nobody closes
        // these descriptors a second time.
        unsafe {
            libc::close(self.listener.as_raw_fd());
            if let Some(spare) = &self.spare {
                libc::close(spare.as_raw_fd());
            }
        }
    }

    /// Waits for the next arrival. `also` is a descriptor that the model waits for besides, and `until` an
    /// instant.
    ///
    /// # Errors
    /// When the listener fails for good; workers are then asked to stop, or they would be waited for
    /// without end.
    pub(crate) fn next(
        &mut self,
        recorder: &Recorder<'_>,
        room: Room,
        also: Option<BorrowedFd<'_>>,
        until: Tick,
    ) -> Result<Arrival, ServeError> {
        let arrival = self.next_or_fail(recorder, room, also, until);
        if arrival.is_err() {
            self.run.stop.request();
        }
        arrival
    }

    fn next_or_fail(
        &mut self,
        recorder: &Recorder<'_>,
        room: Room,
        also: Option<BorrowedFd<'_>>,
        until: Tick,
    ) -> Result<Arrival, ServeError> {
        loop {
            if self.run.stop.requested() {
                return Ok(Arrival::Stop);
            }
            if room != Room::Wait {
                match self.look(recorder, room)? {
                    Look::Connection(connection) => return Ok(Arrival::Connection(connection)),
                    Look::Nobody => {}
                    Look::Later => pause(),
                }
            }
            if let Some(arrival) = self.wait(room, also, until).map_err(ServeError::Accept)? {
                return Ok(arrival);
            }
        }
    }

    /// Waits in `accept` itself for the next connection: for worker processes that share a listener
    /// which blocks, of which the kernel then wakes one and not all. Who is nudged looks at the stop.
    ///
    /// # Errors
    /// As [`Acceptor::next`].
    pub(crate) fn next_blocking(
        &mut self,
        recorder: &Recorder<'_>,
    ) -> Result<Option<Connection>, ServeError> {
        while !nudge::has_come() || !self.run.stop.requested() {
            match self.look(recorder, Room::Yes)? {
                Look::Connection(connection) => return Ok(Some(connection)),
                Look::Nobody => {}
                Look::Later => pause(),
            }
        }
        Ok(None)
    }

    fn wait(
        &self,
        room: Room,
        also: Option<BorrowedFd<'_>>,
        until: Tick,
    ) -> io::Result<Option<Arrival>> {
        let stop = self.run.stop.soon_fd();
        let listener = (room != Room::Wait).then(|| self.listener.as_fd());
        // Where one is not waited for the stop stands again, so that no list is made: memory that the parent
        // of worker processes asks for and gives back between two forks may be copied for each of them.
        let mut fds = [stop, also.unwrap_or(stop), listener.unwrap_or(stop)]
            .map(|fd| PollFd::from_borrowed_fd(fd, PollFlags::IN));
        let left = (until != Tick::MAX).then(|| until.since(self.run.clock.now()));
        match run::wait(&mut fds, left) {
            Ok(0) => return Ok(Some(Arrival::Woken)),
            Ok(_) | Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        if !fds[0].revents().is_empty() {
            return Ok(Some(Arrival::Stop));
        }
        let is_woken = also.is_some() && !fds[1].revents().is_empty();
        // Also where the listener is readable all the time, because nothing can be accepted.
        let is_due = until != Tick::MAX && until <= self.run.clock.now();
        Ok((is_woken || is_due).then_some(Arrival::Woken))
    }

    /// Accepts one connection, without waiting where the listener does not block.
    ///
    /// # Errors
    /// When the listener fails for good.
    pub(crate) fn look(&mut self, recorder: &Recorder<'_>, room: Room) -> Result<Look, ServeError> {
        loop {
            match accept_one(&self.listener) {
                Ok((stream, peer)) => {
                    let now = self.run.clock.now();
                    match room {
                        Room::Refuse(limit) => {
                            recorder.turned_away(peer, now, limit);
                            // There may be room for the next, or a stop may have been asked for.
                            return Ok(Look::Nobody);
                        }
                        _ => return Ok(Look::Connection(self.take(recorder, stream, peer, now))),
                    }
                }
                Err(Errno::AGAIN | Errno::INTR) => return Ok(Look::Nobody),
                // The client was gone before it was accepted: not our trouble.
                Err(Errno::CONNABORTED | Errno::PROTO) => {}
                Err(Errno::MFILE | Errno::NFILE) => {
                    if self.is_shared || !self.turn_one_away(recorder) {
                        return Ok(Look::Later);
                    }
                }
                Err(Errno::NOBUFS | Errno::NOMEM) => return Ok(Look::Later),
                Err(error) => return Err(ServeError::Accept(error.into())),
            }
        }
    }

    /// Takes a connection that the kernel has accepted by itself, or turns it away. One that was accepted
    /// with the spare descriptor is served if there is another one by now.
    pub(crate) fn admit(
        &mut self,
        accepted: OwnedFd,
        recorder: &Recorder<'_>,
        room: Room,
    ) -> Option<Connection> {
        let stream = TcpStream::from(accepted);
        let now = self.run.clock.now();
        // A client that has gone already is counted all the same.
        let peer = stream.peer_addr().unwrap_or(UNKNOWN);
        let turned_away = match room {
            Room::Refuse(limit) => Some(limit),
            _ if !self.recover_spare() => Some(TurnedAway::Descriptors),
            _ => None,
        };
        let Some(limit) = turned_away else {
            return Some(self.take(recorder, stream, peer, now));
        };
        drop(stream);
        recorder.turned_away(peer, now, limit);
        self.recover_spare();
        None
    }

    /// Gives up the spare descriptor, so that one more connection can be accepted: [`Acceptor::admit`]
    /// then turns it away. Says whether there was one.
    pub(crate) fn give_up_spare(&mut self) -> bool {
        self.spare.take().is_some()
    }

    /// Whether the spare descriptor is there, if need be by opening it again.
    pub(crate) fn recover_spare(&mut self) -> bool {
        self.spare = self.spare.take().or_else(spare);
        self.spare.is_some()
    }

    fn take(
        &self,
        recorder: &Recorder<'_>,
        stream: TcpStream,
        peer: SocketAddr,
        now: Tick,
    ) -> Connection {
        let connected = handshake_done(&stream, now).ok();
        let number = recorder.accepted(peer, now, connected);
        Connection {
            stream,
            peer,
            number,
        }
    }

    /// Out of descriptors: gives up the spare one, accepts and closes a connection with it, and takes
    /// it back. Says whether that worked.
    fn turn_one_away(&mut self, recorder: &Recorder<'_>) -> bool {
        drop(self.spare.take());
        let accepted = accept_one(&self.listener);
        let is_done = accepted.is_ok();
        if let Ok((stream, peer)) = accepted {
            drop(stream);
            recorder.turned_away(peer, self.run.clock.now(), TurnedAway::Descriptors);
        }
        self.spare = spare();
        is_done
    }
}

fn accept_one(listener: &TcpListener) -> Result<(TcpStream, SocketAddr), Errno> {
    let (fd, address) = acceptfrom_with(listener, SocketFlags::CLOEXEC)?;
    let peer = address.and_then(|address| SocketAddr::try_from(address).ok());
    Ok((fd.into(), peer.ok_or(Errno::CONNABORTED)?))
}

fn spare() -> Option<File> {
    File::open("/dev/null").ok()
}

/// The system is out of something and accepting again at once would only burn the processor.
fn pause() {
    let _ = poll(
        &mut [],
        Some(&Timespec::try_from(PAUSE).expect("a short pause fits")),
    );
}

/// The address of a client that cannot be asked for it any more.
const UNKNOWN: SocketAddr = SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, 0));
const PAUSE: Duration = Duration::from_millis(20);

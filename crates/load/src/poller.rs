//! Waits for sockets: by `epoll` for many, by `poll` for the few of a thread with one worker.
//!
//! A thread of its own for each of a thousand workers must not cost a descriptor more each, nor two more
//! system calls for a connection that carries a single request; so those use `poll`. Both are
//! level-triggered: what has not been read is told again, so nothing is lost when a worker stops reading
//! before the socket is empty, and an end of file that came with the last bytes is not missed. The price
//! is one `epoll_ctl` more for a connection whose interest changes, which none does in steady state.

use std::{io, os::fd::AsRawFd, time::Duration};

use run::Stop;
use rustix::{
    buffer::spare_capacity,
    event::{PollFd, PollFlags, Timespec, epoll},
    fd::{BorrowedFd, OwnedFd, RawFd},
    io::Errno,
};

use crate::token::Token;

/// See the file's description. The owner of a socket takes it off before it closes it.
pub(crate) struct Poller<'a> {
    stop: &'a Stop,
    /// Whether the first request to stop has been heeded, and only a second is news.
    heeded: bool,
    kind: Kind,
}

enum Kind {
    Few(Vec<(RawFd, Token, PollFlags)>),
    Many {
        epoll: OwnedFd,
        events: Vec<epoll::Event>,
    },
}

impl<'a> Poller<'a> {
    /// For a few sockets.
    pub(crate) const fn few(stop: &'a Stop) -> Self {
        Self {
            stop,
            heeded: false,
            kind: Kind::Few(Vec::new()),
        }
    }

    /// For any number of sockets.
    ///
    /// # Errors
    /// When there is no descriptor for it.
    pub(crate) fn many(stop: &'a Stop) -> io::Result<Self> {
        let epoll = epoll::create(epoll::CreateFlags::CLOEXEC)?;
        let data = epoll::EventData::new_u64(Token::STOP.as_u64());
        epoll::add(&epoll, stop.soon_fd(), data, epoll::EventFlags::IN)?;
        Ok(Self {
            stop,
            heeded: false,
            kind: Kind::Many {
                epoll,
                events: Vec::with_capacity(EVENTS_AT_ONCE),
            },
        })
    }

    /// From now on tells of `socket`.
    ///
    /// # Errors
    /// When the system has no memory for one more.
    pub(crate) fn add(
        &mut self,
        socket: BorrowedFd<'_>,
        token: Token,
        interest: PollFlags,
    ) -> Result<(), Errno> {
        match &mut self.kind {
            Kind::Few(sockets) => sockets.push((socket.as_raw_fd(), token, interest)),
            Kind::Many { epoll, .. } => {
                let data = epoll::EventData::new_u64(token.as_u64());
                epoll::add(epoll, socket, data, as_events(interest))?;
            }
        }
        Ok(())
    }

    /// From now on tells something else of a socket that was added.
    pub(crate) fn change(&mut self, socket: BorrowedFd<'_>, token: Token, interest: PollFlags) {
        match &mut self.kind {
            Kind::Few(sockets) => {
                if let Some(entry) = sockets.iter_mut().find(|entry| entry.1 == token) {
                    entry.2 = interest;
                }
            }
            Kind::Many { epoll, .. } => {
                let data = epoll::EventData::new_u64(token.as_u64());
                // It fails for no socket that was added.
                let _ = epoll::modify(epoll, socket, data, as_events(interest));
            }
        }
    }

    /// The socket of `token` is about to be closed.
    pub(crate) fn remove(&mut self, token: Token) {
        match &mut self.kind {
            Kind::Few(sockets) => sockets.retain(|entry| entry.1 != token),
            // Closing takes it off, because nobody has a copy of the descriptor.
            Kind::Many { .. } => {}
        }
    }

    /// From now on only a second request to stop is told.
    pub(crate) fn heed_stop(&mut self) {
        self.heeded = true;
        if let Kind::Many { epoll, .. } = &self.kind {
            let data = epoll::EventData::new_u64(Token::STOP.as_u64());
            // Neither fails: the one was added, and for the other the one has made room.
            let _ = epoll::delete(epoll, self.stop.soon_fd());
            let _ = epoll::add(epoll, self.stop.at_once_fd(), data, epoll::EventFlags::IN);
        }
    }

    /// Sleeps as [`run::wait`] does, and puts what is ready for what into `ready`. Gives back whether a
    /// stop was asked for.
    pub(crate) fn wait(
        &mut self,
        left: Option<Duration>,
        ready: &mut Vec<(Token, PollFlags)>,
    ) -> bool {
        ready.clear();
        // After an error nothing is ready, and the next turn asks again.
        match &mut self.kind {
            Kind::Few(sockets) => {
                let stop = match self.heeded {
                    false => self.stop.soon_fd(),
                    true => self.stop.at_once_fd(),
                };
                poll_few(stop, sockets, left, ready).unwrap_or(false)
            }
            Kind::Many { epoll, events } => wait_many(epoll, events, left, ready).unwrap_or(false),
        }
    }
}

fn poll_few(
    stop: BorrowedFd<'_>,
    sockets: &[(RawFd, Token, PollFlags)],
    left: Option<Duration>,
    ready: &mut Vec<(Token, PollFlags)>,
) -> Result<bool, Errno> {
    let socket = |&(socket, _, interest): &(RawFd, Token, PollFlags)| {
        // SAFETY: sockets are taken off before they are closed.
        PollFd::from_borrowed_fd(unsafe { BorrowedFd::borrow_raw(socket) }, interest)
    };
    let mut fds = Vec::with_capacity(1 + sockets.len());
    fds.push(PollFd::from_borrowed_fd(stop, PollFlags::IN));
    fds.extend(sockets.iter().map(socket));
    run::wait(&mut fds, left)?;
    for (fd, &(_, token, _)) in fds[1..].iter().zip(sockets) {
        if !fd.revents().is_empty() {
            ready.push((token, fd.revents()));
        }
    }
    Ok(!fds[0].revents().is_empty())
}

fn wait_many(
    epoll: &OwnedFd,
    events: &mut Vec<epoll::Event>,
    left: Option<Duration>,
    ready: &mut Vec<(Token, PollFlags)>,
) -> Result<bool, Errno> {
    let timeout = left.map(|left| {
        let nap = run::nap(left);
        Timespec {
            tv_sec: i64::try_from(nap.as_secs()).unwrap_or(i64::MAX),
            tv_nsec: nap.subsec_nanos().into(),
        }
    });
    events.clear();
    epoll::wait(epoll, spare_capacity(events), timeout.as_ref())?;
    let mut stop = false;
    for event in events.iter() {
        // Copied, because the kernel's form of it is packed.
        let (data, flags) = (event.data, event.flags);
        match Token::from_u64(data.u64()) {
            Token::STOP => stop = true,
            token => ready.push((token, as_poll_flags(flags))),
        }
    }
    Ok(stop)
}

/// Both calls use the same bits.
fn as_events(flags: PollFlags) -> epoll::EventFlags {
    epoll::EventFlags::from_bits_truncate(flags.bits().into())
}

fn as_poll_flags(flags: epoll::EventFlags) -> PollFlags {
    PollFlags::from_bits_truncate(flags.bits() as u16)
}

/// What one call may tell; the kernel goes round, so none is passed over for long.
const EVENTS_AT_ONCE: usize = 256;
/// With more connections than this a thread uses `epoll`.
pub(crate) const FEW: usize = 8;

#[cfg(test)]
mod tests {
    use std::{io::Write, os::fd::AsFd, os::unix::net::UnixStream};

    use super::*;

    const AT_ONCE: Option<Duration> = Some(Duration::ZERO);

    #[track_caller]
    fn check(mut poller: Poller<'_>, stop: &Stop) {
        let (ours, mut theirs) = UnixStream::pair().expect("descriptors");
        let (token, mut ready) = (Token::of_worker(5), Vec::new());
        poller
            .add(ours.as_fd(), token, PollFlags::IN)
            .expect("memory");
        assert!(!poller.wait(AT_ONCE, &mut ready) && ready.is_empty());
        theirs.write_all(b"a").expect("a peer");
        assert!(!poller.wait(None, &mut ready));
        assert_eq!(ready, [(token, PollFlags::IN)]);
        poller.change(ours.as_fd(), token, PollFlags::OUT);
        assert!(!poller.wait(None, &mut ready));
        assert_eq!(ready, [(token, PollFlags::OUT)]);
        poller.remove(token);
        drop(ours);
        assert!(!poller.wait(AT_ONCE, &mut ready) && ready.is_empty());
        stop.request();
        assert!(poller.wait(None, &mut ready) && poller.wait(None, &mut ready));
        poller.heed_stop();
        assert!(!poller.wait(AT_ONCE, &mut ready));
        stop.request();
        assert!(poller.wait(None, &mut ready));
    }

    #[test]
    fn a_few_and_many_are_told_alike() {
        let stop = Stop::new().expect("descriptors");
        check(Poller::few(&stop), &stop);
        let stop = Stop::new().expect("descriptors");
        check(Poller::many(&stop).expect("descriptors"), &stop);
    }
}

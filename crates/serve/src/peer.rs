//! The other end of a connection, as far as a conversation touches it itself.

use std::os::fd::BorrowedFd;

use rustix::{
    io::Errno,
    net::{RecvFlags, SendFlags, Shutdown, recv, send, shutdown},
};

/// A socket; nothing here waits.
pub(crate) struct Peer<'a> {
    socket: BorrowedFd<'a>,
    sends: Sends,
    holds_unread: bool,
}

/// Who hands bytes to the kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sends {
    /// The conversation, at once.
    AtOnce,
    /// The driver, later: everything is kept for it.
    Later,
}

impl<'a> Peer<'a> {
    pub(crate) fn new(socket: BorrowedFd<'a>, sends: Sends) -> Self {
        Self {
            socket,
            sends,
            holds_unread: false,
        }
    }

    /// Whether the driver holds bytes of the peer that the conversation has not been given yet: the
    /// kernel would not tell of them any more.
    pub(crate) fn holding(self, holds_unread: bool) -> Self {
        Self {
            holds_unread,
            ..self
        }
    }

    /// How many of the bytes were taken.
    ///
    /// # Errors
    /// When the connection is broken.
    pub(crate) fn send(&mut self, bytes: &[u8]) -> Result<usize, Errno> {
        if self.sends == Sends::Later {
            return Ok(0);
        }
        let mut taken = 0;
        while taken < bytes.len() {
            let flags = SendFlags::DONTWAIT | SendFlags::NOSIGNAL;
            match send(self.socket, &bytes[taken..], flags) {
                Ok(count) => taken += count,
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => break,
                Err(error) => return Err(error),
            }
        }
        Ok(taken)
    }

    pub(crate) fn has_unread(&self) -> bool {
        if self.holds_unread {
            return true;
        }
        let mut scrap = [0; 1];
        let flags = RecvFlags::DONTWAIT | RecvFlags::PEEK;
        matches!(recv(self.socket, &mut scrap[..], flags), Ok((1.., _)))
    }

    /// Ends the sending side, so that the client sees the end of file; says whether that could be done.
    pub(crate) fn end_sending(&self) -> bool {
        shutdown(self.socket, Shutdown::Write).is_ok()
    }
}

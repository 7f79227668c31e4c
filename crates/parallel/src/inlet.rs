//! The leader's end of a worker's stream: frames come out, whole ones only.

use std::{
    io::{self, Read as _, Write},
    os::fd::{AsFd, BorrowedFd},
    os::unix::net::UnixStream,
};

use rustix::net::{SendFlags, send};

use crate::frame::{HEADER, Header};

/// A stream that one worker writes into.
#[derive(Debug)]
pub(crate) struct Inlet {
    stream: UnixStream,
    buffer: Vec<u8>,
    filled: usize,
    header: Option<Header>,
    /// The header is known, and the primes have to stay where they are.
    is_held: bool,
}

/// What an inlet gave.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Pull {
    /// A piece; its primes are [`Inlet::primes`].
    Piece(Header),
    /// Nothing more for the moment.
    Later,
    /// A piece for which there is no room yet. Its worker waits as soon as the stream is full.
    Held,
    /// The worker has closed it: it has ended or died, and what it had begun to write is lost.
    Ended,
}

impl Inlet {
    /// An inlet, and the end that belongs to the worker.
    ///
    /// # Errors
    /// When there are no descriptors left.
    pub(crate) fn new() -> io::Result<(Self, Outlet)> {
        let (stream, outlet) = UnixStream::pair()?;
        stream.set_nonblocking(true)?;
        let inlet = Self {
            stream,
            buffer: vec![0; HEADER],
            filled: 0,
            header: None,
            is_held: false,
        };
        Ok((inlet, Outlet(outlet)))
    }

    /// Reads on; `has_room` is asked once a header is there, and again at the next pull if it says no.
    ///
    /// # Errors
    /// When the system gives one that is none of a worker's doing.
    pub(crate) fn pull(&mut self, has_room: impl Fn(&Header) -> bool) -> io::Result<Pull> {
        self.is_held = false;
        loop {
            if self.filled == self.buffer.len() {
                match self.header {
                    Some(header) => {
                        self.header = None;
                        self.filled = 0;
                        return Ok(Pull::Piece(header));
                    }
                    None => {
                        let bytes = self.buffer.first_chunk().expect("a header");
                        let header = Header::read(bytes);
                        if !has_room(&header) {
                            self.is_held = true;
                            return Ok(Pull::Held);
                        }
                        self.header = Some(header);
                        self.buffer.resize(HEADER + header.bytes, 0);
                        continue;
                    }
                }
            }
            if self.filled == 0 {
                self.buffer.resize(HEADER, 0);
            }
            match self.stream.read(&mut self.buffer[self.filled..]) {
                Ok(0) => return Ok(Pull::Ended),
                Ok(count) => self.filled += count,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(Pull::Later),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // A worker that was killed with the stream's other direction unread.
                Err(error) if error.kind() == io::ErrorKind::ConnectionReset => {
                    return Ok(Pull::Ended);
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// The primes, as bytes, of the piece that was given last; until the next pull.
    pub(crate) fn primes(&self) -> &[u8] {
        &self.buffer[HEADER..]
    }

    /// Reads on without keeping anything; whether the worker has closed the stream.
    pub(crate) fn is_drained(&mut self) -> bool {
        let mut scrap = [0; 4096];
        loop {
            match self.stream.read(&mut scrap) {
                Ok(0) => return true,
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return error.kind() != io::ErrorKind::WouldBlock,
            }
        }
    }

    /// Whether a piece is there that must wait.
    pub(crate) fn is_held(&self) -> bool {
        self.is_held
    }
}

/// A worker's end of the stream. When nobody reads any more, a write is an error and not a signal.
#[derive(Debug)]
pub(crate) struct Outlet(UnixStream);

impl Write for Outlet {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(send(&self.0, bytes, SendFlags::NOSIGNAL)?)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl AsFd for Inlet {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.stream.as_fd()
    }
}

#[cfg(test)]
mod tests {
    use primes::{Range, Steps};
    use timing::Tick;

    use super::*;

    fn frame(first: u64, bytes: &[u8]) -> (Header, Vec<u8>) {
        let header = Header {
            share: 0,
            piece: Range::new(first, first + 9).expect("numbers"),
            count: bytes.len() as u64,
            steps: Steps(1),
            begin: Tick::ZERO,
            end: Tick::ZERO,
            bytes: bytes.len(),
        };
        let mut frame = vec![0; HEADER];
        header.write(frame.first_chunk_mut().expect("room"));
        frame.extend(bytes);
        (header, frame)
    }

    #[test]
    fn pieces_come_out_whole_however_their_bytes_come_in() {
        let (mut inlet, mut outlet) = Inlet::new().expect("descriptors");
        let (first, bytes) = frame(1, &[1, 2]);
        let (second, more) = frame(11, &[]);
        for byte in bytes {
            assert_eq!(inlet.pull(|_| true).expect("a stream"), Pull::Later);
            outlet.write_all(&[byte]).expect("room");
        }
        assert_eq!(inlet.pull(|_| true).expect("a stream"), Pull::Piece(first));
        assert_eq!(inlet.primes(), [1, 2]);
        outlet.write_all(&more).expect("room");
        assert_eq!(inlet.pull(|_| true).expect("a stream"), Pull::Piece(second));
        assert!(inlet.primes().is_empty());
    }

    #[test]
    fn a_piece_without_room_stays_until_there_is_some() {
        let (mut inlet, mut outlet) = Inlet::new().expect("descriptors");
        let (header, bytes) = frame(1, &[3]);
        outlet.write_all(&bytes).expect("room");
        for _ in 0..2 {
            assert_eq!(inlet.pull(|_| false).expect("a stream"), Pull::Held);
            assert!(inlet.is_held());
        }
        assert_eq!(inlet.pull(|_| true).expect("a stream"), Pull::Piece(header));
        assert!(!inlet.is_held());
    }

    #[test]
    fn what_a_dead_worker_had_begun_to_write_is_dropped() {
        let (mut inlet, mut outlet) = Inlet::new().expect("descriptors");
        let (header, bytes) = frame(1, &[3]);
        outlet.write_all(&bytes).expect("room");
        outlet.write_all(&bytes[..HEADER]).expect("room");
        drop(outlet);
        assert_eq!(inlet.pull(|_| true).expect("a stream"), Pull::Piece(header));
        assert_eq!(inlet.pull(|_| true).expect("a stream"), Pull::Ended);
    }
}

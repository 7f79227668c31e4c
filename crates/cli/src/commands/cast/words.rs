//! What is to be sent, datagram by datagram: words, the lines of a file or of standard input, or all of it.

use std::{
    fs::File,
    io::{Read as _, stdin},
    os::fd::AsFd as _,
    path::Path,
};

use anyhow::{Context as _, Result, ensure};
use run::{Stop, wait};
use rustix::{
    event::{PollFd, PollFlags},
    io::{Errno, read},
};

use crate::args::SendArgs;

/// What is to be sent.
pub enum Words {
    /// These datagrams, so many times over.
    Known {
        /// The datagrams.
        datagrams: Vec<Vec<u8>>,
        /// How often each has still to be sent, and which is next.
        left: u64,
        /// Which is next.
        at: usize,
    },
    /// Lines of standard input, as they come.
    Lines(Lines),
}

impl Words {
    /// What the flags say.
    ///
    /// # Errors
    /// When a file cannot be read, or the flags contradict each other.
    pub fn of(args: &SendArgs, stop: &Stop) -> Result<Self> {
        let datagrams = match (&args.file, args.text.is_empty()) {
            (Some(file), _) => from_file(file, args.raw)?,
            (None, false) => vec![args.text.join(" ").into_bytes()],
            (None, true) => {
                ensure!(
                    args.count == 1,
                    "--count sends a text or a file again, and standard input is there once; give the text, or --file"
                );
                let mut lines = Lines::default();
                match args.raw {
                    false => return Ok(Self::Lines(lines)),
                    true => vec![lines.whole(stop)?],
                }
            }
        };
        Ok(Self::Known {
            datagrams,
            left: args.count,
            at: 0,
        })
    }

    /// The next datagram; none at the end, or when a stop is asked for.
    ///
    /// # Errors
    /// When standard input cannot be read, or a line of it is longer than a datagram.
    pub fn next(&mut self, stop: &Stop) -> Result<Option<&[u8]>> {
        match self {
            Self::Lines(lines) => lines.next(stop),
            Self::Known {
                datagrams,
                left,
                at,
            } => {
                if *left == 0 || datagrams.is_empty() || stop.requested() {
                    return Ok(None);
                }
                let next = *at;
                *at = (next + 1) % datagrams.len();
                *left -= u64::from(*at == 0);
                Ok(Some(&datagrams[next]))
            }
        }
    }
}

/// The lines of standard input. It is read directly and not through the library, whose reads would not hear
/// of a stop while they wait.
#[derive(Default)]
pub struct Lines {
    buffer: Vec<u8>,
    /// How much of the buffer has been given out.
    taken: usize,
    /// How much after that has no line end.
    searched: usize,
    is_ended: bool,
}

impl Lines {
    fn next(&mut self, stop: &Stop) -> Result<Option<&[u8]>> {
        self.buffer.drain(..self.taken);
        self.taken = 0;
        loop {
            let rest = &self.buffer[self.searched..];
            if let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
                let end = self.searched + end;
                (self.taken, self.searched) = (end + 1, 0);
                return Ok(Some(&self.buffer[..end]));
            }
            self.searched = self.buffer.len();
            ensure!(
                self.buffer.len() <= LINE_BYTES_MAX,
                "a line of more than {LINE_BYTES_MAX} bytes is longer than a datagram; send it in pieces"
            );
            if self.is_ended {
                (self.taken, self.searched) = (self.buffer.len(), 0);
                return Ok((self.taken > 0).then_some(&self.buffer[..self.taken]));
            }
            if !self.read(stop)? {
                return Ok(None);
            }
        }
    }

    fn whole(&mut self, stop: &Stop) -> Result<Vec<u8>> {
        while !self.is_ended && self.buffer.len() as u64 <= FILE_BYTES_MAX {
            ensure!(
                self.read(stop)?,
                "stopped before standard input had ended: nothing is sent"
            );
        }
        Ok(std::mem::take(&mut self.buffer))
    }

    /// Reads once; not when a stop is asked for.
    fn read(&mut self, stop: &Stop) -> Result<bool> {
        let (input, soon) = (stdin(), stop.soon_fd());
        loop {
            let mut fds = [
                PollFd::new(&input, PollFlags::IN),
                PollFd::new(&soon, PollFlags::IN),
            ];
            match wait(&mut fds, None) {
                Ok(_) if !fds[1].revents().is_empty() => return Ok(false),
                Ok(_) if !fds[0].revents().is_empty() => break,
                Ok(_) | Err(Errno::INTR) => {}
                Err(error) => return Err(error).context("cannot wait for standard input"),
            }
        }
        let mut piece = [0; 65_536];
        let count = read(input.as_fd(), &mut piece).context("cannot read standard input")?;
        self.is_ended = count == 0;
        self.buffer.extend_from_slice(&piece[..count]);
        Ok(true)
    }
}

fn from_file(file: &Path, is_whole: bool) -> Result<Vec<Vec<u8>>> {
    let mut bytes = Vec::new();
    // Not by the size that it says it has, for a device or a pipe says none and may never end.
    File::open(file)
        .and_then(|file| file.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes))
        .with_context(|| format!("cannot read {}", file.display()))?;
    ensure!(
        bytes.len() as u64 <= FILE_BYTES_MAX,
        "{} has more than {FILE_BYTES_MAX} bytes; give it on standard input, which is read as it is sent",
        file.display()
    );
    Ok(match is_whole {
        true => vec![bytes],
        false => lines(&bytes),
    })
}

/// The lines, the last one whether or not a line feed ends it.
fn lines(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut lines: Vec<Vec<u8>> = bytes
        .split(|byte| *byte == b'\n')
        .map(<[u8]>::to_vec)
        .collect();
    if lines.last().is_some_and(Vec::is_empty) {
        lines.pop();
    }
    lines
}

/// More than any datagram.
const LINE_BYTES_MAX: usize = 65_535;
/// What is held in memory at most.
const FILE_BYTES_MAX: u64 = 64 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_its_lines() {
        let check = |text: &str, expected: &[&str]| {
            let lines = lines(text.as_bytes());
            let texts: Vec<&str> = lines
                .iter()
                .map(|line| std::str::from_utf8(line).expect("text"))
                .collect();
            assert_eq!(texts, expected, "{text:?}");
        };
        check("", &[]);
        check("a", &["a"]);
        check("a\n", &["a"]);
        check("a\n\nb\n", &["a", "", "b"]);
    }

    /// A file was refused by the size that it says it has, and one that says none was read without end.
    #[test]
    fn a_file_without_an_end_is_refused() {
        let error = from_file(Path::new("/dev/zero"), true).expect_err("no end");
        assert!(
            error.to_string().contains("more than 67108864 bytes"),
            "{error}"
        );
    }

    #[test]
    fn known_datagrams_are_sent_as_often_as_asked() {
        let stop = Stop::new().expect("descriptors");
        let mut words = Words::Known {
            datagrams: vec![b"a".to_vec(), b"b".to_vec()],
            left: 2,
            at: 0,
        };
        let mut all = Vec::new();
        while let Some(datagram) = words.next(&stop).expect("known") {
            all.extend_from_slice(datagram);
        }
        assert_eq!(all, b"abab");
    }
}

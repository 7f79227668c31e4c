//! Collects what has been received until a message is whole.
//!
//! ```text
//!   reads:     "1:a" | "bc\n3:x\r" | "\n2:1+" | "1" … nothing for a while
//!   messages:  "1:abc" (Lf)  "3:x" (CrLf)                "2:1+1" (Bare), when its owner says so
//! ```

use std::str::FromStr;

use memchr::{memchr, memchr_iter, memrchr};

/// How a message ended on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// With nothing: its owner decided that it was whole.
    Bare,
    /// With `\n`.
    Lf,
    /// With `\r\n`.
    CrLf,
}

impl Ending {
    /// The bytes of this ending.
    pub const fn bytes(self) -> &'static [u8] {
        match self {
            Self::Bare => b"",
            Self::Lf => b"\n",
            Self::CrLf => b"\r\n",
        }
    }
}

/// How one end of a dialect ends its messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Terminator {
    /// A server answers with the ending that the request had; a client sends bare messages.
    Auto,
    /// Always this one.
    Always(Ending),
}

impl Terminator {
    /// What to end an answer with when its request ended with `request`.
    pub const fn reply(self, request: Ending) -> Ending {
        match self {
            Self::Auto => request,
            Self::Always(ending) => ending,
        }
    }

    /// What a client ends its requests with.
    pub const fn request(self) -> Ending {
        match self {
            Self::Auto => Ending::Bare,
            Self::Always(ending) => ending,
        }
    }
}

impl FromStr for Terminator {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "auto" => Ok(Self::Auto),
            "none" => Ok(Self::Always(Ending::Bare)),
            "lf" => Ok(Self::Always(Ending::Lf)),
            "crlf" => Ok(Self::Always(Ending::CrLf)),
            other => Err(format!(
                "unknown terminator `{other}`: expected auto, none, lf or crlf"
            )),
        }
    }
}

/// The first line of `bytes` without its ending, how it ended, and how many bytes it takes with it.
pub fn first_line(bytes: &[u8]) -> Option<(&[u8], Ending, usize)> {
    let feed = memchr(b'\n', bytes)?;
    let (line, ending) = without_return(&bytes[..feed]);
    Some((line, ending, feed + 1))
}

/// How many lines end in `bytes`, and how many bytes they take, if all end with a bare line feed: none
/// where there is a carriage return, because it may be half of an ending. Faster than going from line to
/// line, for who needs no more than their number.
pub fn count_lines(bytes: &[u8]) -> Option<(u64, usize)> {
    if memchr(b'\r', bytes).is_some() {
        return None;
    }
    let used = memrchr(b'\n', bytes).map_or(0, |last| last + 1);
    let lines = memchr_iter(b'\n', &bytes[..used]).count();
    Some((lines as u64, used))
}

/// A line up to its line feed, parted from the carriage return before it.
fn without_return(line: &[u8]) -> (&[u8], Ending) {
    match line.split_last() {
        Some((b'\r', line)) => (line, Ending::CrLf),
        _ => (line, Ending::Lf),
    }
}

/// A message outgrew its bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("request longer than {limit_bytes} bytes")]
pub struct TooLong {
    /// The bound, in bytes.
    pub limit_bytes: usize,
}

/// Bytes received and not yet taken as a message.
#[derive(Debug)]
pub struct Inbox {
    bytes: Vec<u8>,
    /// Where the first message that has not been taken begins.
    start: usize,
    /// Up to where no line feed has been found.
    scanned: usize,
    limit_bytes: usize,
}

impl Inbox {
    /// An inbox whose messages have at most `limit_bytes` bytes, the ending not counted.
    pub const fn new(limit_bytes: usize) -> Self {
        Self {
            bytes: Vec::new(),
            start: 0,
            scanned: 0,
            limit_bytes,
        }
    }

    /// Adds a read. Memory stays within the bound and one read.
    pub fn push(&mut self, read: &[u8]) {
        if self.start > 0 {
            self.bytes.drain(..self.start);
            self.scanned -= self.start;
            self.start = 0;
        }
        self.bytes.extend_from_slice(read);
    }

    /// What has come and belongs to no message that was taken.
    pub fn pending(&self) -> &[u8] {
        &self.bytes[self.start..]
    }

    /// Whether nothing is pending.
    pub fn is_empty(&self) -> bool {
        self.start == self.bytes.len()
    }

    /// Takes the next message that ends with a line feed, when it is there, without its ending.
    ///
    /// # Errors
    /// [`TooLong`] when it, or what has come of it so far, is over the bound.
    pub fn next_line(&mut self) -> Result<Option<(&[u8], Ending)>, TooLong> {
        let Some(found) = memchr(b'\n', &self.bytes[self.scanned..]) else {
            self.scanned = self.bytes.len();
            // A pending `\r` may be half of an ending, which does not count.
            return match self.pending().len() > self.limit_bytes + 1 {
                true => Err(self.too_long()),
                false => Ok(None),
            };
        };
        let (start, feed) = (self.start, self.scanned + found);
        let (line, ending) = without_return(&self.bytes[start..feed]);
        if line.len() > self.limit_bytes {
            return Err(self.too_long());
        }
        self.start = feed + 1;
        self.scanned = self.start;
        Ok(Some((line, ending)))
    }

    /// Takes the first `count` pending bytes as they are.
    ///
    /// # Panics
    /// When fewer are pending.
    pub fn take(&mut self, count: usize) -> &[u8] {
        let start = self.start;
        assert!(
            count <= self.pending().len(),
            "cannot take what has not come"
        );
        self.start += count;
        self.scanned = self.scanned.max(self.start);
        &self.bytes[start..self.start]
    }

    /// The error for a message over the bound.
    pub const fn too_long(&self) -> TooLong {
        TooLong {
            limit_bytes: self.limit_bytes,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn lines(reads: &[&[u8]]) -> Vec<(Vec<u8>, Ending)> {
        let mut inbox = Inbox::new(100);
        let mut found = Vec::new();
        for read in reads {
            inbox.push(read);
            while let Some((line, ending)) = inbox.next_line().expect("under the bound") {
                found.push((line.to_vec(), ending));
            }
        }
        found
    }

    #[test]
    fn a_line_split_inside_its_ending_is_one_line() {
        let found = lines(&[b"1:a", b"bc\r", b"\n3:x\n"]);
        assert_eq!(
            found,
            [
                (b"1:abc".to_vec(), Ending::CrLf),
                (b"3:x".to_vec(), Ending::Lf)
            ]
        );
    }

    #[test]
    fn an_endless_line_is_refused_before_it_is_stored() {
        let mut inbox = Inbox::new(4);
        inbox.push(b"12345\r");
        assert_eq!(inbox.next_line(), Err(TooLong { limit_bytes: 4 }));
    }

    #[test]
    fn a_line_of_just_the_bound_passes() {
        let mut inbox = Inbox::new(4);
        inbox.push(b"1234\r");
        assert_eq!(inbox.next_line(), Ok(None));
        inbox.push(b"\n");
        assert_eq!(inbox.next_line(), Ok(Some((&b"1234"[..], Ending::CrLf))));
    }

    #[test]
    fn what_is_taken_is_gone() {
        let mut inbox = Inbox::new(100);
        inbox.push(b"ready2\n");
        assert_eq!(inbox.take(5), b"ready");
        assert_eq!(inbox.pending(), b"2\n");
        assert_eq!(inbox.next_line(), Ok(Some((&b"2"[..], Ending::Lf))));
        assert!(inbox.is_empty());
    }

    proptest! {
        #[test]
        fn how_the_stream_is_cut_into_reads_does_not_matter(
            messages in prop::collection::vec("[a-z\r]{0,9}[a-z]", 0..9),
            cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..9),
        ) {
            let stream: String = messages.iter().map(|m| format!("{m}\n")).collect();
            let mut at: Vec<usize> = cuts.iter().map(|c| c.index(stream.len() + 1)).collect();
            at.extend([0, stream.len()]);
            at.sort_unstable();
            let reads: Vec<&[u8]> = at.windows(2).map(|w| &stream.as_bytes()[w[0]..w[1]]).collect();
            let found: Vec<Vec<u8>> = lines(&reads).into_iter().map(|(line, _)| line).collect();
            let expected: Vec<Vec<u8>> = messages.iter().map(|m| m.clone().into_bytes()).collect();
            prop_assert_eq!(found, expected);
        }
    }
}

//! Requests as Redis clients write them: an array of bulk strings, or words in a line.

/// The words of a request.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Request<'a> {
    words: [&'a [u8]; KEPT_WORDS],
    count: usize,
}

impl<'a> Request<'a> {
    const EMPTY: Self = Self {
        words: [b""; KEPT_WORDS],
        count: 0,
    };

    /// Its words, or the first of them: no command that is known here takes so many.
    pub(super) fn words(&self) -> &[&'a [u8]] {
        &self.words[..self.count.min(KEPT_WORDS)]
    }

    /// Whether it has no words: it asks for nothing, and gets no answer.
    pub(super) const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Whether this is its first word, in capitals or not.
    pub(super) fn is(&self, name: &str) -> bool {
        self.count > 0 && self.words[0].eq_ignore_ascii_case(name.as_bytes())
    }

    fn push(&mut self, word: &'a [u8]) {
        if let Some(place) = self.words.get_mut(self.count) {
            *place = word;
        }
        self.count += 1;
    }
}

/// Why bytes cannot be a request; the words are those of `redis-server` where it has the case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Malformed {
    #[error("invalid multibulk length")]
    Count,
    #[error("expected '$', got '{}'", char::from(*.0).escape_default())]
    NoBulk(u8),
    #[error("invalid bulk length")]
    Length,
    #[error("too big inline request")]
    Line,
    #[error("unbalanced quotes in request")]
    Quotes,
    #[error("request longer than {limit_bytes} bytes")]
    TooLong { limit_bytes: usize },
}

/// The first request of `bytes` and its size on the wire; nothing when it is not whole. Its size may
/// be `limit_bytes`, the last line ending not counted.
///
/// # Errors
/// When it cannot become one, whatever comes.
pub(super) fn first(
    bytes: &[u8],
    limit_bytes: usize,
) -> Result<Option<(Request<'_>, usize)>, Malformed> {
    // Nearly all that a benchmark sends.
    if bytes.starts_with(PING) && PING.len() <= limit_bytes {
        let mut request = Request::EMPTY;
        request.push(b"PING");
        return Ok(Some((request, PING.len())));
    }
    let found = match bytes.first() {
        Some(b'*') => array(bytes, limit_bytes)?,
        _ => line(bytes)?,
    };
    // Of what is not whole, a carriage return may be half of an ending, which does not count.
    let text_bytes = match &found {
        Some(found) => found.size - found.ending_bytes,
        None => bytes.len().saturating_sub(1),
    };
    match text_bytes > limit_bytes {
        true => Err(Malformed::TooLong { limit_bytes }),
        false => Ok(found.map(|found| (found.request, found.size))),
    }
}

struct Found<'a> {
    request: Request<'a>,
    /// On the wire, the last ending counted.
    size: usize,
    ending_bytes: usize,
}

/// `*2\r\n$4\r\nECHO\r\n$2\r\nhi\r\n`. No words, or less than none, are nothing, as in `redis-server`.
fn array(bytes: &[u8], limit_bytes: usize) -> Result<Option<Found<'_>>, Malformed> {
    let Some((count, mut at)) = number(bytes, 1).map_err(|()| Malformed::Count)? else {
        return Ok(None);
    };
    if count > MOST_WORDS {
        return Err(Malformed::Count);
    }
    let mut request = Request::EMPTY;
    for _ in 0..count {
        match bytes.get(at) {
            None => return Ok(None),
            Some(b'$') => {}
            Some(other) => return Err(Malformed::NoBulk(*other)),
        }
        let length = number(bytes, at + 1).map_err(|()| Malformed::Length)?;
        let Some((length, start)) = length else {
            return Ok(None);
        };
        let length = usize::try_from(length).map_err(|_| Malformed::Length)?;
        if length > limit_bytes {
            return Err(Malformed::Length);
        }
        let end = start + length;
        let ending = &bytes[end.min(bytes.len())..];
        if !ENDING.starts_with(&ending[..ending.len().min(ENDING.len())]) {
            return Err(Malformed::Length);
        }
        if ending.len() < ENDING.len() {
            return Ok(None);
        }
        request.push(&bytes[start..end]);
        at = end + ENDING.len();
    }
    Ok(Some(Found {
        request,
        size: at,
        ending_bytes: ENDING.len(),
    }))
}

/// The number that begins at `from` and ends with a line, and where the next line begins; nothing
/// when it is not whole.
fn number(bytes: &[u8], from: usize) -> Result<Option<(i64, usize)>, ()> {
    let rest = &bytes[from.min(bytes.len())..];
    let head = &rest[..rest.len().min(NUMBER_BYTES)];
    let Some(length) = head.iter().position(|&b| b == b'\r') else {
        return match rest.len() < NUMBER_BYTES {
            true => Ok(None),
            false => Err(()),
        };
    };
    match rest.get(length + 1) {
        None => return Ok(None),
        Some(b'\n') => {}
        Some(_) => return Err(()),
    }
    let text = std::str::from_utf8(&rest[..length]).map_err(|_| ())?;
    let number = text.parse().map_err(|_| ())?;
    Ok(Some((number, from + length + ENDING.len())))
}

/// `PING\r\n` or `ECHO "two words"\n`: as from a person at `nc`. In quotes a blank is no end of a word,
/// and every other byte stands for itself: an escape is not understood.
fn line(bytes: &[u8]) -> Result<Option<Found<'_>>, Malformed> {
    let feed = bytes.iter().position(|&b| b == b'\n');
    if feed.unwrap_or(bytes.len()) > LINE_BYTES {
        return Err(Malformed::Line);
    }
    let Some(feed) = feed else {
        return Ok(None);
    };
    let (mut rest, ending_bytes) = match &bytes[..feed] {
        [text @ .., b'\r'] => (text, 2),
        text => (text, 1),
    };
    let mut request = Request::EMPTY;
    while let [first, after @ ..] = rest {
        if first.is_ascii_whitespace() {
            rest = after;
            continue;
        }
        let (word, length) = match first {
            b'"' => {
                let quote = after.iter().position(|&b| b == b'"');
                let length = quote.ok_or(Malformed::Quotes)?;
                (&after[..length], length + 2)
            }
            _ => {
                let blank = rest.iter().position(u8::is_ascii_whitespace);
                let length = blank.unwrap_or(rest.len());
                (&rest[..length], length)
            }
        };
        request.push(word);
        rest = &rest[length..];
    }
    Ok(Some(Found {
        request,
        size: feed + 1,
        ending_bytes,
    }))
}

/// The request of a benchmark, and of the client here.
pub(super) const PING: &[u8] = b"*1\r\n$4\r\nPING\r\n";
const ENDING: &[u8] = b"\r\n";
/// Over what any command here takes: a few to tell what an unknown one was about.
const KEPT_WORDS: usize = 4;
/// An array is looked at from its beginning with every read until it is whole, so its words are few:
/// over the 21 of `redis-benchmark -t mset`.
const MOST_WORDS: i64 = 64;
/// Over the digits of any number there is.
const NUMBER_BYTES: usize = 32;
/// `PROTO_INLINE_MAX_SIZE` of `redis-server`.
const LINE_BYTES: usize = 64 * 1024;

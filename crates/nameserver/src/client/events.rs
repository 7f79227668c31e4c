//! Event streams, read (the HTML standard, section 9.2.6).

use std::time::Duration;

use http_body_util::{BodyExt, Limited};
use hyper::{StatusCode, header::CONTENT_TYPE};
use naming::Revision;

use crate::api::Event;

use super::{
    Client, ClientError,
    line::{Ask, Line, LineError, bounded, with_sources},
};

/// Follows a stream until it ends or `on_event` does not want more. Returns the revision to go on from.
///
/// # Errors
/// See [`Client::watch`].
pub(super) fn follow(
    client: &Client,
    path: String,
    from: Option<Revision>,
    on_event: &mut dyn FnMut(Event) -> bool,
) -> Result<Revision, ClientError> {
    let failed = |error| client.failed(error);
    let line = Line::open(&client.target).map_err(failed)?;
    let (runtime, response) = line.stream(&Ask::read(path)).map_err(failed)?;
    let status = response.status();
    let kind = response.headers().get(CONTENT_TYPE).cloned();
    let mut body = response.into_body();
    if status != StatusCode::OK {
        let collecting = async {
            let whole = Limited::new(body, EVENT_BYTES_MAX).collect().await;
            Ok(whole.map(|whole| whole.to_bytes()).unwrap_or_default())
        };
        let said = bounded(&runtime, client.target.timeout, collecting).map_err(failed)?;
        return Err(client.refusal(status, &said));
    }
    if kind.is_none_or(|kind| kind != "text/event-stream") {
        return Err(client.foreign("its watch is no event stream".to_owned()));
    }
    let mut reader = Reader::default();
    let mut last = from;
    loop {
        let next = async { Ok(body.frame().await) };
        let silent = |_| LineError::quiet(SILENCE_MAX);
        let frame = bounded(&runtime, SILENCE_MAX, next)
            .map_err(silent)
            .map_err(failed)?;
        let frame = match frame {
            None => break,
            Some(Ok(frame)) => frame,
            Some(Err(error)) => return Err(failed(LineError::gone(with_sources(&error)))),
        };
        let Ok(data) = frame.into_data() else {
            continue;
        };
        reader.feed(&data);
        while let Some(told) = reader.next() {
            let told = told.map_err(|problem| client.foreign(problem))?;
            last = told.id.or(last);
            if !on_event(told.event) {
                return goes_on(client, last);
            }
        }
        reader.bound().map_err(|problem| client.foreign(problem))?;
    }
    goes_on(client, last)
}

fn goes_on(client: &Client, last: Option<Revision>) -> Result<Revision, ClientError> {
    last.ok_or_else(|| client.foreign("its watch did not say where it begins".to_owned()))
}

/// An event, and where to go on behind it.
#[derive(Debug, PartialEq, Eq)]
struct Told {
    event: Event,
    id: Option<Revision>,
}

/// Makes events of bytes, wherever these are cut.
#[derive(Debug, Default)]
struct Reader {
    bytes: Vec<u8>,
    /// Up to here lines have been taken.
    taken: usize,
    data: String,
    id: Option<Revision>,
}

impl Reader {
    fn feed(&mut self, bytes: &[u8]) {
        self.bytes.drain(..self.taken);
        self.taken = 0;
        self.bytes.extend(bytes);
    }

    /// The next whole event; or what is wrong with it.
    fn next(&mut self) -> Option<Result<Told, String>> {
        while let Some(line) = self.line() {
            let (field, value) = line.split_once(':').unwrap_or((&line, ""));
            let value = value.strip_prefix(' ').unwrap_or(value);
            match field {
                "" if line.is_empty() => {
                    let data = std::mem::take(&mut self.data);
                    let id = self.id.take();
                    if data.is_empty() {
                        continue;
                    }
                    let event = serde_json::from_str(&data);
                    return Some(match event {
                        Ok(event) => Ok(Told { event, id }),
                        Err(error) => Err(format!("an event is not understood: {error}")),
                    });
                }
                "data" => {
                    if !self.data.is_empty() {
                        self.data.push('\n');
                    }
                    self.data += value;
                }
                "id" => self.id = value.parse().ok().map(Revision),
                // Comments, the kind (which the data says too), and whatever there may be later.
                _ => {}
            }
        }
        None
    }

    fn line(&mut self) -> Option<String> {
        let rest = &self.bytes[self.taken..];
        let end = rest.iter().position(|byte| *byte == b'\n')?;
        let line = rest[..end].strip_suffix(b"\r").unwrap_or(&rest[..end]);
        let line = String::from_utf8_lossy(line).into_owned();
        self.taken += end + 1;
        Some(line)
    }

    /// What is not whole yet must not grow for ever.
    fn bound(&self) -> Result<(), String> {
        match self.bytes.len() - self.taken + self.data.len() > EVENT_BYTES_MAX {
            true => Err("an event does not end".to_owned()),
            false => Ok(()),
        }
    }
}

/// Three heartbeats of the server.
const SILENCE_MAX: Duration = Duration::from_secs(45);
/// More than any value takes as text.
const EVENT_BYTES_MAX: usize = 4 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    const STREAM: &str = ": hello\n\nevent: watching\ndata: {\"event\":\"watching\",\"revision\":7}\nid: 7\n\n\
        event: lagged\r\ndata: {\"event\":\"lagged\",\r\ndata: \"revision\":9}\r\n\r\n";

    fn read(pieces: &[&[u8]]) -> Vec<Told> {
        let mut reader = Reader::default();
        let mut told = Vec::new();
        for piece in pieces {
            reader.feed(piece);
            while let Some(next) = reader.next() {
                told.push(next.expect("an event"));
            }
            reader.bound().expect("a short event");
        }
        told
    }

    #[test]
    fn events_are_the_same_wherever_the_bytes_are_cut() {
        let expected = [
            Told {
                event: Event::Watching {
                    revision: Revision(7),
                },
                id: Some(Revision(7)),
            },
            Told {
                event: Event::Lagged {
                    revision: Revision(9),
                },
                id: None,
            },
        ];
        let bytes = STREAM.as_bytes();
        assert_eq!(read(&[bytes]), expected);
        for at in 0..bytes.len() {
            assert_eq!(read(&[&bytes[..at], &bytes[at..]]), expected, "{at}");
        }
    }

    #[test]
    fn what_is_no_event_is_said_and_what_does_not_end_is_bounded() {
        let mut reader = Reader::default();
        reader.feed(b"data: {\"event\":\"other\"}\n\n");
        assert!(reader.next().is_some_and(|told| told.is_err()));
        reader.feed(&vec![b'x'; EVENT_BYTES_MAX + 1]);
        assert_eq!(reader.next(), None);
        assert!(reader.bound().is_err());
    }
}

//! What of a request's head matters here.

use std::mem::MaybeUninit;

use httparse::{Error, Header, Request};

use super::reply::{Persistence, Status};

/// A request's head, understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Head {
    /// What its answer will say.
    pub(super) status: Status,
    pub(super) is_head: bool,
    pub(super) persistence: Persistence,
    /// How long a body follows, to be dropped before the answer.
    pub(super) body_bytes: usize,
    /// Whether its client waits to be told that the body may come.
    pub(super) expects_continue: bool,
}

/// The head that `bytes` begins with and its size; nothing when it is not whole.
///
/// # Errors
/// What to say when there is none, or it is one behind which the connection cannot go on.
pub(super) fn first(bytes: &[u8], limit_bytes: usize) -> Result<Option<(Head, usize)>, Status> {
    let most_bytes = limit_bytes.min(HEAD_BYTES);
    // Making so many empty ones would cost as much as parsing the few there are.
    let mut headers = [const { MaybeUninit::uninit() }; MOST_HEADERS];
    let mut request = Request::new(&mut []);
    let parsed = request.parse_with_uninit_headers(bytes, &mut headers);
    let parsed = parsed.map_err(|error| match error {
        Error::TooManyHeaders => Status::HeadTooLarge,
        Error::Version => Status::VersionNotSupported,
        _ => Status::BadRequest,
    })?;
    let size = match parsed {
        httparse::Status::Complete(size) if size <= most_bytes => size,
        httparse::Status::Partial if bytes.len() <= most_bytes => return Ok(None),
        _ if bytes[..most_bytes].contains(&b'\n') => return Err(Status::HeadTooLarge),
        _ => return Err(Status::UriTooLong),
    };
    let method = request.method.unwrap_or_default();
    let fields = Fields::of(request.headers)?;
    // RFC 9112, section 3.2: one host and no other, which HTTP/1.0 knew nothing of.
    let is_current = request.version == Some(1);
    if fields.hosts > 1 || is_current && fields.hosts == 0 {
        return Err(Status::BadRequest);
    }
    // The clients of HTTP/1.0 know no interim answers (RFC 9110, section 10.1.1).
    let expects_continue = is_current && fields.expects_continue;
    let body_bytes = match fields.body_bytes {
        Some(count) if count > limit_bytes as u64 => return Err(Status::ContentTooLarge),
        Some(count) => count as usize,
        None => 0,
    };
    let status = match method {
        "GET" | "HEAD" => Status::Ok,
        _ if expects_continue && body_bytes > 0 => return Err(Status::MethodNotAllowed),
        _ => Status::MethodNotAllowed,
    };
    let head = Head {
        status,
        is_head: method == "HEAD",
        persistence: match (is_current, fields.close, fields.keep_alive) {
            (_, true, _) | (false, _, false) => Persistence::Close,
            (true, ..) => Persistence::Keep,
            (false, _, true) => Persistence::KeepAndSay,
        },
        body_bytes,
        expects_continue,
    };
    Ok(Some((head, size)))
}

/// The header fields that matter.
#[derive(Default)]
struct Fields {
    hosts: usize,
    close: bool,
    keep_alive: bool,
    body_bytes: Option<u64>,
    expects_continue: bool,
}

impl Fields {
    fn of(headers: &[Header<'_>]) -> Result<Self, Status> {
        let (mut fields, mut coding) = (Self::default(), None);
        for Header { name, value } in headers {
            // Lengths first: a name that cannot be meant costs no comparison.
            match name.len() {
                4 if name.eq_ignore_ascii_case("Host") => fields.hosts += 1,
                6 if name.eq_ignore_ascii_case("Expect") => {
                    if !value.trim_ascii().eq_ignore_ascii_case(b"100-continue") {
                        return Err(Status::ExpectationFailed);
                    }
                    fields.expects_continue = true;
                }
                10 if name.eq_ignore_ascii_case("Connection") => {
                    for option in value.split(|&b| b == b',').map(<[u8]>::trim_ascii) {
                        fields.close |= option.eq_ignore_ascii_case(b"close");
                        fields.keep_alive |= option.eq_ignore_ascii_case(b"keep-alive");
                    }
                }
                14 if name.eq_ignore_ascii_case("Content-Length") => {
                    let length = length(value).ok_or(Status::BadRequest)?;
                    // RFC 9110, section 8.6: two that differ tell of smuggling.
                    if fields.body_bytes.is_some_and(|other| other != length) {
                        return Err(Status::BadRequest);
                    }
                    fields.body_bytes = Some(length);
                }
                17 if name.eq_ignore_ascii_case("Transfer-Encoding") => coding = Some(*value),
                _ => {}
            }
        }
        match coding {
            None => Ok(fields),
            // RFC 9112, section 6.1: a length and a coding at once tell of smuggling.
            Some(_) if fields.body_bytes.is_some() => Err(Status::BadRequest),
            Some(coding) if coding.trim_ascii().eq_ignore_ascii_case(b"chunked") => {
                Err(Status::LengthRequired)
            }
            Some(_) => Err(Status::NotImplemented),
        }
    }
}

/// Digits and nothing else, of a number that can be one of bytes.
fn length(value: &[u8]) -> Option<u64> {
    let value = value.trim_ascii();
    if value.is_empty() || !value.iter().all(u8::is_ascii_digit) {
        return None;
    }
    // One that is out of range is too long, and not wrong.
    Some(value.iter().fold(0_u64, |number, digit| {
        number
            .saturating_mul(10)
            .saturating_add(u64::from(digit - b'0'))
    }))
}

/// As large as any that servers take by default (Apache httpd 8 KiB a line, nginx 8 KiB a field). It is
/// looked at from its beginning with every read until it is whole, so it is not to be long.
const HEAD_BYTES: usize = 16 * 1024;
const MOST_HEADERS: usize = 64;

//! The answers there are, as they stand on the wire.

/// An answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Reply {
    pub(super) status: Status,
    /// Whether it answers a HEAD: all of the answer but its content.
    pub(super) is_head: bool,
    pub(super) persistence: Persistence,
}

/// What becomes of the connection behind an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Persistence {
    /// It persists, as HTTP/1.1 takes for granted.
    #[default]
    Keep,
    /// It persists, and a client of HTTP/1.0 is told so.
    KeepAndSay,
    /// It is closed, and the client is told so.
    Close,
}

/// What an answer says first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Status {
    #[default]
    Ok,
    BadRequest,
    MethodNotAllowed,
    LengthRequired,
    ContentTooLarge,
    UriTooLong,
    ExpectationFailed,
    HeadTooLarge,
    NotImplemented,
    VersionNotSupported,
}

impl Status {
    const fn line(self) -> &'static str {
        match self {
            Self::Ok => "HTTP/1.1 200 OK\r\n",
            Self::BadRequest => "HTTP/1.1 400 Bad Request\r\n",
            // RFC 9110, section 15.5.6: it must list the methods there are.
            Self::MethodNotAllowed => "HTTP/1.1 405 Method Not Allowed\r\nAllow: GET, HEAD\r\n",
            Self::LengthRequired => "HTTP/1.1 411 Length Required\r\n",
            Self::ContentTooLarge => "HTTP/1.1 413 Content Too Large\r\n",
            Self::UriTooLong => "HTTP/1.1 414 URI Too Long\r\n",
            Self::ExpectationFailed => "HTTP/1.1 417 Expectation Failed\r\n",
            Self::HeadTooLarge => "HTTP/1.1 431 Request Header Fields Too Large\r\n",
            Self::NotImplemented => "HTTP/1.1 501 Not Implemented\r\n",
            Self::VersionNotSupported => "HTTP/1.1 505 HTTP Version Not Supported\r\n",
        }
    }
}

impl Reply {
    /// The last answer of a connection, to what is no request.
    pub(super) const fn farewell(status: Status) -> Self {
        Self {
            status,
            is_head: false,
            persistence: Persistence::Close,
        }
    }

    /// Appends it. An error's content is empty: its line says it all.
    pub(super) fn write(self, buffer: &mut Vec<u8>) {
        if self == Self::default() {
            buffer.extend_from_slice(GREETING);
            return;
        }
        buffer.extend_from_slice(self.status.line().as_bytes());
        buffer.extend_from_slice(match self.persistence {
            Persistence::Keep => b"",
            Persistence::KeepAndSay => b"Connection: keep-alive\r\n",
            Persistence::Close => b"Connection: close\r\n",
        });
        if self.status != Status::Ok {
            buffer.extend_from_slice(b"Content-Length: 0\r\n\r\n");
            return;
        }
        let greeting = &GREETING[Status::Ok.line().len()..];
        let content_bytes = match self.is_head {
            true => CONTENT_BYTES,
            false => 0,
        };
        buffer.extend_from_slice(&greeting[..greeting.len() - content_bytes]);
    }
}

/// The interim answer to `Expect: 100-continue`.
pub(super) const CONTINUE: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";
/// The usual answer, whole.
pub(super) const GREETING: &[u8] = b"HTTP/1.1 200 OK\r\n\
    Content-Type: text/plain\r\n\
    Content-Length: 17\r\n\
    \r\n\
    Hello from wharf\n";
const CONTENT_BYTES: usize = 17;

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(reply: Reply, expected: &str) {
        let mut written = Vec::new();
        reply.write(&mut written);
        assert_eq!(String::from_utf8_lossy(&written), expected);
    }

    #[test]
    fn the_length_of_the_usual_answer_is_that_of_its_content() {
        let text = String::from_utf8_lossy(GREETING).into_owned();
        let (head, content) = text.split_once("\r\n\r\n").expect("a head");
        assert!(head.ends_with(&format!("Content-Length: {}", content.len())));
        assert_eq!(content.len(), CONTENT_BYTES);
    }

    #[test]
    fn an_answer_says_what_becomes_of_the_connection() {
        let head = Reply {
            is_head: true,
            persistence: Persistence::Close,
            ..Reply::default()
        };
        let expected = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: 17\r\n\r\n";
        check(head, expected);
        let expected = "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
        check(Reply::farewell(Status::BadRequest), expected);
    }
}

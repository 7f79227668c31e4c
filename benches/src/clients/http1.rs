//! A connection that asks by HTTP/1.1: as little as name services answer with.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A connection, kept from request to request.
pub struct Connection {
    socket: TcpStream,
    host: SocketAddr,
    bytes: Vec<u8>,
}

impl Connection {
    /// Connects.
    ///
    /// # Errors
    /// When nobody takes it.
    pub async fn open(address: SocketAddr) -> io::Result<Self> {
        let socket = TcpStream::connect(address).await?;
        socket.set_nodelay(true)?;
        Ok(Connection {
            socket,
            host: address,
            bytes: Vec::with_capacity(4096),
        })
    }

    /// Sends a request with a body of JSON, or without one.
    ///
    /// # Errors
    /// When it does not go out.
    pub async fn send(&mut self, method: &str, path: &str, body: &str) -> io::Result<()> {
        let fields = match body {
            "" => String::new(),
            body => format!(
                "Content-Type: application/json\r\nContent-Length: {}\r\n",
                body.len()
            ),
        };
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\n{fields}\r\n",
            self.host
        );
        self.socket.write_all((head + body).as_bytes()).await
    }

    /// The body of the answer.
    ///
    /// # Errors
    /// When it is none of success, or has no `Content-Length`.
    pub async fn answer(&mut self) -> io::Result<Vec<u8>> {
        let head = self.head().await?;
        let length = field(&head, "content-length").and_then(|text| text.parse::<usize>().ok());
        let length = length.ok_or_else(|| broken("an answer without a length"))?;
        while self.bytes.len() < length {
            self.more().await?;
        }
        Ok(self.bytes.drain(..length).collect())
    }

    /// The head of a stream; what comes behind it is for [`Connection::until`].
    ///
    /// # Errors
    /// When it is none of success.
    pub async fn head(&mut self) -> io::Result<String> {
        loop {
            if let Some(at) = find(&self.bytes, b"\r\n\r\n") {
                let head: Vec<u8> = self.bytes.drain(..at + 4).collect();
                let head = String::from_utf8_lossy(&head).to_ascii_lowercase();
                return match head.split(' ').nth(1) {
                    Some("200") => Ok(head),
                    _ => Err(broken(head.lines().next().unwrap_or_default())),
                };
            }
            self.more().await?;
        }
    }

    /// Reads a stream until a word comes, and forgets all up to it.
    ///
    /// # Errors
    /// When the stream ends.
    pub async fn until(&mut self, word: &[u8]) -> io::Result<()> {
        loop {
            if let Some(at) = find(&self.bytes, word) {
                self.bytes.drain(..at + word.len());
                return Ok(());
            }
            self.more().await?;
        }
    }

    async fn more(&mut self) -> io::Result<()> {
        match self.socket.read_buf(&mut self.bytes).await? {
            0 => Err(ErrorKind::UnexpectedEof.into()),
            _ => Ok(()),
        }
    }
}

/// RFC 4648, section 4: etcd takes keys and values so.
pub fn base64(text: &str) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut encoded = String::new();
    for three in text.as_bytes().chunks(3) {
        let byte = |at: usize| u32::from(three.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for at in 0..4 {
            match at <= three.len() {
                true => encoded.push(DIGITS[(bits >> (18 - 6 * at)) as usize & 63].into()),
                false => encoded.push('='),
            }
        }
    }
    encoded
}

fn field<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let line = head.lines().find(|line| line.starts_with(name));
    line.and_then(|line| line.split_once(':'))
        .map(|(_, value)| value.trim())
}

fn find(bytes: &[u8], word: &[u8]) -> Option<usize> {
    bytes.windows(word.len()).position(|window| window == word)
}

fn broken(text: &str) -> io::Error {
    io::Error::other(format!("not the answer that was expected: {text}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_the_rfc() {
        for (text, expected) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(text), expected);
        }
    }

    #[test]
    fn fields_are_found_in_heads() {
        let head = "http/1.1 200 ok\r\ncontent-length: 12\r\n\r\n";
        assert_eq!(field(head, "content-length"), Some("12"));
        assert_eq!(field(head, "content-type"), None);
    }
}

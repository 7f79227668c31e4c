//! A server for a test, and requests to it byte by byte.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use nameserver::{Client, Plan, Server, api};
use naming::{Value, Zone};
use tempfile::TempDir;

/// A server that runs until this is dropped.
pub struct House {
    server: Option<Server>,
    folder: TempDir,
    pub address: SocketAddr,
}

impl House {
    pub fn new() -> Self {
        Self::open(tempfile::tempdir().expect("a folder"), 100_000)
    }

    /// One whose log keeps so many revisions.
    pub fn with_log(log_max: u64) -> Self {
        Self::open(tempfile::tempdir().expect("a folder"), log_max)
    }

    fn open(folder: TempDir, log_max: u64) -> Self {
        let server = nameserver::start(plan(&folder, log_max)).expect("a server");
        Self {
            address: server.http[0],
            server: Some(server),
            folder,
        }
    }

    pub fn client(&self) -> Client {
        Client::new(self.address, PATIENCE, None)
    }

    pub fn stop(&mut self) {
        if let Some(server) = self.server.take() {
            server.stop();
        }
    }

    /// The same names, another process's life.
    pub fn restart(mut self) -> Self {
        self.stop();
        let folder = std::mem::replace(&mut self.folder, tempfile::tempdir().expect("a folder"));
        Self::open(folder, 100_000)
    }

    /// Sends bytes as they are and reads all that comes.
    pub fn raw(&self, request: &[u8]) -> Answer {
        let mut socket = self.connect();
        // The server may answer and close before it has read everything.
        let _ = socket.write_all(request);
        Answer::read(&mut socket)
    }

    /// A whole request.
    pub fn ask(&self, method: &str, path: &str, body: Option<&str>) -> Answer {
        let fields = match body {
            Some(body) => format!(
                "Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
                body.len()
            ),
            None => "\r\n".to_owned(),
        };
        self.raw(format!("{method} {path} HTTP/1.1\r\n{}{fields}", self.fields()).as_bytes())
    }

    pub fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, None)
    }

    /// The fields that every request needs, and the wish that the connection ends.
    pub fn fields(&self) -> String {
        format!("Host: {}\r\nConnection: close\r\n", self.address)
    }

    pub fn connect(&self) -> TcpStream {
        let socket = TcpStream::connect(self.address).expect("a connection");
        socket.set_read_timeout(Some(PATIENCE)).expect("a time-out");
        socket
    }

    /// An event stream, and its head's status.
    pub fn watch(&self, path: &str, fields: &str) -> (u16, Stream) {
        let mut socket = self.connect();
        let host = self.address;
        let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n{fields}\r\n");
        socket.write_all(request.as_bytes()).expect("it is sent");
        let mut reader = BufReader::new(socket);
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert!(reader.read_line(&mut head).expect("a line") > 0, "{head}");
        }
        (status(&head), Stream { reader })
    }
}

impl Drop for House {
    fn drop(&mut self) {
        self.stop();
    }
}

fn plan(folder: &TempDir, log_max: u64) -> Plan {
    Plan {
        zone: Zone::parse("lab.test.").expect("a zone"),
        folder: folder.path().to_owned(),
        dns: vec!["127.0.0.1:0".parse().expect("an address")],
        http: vec!["127.0.0.1:0".parse().expect("an address")],
        token: None,
        keys: dns::Keys::default(),
        is_signed_only: false,
        secondaries: Vec::new(),
        workers: 1,
        answers_per_s: None,
        log_max,
    }
}

/// An answer, taken apart.
#[derive(Debug)]
pub struct Answer {
    /// 0 where there was none.
    pub status: u16,
    /// In lower case.
    pub head: String,
    pub body: String,
}

impl Answer {
    pub fn read(socket: &mut TcpStream) -> Self {
        let mut bytes = Vec::new();
        // A reset may end what has come: it counts as far as it goes.
        let _ = socket.read_to_end(&mut bytes);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        Self {
            status: status(head),
            head: head.to_ascii_lowercase(),
            body: body.to_owned(),
        }
    }

    #[track_caller]
    pub fn json<T: serde::de::DeserializeOwned>(&self) -> T {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// It is a problem with that status, whose sentence has that part.
    #[track_caller]
    pub fn is_problem(&self, status: u16, part: &str) {
        assert_eq!(self.status, status, "{self:?}");
        let problem: api::Problem = self.json();
        assert!(problem.error.contains(part), "{problem:?}");
        assert!(self.head.contains("x-content-type-options: nosniff"));
        assert!(!self.head.contains("access-control"));
    }
}

fn status(head: &str) -> u16 {
    let number = head.split(' ').nth(1);
    number.and_then(|number| number.parse().ok()).unwrap_or(0)
}

/// An event stream as it comes, out of its chunks.
pub struct Stream {
    reader: BufReader<TcpStream>,
}

impl Stream {
    /// The next line that says something of an event; none at the end.
    pub fn line(&mut self) -> Option<String> {
        loop {
            let mut line = String::new();
            let count = self.reader.read_line(&mut line).expect("a line in time");
            let line = line.trim_end().to_owned();
            if count == 0 || line == "0" {
                return None;
            }
            if ["event:", "data:", "id:"]
                .iter()
                .any(|field| line.starts_with(field))
            {
                return Some(line);
            }
        }
    }

    /// The next lines.
    pub fn lines(&mut self, count: usize) -> Vec<String> {
        (0..count)
            .map(|_| self.line().expect("another line"))
            .collect()
    }
}

/// A value with an address and a port.
pub fn value(port: u16) -> Value {
    Value {
        addresses: vec!["192.0.2.1".parse().expect("an address")],
        port: Some(port),
        ..Value::default()
    }
}

/// A request to put it.
pub fn put(port: u16) -> api::Put {
    api::Put {
        value: value(port),
        ..api::Put::default()
    }
}

/// More than any answer takes here.
pub const PATIENCE: Duration = Duration::from_secs(20);

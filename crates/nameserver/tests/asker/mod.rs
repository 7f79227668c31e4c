//! A server in a folder that is deleted in the end, and messages by hand: what is tested does not make its own questions.

use std::{
    io::{Read as _, Write as _},
    net::{Ipv4Addr, SocketAddr, TcpStream, UdpSocket},
    time::Duration,
};

use dns::Keys;
use nameserver::{Plan, Server};
use naming::{Expect, RecordSet, RecordType, Request, Zone};
use tempfile::TempDir;

/// A server on free ports of 127.0.0.1.
pub struct Running {
    pub server: Option<Server>,
    pub folder: TempDir,
}

impl Running {
    pub fn start() -> Self {
        Self::with(|_| {})
    }

    /// With a plan that was changed.
    pub fn with(change: impl FnOnce(&mut Plan)) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut plan = plan(&folder);
        change(&mut plan);
        let server = nameserver::start(plan).expect("the server starts");
        Self {
            server: Some(server),
            folder,
        }
    }

    pub fn dns(&self) -> SocketAddr {
        self.server().dns[0]
    }

    pub fn server(&self) -> &Server {
        self.server.as_ref().expect("it runs until the end")
    }

    /// Registers `NAME.lab.test` with an address.
    pub fn register(&self, names: &[(&str, Ipv4Addr)]) {
        let zone = Zone::parse("lab.test").expect("a zone");
        let put = |(name, address): &(&str, Ipv4Addr)| Request::Put {
            name: zone.name(name).expect("a name"),
            sets: vec![RecordSet::new(
                RecordType::A,
                30,
                vec![address.octets().to_vec().into()],
            )],
            lease: None,
            expect: Expect::Anything,
        };
        let all = Request::All(names.iter().map(put).collect());
        self.server().hub.decide(all).expect("registered");
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(server) = self.server.take() {
            server.stop();
        }
    }
}

/// What a server in that folder is told.
pub fn plan(folder: &TempDir) -> Plan {
    let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    Plan {
        zone: Zone::parse("lab.test").expect("a zone"),
        folder: folder.path().join("names"),
        dns: vec![any],
        http: vec![],
        token: None,
        keys: Keys::default(),
        is_signed_only: false,
        secondaries: vec![],
        workers: 1,
        answers_per_s: None,
        log_max: 1_000,
    }
}

/// `NAME.lab.test` on the wire.
pub fn name(name: &str) -> Vec<u8> {
    let mut wire = Vec::new();
    for label in name
        .split('.')
        .filter(|label| !label.is_empty())
        .chain(["lab", "test"])
    {
        wire.push(u8::try_from(label.len()).expect("a short label"));
        wire.extend_from_slice(label.as_bytes());
    }
    wire.push(0);
    wire
}

/// A question about `NAME.lab.test`.
pub fn question(id: u16, about: &str, record_type: u16) -> Vec<u8> {
    let mut message = id.to_be_bytes().to_vec();
    message.extend_from_slice(&[0, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
    message.extend_from_slice(&name(about));
    message.extend_from_slice(&record_type.to_be_bytes());
    message.extend_from_slice(&[0, 1]);
    message
}

/// An update (RFC 2136) that adds addresses.
pub fn update(id: u16, adds: &[(&str, Ipv4Addr)]) -> Vec<u8> {
    let mut message = id.to_be_bytes().to_vec();
    let count = u8::try_from(adds.len()).expect("few");
    message.extend_from_slice(&[0x28, 0, 0, 1, 0, 0, 0, count, 0, 0]);
    message.extend_from_slice(&name(""));
    message.extend_from_slice(&[0, 6, 0, 1]);
    for (about, address) in adds {
        message.extend_from_slice(&name(about));
        message.extend_from_slice(&[0, 1, 0, 1, 0, 0, 0, 30, 0, 4]);
        message.extend_from_slice(&address.octets());
    }
    message
}

pub fn rcode(answer: &[u8]) -> u8 {
    answer[3] & 15
}

/// A socket that asks there, and waits for at most 10 s.
pub fn datagrams(to: SocketAddr) -> UdpSocket {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("bound");
    socket.connect(to).expect("connected");
    socket.set_read_timeout(Some(PATIENCE)).expect("set");
    socket
}

/// Asks by datagram.
pub fn ask(to: SocketAddr, message: &[u8]) -> Vec<u8> {
    let socket = datagrams(to);
    socket.send(message).expect("sent");
    receive(&socket)
}

pub fn receive(socket: &UdpSocket) -> Vec<u8> {
    let mut answer = vec![0; 4_096];
    let count = socket.recv(&mut answer).expect("an answer");
    answer.truncate(count);
    answer
}

/// A connection on which nothing is waited for longer than 20 s.
pub fn connect(to: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(to).expect("connected");
    stream.set_read_timeout(Some(PATIENCE)).expect("set");
    stream
}

/// A message with its length before it.
pub fn framed(message: &[u8]) -> Vec<u8> {
    let length = u16::try_from(message.len()).expect("short");
    [&length.to_be_bytes(), message].concat()
}

pub fn read_message(stream: &mut TcpStream) -> Vec<u8> {
    let mut length = [0; 2];
    stream.read_exact(&mut length).expect("a length");
    let mut message = vec![0; usize::from(u16::from_be_bytes(length))];
    stream.read_exact(&mut message).expect("a message");
    message
}

/// Asks by a connection.
pub fn ask_connected(to: SocketAddr, message: &[u8]) -> Vec<u8> {
    let mut stream = connect(to);
    stream.write_all(&framed(message)).expect("sent");
    read_message(&mut stream)
}

/// Longer than anything here waits for.
const PATIENCE: Duration = Duration::from_secs(20);

/// A record of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// On the wire, in full.
    pub name: Vec<u8>,
    pub record_type: u16,
    pub data: Vec<u8>,
}

/// The records of a message's answer section.
pub fn answers(message: &[u8]) -> Vec<Record> {
    let count = |at: usize| usize::from(u16::from_be_bytes([message[at], message[at + 1]]));
    let mut at = 12;
    for _ in 0..count(4) {
        at = name_at(message, at).1 + 4;
    }
    let mut records = Vec::new();
    for _ in 0..count(6) {
        let (name, fixed) = name_at(message, at);
        let length = count(fixed + 8);
        at = fixed + 10 + length;
        records.push(Record {
            name,
            record_type: u16::from_be_bytes([message[fixed], message[fixed + 1]]),
            data: message[fixed + 10..at].to_vec(),
        });
    }
    records
}

/// A name, with those that it points to, and where the message goes on.
fn name_at(message: &[u8], mut at: usize) -> (Vec<u8>, usize) {
    let mut name = Vec::new();
    let mut end = None;
    loop {
        let length = message[at];
        if length >= 0xc0 {
            end = end.or(Some(at + 2));
            at = usize::from(u16::from_be_bytes([length & 0x3f, message[at + 1]]));
            continue;
        }
        let next = at + 1 + usize::from(length);
        name.extend_from_slice(&message[at..next]);
        at = next;
        if length == 0 {
            return (name, end.unwrap_or(at));
        }
    }
}
